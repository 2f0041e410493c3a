/** Containers of the changed workloads do not restart, and their controllers can create pods. */
import type { ClusterEvent } from "../ports.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";
import { describeTarget, key, podsOf, type WorkloadTarget, workloadTargets } from "./targets.ts";
import { toleratedRestarts } from "./thresholds.ts";

export const restarts: Check = {
  name: "restarts",
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

async function lookAt(target: WorkloadTarget, world: World): Promise<Look> {
  const { baseline, cluster, settings, signal } = world;
  const name = describeTarget(target);
  const found = await podsOf(target, cluster, signal);
  if (found === undefined) return inconclusive(`${name} does not exist`);
  const count = found.pods.reduce((sum, pod) => {
    const before = baseline?.restarts[key(target.namespace, pod.name)] ?? 0;
    return sum + Math.max(0, pod.restarts - before);
  }, 0);

  const events = await cluster.events(target.namespace, signal);
  const warnings = events.filter((event) => concerns(event, target) && event.lastSeen >= (baseline?.at ?? world.since));
  const newest = warnings.sort((a, b) => b.lastSeen - a.lastSeen)[0];
  const because = newest === undefined ? "" : ` (${newest.reason}: ${newest.message.slice(0, 200)})`;

  if (count > toleratedRestarts(settings))
    return failed(`${count} restarts in ${name} since the change${because}`, count);
  // A quota or an admission rule refuses the pods: the workload cannot get better by waiting.
  const refused = warnings.find(({ reason }) => reason === "FailedCreate");
  if (refused !== undefined && found.workload.ready < found.workload.desired) {
    return failed(`${name} cannot create pods: ${refused.message.slice(0, 300)}`);
  }
  return successful(`${count} restarts in ${name} since the change${because}`, count);
}

/** Warnings about the workload itself, its ReplicaSets and its pods: their names begin with the workload's. */
function concerns({ type, object }: ClusterEvent, { name }: WorkloadTarget): boolean {
  if (type !== "Warning") return false;
  const subject = object.slice(object.indexOf("/") + 1);
  return subject === name || subject.startsWith(`${name}-`);
}
