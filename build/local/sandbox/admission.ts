/** What the API server would refuse: unknown built-in kinds, schema, names, selectors, immutable fields. */
import { isDeepStrictEqual } from "node:util";
import { parseQuantity } from "../../../shared/repository/quantity.ts";
import { at, digest, type JsonMap, listAt, mapAt, textAt, textsAt } from "./json.ts";
import { groupOf, isBuiltinGroup, versionOf } from "./kinds.ts";
import { selects } from "./selectors.ts";
import type { KubeObject } from "./store.ts";
import { templateOf } from "./workloads.ts";

export interface Refusal {
  readonly code: 404 | 422;
  readonly reason: "NotFound" | "Invalid";
  readonly message: string;
}

type Model = new (object: never) => { validate(): void };

const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const labelKey = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
/** Names that end up in host names are limited to one DNS label. */
const labelNamed = new Set(["Namespace", "Service", "StatefulSet"]);
/** RBAC names are path segments, not DNS names. */
const pathNamed = new Set(["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]);

const accepted = new Set<string>();

/** Undefined when the server would accept the object in place of `live`. */
export async function admit(object: KubeObject, live: KubeObject | undefined): Promise<Refusal | undefined> {
  const content = digest({ ...object, metadata: { ...object.metadata, resourceVersion: "" } });
  if (!accepted.has(content)) {
    const refusal = await refuseAlone(object);
    if (refusal !== undefined) return refusal;
    accepted.add(content);
  }
  const frozen = live === undefined ? undefined : changedImmutable(object, live);
  return frozen === undefined ? undefined : invalid(object, frozen);
}

async function refuseAlone(object: KubeObject): Promise<Refusal | undefined> {
  const { apiVersion, kind } = object;
  const schema = await schemaProblem(object);
  if (schema === "unknown kind") {
    const message = `The Kubernetes API could not find ${groupOf(apiVersion)}/${kind} for requested resource ${object.metadata.namespace ?? ""}/${object.metadata.name}. Make sure the "${kind}" CRD is installed on the destination cluster.`;
    return { code: 404, reason: "NotFound", message };
  }
  const problem = nameProblem(object) ?? schema ?? labelProblem(object) ?? templateProblem(object);
  return problem === undefined ? undefined : invalid(object, problem);
}

function invalid({ kind, metadata }: KubeObject, problem: string): Refusal {
  return { code: 422, reason: "Invalid", message: `${kind} "${metadata.name}" is invalid: ${problem}` };
}

/**
 * Argo CD's own kinds have its published schema; other custom kinds have none here and pass: their definitions decide on a
 * real cluster.
 */
async function schemaProblem(object: KubeObject): Promise<string | undefined> {
  const group = groupOf(object.apiVersion);
  if (group === "argoproj.io") return modelProblem(await argoCdModel(object), object);
  if (!isBuiltinGroup(group)) return undefined;
  if (!/^[\w.-]+(?:\/[\w-]+)?$/.test(object.apiVersion) || !/^[A-Z]\w*$/.test(object.kind)) return "unknown kind";
  const folder = group === "" ? versionOf(object.apiVersion) : object.apiVersion;
  const Model = await importModel(folder, object.kind);
  return Model === undefined ? "unknown kind" : modelProblem(Model, object);
}

/** Argo Rollouts and others share Argo CD's group: their kinds have no schema here. */
async function argoCdModel({ apiVersion, kind }: KubeObject): Promise<Model | undefined> {
  if (versionOf(apiVersion) !== "v1alpha1") return undefined;
  switch (kind) {
    case "Application":
      return (await import("@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application")).Application;
    case "ApplicationSet":
      return (await import("@kubernetes-models/argo-cd/argoproj.io/v1alpha1/ApplicationSet")).ApplicationSet;
    case "AppProject":
      return (await import("@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject")).AppProject;
    default:
      return undefined;
  }
}

function modelProblem(Model: Model | undefined, object: KubeObject): string | undefined {
  if (Model === undefined) return undefined;
  try {
    new Model(object as never).validate();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll("data/", "").replaceAll("/", ".") : String(error);
  }
}

/** The package has one module per kind and names it like the API does. */
async function importModel(folder: string, kind: string): Promise<Model | undefined> {
  try {
    const specifier = `kubernetes-models/${folder}/${kind}`;
    const module = (await import(specifier)) as Record<string, Model | undefined>;
    return module[kind];
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ERR_MODULE_NOT_FOUND" || code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return undefined;
    throw error;
  }
}

function nameProblem({ kind, metadata }: KubeObject): string | undefined {
  const { name } = metadata;
  if (name === "") return "metadata.name: Required value: name or generateName is required";
  if (pathNamed.has(kind)) return /[/%]/.test(name) ? `metadata.name: Invalid value: "${name}"` : undefined;
  const strict = labelNamed.has(kind);
  const longest = strict ? 63 : kind === "CronJob" ? 52 : 253;
  const limit = `metadata.name: Invalid value: "${name}"`;
  if (name.length > longest) return `${limit}: must be no more than ${longest} characters`;
  if (kind === "Service" && !/^[a-z]/.test(name)) return `${limit}: a DNS-1035 label must start with a letter`;
  if ((strict ? label : subdomain).test(name)) return undefined;
  return `${limit}: a lowercase RFC 1123 ${strict ? "label" : "subdomain"} must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`;
}

function labelProblem(object: KubeObject): string | undefined {
  const maps: [string, JsonMap][] = [
    ["metadata.labels", mapAt(object, "metadata", "labels")],
    ["spec.template.labels", mapAt(templateOf(object), "metadata", "labels")],
  ];
  for (const [where, labels] of maps) {
    for (const [key, value] of Object.entries(labels)) {
      if (!labelKey.test(key)) return `${where}: Invalid value: "${key}": name part must consist of alphanumerics`;
      if (typeof value !== "string" || value.length > 63 || !labelValue.test(value)) {
        return `${where}: Invalid value: ${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'`;
      }
    }
  }
  return undefined;
}

function templateProblem(object: KubeObject): string | undefined {
  const template = templateOf(object);
  if (template === undefined) return undefined;
  const selector = at(object, "spec", "selector");
  const labels = textsAt(template, "metadata", "labels");
  if (["Deployment", "StatefulSet", "DaemonSet"].includes(object.kind) && !selects(selector, labels)) {
    return "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`";
  }
  const names = new Set<string>();
  const containers = [...listAt(template, "spec", "initContainers"), ...listAt(template, "spec", "containers")];
  for (const container of containers) {
    const name = textAt(container, "name") ?? "";
    const where = `spec.template.spec.containers[${name}]`;
    if (!label.test(name)) return `${where}.name: Invalid value: "${name}": a lowercase RFC 1123 label`;
    if (names.has(name)) return `${where}.name: Duplicate value: "${name}"`;
    names.add(name);
    if ((textAt(container, "image") ?? "") === "") return `${where}.image: Required value`;
    const problem = resourceProblem(mapAt(container, "resources"), where);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function resourceProblem(resources: JsonMap, where: string): string | undefined {
  for (const part of ["requests", "limits"]) {
    for (const [name, value] of Object.entries(mapAt(resources, part))) {
      if (parseQuantity(value) === undefined) {
        return `${where}.resources.${part}[${name}]: Invalid value: ${JSON.stringify(value)}: quantities must match the regular expression of resource.Quantity`;
      }
    }
  }
  for (const [name, value] of Object.entries(mapAt(resources, "requests"))) {
    const limit = parseQuantity(at(resources, "limits", name));
    if (limit !== undefined && (parseQuantity(value) ?? 0) > limit) {
      return `${where}.resources.requests: Invalid value: "${String(value)}": must be less than or equal to ${name} limit of ${String(at(resources, "limits", name))}`;
    }
  }
  return undefined;
}

/** Fields that may never change, per kind. */
function changedImmutable(object: KubeObject, live: KubeObject): string | undefined {
  const differs = (...path: string[]) => !isDeepStrictEqual(at(object, ...path), at(live, ...path));
  if (object.kind === "Deployment" || object.kind === "DaemonSet") {
    return differs("spec", "selector") ? "spec.selector: Invalid value: field is immutable" : undefined;
  }
  if (object.kind === "Job") {
    return differs("spec", "template") ? "spec.template: Invalid value: field is immutable" : undefined;
  }
  if (object.kind === "StatefulSet") {
    const fixed = ["selector", "serviceName", "volumeClaimTemplates", "podManagementPolicy"];
    const changed = fixed.some((field) => at(live, "spec", field) !== undefined && differs("spec", field));
    return changed
      ? "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
      : undefined;
  }
  return undefined;
}
