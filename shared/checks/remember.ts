/** Reads of one round, each made once: several checks ask for the same pods, and all of them must see the same moment. */
import type { ArgoCd, ClusterReader, Metrics } from "../ports.ts";

export interface Readers {
  readonly cluster: ClusterReader;
  readonly argoCd: ArgoCd;
  readonly metrics: Metrics;
}

/** The same ports, whose reads are remembered; for one round only. */
export function rememberReads({ cluster, argoCd, metrics }: Readers): Readers {
  const known = new Map<string, Promise<unknown>>();
  /** `wanted` must name the call and all its arguments but the signal. */
  function once<Value>(wanted: readonly unknown[], read: () => Promise<Value>): Promise<Value> {
    const name = JSON.stringify(wanted);
    const before = known.get(name) as Promise<Value> | undefined;
    if (before !== undefined) return before;
    const reading = read();
    known.set(name, reading);
    return reading;
  }
  return {
    cluster: {
      workload: (kind, namespace, name, signal) =>
        once(["workload", kind, namespace, name], () => cluster.workload(kind, namespace, name, signal)),
      pods: (namespace, selector, signal) =>
        once(["pods", namespace, selector], () => cluster.pods(namespace, selector, signal)),
      events: (namespace, signal) => once(["events", namespace], () => cluster.events(namespace, signal)),
      logs: (namespace, pod, since, signal) =>
        once(["logs", namespace, pod, since], () => cluster.logs(namespace, pod, since, signal)),
      object: (apiVersion, kind, namespace, name, signal) =>
        once(["object", apiVersion, kind, namespace, name], () =>
          cluster.object(apiVersion, kind, namespace, name, signal),
        ),
      list: (apiVersion, kind, namespace, signal) =>
        once(["list", apiVersion, kind, namespace], () => cluster.list(apiVersion, kind, namespace, signal)),
    },
    argoCd: {
      ...argoCd,
      application: (name, signal) => once(["application", name], () => argoCd.application(name, signal)),
    },
    metrics: {
      query: (promql, signal) => once(["query", promql], () => metrics.query(promql, signal)),
      ruleGroups: (signal) => once(["ruleGroups"], async () => metrics.ruleGroups?.(signal)),
    },
  };
}
