/** Rules about what an object lets somebody do. */
import type { Rules } from "./rule-info.ts";

export const security: Rules = {
  "no-plain-secret": {
    category: "security",
    severity: "warning",
    decision: "deny",
    description: "A Secret whose values stand in Git can be read by everybody who can read the repository, for ever.",
    remedy: "Rotate the value; commit a SealedSecret or ExternalSecret, or create the Secret outside of Git.",
    knownAs: "kube-linter, gitleaks",
    floor: true,
  },
  "restrict-clusterrole-cluster-admin": {
    category: "security",
    severity: "warning",
    decision: "deny",
    description: "A binding to cluster-admin hands out the whole cluster.",
    remedy: "Bind a role that names the verbs and resources that are needed.",
    knownAs: "Kyverno restrict-binding-clusteradmin, kube-linter cluster-admin-role-binding",
    floor: true,
  },
  "pod-security-baseline": {
    category: "security",
    severity: "warning",
    decision: "deny",
    description: "No host namespaces, host paths, host ports, added capabilities or privileged containers.",
    remedy: "Remove the field; an agent that needs it belongs in a namespace of its own that allows it.",
    knownAs: "Kyverno pod-security/baseline, Gatekeeper K8sPSP*",
  },
  "pod-security-restricted": {
    category: "security",
    severity: "info",
    decision: "human",
    description: "Containers run without root, capabilities and privilege escalation, with a seccomp profile.",
    remedy:
      "Set runAsNonRoot, allowPrivilegeEscalation: false, capabilities.drop: [ALL], readOnlyRootFilesystem and seccompProfile RuntimeDefault.",
    knownAs: "Kyverno pod-security/restricted, require-ro-rootfs",
  },
  "disallow-latest-tag": {
    category: "security",
    severity: "warning",
    decision: "deny",
    description: "An image without a version is another one after every restart, and cannot be rolled back.",
    remedy: "Name a version, or better a digest (@sha256:…).",
    knownAs: "Kyverno disallow-latest-tag, Gatekeeper K8sDisallowedTags, kube-linter latest-tag",
  },
  "restrict-image-registries": {
    category: "security",
    severity: "warning",
    decision: "deny",
    description: "Images come from registries the repository already uses, or that its policy file names.",
    remedy: "Take the image from a known registry, or add its registry to `registries.also` with a reason.",
    knownAs: "Kyverno restrict-image-registries, Gatekeeper K8sAllowedRepos",
  },
  "protected-namespaces": {
    category: "security",
    severity: "info",
    decision: "deny",
    description:
      "The namespaces of Kubernetes, Argo CD and the school, and those the policy file protects, are off limits.",
    remedy: "Nothing: the object may stay, the school does not touch it.",
    floor: true,
  },
  "disallow-default-namespace": {
    category: "security",
    severity: "warning",
    decision: "human",
    description: "Nothing should go into the namespace `default`.",
    remedy: "Give it a namespace of its own.",
    knownAs: "Kyverno disallow-default-namespace, kube-linter use-namespace",
  },
};
