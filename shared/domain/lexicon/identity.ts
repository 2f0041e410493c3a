/** Topics the security expert judges about workloads: under which account they run, and from which images. */
import type { Topic } from "./topic.ts";

const DO =
  "(?:set|setting|add|added|adding|put|putting|give|gave|define|configure|configured|enforce|enforced|enforcing|require|required|introduce|introduced|have|need|needs|use|using|create|created|write|wrote|apply|applied|applying|enable|enabled|start with|started with|roll out|rolled out|deploy|ship|get|gets|want|install)";

export const identity: readonly Topic[] = [
  {
    id: "rbac",
    expert: "security",
    category: "security",
    intent: "narrow-role",
    type: "technique",
    title: "Reduce RBAC to least privilege",
    advice: "Roles and bindings grant only the verbs and resources that a workload or person needs.",
    cues: [
      "(?:audit|review|tighten|trim|scope|reduce|drop|remove|revoke|narrow) .. (?:rbac|cluster ?roles?|cluster ?role ?bindings?|roles?|permissions|privileges|service ?accounts?|cluster admin)",
      `${DO} .. (?:rbac|least privilege)`,
    ],
    patterns: [
      "rbac",
      "role based access(?: control)?",
      "least privileges?",
      "cluster ?role(?: ?bindings?)?s?",
      "role ?bindings?",
    ],
    hints: ["permissions", "service ?accounts?"],
    problems: ["cluster admin", "over ?privileged"],
    technologies: ["Role", "ClusterRole", "RoleBinding", "ServiceAccount"],
  },
  {
    id: "namespaced-roles",
    expert: "security",
    category: "security",
    intent: "add-role",
    type: "technique",
    title: "Grant programs a namespaced role for what they ask of the API",
    advice:
      "A program that asks the Kubernetes API gets a Role of its own namespace with exactly those verbs and resources.",
    cues: [
      "(?:grant|give|write|create|add|bind|define|have) .. (?:namespaced|dedicated|own|small|minimal) roles?",
      "(?:namespaced|dedicated) roles? (?:per|for each|for every|for) .. (?:workloads?|services?|programs?|operators?|controllers?|apps?)",
    ],
    patterns: ["namespaced roles?", "roles? instead of (?:a )?cluster ?roles?"],
    technologies: ["Role", "RoleBinding", "ServiceAccount"],
  },
  {
    id: "service-account-tokens",
    expert: "security",
    category: "security",
    intent: "disable-service-account-token",
    type: "technique",
    title: "Mount no service account tokens into pods that do not talk to the API",
    advice: "A token for the Kubernetes API is mounted only into pods whose programs ask that API.",
    cues: [
      "(?:disable|turn off|switch off|stop|remove|drop|avoid) .. (?:auto ?mount(?:ing|s|ed)?|service ?account tokens?|api tokens?)",
      "(?:set|setting|use) .. automount ?service ?account ?token",
    ],
    warnings: [
      "(?:never|nothing|don't|do not|stop|no) .. mount(?:ing|s|ed)? .. (?:service ?account )?tokens?",
      "(?:pods?|workloads?|containers?) .. (?:need|needs) no .. tokens?",
    ],
    patterns: ["service ?account tokens?", "auto ?mount ?service ?account ?tokens?"],
    problems: ["(?:mounted|stolen) service ?account tokens?"],
    technologies: ["automountServiceAccountToken", "ServiceAccount"],
  },
  {
    id: "service-accounts",
    expert: "security",
    category: "security",
    intent: "add-service-account",
    type: "technique",
    title: "Give each workload its own service account",
    advice:
      "Workloads that talk to the Kubernetes API run under dedicated service accounts, none under the default one.",
    cues: [
      "(?:own|dedicated|separate) service ?accounts?",
      "service ?accounts? (?:per|for each|for every) (?:workload|service|deployment|pod|application|app)",
    ],
    warnings: ["(?:never|nothing|don't|do not|stop|no) .. default service ?accounts?"],
    patterns: ["dedicated service ?accounts?"],
    problems: ["(?:shared|default) service ?accounts?"],
    technologies: ["serviceAccountName", "ServiceAccount"],
  },
  {
    id: "image-pinning",
    expert: "security",
    category: "security",
    intent: "pin-image",
    type: "technique",
    title: "Pin every container image to a version",
    advice: "Images are named by a fixed tag or a digest, so that what was tested is what runs.",
    cues: [
      "(?:pin|pinning|pinned) .. (?:images?|digests?|containers?|tags?|base images?|versions?)",
      "(?:reference|deploy|name|use) .. (?:by digests?|image digests?|(?:fixed|immutable|explicit) (?:image )?tags?)",
    ],
    patterns: ["image digests?", "(?:pinned|unpinned) (?:container )?images?", "immutable (?:image )?tags?"],
    warnings: ["(?:never|don't|do not|stop|no) .. (?:latest tags?|tag latest|unpinned images?|:latest)"],
    problems: ["latest tags?"],
    technologies: ["sha256", "image:"],
  },
  {
    id: "image-supply-chain",
    expert: "security",
    category: "security",
    type: "technique",
    title: "Scan and sign container images",
    advice: "Images come from allowed registries, scanned and signed.",
    cues: [
      "(?:sign|scan|verify) .. (?:images?|containers?|base images?|signatures?)",
      `${DO} .. (?:cosign|sigstore|trivy|sboms?|image scanning)`,
    ],
    patterns: [
      "supply chain security",
      "image (?:signing|scanning|signatures?|provenance)",
      "cosign",
      "sigstore",
      "sboms?",
      "trivy",
      "slsa",
      "private registry",
    ],
    problems: ["supply chain attacks?"],
    technologies: ["imagePullPolicy", "cosign", "trivy", "sha256"],
  },
];
