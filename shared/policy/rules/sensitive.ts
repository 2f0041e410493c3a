/** Kinds and contents that are refused outright, and those that always need a person, whatever their relevance. */
import type { Resource } from "../../repository/platform.ts";
import { at, fieldsAt, itemsAt, listAt, textAt } from "../../repository/values.ts";
import { asWorkload, workloadsOf } from "../../repository/workloads.ts";
import { isProtectedNamespace } from "../protected.ts";
import type { ObjectRule } from "../review.ts";

export const noPlainSecret: ObjectRule = {
  id: "no-plain-secret",
  decision: "deny",
  on: "written",
  check: ({ kind, object }) =>
    kind === "Secret" && (at(object, "data") !== undefined || at(object, "stringData") !== undefined)
      ? ["a Secret in Git holds its values for everybody to read"]
      : [],
};

export const protectedNamespaces: ObjectRule = {
  id: "protected-namespaces",
  decision: "deny",
  on: "written",
  check({ kind, name, namespace }, { settings }) {
    const touched = kind === "Namespace" ? name : namespace;
    return touched !== undefined && isProtectedNamespace(touched, settings)
      ? [`namespace ${touched} is off limits`]
      : [];
  },
};

export const noClusterAdmin: ObjectRule = {
  id: "restrict-clusterrole-cluster-admin",
  decision: "deny",
  on: "written",
  check({ kind, object }) {
    if (!kind.endsWith("RoleBinding")) return [];
    return textAt(object, "roleRef", "name") === "cluster-admin" ? ["it hands out cluster-admin"] : [];
  },
};

/** A ConfigMap nobody mounts changes nothing at run time. */
export const noEffect: ObjectRule = {
  id: "no-effect",
  decision: "deny",
  on: "created",
  check({ kind, name, namespace }, { after }) {
    if (kind !== "ConfigMap") return [];
    const quoted = JSON.stringify(name);
    const used = workloadsOf(after).some(
      (one) => one.namespace === namespace && JSON.stringify(one.podSpec).includes(quoted),
    );
    return used ? [] : ["no workload uses it, so it would change nothing"];
  },
};

/** An autoscaler and Argo CD would take turns in setting the replicas. */
export const noReplicasFight: ObjectRule = {
  id: "no-autoscaler-on-fixed-replicas",
  decision: "deny",
  on: "written",
  check(resource, { after }) {
    if (!/^(HorizontalPodAutoscaler|ScaledObject)$/.test(resource.kind)) return [];
    const target = fieldsAt(resource.object, "spec", "scaleTargetRef");
    const workload = after.resources.find(
      (one) =>
        one.kind === (target["kind"] ?? "Deployment") &&
        one.name === target["name"] &&
        one.namespace === resource.namespace,
    );
    return at(workload?.object, "spec", "replicas") === undefined
      ? []
      : ["the replicas of its target are fixed in Git"];
  },
};

function byKind(id: string, kinds: RegExp, message: string): ObjectRule {
  return { id, decision: "human", on: "written", check: ({ kind }) => (kinds.test(kind) ? [message] : []) };
}

const ESCALATING = ["*", "escalate", "bind", "impersonate"];

function rulesOf({ kind, object }: Resource) {
  return kind === "Role" || kind === "ClusterRole" ? itemsAt(object, "rules") : [];
}

export const alwaysHuman: readonly ObjectRule[] = [
  byKind("always-human-cluster-role", /^ClusterRole(Binding)?$/, "it grants rights in the whole cluster"),
  byKind("always-human-webhook", /WebhookConfiguration$/, "it decides about every request to the API"),
  byKind("always-human-crd", /^CustomResourceDefinition$/, "it changes the API itself"),
  byKind("always-human-namespace", /^Namespace$/, "it makes or changes a namespace"),
  byKind("always-human-storage", /^(StorageClass|PersistentVolume)$/, "it is about where data lives"),
  byKind("always-human-argocd", /^(Application|ApplicationSet|AppProject)$/, "it changes what Argo CD applies"),
  {
    id: "always-human-escalation",
    decision: "human",
    on: "written",
    check: (resource) =>
      rulesOf(resource).some((rule) =>
        [...listAt(rule, "verbs"), ...listAt(rule, "resources")].some((one) => ESCALATING.includes(String(one))),
      )
        ? ["it grants wildcards or the right to grant rights"]
        : [],
  },
  {
    id: "always-human-secrets",
    decision: "human",
    on: "written",
    check: (resource) =>
      rulesOf(resource).some((rule) => listAt(rule, "resources").some((one) => String(one).startsWith("secrets")))
        ? ["it grants access to Secrets"]
        : [],
  },
  {
    id: "always-human-ingress",
    decision: "human",
    on: "written",
    check: ({ kind }) =>
      /^(Ingress|IngressRoute(TCP|UDP)?|HTTPRoute|Gateway|VirtualService)$/.test(kind)
        ? ["it may open something to the outside"]
        : [],
  },
  {
    id: "always-human-exposed-service",
    decision: "human",
    on: "written",
    check: ({ kind, object }) => {
      const type = at(object, "spec", "type");
      const isOpen = type === "NodePort" || type === "LoadBalancer" || listAt(object, "spec", "externalIPs").length > 0;
      return kind === "Service" && isOpen ? ["it is reachable from outside the cluster"] : [];
    },
  },
  {
    id: "always-human-job-command",
    decision: "human",
    on: "written",
    check: (resource) => {
      const workload = asWorkload(resource);
      const isJob = workload?.kind === "Job" || workload?.kind === "CronJob";
      const runsCommand = workload?.containers.some(
        ({ spec }) => spec["command"] !== undefined || spec["args"] !== undefined,
      );
      return isJob && runsCommand === true ? ["it runs a command of its own"] : [];
    },
  },
  {
    id: "always-human-scale-to-zero",
    decision: "human",
    on: "written",
    check: ({ object }) => (at(object, "spec", "replicas") === 0 ? ["it runs no replicas"] : []),
  },
  {
    id: "disallow-default-namespace",
    decision: "human",
    on: "created",
    check: ({ namespace }) => (namespace === "default" ? ["it goes into the namespace default"] : []),
  },
];
