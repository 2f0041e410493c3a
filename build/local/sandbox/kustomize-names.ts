/** kustomize's name prefix: renames objects and every reference to them that its name-reference table knows. */
import { isMap, type JsonMap } from "./json.ts";
import type { KubeObject } from "./store.ts";

const neverRenamed = new Set(["Namespace", "CustomResourceDefinition", "APIService"]);

/** Field that holds a reference -> kind it refers to; the reference is a text or a map with `name`. */
const references: Readonly<Record<string, string>> = {
  configMap: "ConfigMap",
  configMapRef: "ConfigMap",
  configMapKeyRef: "ConfigMap",
  secretRef: "Secret",
  secretKeyRef: "Secret",
  secretName: "Secret",
  secret: "Secret",
  imagePullSecrets: "Secret",
  serviceAccountName: "ServiceAccount",
  serviceAccount: "ServiceAccount",
  claimName: "PersistentVolumeClaim",
  serviceName: "Service",
  service: "Service",
  priorityClassName: "PriorityClass",
  storageClassName: "StorageClass",
};

/** Fields whose map names its own `kind`: roleRef, subjects, scaleTargetRef. */
const typedReferences = new Set(["roleRef", "subjects", "scaleTargetRef", "targetRef"]);

export function prefixNames(objects: readonly KubeObject[], prefix: string): readonly KubeObject[] {
  if (prefix === "") return objects;
  const renamed = new Set(
    objects.filter(({ kind }) => !neverRenamed.has(kind)).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
  );
  const rename = (kind: string, name: unknown) =>
    typeof name === "string" && renamed.has(`${kind}/${name}`) ? `${prefix}${name}` : name;

  function visit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(visit);
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, visitField(field, inner)]));
  }
  function visitField(field: string, inner: unknown): unknown {
    if (typedReferences.has(field)) return eachMap(inner, (map) => renameMap(map, String(map["kind"])));
    const kind = references[field];
    if (kind === undefined) return visit(inner);
    if (typeof inner === "string") return rename(kind, inner);
    return eachMap(inner, (map) => renameMap(visit(map) as JsonMap, kind));
  }
  function renameMap(map: JsonMap, kind: string): JsonMap {
    return map["name"] === undefined ? map : { ...map, name: rename(kind, map["name"]) };
  }
  function eachMap(inner: unknown, change: (map: JsonMap) => JsonMap): unknown {
    if (Array.isArray(inner)) return inner.map((item) => (isMap(item) ? change(item) : item));
    return isMap(inner) ? change(inner) : inner;
  }

  return objects.map((object) => {
    const { metadata, ...rest } = object;
    const name = neverRenamed.has(object.kind) ? metadata.name : `${prefix}${metadata.name}`;
    return { ...(visit(rest) as Omit<KubeObject, "metadata">), metadata: { ...metadata, name } } as KubeObject;
  });
}
