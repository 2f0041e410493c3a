/** Writes shared/policy/known-fields.json: the fields of the kinds policy knows, from the Kubernetes client's models. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** apiVersion/kind -> model. Others are shown to a person instead. */
export const KNOWN_KINDS: Readonly<Record<string, string>> = {
  "apps/v1/Deployment": "V1Deployment",
  "apps/v1/StatefulSet": "V1StatefulSet",
  "apps/v1/DaemonSet": "V1DaemonSet",
  "batch/v1/CronJob": "V1CronJob",
  "batch/v1/Job": "V1Job",
  "networking.k8s.io/v1/NetworkPolicy": "V1NetworkPolicy",
  "networking.k8s.io/v1/Ingress": "V1Ingress",
  "policy/v1/PodDisruptionBudget": "V1PodDisruptionBudget",
  "autoscaling/v2/HorizontalPodAutoscaler": "V2HorizontalPodAutoscaler",
  "v1/Service": "V1Service",
  "v1/ConfigMap": "V1ConfigMap",
  "v1/PersistentVolumeClaim": "V1PersistentVolumeClaim",
  "v1/ServiceAccount": "V1ServiceAccount",
  "v1/LimitRange": "V1LimitRange",
  "v1/ResourceQuota": "V1ResourceQuota",
  "rbac.authorization.k8s.io/v1/Role": "V1Role",
  "rbac.authorization.k8s.io/v1/RoleBinding": "V1RoleBinding",
};

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

/**
 * `kinds`: apiVersion/kind -> type; `types`: type -> field -> "" (a scalar or free-form value), `T` (an object), `[T` (a
 * list of objects) or `{T` (a map of objects).
 */
export async function knownFields(): Promise<string> {
  const types: Record<string, Record<string, string>> = {};
  const open = Object.values(KNOWN_KINDS);
  for (let model = open.pop(); model !== undefined; model = open.pop()) {
    if (types[model] !== undefined) continue;
    const fields: Record<string, string> = {};
    for (const { baseName, type } of await attributesOf(model)) {
      const [, prefix = "", inner = ""] = /^(Array<|\{ \[key: string\]: )?(V\d\w+)/.exec(type) ?? [];
      const isObject = inner !== "" && !inner.endsWith("Time");
      fields[baseName] = isObject ? `${prefix === "" ? "" : prefix.startsWith("A") ? "[" : "{"}${inner}` : "";
      if (isObject) open.push(inner);
    }
    types[model] = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  const sorted = Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ kinds: KNOWN_KINDS, types: sorted }, null, 2)}\n`;
}

async function attributesOf(model: string): Promise<readonly Attribute[]> {
  const path = `@kubernetes/client-node/dist/gen/models/${model}.js`;
  const module = (await import(path)) as Record<string, { readonly attributeTypeMap: readonly Attribute[] }>;
  return module[model]?.attributeTypeMap ?? [];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("../shared/policy/known-fields.json", import.meta.url), await knownFields());
}
