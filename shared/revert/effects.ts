/** What taking files back does to the objects of a repository: its manifests read before and after. */
import { changeSet, type FileChange, type ObjectRef } from "../domain/change-set.ts";
import { reviewOf } from "../policy/review.ts";
import type { Platform, Resource } from "../repository/platform.ts";

/** One object the revert creates, changes or deletes, with its manifests. */
export interface Effect extends Omit<ObjectRef, "retained"> {
  /** As the branch has it now; undefined for one that comes back. */
  readonly before: Resource["object"] | undefined;
  /** As it would be; undefined for one that goes. */
  readonly after: Resource["object"] | undefined;
}

/** Only objects an Application reads: what lies elsewhere in the repository is in no cluster. */
export function effectsOf(files: readonly FileChange[], platform: Platform): readonly Effect[] {
  const { changes } = reviewOf(changeSet(files, [], ""), platform, {});
  return changes.flatMap(({ before, after }) => {
    const resource = after ?? before;
    if (resource?.application === undefined) return [];
    const { apiVersion, kind, namespace, name } = resource;
    const effect = after === undefined ? "delete" : before === undefined ? "create" : "change";
    const place = namespace === undefined ? {} : { namespace };
    return [{ apiVersion, kind, ...place, name, effect, before: before?.object, after: after?.object }];
  });
}

const SYNC_OPTIONS = "argocd.argoproj.io/sync-options";

/** Argo CD's options for one object, of its annotation (argo-cd: docs/user-guide/sync-options.md). */
export function hasSyncOption(object: Readonly<Record<string, unknown>> | undefined, wanted: string): boolean {
  const { annotations } = (object?.["metadata"] ?? {}) as { annotations?: Readonly<Record<string, unknown>> };
  const options = annotations?.[SYNC_OPTIONS];
  return typeof options === "string" && options.split(",").some((option) => option.trim() === wanted);
}

/** Argo CD deletes it and creates it anew instead of changing it. */
export function isReplaced(object: Readonly<Record<string, unknown>> | undefined): boolean {
  return hasSyncOption(object, "Replace=true") && hasSyncOption(object, "Force=true");
}
