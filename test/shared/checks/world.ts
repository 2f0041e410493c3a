/** A small cluster in memory: one namespace, one Deployment, its pods, its metrics. Tests change the fields. */
import { vi } from "vitest";
import { allChecks } from "../../../shared/checks/all.ts";
import { takeBaseline } from "../../../shared/checks/baseline.ts";
import type { Look, World } from "../../../shared/checks/check.ts";
import { defaultMetricNames, parseQuery } from "../../../shared/checks/queries.ts";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Baseline, Phase } from "../../../shared/domain/health.ts";
import type {
  ArgoApplication,
  ArgoCd,
  ClusterEvent,
  ClusterReader,
  Metrics,
  PodState,
  Workload,
} from "../../../shared/ports.ts";
import { deployment, healthy } from "../argocd/application.ts";

export const api: ObjectRef = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "shop",
  name: "api",
  effect: "change",
};
export const policy: ObjectRef = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  namespace: "shop",
  name: "default-deny",
  effect: "create",
};

export function pod(name: string, over: Partial<PodState> = {}): PodState {
  return { name, phase: "Running", ready: true, restarts: 0, ...over };
}

export interface Shop {
  workload: Workload | undefined;
  pods: PodState[];
  events: ClusterEvent[];
  logs: string[];
  objects: Record<string, Record<string, unknown> | undefined>;
  application: ArgoApplication | undefined;
  /** Per workload; undefined: never instrumented. */
  errorRatio: Record<string, number | undefined>;
  p95: Record<string, number | undefined>;
  /** Thrown by every read of that port. */
  clusterFault: Error | undefined;
  metricsFault: Error | undefined;
}

/** A shop in which everything is well. */
export function shop(over: Partial<Shop> = {}): Shop {
  return {
    workload: {
      kind: "Deployment",
      namespace: "shop",
      name: "api",
      generation: 2,
      observedGeneration: 2,
      desired: 2,
      updated: 2,
      ready: 2,
      available: 2,
      selector: { app: "api" },
    },
    pods: [pod("api-1"), pod("api-2")],
    events: [],
    logs: [],
    objects: { "NetworkPolicy default-deny": { kind: "NetworkPolicy", metadata: { name: "default-deny" } } },
    application: healthy(undefined, {
      resources: [
        deployment,
        {
          group: "networking.k8s.io",
          kind: "NetworkPolicy",
          namespace: "shop",
          name: "default-deny",
          status: "Synced",
        },
      ],
    }),
    errorRatio: { api: 0.001 },
    p95: { api: 0.1 },
    clusterFault: undefined,
    metricsFault: undefined,
    ...over,
  };
}

export function clusterOf(state: Shop): ClusterReader {
  async function read<Value>(value: () => Value): Promise<Value> {
    if (state.clusterFault !== undefined) throw state.clusterFault;
    return value();
  }
  return {
    workload: (_kind, _namespace, name) => read(() => (name === state.workload?.name ? state.workload : undefined)),
    pods: () => read(() => state.pods),
    events: () => read(() => state.events),
    logs: () => read(() => state.logs),
    object: (_apiVersion, kind, _namespace, name) => read(() => state.objects[`${kind} ${name}`]),
    list: (_apiVersion, kind) =>
      read(() =>
        Object.entries(state.objects).flatMap(([id, object]) =>
          object !== undefined && id.startsWith(`${kind} `) ? [object] : [],
        ),
      ),
  };
}

export function metricsOf(state: Shop): Metrics {
  const sample = (value: number | undefined, labels = {}) => (value === undefined ? [] : [{ labels, value }]);
  return {
    async query(promql) {
      if (state.metricsFault !== undefined) throw state.metricsFault;
      const query = parseQuery(promql, defaultMetricNames);
      switch (query?.kind) {
        case "error-ratio":
          return sample(state.errorRatio[query.workload]);
        case "p95":
          return sample(state.p95[query.workload]);
        case "series":
          return sample(state.errorRatio[query.workload] === undefined ? undefined : 1);
        case "namespace-error-ratio":
          return Object.entries(state.errorRatio).flatMap(([service, value]) => sample(value, { service }));
        default:
          throw new Error(`not a query of the checks: ${promql}`);
      }
    },
  };
}

export function argoCdOf(state: Shop) {
  return {
    applications: async () => [],
    application: async () => {
      if (state.clusterFault !== undefined) throw state.clusterFault;
      return state.application;
    },
    refresh: vi.fn(async (_name: string) => {}),
    terminateOperation: vi.fn(async (_name: string) => {}),
    sync: vi.fn(async (_name: string, _revision: string) => {}),
  } satisfies ArgoCd;
}

export function worldOf(state: Shop, over: Partial<World> = {}): World {
  return {
    objects: [api],
    application: "shop",
    baseline: undefined,
    cluster: clusterOf(state),
    metrics: metricsOf(state),
    argoCd: argoCdOf(state),
    metricNames: defaultMetricNames,
    now: 1_000_000,
    since: 940_000,
    lastLook: false,
    ...over,
  };
}

/** One look of the check called `name`. */
export async function look(name: string, state: Shop, over: Partial<World> = {}): Promise<Look> {
  const check = allChecks.find((candidate) => candidate.name === name);
  if (check === undefined) throw new Error(`no check ${name}`);
  return check.look(worldOf(state, over));
}

/** What was true while `state` was, for these objects. */
export function baselineOf(state: Shop, objects: readonly ObjectRef[] = [api]): Promise<Baseline> {
  return takeBaseline({ objects, cluster: clusterOf(state), metrics: metricsOf(state), now: 900_000 });
}

export const phaseOf = (result: Look): Phase | "n/a" => ("phase" in result ? result.phase : "n/a");
export const textOf = (result: Look): string => ("phase" in result ? result.message : result.because);
