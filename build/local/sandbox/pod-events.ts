/** The events a kubelet writes when a pod moves from one step of its life to the next. */
import { recordEvent } from "./events.ts";
import { listAt, textAt } from "./json.ts";
import type { Life } from "./pod.ts";
import type { KubeObject, ObjectStore } from "./store.ts";

export function tellPodEvents(
  store: ObjectStore,
  pod: KubeObject,
  before: Life,
  after: Life,
  { unready, now }: { readonly unready: boolean; readonly now: number },
): void {
  const container = listAt(pod, "spec", "containers")[0];
  const name = textAt(container, "name") ?? "";
  const image = textAt(container, "image") ?? "";
  const tell = (type: "Normal" | "Warning", reason: string, message: string) =>
    recordEvent(store, pod, { type, reason, message, source: "kubelet" }, now);

  if (after.step === "pulling" && before.step !== "pulling") {
    tell("Warning", "Failed", `Failed to pull image "${image}": not found`);
    tell("Warning", "BackOff", `Back-off pulling image "${image}"`);
  }
  const started = after.step === "running" && (before.step !== "running" || after.restarts > before.restarts);
  if (started) tell("Normal", "Started", `Started container ${name}`);
  const failing = after.step === "running" && !after.ready && (before.ready || started);
  if (failing && unready)
    tell("Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");
  const crashed = after.lastRun?.finishedAt !== before.lastRun?.finishedAt;
  if (crashed) tell("Warning", "BackOff", `Back-off restarting failed container ${name} in pod ${pod.metadata.name}`);
}
