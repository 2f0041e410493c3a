/** Pods as objects: what they were told, and since when they run. */
import type { ClusterReader } from "../ports.ts";
import { at, type Fields, fieldsAt, itemsAt, textAt } from "../repository/values.ts";

export interface RunningPod {
  readonly name: string;
  readonly spec: Fields;
  /** Account it runs as. */
  readonly account: string;
  /** When the longest running of its containers started, milliseconds since the epoch; undefined: none runs yet. */
  readonly startedAt: number | undefined;
}

/** Those of a namespace that neither have ended nor are being deleted. */
export async function runningPods(
  namespace: string,
  cluster: Pick<ClusterReader, "list">,
  signal?: AbortSignal,
): Promise<readonly RunningPod[]> {
  const found = await cluster.list("v1", "Pod", namespace, signal);
  return found.filter(isRunning).map((pod) => ({
    name: textAt(pod, "metadata", "name") ?? "",
    spec: fieldsAt(pod, "spec"),
    account: textAt(pod, "spec", "serviceAccountName") ?? "default",
    startedAt: startOf(pod),
  }));
}

function isRunning(pod: Fields): boolean {
  const phase = textAt(pod, "status", "phase");
  return at(pod, "metadata", "deletionTimestamp") === undefined && phase !== "Succeeded" && phase !== "Failed";
}

function startOf(pod: Fields): number | undefined {
  const started = itemsAt(pod, "status", "containerStatuses").map((one) =>
    textAt(one, "state", "running", "startedAt"),
  );
  const known = started.some((time) => time !== undefined) ? started : [textAt(pod, "status", "startTime")];
  const times = known.map((time) => Date.parse(time ?? "")).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.min(...times);
}
