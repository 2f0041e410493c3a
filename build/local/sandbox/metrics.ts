/** Answers exactly the checks' own PromQL, as Prometheus would for workloads under steady traffic. */
import { type MetricNames, parseQuery } from "../../../shared/checks/queries.ts";
import type { Cluster } from "./cluster.ts";
import { hits, type InjectedFault } from "./faults.ts";
import { fraction, textsAt } from "./json.ts";
import { nodeMetrics } from "./node-metrics.ts";
import { scrapedPods } from "./scrape-targets.ts";
import { selectedByMap } from "./selectors.ts";
import type { KubeObject } from "./store.ts";
import { allWorkloads, isReady, podLabels, podsOf } from "./workloads.ts";

/** Prometheus's JSON for an instant query, with its HTTP status. */
export interface QueryAnswer {
  readonly status: 200 | 400 | 422;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Traffic {
  readonly name: string;
  /** 0..1, NaN without traffic. */
  readonly errorRatio: number;
  readonly p95Seconds: number;
}

export function answerQuery(cluster: Cluster, names: MetricNames, promql: string | undefined): QueryAnswer {
  if (promql === undefined || promql.trim() === "") {
    return failed(
      400,
      "bad_data",
      'invalid parameter "query": unknown position: parse error: no expression found in input',
    );
  }
  const now = cluster.agenda.now() / 1_000;
  const sample = (labels: Readonly<Record<string, string>>, value: number) => ({
    metric: labels,
    value: [now, String(value)],
  });
  const ofNodes = nodeMetrics(cluster.store, promql);
  if (ofNodes !== undefined) return vector(ofNodes.map(({ labels, value }) => sample(labels, value)));
  const query = parseQuery(promql, names);
  if (query === undefined) {
    return failed(422, "execution", "this stand-in for Prometheus answers the health checks' own queries only");
  }
  // Everything that is asked for by name is measured here.
  if (query.kind === "metrics") return vector(query.metrics.map((name) => sample({ __name__: name }, 1)));
  if (query.kind === "namespace-error-ratio") {
    const all = trafficIn(cluster, query.namespace);
    return vector(all.map(({ name, errorRatio }) => sample({ [names.workloadLabel]: name }, errorRatio)));
  }
  if (query.kind === "targets") {
    return vector(scrapedPods(cluster, query.namespace, query.service).map((pod) => sample({ pod }, 1)));
  }
  const traffic = trafficIn(cluster, query.namespace).find(({ name }) => name === query.workload);
  if (traffic === undefined) return vector([]);
  switch (query.kind) {
    case "series":
      return vector([sample({}, 4)]);
    case "error-ratio":
      return vector([sample({}, traffic.errorRatio)]);
    case "p95":
      return vector([sample({}, traffic.p95Seconds)]);
  }
}

/** Only workloads behind a Service get requests, and only ready pods answer them. */
function trafficIn(cluster: Cluster, namespace: string): readonly Traffic[] {
  const services = cluster.store.list("", "Service", namespace);
  return allWorkloads(cluster.store, namespace).flatMap((workload) => {
    const labels = podLabels(workload);
    if (!services.some((service) => selectedByMap(textsAt(service, "spec", "selector"), labels))) return [];
    const pods = podsOf(cluster.store, workload).filter(isReady);
    return pods.length === 0 ? [] : [trafficOf(cluster, workload, pods)];
  });
}

function trafficOf(cluster: Cluster, workload: KubeObject, pods: readonly KubeObject[]): Traffic {
  const { name, namespace } = workload.metadata;
  const share = (fault: InjectedFault) =>
    pods.filter((pod) => hitsPod(cluster, fault, workload, pod)).length / pods.length;
  const inForce = [...cluster.faults.values()]
    .map((fault) => ({ fault, share: share(fault) }))
    .filter(({ share }) => share > 0);
  const seed = `${namespace}/${name}`;
  if (inForce.some(({ fault }) => fault.kind === "no-traffic")) {
    return { name, errorRatio: Number.NaN, p95Seconds: Number.NaN };
  }
  const errors = inForce.filter(({ fault }) => fault.kind === "error-rate");
  const slow = inForce.filter(({ fault }) => fault.kind === "latency");
  return {
    name,
    errorRatio: Math.min(
      1,
      0.0005 + 0.001 * fraction(`errors ${seed}`) + sum(errors.map(({ fault, share }) => share * (fault.ratio ?? 0.2))),
    ),
    p95Seconds: Math.max(
      0.05 + 0.15 * fraction(`p95 ${seed}`),
      ...slow.map(({ fault }) => (fault.milliseconds ?? 2_000) / 1_000),
    ),
  };
}

/** A pod that serves was born before now; age only matters to faults that hit at start. */
function hitsPod({ store, agenda }: Cluster, fault: InjectedFault, workload: KubeObject, pod: KubeObject): boolean {
  return hits(store, fault, workload, pod, agenda.now());
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function vector(result: readonly unknown[]): QueryAnswer {
  return { status: 200, body: { status: "success", data: { resultType: "vector", result } } };
}

function failed(status: 400 | 422, errorType: string, error: string): QueryAnswer {
  return { status, body: { status: "error", errorType, error } };
}
