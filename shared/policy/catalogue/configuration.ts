/** Rules that hold only where a repository's policy file says so. */
import type { RuleInfo, Rules } from "./rule-info.ts";

const configured: Pick<RuleInfo, "category" | "severity" | "decision"> = {
  category: "configuration",
  severity: "error",
  decision: "deny",
};

export const configuration: Rules = {
  "allowed-kinds": {
    ...configured,
    description: "Only kinds the policy file allows, and none it denies (`kinds.allow`, `kinds.deny`).",
    remedy: "Use another kind, or change the list.",
  },
  "always-human-kind": {
    ...configured,
    severity: "info",
    decision: "human",
    description: "Kinds the policy file keeps for people (`kinds.human`).",
    remedy: "A person looks at it.",
  },
  "allowed-namespaces": {
    ...configured,
    description: "Only namespaces the policy file allows, and none it denies (`namespaces.allow`, `namespaces.deny`).",
    remedy: "Put it into another namespace, or change the list.",
    knownAs: "Kyverno allowed-namespaces",
  },
  "replica-limits": {
    ...configured,
    description: "No more replicas than `sizes.replicas`, also where an autoscaler sets them.",
    remedy: "Ask for fewer.",
    knownAs: "Gatekeeper K8sReplicaLimits",
  },
  "container-limits": {
    ...configured,
    description: "No container asks for more, or may take more, than `sizes.cpu` and `sizes.memory`.",
    remedy: "Ask for less.",
    knownAs: "Gatekeeper K8sContainerLimits, K8sContainerRequests",
  },
  "storage-limits": {
    ...configured,
    description: "No claim is larger than `sizes.storage`.",
    remedy: "Ask for less.",
    knownAs: "Kyverno require-storageclass, pvc size limits",
  },
};
