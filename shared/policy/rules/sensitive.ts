/** Kinds and contents that are refused outright, and those that always need a person, whatever their relevance. */
import { isPickedUpDashboard } from "../../repository/grafana.ts";
import { ofKind, oncePer } from "../../repository/lookup.ts";
import { secretsRead } from "../../repository/secrets.ts";
import { at, type Fields, fieldsAt, itemsAt, listAt, textAt } from "../../repository/values.ts";
import { asWorkload, workloadsOf } from "../../repository/workloads.ts";
import { isProtectedNamespace } from "../protected.ts";
import { type Keys, type ObjectRule, problemAt } from "../review.ts";

export const noPlainSecret: ObjectRule = {
  id: "no-plain-secret",
  decision: "deny",
  on: "written",
  check: ({ kind, object }) =>
    kind === "Secret" && (at(object, "data") !== undefined || at(object, "stringData") !== undefined)
      ? [
          problemAt(
            "a Secret in Git holds its values for everybody to read",
            at(object, "data") === undefined ? "stringData" : "data",
          ),
        ]
      : [],
};

export const protectedNamespaces: ObjectRule = {
  id: "protected-namespaces",
  decision: "deny",
  on: "written",
  check({ kind, name, namespace }, { settings }) {
    const touched = kind === "Namespace" ? name : namespace;
    return touched !== undefined && isProtectedNamespace(touched, settings)
      ? [problemAt(`namespace ${touched} is off limits`, "metadata", kind === "Namespace" ? "name" : "namespace")]
      : [];
  },
};

export const noClusterAdmin: ObjectRule = {
  id: "restrict-clusterrole-cluster-admin",
  decision: "deny",
  on: "written",
  check({ kind, object }) {
    if (!kind.endsWith("RoleBinding")) return [];
    return textAt(object, "roleRef", "name") === "cluster-admin"
      ? [problemAt("it hands out cluster-admin", "roleRef", "name")]
      : [];
  },
};

const HOOK = "argocd.argoproj.io/hook";

/** Every text in the pod templates of a namespace: the name of what they mount is one of them. */
const textsOfPods = oncePer((platform) => {
  const found = new Map<string | undefined, Set<string>>();
  for (const { namespace, podSpec } of workloadsOf(platform)) {
    const texts = found.get(namespace) ?? new Set();
    found.set(namespace, texts);
    JSON.stringify(podSpec, (_key, value: unknown) => {
      if (typeof value === "string") texts.add(value);
      return value;
    });
  }
  return found;
});

/** A ConfigMap nobody mounts and no sidecar brings to Grafana changes nothing at run time. */
export const noEffect: ObjectRule = {
  id: "no-effect",
  decision: "deny",
  on: "created",
  check(resource, { after }) {
    const { kind, name, namespace } = resource;
    if (kind !== "ConfigMap" || isPickedUpDashboard(after, resource)) return [];
    return textsOfPods(after).get(namespace)?.has(name) === true
      ? []
      : ["no workload uses it, so it would change nothing"];
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
    const workload = ofKind(after, textAt(target, "kind") ?? "Deployment").find(
      (one) => one.name === target["name"] && one.namespace === resource.namespace,
    );
    return at(workload?.object, "spec", "replicas") === undefined
      ? []
      : [problemAt("the replicas of its target are fixed in Git", "spec", "scaleTargetRef")];
  },
};

function byKind(id: string, kinds: RegExp, message: string): ObjectRule {
  return {
    id,
    decision: "human",
    on: "written",
    check: ({ kind }) => (kinds.test(kind) ? [problemAt(message, "kind")] : []),
  };
}

const ESCALATING = new Set(["*", "escalate", "bind", "impersonate"]);

/** One problem at the first grant of a Role or ClusterRole that is meant. */
function onGrants(isMeant: (grant: Fields) => boolean, message: string): ObjectRule["check"] {
  return ({ kind, object }) => {
    if (kind !== "Role" && kind !== "ClusterRole") return [];
    const index = itemsAt(object, "rules").findIndex(isMeant);
    return index === -1 ? [] : [problemAt(message, "rules", index)];
  };
}

export const alwaysHuman: readonly ObjectRule[] = [
  byKind("always-human-cluster-role", /^ClusterRole(Binding)?$/, "it grants rights in the whole cluster"),
  byKind("always-human-role", /^Role(Binding)?$/, "it grants rights in its namespace"),
  byKind("always-human-webhook", /WebhookConfiguration$/, "it decides about every request to the API"),
  byKind("always-human-crd", /^CustomResourceDefinition$/, "it changes the API itself"),
  byKind("always-human-namespace", /^Namespace$/, "it makes or changes a namespace"),
  byKind("always-human-storage", /^(StorageClass|PersistentVolume)$/, "it is about where data lives"),
  byKind("always-human-argocd", /^(Application|ApplicationSet|AppProject)$/, "it changes what Argo CD applies"),
  {
    id: "always-human-escalation",
    decision: "human",
    on: "written",
    check: onGrants(
      (grant) => [...listAt(grant, "verbs"), ...listAt(grant, "resources")].some((one) => ESCALATING.has(String(one))),
      "it grants wildcards or the right to grant rights",
    ),
  },
  {
    id: "always-human-secrets",
    decision: "human",
    on: "written",
    check: onGrants(
      (grant) => listAt(grant, "resources").some((one) => String(one).startsWith("secrets")),
      "it grants access to Secrets",
    ),
  },
  {
    id: "always-human-ingress",
    decision: "human",
    on: "written",
    check: ({ kind }) =>
      /^(Ingress|IngressRoute(TCP|UDP)?|HTTPRoute|Gateway|VirtualService)$/.test(kind)
        ? [problemAt("it may open something to the outside", "kind")]
        : [],
  },
  {
    id: "always-human-exposed-service",
    decision: "human",
    on: "written",
    check: ({ kind, object }) => {
      const type = at(object, "spec", "type");
      const isOpen = type === "NodePort" || type === "LoadBalancer" || listAt(object, "spec", "externalIPs").length > 0;
      const place: Keys = ["spec", listAt(object, "spec", "externalIPs").length > 0 ? "externalIPs" : "type"];
      return kind === "Service" && isOpen ? [problemAt("it is reachable from outside the cluster", ...place)] : [];
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
      return isJob && runsCommand === true
        ? [problemAt("it runs a command of its own", ...workload.templatePath, "spec", "containers")]
        : [];
    },
  },
  {
    id: "always-human-credentials",
    decision: "human",
    on: "created",
    check(resource) {
      const workload = asWorkload(resource);
      const secrets = workload === undefined ? [] : secretsRead(workload);
      return workload === undefined || secrets.length === 0
        ? []
        : [problemAt(`it is handed the credentials in Secret ${secrets.join(", ")}`, ...workload.templatePath, "spec")];
    },
  },
  {
    id: "always-human-hook",
    decision: "human",
    on: "written",
    check: ({ object }) =>
      at(object, "metadata", "annotations", HOOK) === undefined
        ? []
        : [
            problemAt(
              "Argo CD runs it during a sync; taking the commit back does not undo what it did",
              "metadata",
              "annotations",
            ),
          ],
  },
  {
    id: "always-human-scale-to-zero",
    decision: "human",
    on: "written",
    check: ({ object }) =>
      at(object, "spec", "replicas") === 0 ? [problemAt("it runs no replicas", "spec", "replicas")] : [],
  },
  {
    id: "disallow-default-namespace",
    decision: "human",
    on: "created",
    check: ({ namespace }) =>
      namespace === "default" ? [problemAt("it goes into the namespace default", "metadata", "namespace")] : [],
  },
];
