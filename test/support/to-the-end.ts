/** Runs what was committed through sync, verify and rollback, as the pipeline would, against a stand-in cluster. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pino } from "pino";
import type { Sandbox } from "../../build/local/sandbox/sandbox.ts";
import { type RollbackPorts, rollback } from "../../functions/rollback/handle.ts";
import { type SyncPorts, sync } from "../../functions/sync/handle.ts";
import { type VerifyPorts, verify } from "../../functions/verify/handle.ts";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { clusterReader } from "../../shared/adapters/cluster-reader.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { prometheus } from "../../shared/adapters/prometheus.ts";
import { defaultMetricNames } from "../../shared/checks/queries.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { GitWriter } from "../../shared/ports.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import type { GitRemote } from "./git-remote.ts";
import { noProposals } from "./proposals.ts";

/** The cluster lives a thousand times faster than a real one, so the stages' timers are cut short likewise. */
const LONGEST_WAIT_MS = 50;

export type EndPorts = RollbackPorts & SyncPorts & VerifyPorts & { readonly git: RollbackPorts["git"] & GitWriter };

/** The real adapters on a stand-in cluster and the repository it follows. */
export async function connectTo(sandbox: Sandbox, remote: GitRemote): Promise<EndPorts & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  const file = join(folder, "config");
  await writeFile(file, sandbox.kubeconfig());
  const settings = { KUBECONFIG: file, ARGOCD_NAMESPACE: "argocd", KUBE_TIMEOUT_MS: 15_000 };
  return {
    git: gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" }),
    argoCd: argoCd(settings),
    cluster: clusterReader(settings),
    metrics: prometheus({
      PROMETHEUS_URL: sandbox.prometheusUrl,
      PROMETHEUS_TIMEOUT_MS: 10_000,
      METRICS_WORKLOAD_LABEL: "service",
      METRICS_STATUS_LABEL: "status",
      METRICS_RATE_WINDOW: "2m",
    }),
    metricNames: defaultMetricNames,
    timing: { intervalMs: 10_000, timeoutMs: 600_000 },
    schedule: { durationMs: 60_000, intervalMs: 10_000 },
    rollbackEnabled: true,
    proposals: noProposals,
    mode: "direct",
    platform: { repository: remote.url },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `path`: the statuses it went through. */
export async function toTheEnd(
  first: Improvement,
  ports: EndPorts,
): Promise<{ record: Improvement; path: readonly string[] }> {
  let record: Improvement = { ...first, status: "implementation" };
  const path: string[] = [];
  let skipped = 0;
  const context: Context = {
    log: pino({ level: "silent" }),
    now: () => Date.now() + skipped,
    signal: new AbortController().signal,
    attempt: 1,
    save: async (patch) => void (record = applied(record, patch)),
  };
  const stages = { implementation: sync, deployed: verify, rolling_back: rollback };
  while (record.status in stages) {
    const handle = stages[record.status as keyof typeof stages];
    const outcome = await handle({ improvement: record }, ports, context);
    if (outcome.kind === "behind-lock") throw new Error(outcome.because);
    record = applied(record, outcome.patch);
    if (outcome.kind === "again") {
      const wait = Math.min(outcome.afterMs, LONGEST_WAIT_MS);
      await setTimeout(wait);
      skipped += outcome.afterMs - wait;
      continue;
    }
    record = { ...record, status: outcome.to };
    path.push(outcome.to);
  }
  return { record, path };
}

function applied(record: Improvement, patch: Patch): Improvement {
  const fields = Object.entries({ ...record, ...patch }).filter(([, value]) => value !== null);
  return Object.fromEntries(fields) as unknown as Improvement;
}
