/** The faults there are, whom each one hits, and what may be said of it. */

/** Hit pods of a workload, and what Prometheus and logs tell of them. */
const OF_WORKLOADS = [
  "crash-loop",
  "image-pull",
  "slow-start",
  "error-rate",
  "latency",
  "no-traffic",
  "log-panic",
  "missing-dependency",
] as const;
/** Hits whoever wants another pod in the namespace. */
const OF_NAMESPACES = ["quota-refusal"] as const;
/** Hit whoever asks the servers. */
const OF_SERVERS = ["api-errors", "api-stale", "prometheus-away"] as const;

export const FAULT_KINDS = [...OF_WORKLOADS, ...OF_NAMESPACES, ...OF_SERVERS] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const FAULT_TIMES = ["always", "changed", "since-change"] as const;
export type FaultTime = (typeof FAULT_TIMES)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Needed unless it is a fault of a server. */
  readonly namespace?: string;
  /** Name of a Deployment, StatefulSet or DaemonSet; without it, all of the namespace. */
  readonly workload?: string;
  /**
   * `changed`: in force only while what is applied for the workload, or beside it in its namespace, differs from what
   * was applied when the fault was injected. After a true revert the cluster is therefore well again.
   * `since-change`: from the first such difference on, whatever is taken back: as when a change spoilt data.
   */
  readonly when?: FaultTime;
  /** error-rate: share of requests answered 5xx, 0.2 unless given; api-errors: share of calls that fail, 0.3. */
  readonly ratio?: number;
  /**
   * latency: 95th percentile in milliseconds, 2000 unless given; slow-start: delay in milliseconds, 30000; api-stale: age of
   * the answers, 5000.
   */
  readonly milliseconds?: number;
  /**
   * missing-dependency: the Service the workload needs, `name` or `namespace/name`; its pods are not ready as long, so that
   * it has no endpoints. Without one it is something outside of the cluster.
   */
  readonly dependency?: string;
  /** prometheus-away: `refused` unless given: nobody listens on its port. `503`: something before it says so. */
  readonly answer?: "refused" | "503";
}

const only: Readonly<Record<"ratio" | "milliseconds" | "dependency" | "answer", readonly FaultKind[]>> = {
  ratio: ["error-rate", "api-errors"],
  milliseconds: ["latency", "slow-start", "api-stale"],
  dependency: ["missing-dependency"],
  answer: ["prometheus-away"],
};

/** Why there can be no such fault; undefined when there can. */
export function faultProblem(fault: Fault): string | undefined {
  const { kind, namespace, workload, when = "always" } = fault;
  const ofServer = isOneOf(OF_SERVERS, kind);
  if (ofServer && namespace !== undefined) return `${kind} hits everybody: it takes no namespace`;
  if (!ofServer && namespace === undefined) return `${kind} needs a namespace`;
  if (!isOneOf(OF_WORKLOADS, kind) && workload !== undefined) return `${kind} takes no workload`;
  if (!isOneOf(OF_WORKLOADS, kind) && when !== "always") return `${kind} is there or not: it takes no when`;
  for (const [field, kinds] of Object.entries(only)) {
    if (fault[field as keyof Fault] !== undefined && !kinds.includes(kind)) return `${kind} takes no ${field}`;
  }
  return undefined;
}

/** Injecting a fault of the same name replaces it. */
export function faultName({ kind, namespace, workload }: Fault): string {
  return namespace === undefined ? kind : `${kind}:${namespace}/${workload ?? "*"}`;
}

function isOneOf(kinds: readonly FaultKind[], kind: FaultKind): boolean {
  return kinds.includes(kind);
}
