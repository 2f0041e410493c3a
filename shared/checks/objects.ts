/** Objects without pods of their own exist as committed, and deleted ones are gone. */
import { findResource } from "../argocd/objects.ts";
import type { ObjectRef } from "../domain/change-set.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";
import { otherObjects } from "./targets.ts";

export const objects: Check = {
  name: "objects",
  // One is tolerated: a read may be older than the sync that was just reported.
  limits: (schedule) => clusterLimits(schedule, 1, false),
  async look(world) {
    const looks = await Promise.all(otherObjects(world.objects).map((object) => lookAt(object, world)));
    return worstOf(looks, "only workloads are changed");
  },
};

async function lookAt(object: ObjectRef, { application, argoCd, cluster, signal }: World): Promise<Look> {
  const { apiVersion, kind, namespace, effect } = object;
  const name = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${object.name}`;
  const found = await cluster.object(apiVersion, kind, namespace ?? "", object.name, signal);
  if (effect === "delete") {
    if (found === undefined) return successful(`${name} is gone`);
    return isBeingDeleted(found) ? successful(`${name} is being deleted`) : failed(`${name} is still there`);
  }
  if (found === undefined) return failed(`${name} does not exist`);
  if (object.hook === true) return successful(`${name} was run by the sync`);
  if (isBeingDeleted(found)) return failed(`${name} is being deleted`);
  // "As committed" is Argo CD's own comparison: it knows defaults and ignored differences, we do not.
  const app = await argoCd.application(application, signal);
  const resource = findResource(app?.status?.resources ?? [], object, app?.spec.destination.namespace);
  if (resource?.status === "Synced") return successful(`${name} exists as committed`);
  return inconclusive(`${name} exists, but Argo CD says ${resource?.status ?? "nothing about it"}`);
}

function isBeingDeleted(object: Readonly<Record<string, unknown>>): boolean {
  const metadata = object["metadata"];
  return typeof metadata === "object" && metadata !== null && "deletionTimestamp" in metadata;
}
