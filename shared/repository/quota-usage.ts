/** What the manifests of a namespace use of a ResourceQuota, key by key (kubernetes.io/docs/concepts/policy/resource-quotas). */
import { autoscalerOf, fewestReplicas } from "./disruption-budgets.ts";
import { limitsOf } from "./limit-range.ts";
import { inNamespace } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { type AmountField, podAmount } from "./pod-amounts.ts";
import { parseQuantity } from "./quantity.ts";
import { scopeHolds } from "./quota-scope.ts";
import { at, type Fields, fieldsAt, itemsAt, textAt } from "./values.ts";
import { asWorkload, type RepositoryWorkload } from "./workloads.ts";

export interface Usage {
  /** Surely in use: what runs all the time. */
  readonly atLeast: number;
  /** In use when every job runs and every autoscaler is at its upper end; infinite where that cannot be told. */
  readonly atMost: number;
  /** `atLeast` with every job running once: differences of it are what a change asks for. */
  readonly withJobs: number;
}

export type QuotaKey =
  | { readonly kind: "pods" }
  | { readonly kind: "compute"; readonly field: AmountField; readonly name: string }
  | { readonly kind: "storage" | "claims"; readonly storageClass: string | undefined }
  | { readonly kind: "services"; readonly type: string }
  | { readonly kind: "objects"; readonly plural: string; readonly group: string };

const COUNTED = new Set([
  "configmaps",
  "secrets",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "persistentvolumeclaims",
]);
/** Objects every namespace is given by Kubernetes itself: kube-root-ca.crt and the ServiceAccount default. */
const GIVEN: Readonly<Record<string, number>> = { configmaps: 1, serviceaccounts: 1 };
/** Made by controllers as they go along; the manifests do not tell how many there are. */
const MADE = new Set(["replicasets", "jobs", "events", "endpoints", "endpointslices", "leases", "controllerrevisions"]);
/** Kinds whose controllers make one Secret each. */
const SECRET_MAKERS = new Set(["Secret", "SealedSecret", "ExternalSecret", "Certificate"]);

/** Undefined for a key this cannot make sense of. */
export function parseQuotaKey(key: string): QuotaKey | undefined {
  if (key === "pods" || key === "count/pods") return { kind: "pods" };
  const typed = /^services\.(loadbalancers|nodeports)$/.exec(key)?.[1];
  if (typed !== undefined) return { kind: "services", type: typed === "nodeports" ? "NodePort" : "LoadBalancer" };
  const claim = /^(?:([-a-z0-9.]+)\.storageclass\.storage\.k8s\.io\/)?(requests\.storage|persistentvolumeclaims)$/.exec(
    key,
  );
  if (claim !== null) return { kind: claim[2] === "requests.storage" ? "storage" : "claims", storageClass: claim[1] };
  if (key === "count/persistentvolumeclaims") return { kind: "claims", storageClass: undefined };
  if (COUNTED.has(key)) return { kind: "objects", plural: key, group: "" };
  const counted = /^count\/([a-z0-9]+)(?:\.([-a-z0-9.]+))?$/.exec(key);
  if (counted !== null) return { kind: "objects", plural: counted[1] ?? "", group: counted[2] ?? "" };
  const compute = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage|hugepages-\w+|[-a-z0-9.]+\/[-\w.]+)$/.exec(
    key,
  );
  if (compute === null) return undefined;
  return { kind: "compute", field: compute[1] === "limits" ? "limits" : "requests", name: compute[2] ?? "" };
}

/** Use of one key of `quota` by the objects Applications apply; undefined when manifests cannot tell. */
export function usageOf(platform: Platform, quota: Resource, key: string): Usage | undefined {
  const parsed = parseQuotaKey(key);
  const here = inNamespace(platform, quota.namespace).filter(({ application }) => application !== undefined);
  switch (parsed?.kind) {
    case undefined:
      return undefined;
    case "pods":
      return overPods(platform, quota, here, () => 1);
    case "compute": {
      const limits = limitsOf(platform, quota.namespace);
      return overPods(platform, quota, here, (workload) => podAmount(workload, parsed.field, parsed.name, limits));
    }
    case "storage":
    case "claims":
      return exactly(claimsOf(here, parsed.storageClass, parsed.kind));
    case "services":
      return exactly(here.reduce((sum, one) => sum + takenBy(one, parsed.type), 0));
    case "objects":
      return countOf(here, parsed.plural, parsed.group);
  }
}

function exactly(value: number): Usage {
  return { atLeast: value, atMost: value, withJobs: value };
}

function overPods(
  platform: Platform,
  quota: Resource,
  here: readonly Resource[],
  amount: (workload: RepositoryWorkload) => number,
): Usage | undefined {
  let [atLeast, atMost, withJobs] = [0, 0, 0];
  for (const workload of here.map(asWorkload)) {
    if (workload === undefined) continue;
    const counts = scopeHolds(quota, workload, limitsOf(platform, quota.namespace));
    if (counts === undefined) return undefined;
    if (!counts) continue;
    const pod = amount(workload);
    const isJob = workload.kind === "Job" || workload.kind === "CronJob";
    const least = fewestReplicas(platform, workload);
    withJobs += least * pod;
    if (!isJob) atLeast += least * pod;
    if (pod > 0) atMost += mostPods(platform, workload) * pod;
  }
  return { atLeast, atMost, withJobs };
}

/** Pods a workload may have: a DaemonSet one on every node, and nobody here knows how many there are. */
function mostPods(platform: Platform, workload: RepositoryWorkload): number {
  if (workload.kind === "DaemonSet") return Number.POSITIVE_INFINITY;
  const autoscaler = autoscalerOf(platform, workload);
  if (autoscaler === undefined) return workload.replicas;
  const most = at(autoscaler.object, "spec", autoscaler.kind === "ScaledObject" ? "maxReplicaCount" : "maxReplicas");
  return typeof most === "number" ? most : autoscaler.kind === "ScaledObject" ? 100 : Number.POSITIVE_INFINITY;
}

function claimsOf(here: readonly Resource[], storageClass: string | undefined, kind: "storage" | "claims"): number {
  const claims: { readonly spec: Fields; readonly times: number }[] = [];
  for (const resource of here) {
    if (resource.kind === "PersistentVolumeClaim") claims.push({ spec: fieldsAt(resource.object, "spec"), times: 1 });
    const templates = resource.kind === "StatefulSet" ? itemsAt(resource.object, "spec", "volumeClaimTemplates") : [];
    const times = asWorkload(resource)?.replicas ?? 0;
    claims.push(...templates.map((template) => ({ spec: fieldsAt(template, "spec"), times })));
  }
  return claims
    .filter(({ spec }) => storageClass === undefined || textAt(spec, "storageClassName") === storageClass)
    .reduce((sum, { spec, times }) => {
      const size = parseQuantity(at(spec, "resources", "requests", "storage")) ?? 0;
      return sum + times * (kind === "claims" ? 1 : size);
    }, 0);
}

/** Load balancers count as such; node ports one by one, and a load balancer takes one per port unless told not to. */
function takenBy({ apiVersion, kind, object }: Resource, wanted: string): number {
  if (kind !== "Service" || apiVersion !== "v1") return 0;
  const type = at(object, "spec", "type");
  if (wanted === "LoadBalancer") return type === wanted ? 1 : 0;
  const allocates = type === "LoadBalancer" && at(object, "spec", "allocateLoadBalancerNodePorts") !== false;
  return type === "NodePort" || allocates ? itemsAt(object, "spec", "ports").length : 0;
}

function countOf(here: readonly Resource[], plural: string, group: string): Usage {
  const counted = here.filter((one) =>
    plural === "secrets" && group === "" ? SECRET_MAKERS.has(one.kind) : isCalled(one, plural, group),
  ).length;
  const value = counted + (group === "" ? (GIVEN[plural] ?? 0) : 0);
  return { ...exactly(value), atMost: MADE.has(plural) ? Number.POSITIVE_INFINITY : value };
}

function isCalled({ apiVersion, kind }: Resource, plural: string, group: string): boolean {
  const own = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return own === group && pluralOf(kind) === plural;
}

/** English as API names use it: networkpolicies, ingresses, endpoints. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower === "endpoints") return lower;
  if (/(?:s|x|z|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
