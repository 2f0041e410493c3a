/** Topics the security expert judges: what a namespace as a whole is held to. */
import type { Topic } from "./topic.ts";

export const namespaces: readonly Topic[] = [
  {
    id: "pod-security-levels",
    expert: "security",
    category: "security",
    intent: "set-pod-security-level",
    type: "technique",
    title: "Enforce a Pod Security Standard on every namespace",
    advice: "Namespaces carry Pod Security labels, so that the API server refuses pods below their level.",
    cues: [
      "(?:enforce|set|add|apply|use|put|require|turn on|enable) .. pod security (?:standards?|levels?|admission|labels?)",
      "label .. namespaces? .. pod security",
    ],
    patterns: ["pod security (?:standards?|levels?|admission|labels?)", "pod-security\\.kubernetes\\.io/\\w+"],
    technologies: ["Namespace", "pod-security.kubernetes.io"],
  },
];
