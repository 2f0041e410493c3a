/** Rules about a change as a whole. */
import type { RuleInfo, Rules } from "./rule-info.ts";

const denied: Pick<RuleInfo, "category" | "severity" | "decision"> = {
  category: "change",
  severity: "error",
  decision: "deny",
};
const asked: Pick<RuleInfo, "category" | "severity" | "decision"> = {
  category: "review",
  severity: "info",
  decision: "human",
};

export const change: Rules = {
  "path-outside-repository": {
    ...denied,
    description: "A change stays inside the repository, in plain paths that are no part of git itself.",
    remedy: "Use a path without `..`, empty parts, backslashes and control characters.",
    floor: true,
  },
  "stale-file": {
    ...denied,
    description: "What was read must be what is replaced.",
    remedy: "Read the repository again.",
    floor: true,
  },
  "change-set-mismatch": {
    ...denied,
    description: "The list of objects a person is shown must be what the text does.",
    remedy: "Render the change again.",
    floor: true,
  },
  "policy-file-is-not-ours": {
    ...denied,
    description: "The school never changes the file that says what it may do.",
    remedy: "A person changes it.",
    floor: true,
  },
  "no-tool-switch": {
    ...denied,
    severity: "warning",
    description: "Adding or removing a kustomization or chart changes how Argo CD renders the whole folder.",
    remedy: "A person does this, together with everything else in the folder.",
    floor: true,
  },
  "server-side-dry-run": {
    ...denied,
    description: "The cluster would refuse it: its schema, quota, LimitRange, Pod Security or an admission webhook.",
    remedy: "Read what it says. A kind or namespace that is not there asks a person; no answer is told, or asks one.",
    knownAs: "kubectl apply --dry-run=server",
    floor: true,
  },
  "always-human-policy-file": {
    ...asked,
    severity: "error",
    description: "The policy file cannot be read, so nobody knows what the repository allows.",
    remedy: "Mend the file at the place given.",
    floor: true,
  },
  "always-human-exemption": {
    ...asked,
    description: "The policy file exempts it from a rule that denies: a person looks at it instead.",
    remedy: "Mend it before the exemption ends.",
    floor: true,
  },
  "always-human-deletion": {
    ...asked,
    description: "An object would be deleted.",
    remedy: "Look at what depends on it.",
  },
  "always-human-foreign-object": {
    ...asked,
    description: "An object somebody else made would be changed.",
    remedy: "Ask its owner.",
  },
  "always-human-cluster-role": {
    ...asked,
    description: "A ClusterRole or its binding grants rights in the whole cluster.",
    remedy: "Prefer a Role in one namespace.",
    knownAs: "kube-linter access-to-*",
  },
  "always-human-role": {
    ...asked,
    description: "A Role or its binding grants rights in a namespace.",
    remedy: "Check that every verb is needed, and by whom.",
  },
  "always-human-webhook": {
    ...asked,
    description: "An admission webhook decides about every request to the API.",
    remedy: "Check its failurePolicy and its selectors.",
  },
  "claims-never-shrink": {
    ...denied,
    description: "A claim asks for less storage than before: the API server refuses it.",
    remedy: "Make a smaller claim under another name, and copy the data.",
  },
  "always-human-volume": {
    ...asked,
    description: "A claim that exists changes, or a running workload gets another volume for its data.",
    remedy: "Make sure the data is where it is looked for; no revert makes a volume smaller.",
  },
  "always-human-settings": {
    ...asked,
    description: "A ConfigMap that exists changes: it may decide how a program keeps its data, or whether it starts.",
    remedy: "Ask whoever runs the program.",
  },
  "always-human-crd": {
    ...asked,
    description: "A CRD changes the API itself.",
    remedy: "Check versions and stored objects.",
  },
  "always-human-namespace": {
    ...asked,
    description: "A namespace is made or changed.",
    remedy: "Check its labels and quota.",
  },
  "always-human-storage": {
    ...asked,
    description: "A StorageClass or PersistentVolume is about where data lives.",
    remedy: "Check the reclaim policy.",
  },
  "always-human-argocd": {
    ...asked,
    description: "An Application, ApplicationSet or AppProject changes what Argo CD applies.",
    remedy: "Check path, destination, prune and finalizers.",
  },
  "always-human-escalation": {
    ...asked,
    description: "A role grants wildcards, or the right to grant rights.",
    remedy: "Name the verbs and resources that are needed.",
    knownAs: "Kyverno restrict-escalation-verbs-roles, restrict-wildcard-verbs",
  },
  "always-human-secrets": {
    ...asked,
    description: "A role grants access to Secrets.",
    remedy: "Name the Secrets with resourceNames.",
    knownAs: "kube-linter access-to-secrets",
  },
  "always-human-external-secret": {
    ...asked,
    description: "An ExternalSecret decides what a Secret holds.",
    remedy: "See that the store holds every key it names, with the values that are in use.",
  },
  "always-human-ingress": {
    ...asked,
    description: "An Ingress, route or gateway may open something to the outside.",
    remedy: "Check host, TLS and who may ask.",
  },
  "always-human-exposed-service": {
    ...asked,
    description: "A NodePort, LoadBalancer or external IP is reachable from outside the cluster.",
    remedy: "Prefer ClusterIP behind an Ingress.",
    knownAs: "Kyverno restrict-nodeport, restrict-service-external-ips, kube-linter exposed-services",
  },
  "always-human-job-command": {
    ...asked,
    description: "A Job runs a command of its own.",
    remedy: "Read what it runs.",
  },
  "always-human-credentials": {
    ...asked,
    description: "A new workload reads a Secret.",
    remedy: "Make sure that it may have what the Secret opens, or give it credentials of its own.",
  },
  "always-human-hook": {
    ...asked,
    description: "Argo CD runs it while it syncs, once, and no revert undoes that.",
    remedy: "Read what it runs, and how its effect would be taken back.",
  },
  "always-human-scale-to-zero": {
    ...asked,
    description: "A workload runs no replicas.",
    remedy: "Make sure it is meant to be off.",
  },
};
