/** Rules about the shape of objects: what the API server, or what evaluates them, takes at all. */
import type { Rules } from "./rule-info.ts";

export const shape: Rules = {
  "valid-yaml": {
    category: "shape",
    severity: "error",
    decision: "deny",
    description: "A manifest must be YAML (or JSON) that can be read.",
    remedy: "Mend the syntax at the place given.",
    floor: true,
  },
  "no-duplicate-keys": {
    category: "shape",
    severity: "warning",
    decision: "deny",
    description: "A key that is given twice: readers differ in which value wins, and one of them is lost.",
    remedy: "Keep one of the two; the document is judged again once it can be read in one way only.",
    knownAs: "kubectl --validate=strict: duplicate field",
  },
  "valid-schema": {
    category: "shape",
    severity: "error",
    decision: "deny",
    description: "An object must fit the published schema of its kind.",
    remedy: "Give the field the type and the values its kind's API reference names.",
    knownAs: "kubeconform",
  },
  "unknown-fields": {
    category: "shape",
    severity: "error",
    decision: "deny",
    description: "A field its kind does not have is refused or dropped in silence.",
    remedy: "Correct the spelling or the indentation of the field, or remove it.",
    knownAs: "kubeconform -strict, kubectl --validate=strict",
  },
  "unknown-schema": {
    category: "shape",
    severity: "info",
    decision: "human",
    description: "No schema of this kind is known here, so nobody can tell whether the object fits it.",
    remedy: "Nothing, where the cluster knows the kind; a server-side dry run tells.",
  },
  "rfc-1123-names": {
    category: "shape",
    severity: "error",
    decision: "deny",
    description: "Names, namespaces and label values must be ones Kubernetes takes.",
    remedy: "Use lower-case letters, digits and hyphens, beginning and ending with a letter or digit.",
    knownAs: "RFC 1123, kubernetes.io/docs/concepts/overview/working-with-objects/names",
  },
  "selector-matches-labels": {
    category: "shape",
    severity: "error",
    decision: "deny",
    description: "The selector of a workload must pick the pods of its own template.",
    remedy: "Give the pod template every label the selector asks for.",
    knownAs: "kube-linter mismatching-selector",
  },
  "valid-promql": {
    category: "shape",
    severity: "error",
    decision: "deny",
    description: "The expression of an alert or recording rule must be PromQL.",
    remedy: "Close quotes and brackets; `promtool check rules` says more.",
    knownAs: "promtool check rules",
  },
};
