/** The `status` an Application carries: what was compared, what runs, what was done. */
import type { Comparison, Condition } from "./application-compare.ts";
import { at, isMap, type JsonMap, listAt, mapAt, textAt } from "./json.ts";
import { ARGOCD_NAMESPACE, REFRESH } from "./labels.ts";
import { time } from "./pod.ts";
import { sourcesOf } from "./source.ts";
import type { KubeObject, ObjectStore, Ref } from "./store.ts";

export function applicationRef(name: string): Ref {
  return { group: "argoproj.io", kind: "Application", namespace: ARGOCD_NAMESPACE, name };
}

/** Changes an Application that may have been deleted meanwhile. */
export function changeApplication(
  store: ObjectStore,
  name: string,
  change: (application: KubeObject) => KubeObject,
): void {
  const application = store.get(applicationRef(name));
  if (application !== undefined) store.put(change(application));
}

/** `{revision, source}` or, for several sources, `{revisions, sources}`. */
function revisionFields(application: KubeObject, commits: readonly string[]): JsonMap {
  const several = listAt(application, "spec", "sources").length > 0;
  const sources = sourcesOf(application);
  return several ? { revisions: commits, sources } : { revision: commits[0] ?? "", source: sources[0] };
}

/** After a comparison. `commits` undefined: Git or its manifests could not be read, so no revision was compared. */
export function comparedStatus(
  application: KubeObject,
  comparison: Comparison,
  commits: readonly string[] | undefined,
  conditions: readonly Condition[],
  now: number,
): KubeObject {
  const status = mapAt(application, "status");
  const { source, sources, ...revisions } = commits === undefined ? {} : revisionFields(application, commits);
  const destination = at(application, "spec", "destination");
  const health = comparison.health;
  const unchanged = textAt(status, "health", "status") === health.status;
  return {
    ...application,
    status: {
      ...status,
      sync: {
        status: comparison.status,
        comparedTo: { ...(sources === undefined ? { source } : { sources }), destination },
        ...revisions,
      },
      health: { ...health, lastTransitionTime: unchanged ? at(status, "health", "lastTransitionTime") : time(now) },
      resources: comparison.resources,
      reconciledAt: time(now),
      sourceType: "Directory",
      conditions: conditions.map((condition) => stamped(condition, listAt(status, "conditions"), now)),
    },
  };
}

/** A condition that stays keeps the time it appeared. */
function stamped(condition: Condition, before: readonly unknown[], now: number): JsonMap {
  const same = before.find(
    (other) => at(other, "type") === condition.type && at(other, "message") === condition.message,
  );
  return { ...condition, lastTransitionTime: textAt(same, "lastTransitionTime") ?? time(now) };
}

export function withoutRefresh(application: KubeObject): KubeObject {
  const { [REFRESH]: _done, ...annotations } = application.metadata.annotations ?? {};
  return { ...application, metadata: { ...application.metadata, annotations } };
}

/** The operation has begun; `message` says what it waits for. */
export function runningStatus(
  application: KubeObject,
  operation: JsonMap,
  commits: readonly string[],
  progress: { readonly startedAt: number; readonly retryCount: number; readonly message: string },
): KubeObject {
  const operationState = {
    operation,
    phase: "Running",
    message: progress.message,
    startedAt: time(progress.startedAt),
    ...(progress.retryCount > 0 ? { retryCount: progress.retryCount } : {}),
    syncResult: { ...revisionFields(application, commits) },
  };
  return { ...application, operation, status: { ...mapAt(application, "status"), operationState } };
}

export interface Conclusion {
  readonly phase: "Succeeded" | "Failed" | "Error";
  readonly message: string;
  readonly resources: readonly JsonMap[];
}

/** The operation is over: `.operation` goes, the state stays, a success enters the history. */
export function concludedStatus(
  application: KubeObject,
  commits: readonly string[],
  { phase, message, resources }: Conclusion,
  now: number,
): KubeObject {
  const { operation: _over, ...rest } = application;
  const status = mapAt(application, "status");
  const state = mapAt(status, "operationState");
  const revisions = revisionFields(application, commits);
  const operationState = {
    ...state,
    phase,
    message,
    finishedAt: time(now),
    syncResult: { ...revisions, resources },
  };
  const history = listAt(status, "history");
  const last = history.at(-1);
  const entry = {
    ...revisions,
    id: isMap(last) && typeof last["id"] === "number" ? last["id"] + 1 : 0,
    deployStartedAt: at(state, "startedAt"),
    deployedAt: time(now),
    initiatedBy: at(state, "operation", "initiatedBy"),
  };
  const kept = phase === "Succeeded" ? [...history, entry].slice(-10) : history;
  return { ...rest, status: { ...status, operationState, history: kept } } as KubeObject;
}
