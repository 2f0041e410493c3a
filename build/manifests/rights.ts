/**
 * Who may ask Kubernetes what, and no more: the verbs are those of the calls in shared/adapters/argocd.ts,
 * cluster-reader.ts, dry-run.ts and kubernetes-layers.ts. Who is not named here has no token.
 */
import { STAGES } from "../../shared/stages.ts";
import type { Program } from "./environment.ts";
import { type Layer, NAMESPACE, PART_OF, waveOf, workloadName } from "./names.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const read = (group: string, ...resources: string[]): Rule => ({ apiGroups: [group], resources, verbs: ["get"] });

/**
 * What a change may consist of, by the kinds the school changes and those its checks know. Never Secrets. An object of a kind
 * that is not here cannot be verified: give its group here as well.
 */
const OBJECTS: readonly Rule[] = [
  read(
    "",
    "configmaps",
    "endpoints",
    "limitranges",
    "namespaces",
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "resourcequotas",
    "serviceaccounts",
    "services",
  ),
  read("apps", "daemonsets", "deployments", "statefulsets"),
  read("autoscaling", "horizontalpodautoscalers"),
  read("batch", "cronjobs", "jobs"),
  read("networking.k8s.io", "ingresses", "ingressclasses", "networkpolicies"),
  read("policy", "poddisruptionbudgets"),
  read("rbac.authorization.k8s.io", "clusterrolebindings", "clusterroles", "rolebindings", "roles"),
  read("scheduling.k8s.io", "priorityclasses"),
  read("storage.k8s.io", "storageclasses"),
  read("snapshot.storage.k8s.io", "volumesnapshotcontents", "volumesnapshots"),
  read("apiextensions.k8s.io", "customresourcedefinitions"),
  read("monitoring.coreos.com", "podmonitors", "prometheusrules", "servicemonitors"),
  read("keda.sh", "scaledjobs", "scaledobjects", "triggerauthentications"),
  read("cert-manager.io", "certificates", "clusterissuers", "issuers"),
  read("external-secrets.io", "clustersecretstores", "externalsecrets", "pushsecrets", "secretstores"),
  read("bitnami.com", "sealedsecrets"),
  read("grafana.integreatly.org", "grafanadashboards"),
  read("gateway.networking.k8s.io", "gateways", "grpcroutes", "httproutes", "tcproutes", "tlsroutes", "udproutes"),
  read("traefik.io", "ingressroutes", "ingressroutetcps", "ingressrouteudps", "middlewares"),
  read("postgresql.cnpg.io", "clusters"),
  read("acid.zalan.do", "postgresqls"),
  read("pxc.percona.com", "perconaxtradbclusters"),
  read("ps.percona.com", "perconaservermysqls"),
  read("psmdb.percona.com", "perconaservermongodbs"),
  read("mysql.oracle.com", "innodbclusters"),
  read("k8s.mariadb.com", "mariadbs"),
  read("mongodbcommunity.mongodb.com", "mongodbcommunity"),
  read("databases.spotahome.com", "redisfailovers"),
  read("redis.redis.opstreelabs.in", "redisreplications"),
];

/** How what runs is doing. */
const STATE: readonly Rule[] = [
  { apiGroups: [""], resources: ["endpoints", "events", "pods"], verbs: ["list"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: ["rbac.authorization.k8s.io"], resources: ["rolebindings"], verbs: ["list"] },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["list"] },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["list"] },
];

const ask = (group: string, ...resources: string[]): Rule => ({
  apiGroups: [group],
  resources,
  verbs: ["create", "patch"],
});

/** What is shown to the cluster before anybody commits it. Nothing that grants rights: there a person looks anyway. */
const DRY_RUN: readonly Rule[] = [
  ask(
    "",
    "configmaps",
    "limitranges",
    "persistentvolumeclaims",
    "pods",
    "resourcequotas",
    "serviceaccounts",
    "services",
  ),
  ask("apps", "daemonsets", "deployments", "statefulsets"),
  ask("autoscaling", "horizontalpodautoscalers"),
  ask("batch", "cronjobs", "jobs"),
  ask("networking.k8s.io", "ingresses", "networkpolicies"),
  ask("policy", "poddisruptionbudgets"),
  ask("monitoring.coreos.com", "prometheusrules", "servicemonitors"),
  ask("keda.sh", "scaledobjects"),
  ask("cert-manager.io", "certificates"),
];

/** Of Applications, in Argo CD's namespace: who looks, and who has them refreshed, synced or stopped. */
const APPLICATION_READERS: readonly Program[] = ["implement", "verify"];
const APPLICATION_WRITERS: readonly Program[] = ["sync", "rollback"];
const OBJECT_READERS: readonly Program[] = ["coordinator", "implement", "sync", "verify", "rollback"];
const STATE_READERS: readonly Program[] = ["implement", "sync", "verify", "rollback"];
const DRY_RUNNERS: readonly Program[] = ["plan"];

/** True where a pod gets the token of its account. */
export function asksKubernetes(program: Program): boolean {
  return [...OBJECT_READERS, ...DRY_RUNNERS].includes(program);
}

type Manifest = Record<string, unknown>;
const API = "rbac.authorization.k8s.io/v1";
const metadata = (name: string, layer: Layer = "namespace") => ({ name, labels: PART_OF, annotations: waveOf(layer) });

/**
 * One account per program, so that each can be given only its own verbs. Pods say themselves whether they want the token, but for
 * Knative's, which may not (serving pkg/apis/serving/fieldmask.go); there the account decides.
 */
export function accounts(): Manifest[] {
  return (["coordinator", ...STAGES] as const).map((program) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metadata(`cortex-${program}`),
    automountServiceAccountToken: asksKubernetes(program),
  }));
}

/** Reading in the whole cluster, and the coordinator's waking of this namespace's own stages. */
export function rights(): Manifest[] {
  const names = STAGES.map(workloadName);
  const wake: readonly Rule[] = [
    { apiGroups: ["apps"], resources: ["deployments/scale"], resourceNames: names, verbs: ["get", "patch"] },
    { apiGroups: ["keda.sh"], resources: ["scaledobjects"], resourceNames: names, verbs: ["get"] },
  ];
  return [
    clusterRole("cortex-object-reader", OBJECTS),
    clusterBinding("cortex-object-reader", OBJECT_READERS),
    clusterRole("cortex-state-reader", STATE),
    clusterBinding("cortex-state-reader", STATE_READERS),
    { apiVersion: API, kind: "Role", metadata: metadata("cortex-waker"), rules: wake },
    roleBinding("cortex-waker", ["coordinator"], metadata("cortex-waker")),
  ];
}

/** What `plan` may ask a cluster. The policy that lets it ask and never write is applied before, with the namespace. */
export function dryRunRights(): Manifest[] {
  const name = "cortex-plan-dry-run";
  return [clusterRole(name, DRY_RUN, "reasoning"), clusterBinding(name, DRY_RUNNERS, "reasoning")];
}

/** Argo CD's Applications are in its own namespace, and so are the rights to them. */
export function applicationRights(namespace: string): Manifest[] {
  const rules = (verbs: readonly string[]): readonly Rule[] => [
    { apiGroups: ["argoproj.io"], resources: ["applications"], verbs },
  ];
  const named = (name: string) => ({ name, namespace, labels: PART_OF });
  const role = (name: string, verbs: readonly string[]) => ({
    apiVersion: API,
    kind: "Role",
    metadata: named(name),
    rules: rules(verbs),
  });
  return [
    role("cortex-application-reader", ["get"]),
    roleBinding("cortex-application-reader", APPLICATION_READERS, named("cortex-application-reader")),
    role("cortex-application-operator", ["get", "patch"]),
    roleBinding("cortex-application-operator", APPLICATION_WRITERS, named("cortex-application-operator")),
  ];
}

function clusterRole(name: string, rules: readonly Rule[], layer?: Layer): Manifest {
  return { apiVersion: API, kind: "ClusterRole", metadata: metadata(name, layer), rules };
}

function clusterBinding(name: string, programs: readonly Program[], layer?: Layer): Manifest {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  return {
    apiVersion: API,
    kind: "ClusterRoleBinding",
    metadata: metadata(name, layer),
    roleRef,
    subjects: own(programs),
  };
}

function roleBinding(name: string, programs: readonly Program[], meta: Manifest): Manifest {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  return { apiVersion: API, kind: "RoleBinding", metadata: meta, roleRef, subjects: own(programs) };
}

function own(programs: readonly Program[]): Manifest[] {
  return programs.map((program) => ({ kind: "ServiceAccount", name: `cortex-${program}`, namespace: NAMESPACE }));
}
