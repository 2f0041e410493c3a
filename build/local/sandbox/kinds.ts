/** What the API server knows about kinds: group, plural, scope. */

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The kinds this server always answers for, with or without objects; everything else appears with its first object. */
const served: Readonly<Record<string, string>> = {
  v1: "ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod ReplicationController ResourceQuota Secret Service ServiceAccount",
  "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
  "argoproj.io/v1alpha1": "AppProject Application ApplicationSet",
  "autoscaling/v2": "HorizontalPodAutoscaler",
  "batch/v1": "CronJob Job",
  "networking.k8s.io/v1": "Ingress IngressClass NetworkPolicy",
  "policy/v1": "PodDisruptionBudget",
  "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
  "scheduling.k8s.io/v1": "PriorityClass",
  "storage.k8s.io/v1": "StorageClass",
  "apiextensions.k8s.io/v1": "CustomResourceDefinition",
};

const clusterScoped = new Set(
  (
    "Namespace Node PersistentVolume ClusterRole ClusterRoleBinding IngressClass PriorityClass StorageClass CSIDriver " +
    "CustomResourceDefinition APIService RuntimeClass ValidatingWebhookConfiguration MutatingWebhookConfiguration " +
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ClusterIssuer ClusterPolicy ClusterSecretStore " +
    "ClusterTriggerAuthentication GatewayClass FlowSchema PriorityLevelConfiguration"
  ).split(" "),
);

/** Groups whose kinds are compiled into the API server: an unknown kind there can never exist. */
const builtinGroups = new Set(
  (
    "apps batch autoscaling policy extensions networking.k8s.io rbac.authorization.k8s.io storage.k8s.io " +
    "scheduling.k8s.io apiextensions.k8s.io apiregistration.k8s.io admissionregistration.k8s.io " +
    "coordination.k8s.io discovery.k8s.io events.k8s.io node.k8s.io certificates.k8s.io " +
    "authentication.k8s.io authorization.k8s.io flowcontrol.apiserver.k8s.io resource.k8s.io"
  ).split(" "),
);

export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

export function versionOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[1] ?? "") : apiVersion;
}

export function isBuiltinGroup(group: string): boolean {
  return group === "" || builtinGroups.has(group);
}

export function isNamespaced(kind: string): boolean {
  return !clusterScoped.has(kind);
}

/** English as the API conventions use it: networkpolicies, ingresses, endpoints. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower === "endpoints") return lower;
  if (/(?:s|x|z|ch|sh)$/.test(lower)) return `${lower}es`;
  if (/[^aeiou]y$/.test(lower)) return `${lower.slice(0, -1)}ies`;
  return `${lower}s`;
}

export function kindOf(apiVersion: string, kind: string): Kind {
  return {
    group: groupOf(apiVersion),
    version: versionOf(apiVersion),
    kind,
    plural: pluralOf(kind),
    namespaced: isNamespaced(kind),
  };
}

export const SERVED_KINDS: readonly Kind[] = Object.entries(served).flatMap(([apiVersion, kinds]) =>
  kinds.split(" ").map((kind) => kindOf(apiVersion, kind)),
);
