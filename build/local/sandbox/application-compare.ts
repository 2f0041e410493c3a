/** What an Application wants against what is there. Reads the store, changes nothing. */
import { applicationHealth, type Health } from "./application-health.ts";
import { digest, type JsonMap, textAt } from "./json.ts";
import { groupOf, versionOf } from "./kinds.ts";
import { LAST_APPLIED, TRACKING } from "./labels.ts";
import { covers } from "./merge.ts";
import { type KubeObject, keyOf, type ObjectStore, refOf } from "./store.ts";

export type SyncCode = "Synced" | "OutOfSync" | "Unknown";
export interface Condition {
  readonly type: string;
  readonly message: string;
}
export interface ResourceState {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status: SyncCode;
  readonly requiresPruning?: true;
}
export interface Comparison {
  readonly status: SyncCode;
  readonly resources: readonly ResourceState[];
  readonly health: Health;
  readonly conditions: readonly Condition[];
}

/** `desired` undefined: it could not be produced, so nothing can be said about any resource. */
export function compare(
  store: ObjectStore,
  application: string,
  desired: readonly KubeObject[] | undefined,
): Comparison {
  const live = liveObjects(store, application);
  const wanted = (desired ?? []).filter((object) => !isHook(object));
  const wantedKeys = new Set(wanted.map((object) => keyOf(refOf(object))));
  const extra = live.filter((object) => !wantedKeys.has(keyOf(refOf(object))));
  const resources = [
    ...wanted.map((object) => state(object, inSync(store.get(refOf(object)), object) ? "Synced" : "OutOfSync")),
    ...extra.map((object): ResourceState => {
      return desired === undefined
        ? state(object, "Unknown")
        : { ...state(object, "OutOfSync"), requiresPruning: true };
    }),
  ].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const health = applicationHealth([...wanted.map((object) => store.get(refOf(object))), ...extra]);
  const shared = wanted.filter((object) => isForeign(store.get(refOf(object)), application));
  return { status: overall(desired, resources), resources, health, conditions: shared.map(sharedCondition) };
}

/** Objects that carry the Application's tracking id. */
export function liveObjects(store: ObjectStore, application: string): readonly KubeObject[] {
  return store.all().filter((object) => trackedBy(object) === application && !isHook(object));
}

/** Name of the Application an object belongs to. */
export function trackedBy(object: KubeObject | undefined): string | undefined {
  return object?.metadata.annotations?.[TRACKING]?.split(":")[0];
}

/** Hooks run during a sync and are no part of the wanted state. */
export function isHook(object: KubeObject): boolean {
  const annotations = object.metadata.annotations ?? {};
  return annotations["argocd.argoproj.io/hook"] !== undefined || annotations["helm.sh/hook"] !== undefined;
}

/** Everything wanted is there, and nothing that was applied before and is no longer wanted. */
export function inSync(live: KubeObject | undefined, wanted: KubeObject): boolean {
  if (live === undefined) return false;
  const applied = live.metadata.annotations?.[LAST_APPLIED];
  return applied !== undefined && digest(JSON.parse(applied)) === digest(wanted) && covers(live, wanted);
}

function isForeign(live: KubeObject | undefined, application: string): boolean {
  const owner = trackedBy(live);
  return owner !== undefined && owner !== application;
}

function sharedCondition(object: KubeObject): Condition {
  const message = `${object.kind}/${object.metadata.name} is part of more than one Application`;
  return { type: "SharedResourceWarning", message };
}

function overall(desired: unknown, resources: readonly ResourceState[]): SyncCode {
  if (desired === undefined) return "Unknown";
  return resources.every(({ status }) => status === "Synced") ? "Synced" : "OutOfSync";
}

function state(object: KubeObject, status: SyncCode): ResourceState {
  const { name, namespace } = object.metadata;
  const group = groupOf(object.apiVersion);
  return {
    ...(group === "" ? {} : { group }),
    version: versionOf(object.apiVersion),
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    status,
  };
}

function sortKey({ group, kind, namespace, name }: ResourceState): string {
  return [group ?? "", kind, namespace ?? "", name].join("/");
}

/** An Application's own words for a sync option on one object, such as `Prune=false`. */
export function hasSyncOption(object: KubeObject | JsonMap, option: string): boolean {
  const text = textAt(object, "metadata", "annotations", "argocd.argoproj.io/sync-options") ?? "";
  return text.split(",").some((entry) => entry.trim() === option);
}
