/** The stand-in cluster: a Kubernetes API, Argo CD and Prometheus over HTTP, for local runs and tests only. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultMetricNames, type MetricNames } from "../../../shared/checks/queries.ts";
import { createAgenda, DEFAULT_PACE, type Pace } from "./agenda.ts";
import { kubernetesApi } from "./api.ts";
import type { ScaleTarget } from "./api-scale.ts";
import { type ApplicationController, runApplications } from "./application-controller.ts";
import { ensureNamespace } from "./application-sync.ts";
import { runAutoscaling } from "./autoscaling-controller.ts";
import { runBuiltIns } from "./built-in-status.ts";
import type { Cluster } from "./cluster.ts";
import { runDisruption } from "./disruption-controller.ts";
import type { Fault } from "./fault-kinds.ts";
import { type InjectedFault, injectFault } from "./faults.ts";
import { followGit } from "./git-follower.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { ARGOCD_NAMESPACE } from "./labels.ts";
import { openMemory } from "./memory.ts";
import { keepHistory } from "./past.ts";
import { prometheusApi } from "./prometheus.ts";
import { keepQuotas } from "./quota-fault.ts";
import { serve } from "./server.ts";
import { apiInterference, prometheusInterference, prometheusListens } from "./server-faults.ts";
import { describe, type SandboxState } from "./state.ts";
import { ObjectStore } from "./store.ts";
import { runWorkloads } from "./workload-controller.ts";

export interface SandboxOptions {
  /** Path or URL of the Git remote to follow. */
  readonly repository: string;
  /** Variables that let git in, when the remote asks for credentials. */
  readonly git?: Readonly<Record<string, string>>;
  readonly branch: string;
  /** The address Applications know the repository by, when `repository` is a mirror of it. */
  readonly publicUrl?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly prometheusPort?: number;
  /** How often Git is looked at without being asked, in milliseconds; Argo CD's own default is 120,000. */
  readonly pollMs?: number;
  readonly pace?: Partial<Pace>;
  readonly metricNames?: MetricNames;
  /** Keeps the clone, switched-on faults and what was well; without it a temporary folder is used and removed. */
  readonly dataDir?: string;
  /** Bearer token; a random one unless given. */
  readonly token?: string;
  /** Answers for the Deployments of the school's own functions. */
  readonly scaleTarget?: ScaleTarget;
  /** Faults of the stand-in itself; to standard error unless given. */
  readonly report?: (error: unknown) => void;
}

export interface Sandbox {
  readonly url: string;
  readonly prometheusUrl: string;
  readonly token: string;
  /** YAML text. */
  kubeconfig(): string;
  /** Switches a fault on; the same fault on the same target is replaced. Throws ApiError when there can be no such. */
  inject(fault: Fault): InjectedFault;
  /** By name as `inject` answered it; without one, every fault. False: there was none. */
  clear(name?: string): boolean;
  state(): SandboxState;
  close(): Promise<void>;
}

/**
 * Resolves when the cluster holds what the repository holds and every pod of it is ready. With a `dataDir` that was used
 * before: when it holds what was last well; what came later is applied again as it was. Throws when Git fails.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const agenda = createAgenda();
  const store = new ObjectStore(() => agenda.now());
  const history = keepHistory(store, () => agenda.now());
  const report = options.report ?? ((error: unknown) => console.error("sandbox:", error));
  const directory = options.dataDir ?? (await mkdtemp(join(tmpdir(), "sandbox-")));
  await mkdir(directory, { recursive: true });
  const memory = openMemory(directory, report);
  const faults = new Map(memory.faults.map((fault) => [fault.name, fault]));
  const rememberFaults = () => memory.rememberFaults(faults.values());
  const pace = { ...DEFAULT_PACE, ...options.pace };
  const cluster: Cluster = { store, history, agenda, pace, faults, rememberFaults };
  const token = options.token ?? randomBytes(24).toString("base64url");

  const builtIns = runBuiltIns(cluster);
  for (const namespace of [ARGOCD_NAMESPACE, "default", "kube-system"]) ensureNamespace(store, namespace);
  const workloads = runWorkloads(cluster);
  const disruption = runDisruption(cluster);
  const autoscaling = runAutoscaling(cluster);
  const git = await followGit(options.repository, join(directory, "clone.git"), options.git);
  const addresses = [options.repository, ...(options.publicUrl === undefined ? [] : [options.publicUrl])];
  const applications = runApplications(cluster, { git, addresses, branch: options.branch, memory, report });
  await applications.bootstrap();
  builtIns.settle();
  workloads.settle();
  disruption.settle();
  autoscaling.settle();
  await applications.compareAll();
  follow(cluster, applications, options.pollMs ?? 120_000);

  function inject(fault: Fault): InjectedFault {
    const injected = injectFault(store, fault, agenda.now());
    faults.set(injected.name, injected);
    faultsChanged();
    return injected;
  }
  function clear(name?: string): boolean {
    const known = name === undefined ? faults.size > 0 : faults.has(name);
    if (name === undefined) faults.clear();
    else faults.delete(name);
    if (known) faultsChanged();
    return known;
  }
  function faultsChanged(): void {
    rememberFaults();
    keepQuotas(store, faults.values());
    prometheus.listen(prometheusListens(faults));
    workloads.nudge();
  }
  const state = () => describe(cluster);
  const scaleTarget = options.scaleTarget ?? { replicas: () => undefined, onScale: () => undefined };
  const prometheus = await serve(
    prometheusApi(cluster, options.metricNames ?? defaultMetricNames),
    options.prometheusPort ?? 0,
    prometheusInterference(faults),
  );
  keepQuotas(store, faults.values());
  prometheus.listen(prometheusListens(faults));
  const api = await serve(
    kubernetesApi({ cluster, token, scaleTarget, controls: { inject, clear, state }, report }),
    options.port ?? 0,
    apiInterference(faults),
  );
  return {
    url: api.url,
    prometheusUrl: prometheus.url,
    token,
    kubeconfig: () => kubeconfig(api.url, token),
    inject,
    clear,
    state,
    async close() {
      agenda.close();
      await Promise.all([api.close(), prometheus.close(), applications.idle()]);
      if (options.dataDir === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

function follow({ agenda }: Cluster, applications: ApplicationController, pollMs: number): void {
  agenda.after(pollMs, () => {
    applications.poll();
    void applications.idle().then(() => follow({ agenda } as Cluster, applications, pollMs));
  });
}
