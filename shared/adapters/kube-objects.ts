/** Kubernetes objects as JSON -> the few facts the health checks need. Absent numbers read as 0. */
import * as z from "zod";
import type { ClusterEvent, PodState, Workload } from "../ports.ts";

const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
  .catch(0);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "")
  .catch("");
const maybeNumber = z.number().optional().catch(undefined);

const LabelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).optional().catch(undefined),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional()
    .catch(undefined),
});
type LabelSelector = z.infer<typeof LabelSelector>;

const WorkloadObject = z.object({
  metadata: z.object({ name: text, namespace: text, generation: number }),
  spec: z.object({ replicas: maybeNumber, selector: LabelSelector.optional().catch(undefined) }).catch({}),
  status: z
    .object({
      observedGeneration: number,
      replicas: number,
      updatedReplicas: number,
      readyReplicas: number,
      availableReplicas: maybeNumber,
      desiredNumberScheduled: number,
      updatedNumberScheduled: number,
      numberReady: number,
      numberAvailable: number,
      conditions: z
        .array(z.object({ type: text, status: text, message: text }))
        .optional()
        .catch(undefined),
    })
    .partial()
    .catch({}),
});

const State = z.object({ reason: text, exitCode: maybeNumber }).optional().catch(undefined);
const ContainerStatus = z.object({
  ready: z.boolean().catch(false),
  restartCount: number,
  state: z.object({ waiting: State, terminated: State }).optional().catch(undefined),
  lastState: z.object({ terminated: State }).optional().catch(undefined),
});
type ContainerStatus = z.infer<typeof ContainerStatus>;
const containers = z.array(ContainerStatus).optional().catch(undefined);
const PodObject = z.object({
  metadata: z.object({ name: text, deletionTimestamp: z.string().optional().catch(undefined) }),
  status: z
    .object({
      phase: text,
      reason: text,
      conditions: z
        .array(z.object({ type: text, status: text }))
        .optional()
        .catch(undefined),
      containerStatuses: containers,
      initContainerStatuses: containers,
    })
    .partial()
    .catch({}),
});

const EventObject = z.object({
  type: text,
  reason: text,
  message: text,
  involvedObject: z.object({ kind: text, name: text }).catch({ kind: "", name: "" }),
  lastTimestamp: text,
  eventTime: text,
  firstTimestamp: text,
  series: z.object({ lastObservedTime: text }).optional().catch(undefined),
  metadata: z.object({ creationTimestamp: text }).catch({ creationTimestamp: "" }),
});

/** A Deployment, StatefulSet or DaemonSet. `spec.replicas` is 1 when absent (API default). */
export function readWorkload(kind: string, object: unknown): Workload {
  const { metadata, spec, status } = WorkloadObject.parse(object);
  const daemon = kind === "DaemonSet";
  const progressing = status.conditions?.find(({ type }) => type === "Progressing");
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    generation: metadata.generation,
    observedGeneration: status.observedGeneration ?? 0,
    desired: daemon ? (status.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1),
    updated: (daemon ? status.updatedNumberScheduled : status.updatedReplicas) ?? 0,
    ready: (daemon ? status.numberReady : status.readyReplicas) ?? 0,
    // StatefulSets before Kubernetes 1.22 report no available replicas; ready ones are the nearest fact.
    available:
      (daemon ? status.numberAvailable : (status.availableReplicas ?? fallback(kind, status.readyReplicas))) ?? 0,
    ...(progressing?.status === "False" ? { stalled: progressing.message || "progress deadline exceeded" } : {}),
    selector: workloadSelector(spec.selector),
  };
}

/** Undefined for a pod that is being deleted: it says nothing about the workload any more. */
export function readPod(object: unknown): PodState | undefined {
  const { metadata, status } = PodObject.parse(object);
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const main = status.containerStatuses ?? [];
  const every = [...(status.initContainerStatuses ?? []), ...main];
  const reason = every.map(troubleOf).find((found) => found !== undefined) ?? (status.reason || undefined);
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return {
    name: metadata.name,
    phase: status.phase || "Unknown",
    ready:
      ready === undefined ? main.length > 0 && main.every((container) => container.ready) : ready.status === "True",
    restarts: every.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** A core/v1 Event; the newest of its times counts, because old and new event APIs fill different ones. */
export function readEvent(object: unknown): ClusterEvent {
  const event = EventObject.parse(object);
  const times = [
    event.series?.lastObservedTime,
    event.lastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    event.metadata.creationTimestamp,
  ].map((time) => Date.parse(time ?? ""));
  return {
    type: event.type,
    reason: event.reason,
    message: event.message.slice(0, 500),
    object: `${event.involvedObject.kind}/${event.involvedObject.name}`,
    lastSeen: Math.max(0, ...times.filter((time) => !Number.isNaN(time))),
  };
}

/** A LabelSelector in the text form of the `labelSelector` query parameter. */
export function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  const labels = Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "NotIn" ? "notin" : "in"} (${values.join(",")})`;
  });
  return [...labels, ...expressions].join(",");
}

function workloadSelector(selector: LabelSelector | undefined): Workload["selector"] {
  if ((selector?.matchExpressions ?? []).length === 0) return selector?.matchLabels ?? {};
  return selectorText(selector ?? {});
}

/** Why a container is in trouble; a clean exit and the ordinary reasons to wait are none. */
function troubleOf({ state, lastState, restartCount }: ContainerStatus): string | undefined {
  const waiting = state?.waiting?.reason;
  // Behind "CrashLoopBackOff" the last exit says why, and out of memory is the answer people look for.
  if (restartCount > 0 && lastState?.terminated?.reason === "OOMKilled") return "OOMKilled";
  if (waiting !== undefined && waiting !== "" && !["ContainerCreating", "PodInitializing"].includes(waiting))
    return waiting;
  const ended = state?.terminated;
  return ended !== undefined && ended.exitCode !== 0 ? ended.reason || "Error" : undefined;
}

function fallback(kind: string, ready: number | undefined): number | undefined {
  return kind === "StatefulSet" ? ready : undefined;
}
