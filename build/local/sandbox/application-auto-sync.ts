/** Shall a sync start by itself? The rules of Argo CD's autoSync (controller/appcontroller.go). Pure. */
import type { Comparison, Condition } from "./application-compare.ts";
import { sourceDigest } from "./application-sync.ts";
import { at, digest, isMap, listAt, textAt } from "./json.ts";
import type { KubeObject } from "./store.ts";

export type AutoSync =
  | { readonly kind: "none" }
  | { readonly kind: "sync" }
  /** Drift: the commit was applied already, somebody changed the cluster. */
  | { readonly kind: "heal" }
  | { readonly kind: "refused"; readonly condition: Condition };

const none: AutoSync = { kind: "none" };

export function autoSync(application: KubeObject, comparison: Comparison, commits: readonly string[]): AutoSync {
  const automated = at(application, "spec", "syncPolicy", "automated");
  if (!isMap(automated) || automated["enabled"] === false) return none;
  if (comparison.status !== "OutOfSync" || isMap(application["operation"])) return none;
  const outOfSync = comparison.resources.filter(({ status }) => status === "OutOfSync");
  const onlyPruning = outOfSync.every(({ requiresPruning }) => requiresPruning === true);
  if (automated["prune"] !== true && onlyPruning) return none;

  if (wasAttempted(application, commits)) {
    const phase = textAt(application, "status", "operationState", "phase");
    if (phase !== "Succeeded") return refused(failedBefore(application, commits));
    return automated["selfHeal"] === true && !onlyPruning ? { kind: "heal" } : none;
  }
  const wipesOut =
    comparison.resources.length > 0 && comparison.resources.every((item) => item.requiresPruning === true);
  if (automated["prune"] === true && automated["allowEmpty"] !== true && wipesOut) {
    return refused(`Skipping sync attempt to ${commits[0] ?? ""}: auto-sync will wipe out all resources`);
  }
  return { kind: "sync" };
}

/** One attempt per revision and source. */
function wasAttempted(application: KubeObject, commits: readonly string[]): boolean {
  const result = at(application, "status", "operationState", "syncResult");
  if (!isMap(result)) return false;
  const attempted = listAt(result, "revisions").length > 0 ? listAt(result, "revisions") : [at(result, "revision")];
  const sources = digest([at(result, "source"), at(result, "sources")]);
  return digest(attempted) === digest(commits) && sources === sourceDigest(application);
}

function failedBefore(application: KubeObject, commits: readonly string[]): string {
  const message = textAt(application, "status", "operationState", "message") ?? "";
  return `Failed last sync attempt to [${commits.join(" ")}]: ${message}`;
}

function refused(message: string): AutoSync {
  return { kind: "refused", condition: { type: "SyncError", message } };
}
