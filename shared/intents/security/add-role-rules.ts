/** What the school may ever grant: named resources of one namespace, and nothing that leads to more rights. */
import * as z from "zod";
import { oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { type Fields, itemsAt, listAt } from "../../repository/values.ts";
import { objectName } from "../schema.ts";
import { bindingsFor, roleOf } from "./api-access.ts";

export const VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"] as const;
const group = z.union([
  z.literal(""),
  z
    .string()
    .max(253)
    .regex(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/, "not an API group"),
]);
const resource = z.string().regex(/^[a-z][a-z0-9]{0,62}(?:\/[a-z]{1,30})?$/, "not a resource");

export const grant = z.strictObject({
  apiGroups: z.array(group).min(1).max(5),
  resources: z.array(resource).min(1).max(10),
  resourceNames: z.array(objectName).min(1).max(20).optional(),
  verbs: z.array(z.enum(VERBS)).min(1).max(VERBS.length),
});
export type Grant = z.infer<typeof grant>;

/** Groups whose objects decide who may do what, or what the API itself is. */
const CLOSED_GROUPS =
  /^(rbac\.authorization|authorization|authentication|certificates|admissionregistration|apiextensions|apiregistration|flowcontrol\.apiserver|node)\.k8s\.io$/;
/** Whoever writes one of these runs pods, so with every Secret and under every account of the namespace. */
const PODS =
  /^(pods|podtemplates|replicationcontrollers|deployments|replicasets|statefulsets|daemonsets|jobs|cronjobs|rollouts)$/;
/** The parts of an object that may be granted by themselves; exec, attach, proxy and token are none of them. */
const SUBRESOURCES: ReadonlySet<string> = new Set(["status", "scale", "log", "finalizers", "eviction"]);
/** Resources outside namespaces: a Role that names them grants nothing. */
const CLUSTER_WIDE: ReadonlySet<string> = new Set(
  "nodes namespaces persistentvolumes componentstatuses storageclasses volumeattachments csidrivers csinodes ingressclasses priorityclasses runtimeclasses".split(
    " ",
  ),
);
const BUILT_IN: ReadonlySet<string> = new Set([
  "",
  "apps",
  "batch",
  "autoscaling",
  "policy",
  "networking.k8s.io",
  "discovery.k8s.io",
  "coordination.k8s.io",
  "events.k8s.io",
  "metrics.k8s.io",
  "storage.k8s.io",
  "gateway.networking.k8s.io",
]);
const WRITES: ReadonlySet<string> = new Set(["create", "update", "patch", "delete"]);

export function isClusterWide(name: string): boolean {
  return CLUSTER_WIDE.has(name);
}

/** API groups that are part of Kubernetes, or that something in the repository is of. */
export function isKnownGroup(platform: Platform, name: string): boolean {
  return BUILT_IN.has(name) || groupsOf(platform).has(name);
}

const groupsOf = oncePer(({ resources }) => {
  const groups = new Set<string>();
  for (const { apiVersion, kind, object } of resources) {
    if (apiVersion.includes("/")) groups.add(apiVersion.slice(0, apiVersion.indexOf("/")));
    const own = (object["spec"] as Fields | undefined)?.["group"];
    if (kind === "CustomResourceDefinition" && typeof own === "string") groups.add(own);
  }
  return groups;
});

/** Why these rights are not granted; undefined when they may be, with a person's word. */
export function grantProblem(platform: Platform, rules: readonly Grant[]): string | undefined {
  for (const { apiGroups, resources, resourceNames, verbs } of rules) {
    for (const name of apiGroups) {
      if (CLOSED_GROUPS.test(name)) return `rights in ${name} lead to other rights`;
      if (!isKnownGroup(platform, name)) return `nothing in the repository is of the API group ${name}`;
    }
    if (resourceNames !== undefined && verbs.includes("create"))
      return "a name cannot bound what may be created (resourceNames with create)";
    const writes = verbs.filter((verb) => WRITES.has(verb));
    for (const name of resources) {
      const problem = resourceProblem(name, apiGroups, writes);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function resourceProblem(name: string, groups: readonly string[], writes: readonly string[]): string | undefined {
  const [whole = "", part] = name.split("/");
  if (whole.includes("secret")) return `${name} holds secrets`;
  if (isClusterWide(whole)) return `${name} is outside of namespaces, a Role cannot grant it`;
  if (part !== undefined && !SUBRESOURCES.has(part)) return `${name} lets its holder act as the pod or the account`;
  if (/^(serviceaccounts|users|groups)$/.test(whole) && writes.length > 0)
    return `${writes[0]} on ${name} leads to other rights`;
  const starts = writes.filter((verb) => verb !== "delete");
  if (PODS.test(whole) && part === undefined && starts.length > 0)
    return `whoever may ${starts[0]} ${name} can run a pod with every Secret and account of the namespace`;
  const isArgo =
    groups.includes("argoproj.io") &&
    /^(applications|applicationsets|appprojects|workflows|workflowtemplates)$/.test(whole);
  return isArgo && writes.length > 0 ? `${writes[0]} on ${name} decides what Argo CD applies` : undefined;
}

/** True when what the account is bound to already holds all of `rules`, as far as the repository shows its roles. */
export function alreadyGranted(
  platform: Platform,
  namespace: string,
  account: string,
  rules: readonly Grant[],
): boolean {
  const held = bindingsFor(platform, namespace, account)
    .filter(({ kind, namespace: home }) => kind === "ClusterRoleBinding" || home === namespace)
    .flatMap((binding) => {
      const role = roleOf(platform, binding);
      return typeof role === "string" ? [] : itemsAt(role.object, "rules");
    });
  return rules.every(({ apiGroups, resources, verbs, resourceNames }) =>
    apiGroups.every((api) =>
      resources.every((name) =>
        verbs.every((verb) => held.some((rule) => holds(rule, api, name, verb, resourceNames))),
      ),
    ),
  );
}

function holds(rule: Fields, api: string, name: string, verb: string, names: readonly string[] | undefined): boolean {
  const has = (key: string, value: string) => listAt(rule, key).some((one) => one === "*" || one === value);
  const bounded = listAt(rule, "resourceNames");
  const reaches = bounded.length === 0 || (names?.every((one) => bounded.includes(one)) ?? false);
  return has("apiGroups", api) && has("resources", name) && has("verbs", verb) && reaches;
}
