/** The changed workloads are rolled out: the controller has seen the change, and every replica is new and available. */
import { restsBy } from "./at-rest.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";
import { describeTarget, type WorkloadTarget, workloadTargets } from "./targets.ts";

export const rollout: Check = {
  name: "rollout",
  limits: (schedule) => clusterLimits(schedule, 0),
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

async function lookAt(target: WorkloadTarget, world: World): Promise<Look> {
  const { cluster, lastLook, signal } = world;
  const name = describeTarget(target);
  const workload = await cluster.workload(target.kind, target.namespace, target.name, signal);
  // Waiting longer is no use at the last look: it had the whole verification and its extension to get ready.
  const notYet = (message: string) => (lastLook ? failed(`${message}, to the end`) : inconclusive(message));
  if (workload === undefined) return notYet(`${name} does not exist`);
  const { desired, updated, ready, available } = workload;
  if (workload.observedGeneration < workload.generation) return notYet(`the change of ${name} is not observed yet`);
  if (workload.stalled !== undefined) return failed(`${name}: ${workload.stalled.slice(0, 300)}`);
  // Nothing runs, so nothing was verified: scaled to zero is for a person to judge.
  if (desired === 0) {
    const scaler = await restsBy(target, world);
    return scaler === undefined
      ? inconclusive(`${name} wants no replicas`)
      : successful(`${scaler} keeps no replicas of ${name}: nothing waits for it`, 0);
  }
  if (updated < desired) return notYet(`${updated} of ${desired} replicas of ${name} are updated`);
  if (ready < desired) return notYet(`${ready} of ${desired} replicas of ${name} are ready`);
  if (available < desired) return notYet(`${available} of ${desired} replicas of ${name} are available`);
  return successful(`${name}: ${available} of ${desired} replicas are updated and available`, available);
}
