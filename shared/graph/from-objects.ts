/** What objects other than workloads name: rights, storage, settings, custom resources, and where all of it is kept. */

import type { Resource } from "../repository/platform.ts";
import { makerOf } from "../repository/secrets.ts";
import { at, fieldsAt, isFields, itemsAt, listAt, stringsAt, textAt } from "../repository/values.ts";
import { connect, type Draft, entriesAt, type Named, placeIn } from "./draft.ts";
import { connectHosts, formOf } from "./from-text.ts";
import { kindOf } from "./graph.ts";

/** Values looked at of one object, and how deep. */
const MOST_VALUES = 2_000;
const DEEPEST = 40;

export function addAccess(draft: Draft, resource: Resource): void {
  const { kind, namespace, object } = resource;
  if (kind !== "RoleBinding" && kind !== "ClusterRoleBinding") return;
  const role = textAt(object, "roleRef", "name");
  if (role !== undefined) {
    const roleKind = textAt(object, "roleRef", "kind") ?? "Role";
    const home = roleKind === "ClusterRole" ? undefined : namespace;
    connect(
      draft,
      resource,
      "refers-to",
      { kind: roleKind, namespace: home, name: role },
      placeIn(resource, ["roleRef", "name"]),
    );
  }
  for (const [index, subject] of entriesAt(object, "subjects")) {
    const name = textAt(subject, "name");
    if (name === undefined || textAt(subject, "kind") !== "ServiceAccount") continue;
    const account = { kind: "ServiceAccount", namespace: textAt(subject, "namespace") ?? namespace, name };
    connect(draft, resource, "grants", account, placeIn(resource, ["subjects", index, "name"]));
  }
}

export function addClaim(draft: Draft, resource: Resource): void {
  const { kind, object } = resource;
  if (kind !== "PersistentVolumeClaim" && kind !== "PersistentVolume") return;
  const name = textAt(object, "spec", "storageClassName");
  if (name === undefined) return;
  const storage = { kind: "StorageClass", namespace: undefined, name };
  connect(draft, resource, "uses-class", storage, placeIn(resource, ["spec", "storageClassName"]));
}

/** Settings are read by those that mount them; whom they name stands here. */
export function addSettings(draft: Draft, resource: Resource): void {
  const { apiVersion, kind, namespace, object } = resource;
  if (kind !== "ConfigMap" || apiVersion !== "v1") return;
  const data = fieldsAt(object, "data");
  for (const [key, text] of Object.entries(data)) {
    if (typeof text !== "string") continue;
    const hasPort = Object.hasOwn(data, key.replace(/HOST(?:NAME)?$/i, "PORT"));
    const evidence = placeIn(resource, ["data", key]);
    connectHosts(draft, resource, namespace, { text, variable: key, form: formOf(key, text), hasPort, evidence });
  }
}

/** Annotations of anything: addresses of login services, of webhooks. */
export function addAnnotations(draft: Draft, resource: Resource): void {
  for (const [key, text] of Object.entries(stringsAt(resource.object, "metadata", "annotations"))) {
    if (key.startsWith("kubectl.kubernetes.io/") || !/[.:]/.test(text)) continue;
    const evidence = placeIn(resource, ["metadata", "annotations", key]);
    connectHosts(draft, resource, resource.namespace, { text, variable: "", form: "script", evidence });
  }
}

/** Kinds whose texts are no addresses: expressions, schemas, sources of manifests. */
const NO_ADDRESSES =
  /^(?:PrometheusRule|CustomResourceDefinition|AppProject|ImageRepository|ImagePolicy|GrafanaDashboard)$/;

export function addCustom(draft: Draft, resource: Resource): void {
  const { apiVersion, kind, object, namespace } = resource;
  if (!isCustom(resource)) return;
  const [group = ""] = apiVersion.split("/");
  const crd = { kind: "CustomResourceDefinition", namespace: undefined, name: definitionName(draft, kind, group) };
  connect(draft, resource, "instance-of", crd, placeIn(resource, ["kind"]));
  addReferences(draft, resource);
  if (NO_ADDRESSES.test(kind)) return;
  const isArgo = group === "argoproj.io" && /^Application(?:Set)?$/.test(kind);
  let left = MOST_VALUES;
  const walk = (value: unknown, keys: readonly (string | number)[]) => {
    if (left-- <= 0 || keys.length > DEEPEST) return;
    if (typeof value === "string") {
      const variable = String(keys.findLast((key) => typeof key === "string") ?? "");
      const form = isArgo ? "script" : formOf(variable, value);
      connectHosts(draft, resource, namespace, { text: value, variable, form, evidence: placeIn(resource, keys) });
    } else if (Array.isArray(value)) {
      for (const [index, one] of value.entries()) walk(one, [...keys, index]);
    } else if (isFields(value)) {
      for (const [key, one] of Object.entries(value)) walk(one, [...keys, key]);
    }
  };
  walk(object["spec"], ["spec"]);
}

export function isCustom({ apiVersion }: Pick<Resource, "apiVersion">): boolean {
  const [group = "", version] = apiVersion.split("/");
  return version !== undefined && group.includes(".") && !/(?:^|\.)k8s\.io$/.test(group);
}

/** `<plural>.<group>`: as its definition says, else the plural as the API's names are made. */
function definitionName({ resources }: Draft, kind: string, group: string): string {
  const plural = pluralOf(kind);
  const guess = `${plural}.${group}`;
  if (resources.has(`CustomResourceDefinition/${guess}`)) return guess;
  const found = definitions(resources).get(`${group}/${kind}`);
  return found ?? guess;
}

const known = new WeakMap<object, ReadonlyMap<string, string>>();

function definitions(resources: Draft["resources"]): ReadonlyMap<string, string> {
  const before = known.get(resources);
  if (before !== undefined) return before;
  const found = new Map<string, string>();
  for (const { kind, name, object } of resources.values()) {
    if (kind !== "CustomResourceDefinition") continue;
    found.set(`${textAt(object, "spec", "group") ?? ""}/${textAt(object, "spec", "names", "kind") ?? ""}`, name);
  }
  known.set(resources, found);
  return found;
}

export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/(?:s|x|z|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** The references of widespread controllers that have a field of their own. */
function addReferences(draft: Draft, resource: Resource): void {
  const { kind, namespace, object } = resource;
  if (/^(?:Cluster)?ExternalSecret$/.test(kind)) {
    const spec = kind === "ExternalSecret" ? ["spec"] : ["spec", "externalSecretSpec"];
    oneOf(draft, resource, [...spec, "secretStoreRef"], "SecretStore", "ClusterSecretStore");
  }
  if (kind === "Certificate" && resource.apiVersion.startsWith("cert-manager.io/")) {
    oneOf(draft, resource, ["spec", "issuerRef"], "Issuer", "ClusterIssuer");
  }
  if (/^(?:Cluster)?TriggerAuthentication$/.test(kind) && namespace !== undefined) {
    for (const [index, entry] of entriesAt(object, "spec", "secretTargetRef")) {
      const name = textAt(entry, "name");
      if (name === undefined) continue;
      const place = placeIn(resource, ["spec", "secretTargetRef", index, "name"]);
      connect(draft, resource, "refers-to", { kind: "Secret", namespace, name }, place);
    }
  }
}

function oneOf(draft: Draft, resource: Resource, path: readonly string[], own: string, cluster: string): void {
  const name = textAt(resource.object, ...path, "name");
  if (name === undefined) return;
  const kind = textAt(resource.object, ...path, "kind") ?? own;
  const namespace = kind === cluster ? undefined : resource.namespace;
  connect(draft, resource, "refers-to", { kind, namespace, name }, placeIn(resource, [...path, "name"]));
}

/** Where an object is kept: its Namespace, and the Applications that apply it. */
export function addHome(draft: Draft, resource: Resource, applications: ReadonlyMap<string, string | undefined>): void {
  const place = placeIn(resource, ["metadata", "namespace"]);
  if (resource.namespace !== undefined && resource.kind !== "Namespace") {
    connect(
      draft,
      resource,
      "belongs-to",
      { kind: "Namespace", namespace: undefined, name: resource.namespace },
      place,
    );
  }
  const readers =
    resource.rendered === true ? [resource.application ?? ""] : (draft.platform.readers.get(resource.path) ?? []);
  for (const name of readers) {
    const to = { kind: "Application", namespace: applications.get(name), name };
    connect(draft, resource, "belongs-to", to, placeIn(resource, []));
  }
}

/** A Secret without a manifest of its own depends on what makes it. */
export function addMaker(draft: Draft, { kind, namespace, name }: Named): void {
  if (kind !== "Secret" || namespace === undefined) return;
  const maker = makerOf(draft.platform, namespace, name);
  if (maker === undefined) return;
  const to = { kind: kindOf(maker), namespace: maker.namespace, name: maker.name };
  connect(draft, `Secret/${namespace}/${name}`, "refers-to", to, placeIn(maker, ["metadata", "name"]));
}

/** True for Endpoints somebody wrote: a Service without a selector leads there. */
export function isWritten({ kind, object }: Resource): boolean {
  return (
    (kind === "Endpoints" || kind === "EndpointSlice") &&
    (itemsAt(object, "subsets").length > 0 ||
      listAt(object, "endpoints").length > 0 ||
      at(object, "addressType") !== undefined)
  );
}
