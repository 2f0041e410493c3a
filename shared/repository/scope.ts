/** Kinds that live outside namespaces (Kubernetes API reference, resources with `namespaced: false`). */

const builtIn: ReadonlySet<string> = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "ClusterRole",
  "ClusterRoleBinding",
  "StorageClass",
  "VolumeAttachment",
  "CSIDriver",
  "CSINode",
  "IngressClass",
  "PriorityClass",
  "RuntimeClass",
  "CustomResourceDefinition",
  "APIService",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "FlowSchema",
  "PriorityLevelConfiguration",
]);

/** Widespread custom kinds. Others are taken for namespaced, as most are. */
const custom: ReadonlySet<string> = new Set([
  "ClusterIssuer",
  "ClusterPolicy",
  "ClusterSecretStore",
  "ClusterExternalSecret",
  "GatewayClass",
  "CiliumClusterwideNetworkPolicy",
  "ClusterTriggerAuthentication",
  "EC2NodeClass",
  "NodePool",
]);

/** By the name of the kind alone, as people say it. */
export function isClusterKind(kind: string): boolean {
  return builtIn.has(kind) || custom.has(kind);
}

export function isClusterScoped(apiVersion: string, kind: string): boolean {
  return builtIn.has(kind) || (custom.has(kind) && apiVersion.includes("."));
}
