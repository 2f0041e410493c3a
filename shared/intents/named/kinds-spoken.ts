/** How people write the kinds of objects: `PodDisruptionBudget`, "pod disruption budgets", "PDB". */
import { oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";

const KNOWN: readonly string[] = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "CronJob",
  "Job",
  "Service",
  "ServiceAccount",
  "Namespace",
  "ConfigMap",
  "Secret",
  "ResourceQuota",
  "LimitRange",
  "PodDisruptionBudget",
  "NetworkPolicy",
  "HorizontalPodAutoscaler",
  "VerticalPodAutoscaler",
  "ScaledObject",
  "PersistentVolumeClaim",
  "StorageClass",
  "PriorityClass",
  "Ingress",
  "IngressRoute",
  "HTTPRoute",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "PrometheusRule",
  "ServiceMonitor",
  "PodMonitor",
  "Certificate",
  "Issuer",
  "ClusterIssuer",
  "ExternalSecret",
  "SealedSecret",
  "AppProject",
];
const SHORT: Readonly<Record<string, string>> = {
  pdb: "PodDisruptionBudget",
  "disruption budget": "PodDisruptionBudget",
  hpa: "HorizontalPodAutoscaler",
  vpa: "VerticalPodAutoscaler",
  pvc: "PersistentVolumeClaim",
  quota: "ResourceQuota",
  "namespace quota": "ResourceQuota",
};
const HUMP = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/;

export interface SpokenKinds {
  /** Lower case, single spaces, singular -> kind. */
  readonly kinds: ReadonlyMap<string, string>;
  /** Finds any of them, plural or not. */
  readonly pattern: RegExp;
}

/** Kinds everybody knows, and those of the platform's own manifests. */
export const kindsSpoken = oncePer((platform: Platform): SpokenKinds => {
  const kinds = new Map(Object.entries(SHORT));
  for (const kind of [...platform.resources.map((resource) => resource.kind), ...KNOWN]) {
    const humps = kind.split(HUMP);
    if (humps.length > 8 || !/^[A-Za-z0-9]+$/.test(kind)) continue;
    // A made-up kind of one word is an everyday word in small letters: `kind: Kafka`.
    if (humps.length === 1 && !KNOWN.includes(kind)) continue;
    kinds.set(kind.toLowerCase(), kind);
    kinds.set(humps.join(" ").toLowerCase(), kind);
  }
  const longestFirst = [...kinds.keys()].sort((a, b) => b.length - a.length);
  const words = longestFirst.map((one) => one.replaceAll(" ", "[ -]").replace(/y$/, "(?:y|ies)"));
  return {
    kinds,
    pattern: new RegExp(`(?<![\\p{L}\\p{N}_./-])(?:${words.join("|")})(?:e?s)?(?![\\p{L}\\p{N}_/-])`, "giu"),
  };
});

/** The kind a match of the pattern stands for. */
export function kindSpoken({ kinds }: SpokenKinds, match: string): string | undefined {
  const plain = match.toLowerCase().replaceAll("-", " ");
  const forms = [plain, plain.replace(/ies$/, "y"), plain.replace(/s$/, ""), plain.replace(/es$/, "")];
  return forms.map((form) => kinds.get(form)).find((kind) => kind !== undefined);
}
