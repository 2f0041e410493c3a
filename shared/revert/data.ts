/** What goes for good with an object: data that a revert must not take with it, however it came there. */
import type { ClusterReader } from "../ports.ts";
import { at, type Fields, isFields, itemsAt, textAt } from "../repository/values.ts";
import { type Effect, hasSyncOption, isReplaced } from "./effects.ts";

export type Loss =
  /** It stays in the cluster, though Git no longer names it. */
  | { readonly kind: "kept"; readonly because: string }
  /** It goes, and something with it that no revert brings back. */
  | { readonly kind: "lost"; readonly because: string };

const KINDS: readonly string[] = [
  "PersistentVolumeClaim",
  "PersistentVolume",
  "StatefulSet",
  "Namespace",
  "CustomResourceDefinition",
  "VolumeSnapshot",
  "VolumeSnapshotContent",
];

/** Whether data may hang on the object, by its manifest alone: then the cluster is asked. */
export function mayHoldData({ apiVersion, kind, before }: Pick<Effect, "apiVersion" | "kind" | "before">): boolean {
  return KINDS.includes(kind) || (isCustom(apiVersion) && asksForStorage(before?.["spec"]));
}

/**
 * What becomes of the data of an object the revert deletes (or has replaced); undefined where there is none. Throws what the
 * reader throws: whoever cannot look does not delete.
 */
export async function lossOf(
  effect: Effect,
  cluster: Pick<ClusterReader, "object">,
  signal?: AbortSignal,
): Promise<Loss | undefined> {
  const goes = effect.effect === "delete" || (effect.effect === "change" && isReplaced(effect.after));
  if (!goes || !mayHoldData(effect)) return undefined;
  const { apiVersion, kind, namespace = "", name } = effect;
  const live = await cluster.object(apiVersion, kind, namespace, name, signal);
  if (live === undefined || textAt(live, "metadata", "deletionTimestamp") !== undefined) return undefined;
  // Argo CD asks the object in the cluster, not its manifest.
  if (effect.effect === "delete" && hasSyncOption(live, "Prune=false")) {
    return { kind: "kept", because: "it stays, because it is marked Prune=false" };
  }
  switch (kind) {
    case "PersistentVolumeClaim":
      return isBound(live) ? lost("it is bound to a volume") : undefined;
    case "PersistentVolume":
      return isBound(live) ? lost("a claim uses it") : undefined;
    case "StatefulSet":
      return ofStatefulSet(live, { namespace, name }, cluster, signal);
    case "Namespace":
      return lost("everything in it goes with it");
    case "CustomResourceDefinition":
      return lost("every object of its kind goes with it");
    case "VolumeSnapshot":
    case "VolumeSnapshotContent":
      return lost("it is a copy of data");
    default:
      return lost("its operator keeps data for it");
  }
}

/** Claims made from its templates stay, unless it says otherwise (kubernetes: persistentVolumeClaimRetentionPolicy). */
async function ofStatefulSet(
  live: Fields,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  cluster: Pick<ClusterReader, "object">,
  signal?: AbortSignal,
): Promise<Loss | undefined> {
  const templates = itemsAt(live, "spec", "volumeClaimTemplates").flatMap(
    (one) => textAt(one, "metadata", "name") ?? [],
  );
  if (templates.length === 0) return undefined;
  if (at(live, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted") !== "Delete") {
    return { kind: "kept", because: "the claims of its pods stay" };
  }
  const first = Number(at(live, "spec", "ordinals", "start") ?? 0);
  const replicas = Number(at(live, "spec", "replicas") ?? 1);
  for (let ordinal = first; ordinal < first + replicas; ordinal += 1) {
    for (const template of templates) {
      const claim = `${template}-${name}-${ordinal}`;
      const found = await cluster.object("v1", "PersistentVolumeClaim", namespace, claim, signal);
      if (found !== undefined && isBound(found)) return lost(`the claims of its pods go with it (${claim})`);
    }
  }
  return undefined;
}

function isBound(object: Fields): boolean {
  return (
    ["Bound", "Released"].includes(textAt(object, "status", "phase") ?? "") ||
    textAt(object, "spec", "volumeName") !== undefined
  );
}

/** Groups of Kubernetes itself have no dot or end in k8s.io. */
function isCustom(apiVersion: string): boolean {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return group.includes(".") && !group.endsWith(".k8s.io");
}

const STORAGE = /^(storage|volume|persistence|persistent|volumeClaimTemplates?|storageSpec|dataVolumeClaimSpec)$/i;
const DEPTH = 6;

/** A database's operator asks for a volume somewhere in its own words. */
function asksForStorage(value: unknown, depth = 0): boolean {
  if (depth > DEPTH) return false;
  if (Array.isArray(value)) return value.some((item) => asksForStorage(item, depth + 1));
  if (!isFields(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      (STORAGE.test(key) && (isFields(inner) || Array.isArray(inner)) && Object.keys(inner).length > 0) ||
      asksForStorage(inner, depth + 1),
  );
}

function lost(because: string): Loss {
  return { kind: "lost", because };
}
