/** Whether the objects of one change set are in the state Git wants, by `status.resources` of the Application. */
import type { ObjectRef } from "../domain/change-set.ts";
import type { ArgoApplication, ArgoResource } from "../ports.ts";
import { automation } from "./advice.ts";

/**
 * The first reason why our objects are not in place, undefined when they all are: what we created or changed must be
 * listed and Synced, what we deleted must be gone. A change set that names no object needs the whole Application Synced.
 */
export function objectsPending(application: ArgoApplication, objects: readonly ObjectRef[]): string | undefined {
  const { status, spec } = application;
  const sync = status?.sync?.status ?? "Unknown";
  if (sync !== "Synced" && sync !== "OutOfSync") return `Argo CD does not know the state of the Application (${sync})`;
  if (objects.length === 0) return sync === "Synced" ? undefined : "the Application is OutOfSync";
  const resources = status?.resources;
  if (resources === undefined) {
    // An Application whose last object is gone has no list at all (the field is omitted when empty).
    const onlyDeletes = objects.every(({ effect }) => effect === "delete");
    return onlyDeletes && sync === "Synced" ? undefined : "Argo CD lists no resources yet";
  }
  for (const object of objects) {
    // A hook has no state to be in: that the sync succeeded, which is asked elsewhere, says that it did.
    if (object.hook === true) continue;
    const reason = pendingReason(object, findResource(resources, object, spec.destination.namespace), application);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** The entry of `status.resources` that is this object. */
export function findResource(
  resources: readonly ArgoResource[],
  object: ObjectRef,
  defaultNamespace: string | undefined,
): ArgoResource | undefined {
  const group = object.apiVersion.includes("/") ? object.apiVersion.slice(0, object.apiVersion.indexOf("/")) : "";
  const namespace = object.namespace ?? defaultNamespace;
  return resources.find(
    (resource) =>
      resource.kind === object.kind &&
      resource.name === object.name &&
      (resource.group ?? "") === group &&
      // Argo CD leaves the namespace out for cluster-scoped objects.
      (resource.namespace === undefined || resource.namespace === "" || resource.namespace === namespace),
  );
}

/**
 * What reverting the change set does to the same objects: created ones go, deleted ones come back. Of a created one that
 * is retained nothing can be asked: Argo CD leaves it in the cluster and on its list.
 */
export function invertObjects(objects: readonly ObjectRef[]): readonly ObjectRef[] {
  const inverse = { create: "delete", delete: "create", change: "change" } as const;
  return objects
    .filter(({ effect, retained, hook }) => !(effect === "create" && (retained === true || hook === true)))
    .map((object) => ({ ...object, effect: inverse[object.effect] }));
}

/**
 * What a failed sync failed on, when it says so and none of it is ours (`status.operationState.syncResult.resources`).
 */
export function failedElsewhere({ status, spec }: ArgoApplication, objects: readonly ObjectRef[]): string | undefined {
  const results = status?.operationState?.syncResult?.resources ?? [];
  const failed = results.filter((result) => result.status === "SyncFailed");
  const isOurs = objects.some((object) => findResource(failed, object, spec.destination.namespace) !== undefined);
  if (failed.length === 0 || isOurs) return undefined;
  return failed
    .slice(0, 3)
    .map(({ kind, name }) => `${kind} ${name}`)
    .join(", ");
}

function pendingReason(
  object: ObjectRef,
  resource: ArgoResource | undefined,
  application: ArgoApplication,
): string | undefined {
  const name = `${object.kind} ${object.name}`;
  if (object.effect === "delete") {
    if (resource === undefined) return undefined;
    const byHand = resource.requiresPruning === true && !automation(application).prunes;
    return `${name} is still there${byHand ? "; the Application deletes nothing by itself (prune is off)" : ""}`;
  }
  if (resource === undefined) {
    const wasSynced = application.status?.sync?.status === "Synced";
    const why = wasSynced ? "; Argo CD may be told to leave its kind alone (resource.exclusions)" : "";
    return `${name} is not among the Application's resources${why}`;
  }
  return resource.status === "Synced" ? undefined : `${name} is ${resource.status ?? "of unknown state"}`;
}
