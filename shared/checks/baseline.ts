/** What is true before a change, measured by the queries the checks use afterwards. */

import type { ObjectRef } from "../domain/change-set.ts";
import type { CheckSettings } from "../domain/check-settings.ts";
import type { Baseline, ServiceBaseline } from "../domain/health.ts";
import type { ClusterReader, Metrics, PodState } from "../ports.ts";
import { accountsOf, refusalsOf } from "./access.ts";
import { measureEndpoints } from "./baseline-endpoints.ts";
import { measureQueries } from "./baseline-queries.ts";
import { troubleIn } from "./fingerprint.ts";
import { LOG_SECONDS, LOGGED_PODS } from "./logs.ts";
import { podTrouble } from "./pod-look.ts";
import {
  defaultMetricNames,
  errorRatioQuery,
  type MetricNames,
  namespaceErrorRatioQuery,
  p95Query,
} from "./queries.ts";
import { allNamespaces, key, podsOf, type WorkloadTarget, workloadTargets } from "./targets.ts";

export interface BaselineInput {
  readonly objects: readonly ObjectRef[];
  /** Workloads elsewhere that depend on what is changed. */
  readonly dependents?: readonly WorkloadTarget[] | undefined;
  readonly cluster: ClusterReader;
  readonly metrics: Metrics;
  readonly metricNames?: MetricNames;
  /** What the repository says about its checks: its own queries are measured, too. */
  readonly settings?: CheckSettings | undefined;
  /** Health of the Argo CD Application right now; `Healthy` when the caller has made sure of it and says nothing. */
  readonly health?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

/** More pods and fingerprints than these are not kept: the record must stay small. */
const MOST_PODS = 500;
const MOST_FINGERPRINTS = 200;

/**
 * Measures the workloads the change touches, and everything else in the namespaces of its objects. Errors of the ports
 * are the caller's to retry: a change without a baseline could not be judged.
 */
export async function takeBaseline(input: BaselineInput): Promise<Baseline> {
  const {
    objects,
    dependents = [],
    settings,
    cluster,
    metrics,
    metricNames: names = defaultMetricNames,
    now,
    health = "Healthy",
    signal,
  } = input;
  const targets = workloadTargets(objects);
  const namespaces = allNamespaces(objects);
  const elsewhere = dependents.filter(({ namespace }) => !namespaces.includes(namespace));
  const accounts = await accountsOf(objects, cluster, signal);
  const [workloads, callers, neighbourhoods, queries, endpoints, refused] = await Promise.all([
    Promise.all(targets.map((target) => measureWorkload(target, input))),
    Promise.all(elsewhere.map((target) => measureWorkload(target, input))),
    Promise.all(namespaces.map((namespace) => measureNamespace(namespace, input))),
    measureQueries(settings, { objects, metrics, names, signal }),
    measureEndpoints(objects, cluster, signal),
    Promise.all(accounts.map((account) => refusalsOf(account, LOG_SECONDS, cluster, signal))),
  ]);
  const all = [...neighbourhoods, ...workloads, ...callers];
  const running = elsewhere.filter((_, index) => (callers[index]?.pods.length ?? 0) > 0);
  const prints = [
    ...refused.flatMap(({ refusals }) => [...refusals.keys()]),
    ...workloads.flatMap((one) => one.prints),
  ];
  const pods = all.flatMap((measured) => measured.pods).slice(0, MOST_PODS);
  const services = merged(all);
  // The changed workloads stand for the whole; where there is none, everything the change may hurt does.
  const own = Object.values(merged(workloads));
  const measured = own.length > 0 ? own : Object.values(services);
  const errorRatio = highest(measured.map((service) => service.errorRatio));
  const p95Seconds = highest(measured.map((service) => service.p95Seconds));
  return {
    at: now,
    health,
    restarts: Object.fromEntries(pods.map(({ id, pod }) => [id, pod.restarts])),
    ...(errorRatio === undefined ? {} : { errorRatio }),
    ...(p95Seconds === undefined ? {} : { p95Seconds }),
    logFingerprints: [...new Set(prints)].slice(0, MOST_FINGERPRINTS),
    services,
    troubledPods: Object.fromEntries(
      pods.flatMap(({ id, pod }) => {
        const trouble = podTrouble(pod);
        return trouble === undefined ? [] : [[id, trouble] as const];
      }),
    ),
    ...(Object.keys(queries).length === 0 ? {} : { queries }),
    ...(Object.keys(endpoints).length === 0 ? {} : { endpoints }),
    ...(accounts.length === 0 ? {} : { accounts }),
    ...(running.length === 0 ? {} : { dependents: running.map(({ namespace, name }) => key(namespace, name)) }),
  };
}

/** Restarts of every pod in the namespaces of these objects, by `namespace/pod`. */
export async function countRestarts(
  objects: readonly ObjectRef[],
  cluster: ClusterReader,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const namespaces = allNamespaces(objects);
  const pods = await Promise.all(namespaces.map((namespace) => cluster.pods(namespace, {}, signal)));
  const counted = pods.flatMap((found, i) =>
    found.map(({ name, restarts }) => [key(namespaces[i] as string, name), restarts] as const),
  );
  return Object.fromEntries(counted.slice(0, MOST_PODS));
}

interface MeasuredPod {
  readonly id: string;
  readonly pod: PodState;
}

interface Measured {
  readonly pods: readonly MeasuredPod[];
  readonly services: Readonly<Record<string, ServiceBaseline>>;
}

function merged(all: readonly Measured[]): Readonly<Record<string, ServiceBaseline>> {
  return Object.fromEntries(all.flatMap(({ services }) => Object.entries(services)));
}

async function measureWorkload(
  target: WorkloadTarget,
  { cluster, metrics, metricNames = defaultMetricNames, signal }: BaselineInput,
): Promise<Measured & { readonly prints: readonly string[] }> {
  const { namespace, name } = target;
  const found = await podsOf(target, cluster, signal); // undefined: the change creates it
  const pods = found?.pods ?? [];
  const running = pods.filter(({ phase }) => phase === "Running").slice(0, LOGGED_PODS);
  const metricTarget = { namespace, workload: name };
  const [lines, [ratio], [p95]] = await Promise.all([
    Promise.all(running.map((pod) => cluster.logs(namespace, pod.name, LOG_SECONDS, signal))),
    metrics.query(errorRatioQuery(metricTarget, metricNames), signal),
    metrics.query(p95Query(metricTarget, metricNames), signal),
  ]);
  const service = { ...finite("errorRatio", ratio?.value), ...finite("p95Seconds", p95?.value) };
  return {
    pods: pods.map((pod) => ({ id: key(namespace, pod.name), pod })),
    services: ratio === undefined && p95 === undefined ? {} : { [key(namespace, name)]: service },
    prints: troubleIn(lines.flat()).map(({ print }) => print),
  };
}

async function measureNamespace(
  namespace: string,
  { cluster, metrics, metricNames = defaultMetricNames, signal }: BaselineInput,
): Promise<Measured> {
  const [pods, samples] = await Promise.all([
    cluster.pods(namespace, {}, signal),
    metrics.query(namespaceErrorRatioQuery(namespace, metricNames), signal),
  ]);
  const services = samples.map(({ labels, value }) => {
    const workload = labels[metricNames.workloadLabel] ?? "";
    return [key(namespace, workload), finite("errorRatio", value)] as const;
  });
  return { pods: pods.map((pod) => ({ id: key(namespace, pod.name), pod })), services: Object.fromEntries(services) };
}

/** NaN is "no traffic": nothing to compare with later. */
function finite<Name extends string>(name: Name, value: number | undefined): { readonly [N in Name]?: number } {
  return value === undefined || !Number.isFinite(value) ? {} : ({ [name]: value } as { [N in Name]: number });
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
