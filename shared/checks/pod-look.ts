/** One pod beside a change: as well as before, or not. */
import type { Baseline } from "../domain/health.ts";
import type { PodState } from "../ports.ts";
import { failed, inconclusive, type Look, successful } from "./check.ts";
import { fatalReason, key } from "./targets.ts";

/** What is wrong with a pod, undefined when nothing is. A finished pod is well when it succeeded. */
export function podTrouble(pod: PodState): string | undefined {
  if (pod.phase === "Succeeded") return undefined;
  if (pod.phase === "Failed") return pod.reason ?? "Failed";
  return fatalReason(pod) ?? (pod.ready ? undefined : "not ready");
}

export function podLook(pod: PodState, namespace: string, baseline: Baseline | undefined): Look {
  const id = key(namespace, pod.name);
  const before = baseline?.restarts[id];
  const trouble = podTrouble(pod);
  if (before !== undefined && pod.restarts - before > 1) {
    return failed(`pod ${id} restarted ${pod.restarts - before} times since the change`);
  }
  if (trouble === undefined || baseline?.troubledPods?.[id] !== undefined) return successful(`pod ${id} is as before`);
  // OOMKilled stays in the status of a pod that recovered; without a new restart it is old news.
  if (trouble === "OOMKilled" && before === pod.restarts && pod.ready) return successful(`pod ${id} is as before`);
  // A new pod may just be starting; one that was well before the change and is not any more tells against it.
  return trouble === "not ready" && before === undefined
    ? inconclusive(`pod ${id} is not ready yet`)
    : failed(`pod ${id}: ${trouble}`);
}
