/** Every pod of the changed workloads runs and is ready; reasons that do not heal by waiting fail fast. */
import type { PodState } from "../ports.ts";
import { restsBy } from "./at-rest.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";
import { describeTarget, fatalReason, key, podsOf, type WorkloadTarget, workloadTargets } from "./targets.ts";

export const pods: Check = {
  name: "pods",
  // One is tolerated: a registry or a dependency may miss a beat; two looks in a row are a verdict.
  limits: (schedule) => clusterLimits(schedule, 1),
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

async function lookAt(target: WorkloadTarget, world: World): Promise<Look> {
  const name = describeTarget(target);
  const found = await podsOf(target, world.cluster, world.signal);
  if (found === undefined) return inconclusive(`${name} does not exist`);
  for (const pod of found.pods) {
    const reason = fatalReason(pod);
    if (reason !== undefined && isNew(pod, target.namespace, reason, world)) {
      return failed(`pod ${pod.name} of ${name}: ${reason}`);
    }
  }
  if (found.pods.length === 0) {
    const scaler = found.workload.desired === 0 ? await restsBy(target, world) : undefined;
    return scaler === undefined
      ? inconclusive(`${name} has no pods`)
      : successful(`${scaler} keeps none of ${name}`, 0);
  }
  const ready = found.pods.filter((pod) => pod.ready).length;
  if (ready === found.pods.length) return successful(`${ready} of ${ready} pods of ${name} are ready`, ready);
  return inconclusive(`${ready} of ${found.pods.length} pods of ${name} are ready`);
}

/**
 * A pod that was in the same trouble before the change is not blamed on it. "OOMKilled" stays in a pod's status after
 * it recovered, so on an old pod only one that came with a new restart counts.
 */
function isNew(pod: PodState, namespace: string, reason: string, { baseline }: World): boolean {
  const id = key(namespace, pod.name);
  if (baseline?.troubledPods?.[id] === reason) return false;
  return reason !== "OOMKilled" || pod.restarts > (baseline?.restarts[id] ?? -1);
}
