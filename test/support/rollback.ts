/** A commit that has to be taken back: a real repository, and a cluster in memory. Fresh for every test. */
import { afterEach, beforeEach } from "vitest";
import { type RollbackPorts, rollback } from "../../functions/rollback/handle.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { takeBaseline } from "../../shared/checks/baseline.ts";
import { defaultMetricNames } from "../../shared/checks/queries.ts";
import { implementMessage } from "../../shared/domain/commit-message.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ArgoApplication, GitReader, GitWriter } from "../../shared/ports.ts";
import type { GitPreview } from "../../shared/preview-ports.ts";
import { healthy, type Status } from "../shared/argocd/application.ts";
import { api, argoCdOf, clusterOf, metricsOf, type Shop, shop } from "../shared/checks/world.ts";
import { type GitRemote, gitRemote } from "./git-remote.ts";
import { committedImprovement } from "./improvement.ts";
import { type Drive, drive, START } from "./rounds.ts";

export const FILE = "apps/shop/api.yaml";
export const BEFORE = `${["kind: Deployment", "a: 1", "b: 2", "c: 3", "memory: none", "d: 4", "e: 5", "f: 6", "g: 7"].join("\n")}\n`;
export const AFTER = BEFORE.replace("memory: none", "memory: 64Mi");
export const timing = { intervalMs: 10_000, timeoutMs: 600_000 };

export let remote: GitRemote;
export let git: GitReader & GitWriter & GitPreview;
export let bad: string;
export let state: Shop;
export let argoCd: ReturnType<typeof argoCdOf>;
export let record: { improvement: Improvement };

beforeEach(async () => {
  remote = await gitRemote({ [FILE]: BEFORE, "README.md": "hello\n" });
  git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
  state = shop();
  argoCd = argoCdOf(state);
  const described = committedImprovement("", [api]);
  bad = await commit(implementMessage(described, [], { approval: { actor: "rule:x", reason: "r" }, changeSet: "h" }));
  const baseline = await takeBaseline({
    objects: [api],
    cluster: clusterOf(shop()),
    metrics: metricsOf(shop()),
    now: START - 600_000,
  });
  record = {
    improvement: committedImprovement(bad, [api], {
      status: "rolling_back",
      failure_reason: "pods: CrashLoopBackOff",
      baseline,
    }),
  };
  await argoFollows();
});
afterEach(() => remote.close());

async function commit(message: string): Promise<string> {
  const head = await git.head();
  const before = (await git.tree(head)).get(FILE) ?? null;
  const pushed = await git.commit({ base: head, files: [{ path: FILE, before, after: AFTER }], message });
  if (pushed.kind !== "pushed") throw new Error("moved");
  return pushed.commit;
}

/** Argo CD has synced the tip of the branch. */
export async function argoFollows(over: Partial<Status> = {}): Promise<void> {
  state.application = healthy(await remote.tip(), over);
}

export function run(over: Partial<RollbackPorts> = {}, options: Drive = {}) {
  const ports: RollbackPorts = {
    git,
    argoCd,
    cluster: clusterOf(state),
    metrics: metricsOf(state),
    metricNames: defaultMetricNames,
    timing,
    mode: "direct",
    platform: {},
    schedule: { durationMs: 60_000, intervalMs: 10_000 },
    ...over,
  };
  return drive((input, context) => rollback(input, ports, context), record, options);
}

/** As `argoCd`, but of a cluster that runs the revert as soon as there is one. */
export function following(over: (revision: string) => ArgoApplication = healthy): RollbackPorts["argoCd"] {
  const revision = () => record.improvement.rollback_commit ?? bad;
  return {
    ...argoCd,
    application: async () => {
      await argoCd.application(); // for its faults
      return over(revision());
    },
  };
}

export const reverts = async () =>
  (await remote.git("log", "--format=%H %s", "main")).split("\n").filter((line) => line.includes(" Rollback: "));
