/**
 * The pods that read a changed ConfigMap have taken it. Variables and single files (`subPath`) stay as they were when the
 * container started; whole volumes follow by themselves (kubernetes.io, "Mounted ConfigMaps are updated automatically").
 */
import type { ObjectRef } from "../domain/change-set.ts";
import { itemsAt, textAt } from "../repository/values.ts";
import { type Check, inconclusive, type Look, notApplicable, successful, type World, worstOf } from "./check.ts";
import { configMapsOf } from "./pod-spec.ts";
import { type RunningPod, runningPods } from "./running-pods.ts";
import { clusterLimits } from "./schedule.ts";

export const configMaps: Check = {
  name: "config-maps",
  // Pods are replaced one after the other: until the end it is only not yet so.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const changed = world.objects.filter(isConfigMap);
    return worstOf(await Promise.all(changed.map((one) => lookAt(one, world))), "no ConfigMap is changed");
  },
};

function isConfigMap({ apiVersion, kind, effect }: ObjectRef): boolean {
  return apiVersion === "v1" && kind === "ConfigMap" && effect !== "delete";
}

async function lookAt({ namespace = "", name }: ObjectRef, world: World): Promise<Look> {
  const { cluster, signal } = world;
  const id = `ConfigMap ${namespace}/${name}`;
  const found = await cluster.object("v1", "ConfigMap", namespace, name, signal);
  if (found === undefined) return inconclusive(`${id} does not exist`);
  const pods = await runningPods(namespace, cluster, signal);
  const users = pods.flatMap((pod) => {
    const uses = configMapsOf(pod.spec).filter((use) => use.name === name);
    return uses.length === 0 ? [] : [{ pod, follows: uses.every(({ as }) => as === "files") }];
  });
  if (users.length === 0) return notApplicable(`no pod that runs uses ${id}`);
  const changedAt = lastWritten(found) ?? world.baseline?.at ?? world.since;
  const old = users.filter(({ pod, follows }) => !follows && !startedSince(pod, changedAt));
  const [first] = old;
  // The change is not live where it counts, and nothing says that it ever will be: a person knows who restarts them.
  if (first !== undefined) {
    return inconclusive(
      `${old.length} of ${users.length} pods still run with the earlier ${id}, e.g. ${first.pod.name}`,
    );
  }
  const following = users.filter(({ pod, follows }) => follows && !startedSince(pod, changedAt)).length;
  const how = following === 0 ? "" : ` (${following} read it as files, which follow)`;
  return successful(`${users.length} pods have taken ${id}${how}`, users.length);
}

/** When somebody last wrote it, milliseconds since the epoch, by the API server's own record. */
function lastWritten(object: unknown): number | undefined {
  const times = itemsAt(object, "metadata", "managedFields").map((entry) => Date.parse(textAt(entry, "time") ?? ""));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Times of the API server have whole seconds. */
function startedSince({ startedAt }: RunningPod, time: number): boolean {
  return startedAt !== undefined && startedAt >= Math.floor(time / 1_000) * 1_000;
}
