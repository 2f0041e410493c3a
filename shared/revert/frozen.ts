/**
 * What the API server refuses to change back. Judged by the object as it is in the cluster: a change that was never
 * applied there is no reason to refuse its revert.
 */
import { parseQuantity } from "../repository/quantity.ts";
import { at, type Fields, fieldsAt, isFields, itemsAt, listAt, textAt } from "../repository/values.ts";

type Path = readonly string[];

/** Fields that are fixed once the object is there (kubernetes: pkg/apis/<group>/validation). */
const FIXED: Readonly<Record<string, readonly Path[]>> = {
  Deployment: [["spec", "selector"]],
  DaemonSet: [["spec", "selector"]],
  ReplicaSet: [["spec", "selector"]],
  Job: [
    ["spec", "selector"],
    ["spec", "template"],
    ["spec", "completionMode"],
  ],
  RoleBinding: [["roleRef"]],
  ClusterRoleBinding: [["roleRef"]],
  Service: [["spec", "clusterIP"]],
  Secret: [["type"]],
  StorageClass: [["provisioner"], ["parameters"], ["reclaimPolicy"], ["volumeBindingMode"]],
  PriorityClass: [["value"], ["preemptionPolicy"]],
  IngressClass: [["spec", "controller"]],
  CustomResourceDefinition: [
    ["spec", "group"],
    ["spec", "scope"],
    ["spec", "names", "plural"],
  ],
};
/** Kinds of whose `spec` only these fields may change. */
const MUTABLE: Readonly<Record<string, readonly string[]>> = {
  StatefulSet: [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
  ],
  PersistentVolumeClaim: ["resources", "volumeAttributesClassName"],
};
const SIZE = ["spec", "resources", "requests", "storage"] as const;

/** Whether the manifests alone let one suspect that the change back would be refused: then the cluster is asked. */
export function mayBeRefused(kind: string, before: Fields, after: Fields): boolean {
  return (
    fixedPaths(kind, before, after).some((path) => !same(at(before, ...path), at(after, ...path))) ||
    (kind === "PersistentVolumeClaim" && isLess(after, before)) ||
    (isSealable(kind) && at(before, "immutable") === true && !same(contents(before), contents(after))) ||
    (kind === "CustomResourceDefinition" && !same(versionsOf(before), versionsOf(after)))
  );
}

/** Why the API server would not take `after` in the place of `live`; `before` is what the branch says of it now. */
export function refusalOf(
  kind: string,
  { before, after, live }: { readonly before: Fields; readonly after: Fields; readonly live: Fields },
): string | undefined {
  if (kind === "PersistentVolumeClaim" && isLess(after, live)) {
    return `it has ${textAt(live, ...SIZE)}, the revert asks for ${textAt(after, ...SIZE)}, and a volume never gets smaller`;
  }
  if (isSealable(kind) && at(live, "immutable") === true && !same(contents(live), contents(after))) {
    return "it is immutable";
  }
  if (kind === "CustomResourceDefinition") {
    const stored = listAt(live, "status", "storedVersions").filter((version) => !versionsOf(after).includes(version));
    if (stored.length > 0) return `objects may be stored as ${stored.join(", ")}, which the revert takes away`;
  }
  const path = fixedPaths(kind, before, after).find((one) => {
    const [was, is, now] = [before, after, live].map((object) => at(object, ...one));
    return !same(was, is) && covers(now, was) && !covers(now, is);
  });
  return path === undefined ? undefined : `${path.join(".")} cannot be changed once it is there`;
}

function fixedPaths(kind: string, before: Fields, after: Fields): readonly Path[] {
  const mutable = MUTABLE[kind];
  if (mutable === undefined) return FIXED[kind] ?? [];
  const fields = new Set([...Object.keys(fieldsAt(before, "spec")), ...Object.keys(fieldsAt(after, "spec"))]);
  return [...fields].filter((field) => !mutable.includes(field)).map((field) => ["spec", field]);
}

function isLess(one: Fields, other: Fields): boolean {
  const [is, was] = [parseQuantity(at(one, ...SIZE)), parseQuantity(at(other, ...SIZE))];
  return is !== undefined && was !== undefined && is < was;
}

/** `immutable: true` fixes the contents, and itself (kubernetes.io/docs/concepts/configuration/configmap). */
function isSealable(kind: string): boolean {
  return kind === "ConfigMap" || kind === "Secret";
}
const contents = (object: Fields) => ["immutable", "data", "binaryData"].map((field) => object[field] ?? null);

function versionsOf(definition: Fields): readonly unknown[] {
  return itemsAt(definition, "spec", "versions").map(({ name }) => name);
}

/** The cluster fills in defaults, so what a manifest says must be there, and more may be. */
function covers(live: unknown, said: unknown): boolean {
  if (said === undefined) return live === undefined;
  if (Array.isArray(said)) {
    return Array.isArray(live) && said.length === live.length && said.every((item, i) => covers(live[i], item));
  }
  if (isFields(said)) return isFields(live) && Object.entries(said).every(([key, value]) => covers(live[key], value));
  return same(live, said);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
