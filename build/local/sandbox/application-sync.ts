/** One sync: dry run of everything, then apply in order, then prune, as Argo CD's sync engine does. */
import { admit } from "./admission.ts";
import { hasSyncOption, inSync, isHook, liveObjects } from "./application-compare.ts";
import { at, digest, type JsonMap, listAt, textAt } from "./json.ts";
import { groupOf, isNamespaced, versionOf } from "./kinds.ts";
import { LAST_APPLIED, TRACKING } from "./labels.ts";
import { applyThreeWay } from "./merge.ts";
import { type KubeObject, keyOf, type ObjectStore, refOf } from "./store.ts";

export interface SyncOutcome {
  readonly phase: "Succeeded" | "Failed";
  readonly message: string;
  /** `syncResult.resources` of the operation. */
  readonly resources: readonly JsonMap[];
}

export interface SyncRequest {
  readonly application: KubeObject;
  readonly desired: readonly KubeObject[];
  readonly prune: boolean;
  /** The cluster's first fill: what it held before anybody watched. Namespaces exist, invalid objects are left out. */
  readonly bootstrap: boolean;
}

/** Kinds in the order of gitops-engine's sync tasks; all others come after. */
const kindOrder = (
  "Namespace NetworkPolicy ResourceQuota LimitRange PodDisruptionBudget ServiceAccount Secret ConfigMap StorageClass " +
  "PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleBinding Role RoleBinding " +
  "Service DaemonSet Pod ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob Ingress APIService"
).split(" ");

export async function sync(store: ObjectStore, request: SyncRequest): Promise<SyncOutcome> {
  const { application, desired, prune, bootstrap } = request;
  const wanted = desired.filter((object) => !isHook(object)).sort(bySyncOrder);
  const namespaces = createdNamespaces(application, wanted, bootstrap);
  const refused = new Map<string, string>();
  let unknownKind = false;
  for (const object of wanted) {
    const refusal = await admit(object, store.get(refOf(object)));
    const problem = refusal?.message ?? namespaceProblem(store, object, namespaces);
    unknownKind ||= refusal?.code === 404;
    if (problem !== undefined) refused.set(keyOf(refOf(object)), problem);
  }
  if (refused.size > 0 && !bootstrap) return failure(wanted, refused, unknownKind);

  for (const namespace of namespaces) ensureNamespace(store, namespace);
  const results = wanted
    .filter((object) => !refused.has(keyOf(refOf(object))))
    .map((object) => result(object, "Synced", applyObject(store, application.metadata.name, object)));
  if (!bootstrap) for (const hook of desired.filter(isJobHook)) runHook(store, application.metadata.name, hook);
  if (prune) results.push(...pruneExtra(store, application.metadata.name, wanted));
  if (refused.size > 0) return failure(wanted, refused, unknownKind);
  return { phase: "Succeeded", message: "successfully synced (all tasks run)", resources: results };
}

function failure(
  wanted: readonly KubeObject[],
  refused: ReadonlyMap<string, string>,
  unknownKind: boolean,
): SyncOutcome {
  const resources = wanted.flatMap((object) => {
    const problem = refused.get(keyOf(refOf(object)));
    return problem === undefined ? [] : [result(object, "SyncFailed", problem)];
  });
  const message = unknownKind
    ? "one or more synchronization tasks are not valid"
    : `one or more objects failed to apply, reason: ${[...refused.values()].join("; ")}`;
  return { phase: "Failed", message, resources };
}

/** Hooks of the phases a sync goes through; those for its failure or for deletion do not run. */
function isJobHook(object: KubeObject): boolean {
  const phases = object.metadata.annotations?.["argocd.argoproj.io/hook"]?.split(",") ?? [];
  return object.kind === "Job" && phases.some((phase) => /^(?:PreSync|Sync|PostSync)$/.test(phase.trim()));
}

/** `BeforeHookCreation`, which is also Argo CD's default: the last run goes, a new one starts. */
function runHook(store: ObjectStore, application: string, object: KubeObject): void {
  store.remove(refOf(object));
  applyObject(store, application, object);
}

/** Answers kubectl's word for what happened. */
function applyObject(store: ObjectStore, application: string, object: KubeObject): string {
  const ref = refOf(object);
  const live = store.get(ref);
  const name = `${object.kind.toLowerCase()}${ref.group === "" ? "" : `.${ref.group}`}/${ref.name}`;
  const tracking = `${application}:${ref.group}/${ref.kind}:${ref.namespace ?? ""}/${ref.name}`;
  if (inSync(live, object) && live?.metadata.annotations?.[TRACKING] === tracking) return `${name} unchanged`;
  const annotations = {
    ...object.metadata.annotations,
    [TRACKING]: tracking,
    [LAST_APPLIED]: JSON.stringify(object),
  };
  const after = { ...object, metadata: { ...object.metadata, annotations } };
  store.put(applyThreeWay(live, lastApplied(live), after) as KubeObject);
  return `${name} ${live === undefined ? "created" : "configured"}`;
}

function lastApplied(live: KubeObject | undefined): unknown {
  const text = live?.metadata.annotations?.[LAST_APPLIED];
  return text === undefined ? undefined : JSON.parse(text);
}

/** Dependants first: the reverse of the order they were applied in. */
function pruneExtra(store: ObjectStore, application: string, wanted: readonly KubeObject[]): JsonMap[] {
  const keep = new Set(wanted.map((object) => keyOf(refOf(object))));
  const extra = liveObjects(store, application).filter((object) => !keep.has(keyOf(refOf(object))));
  return [...extra]
    .sort(bySyncOrder)
    .reverse()
    .map((object) => {
      if (hasSyncOption(object, "Prune=false") || hasSyncOption(object, "Prune=confirm")) {
        return result(object, "PruneSkipped", "ignored (no prune)");
      }
      store.remove(refOf(object));
      return result(object, "Pruned", "pruned");
    });
}

function createdNamespaces(
  application: KubeObject,
  wanted: readonly KubeObject[],
  bootstrap: boolean,
): ReadonlySet<string> {
  const destination = textAt(application, "spec", "destination", "namespace");
  const inGit = wanted.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
  const asked = listAt(application, "spec", "syncPolicy", "syncOptions").includes("CreateNamespace=true");
  const used = bootstrap ? wanted.flatMap(({ metadata }) => metadata.namespace ?? []) : [];
  return new Set([...inGit, ...used, ...((asked || bootstrap) && destination !== undefined ? [destination] : [])]);
}

function namespaceProblem(store: ObjectStore, object: KubeObject, created: ReadonlySet<string>): string | undefined {
  const { namespace } = object.metadata;
  if (namespace === undefined || !isNamespaced(object.kind) || created.has(namespace)) return undefined;
  const exists = store.get({ group: "", kind: "Namespace", namespace: undefined, name: namespace }) !== undefined;
  return exists ? undefined : `namespaces "${namespace}" not found`;
}

export function ensureNamespace(store: ObjectStore, name: string): void {
  if (store.get({ group: "", kind: "Namespace", namespace: undefined, name }) !== undefined) return;
  store.put({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
  });
}

function bySyncOrder(a: KubeObject, b: KubeObject): number {
  const wave = (object: KubeObject) => Number(object.metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? 0) || 0;
  const kind = (object: KubeObject) =>
    kindOrder.includes(object.kind) ? kindOrder.indexOf(object.kind) : kindOrder.length;
  return wave(a) - wave(b) || kind(a) - kind(b) || (keyOf(refOf(a)) < keyOf(refOf(b)) ? -1 : 1);
}

function result(object: KubeObject, status: string, message: string): JsonMap {
  const { name, namespace } = object.metadata;
  return {
    group: groupOf(object.apiVersion),
    version: versionOf(object.apiVersion),
    kind: object.kind,
    namespace: namespace ?? "",
    name,
    status,
    message,
    hookPhase: status === "SyncFailed" ? "Failed" : "Running",
    syncPhase: "Sync",
  };
}

/** Identity of an Application's sources: a new one is a new attempt. */
export function sourceDigest(application: KubeObject): string {
  return digest([at(application, "spec", "source"), at(application, "spec", "sources")]);
}
