/** Namespaces nothing is ever changed in automatically. */
import { matchesGlob } from "../repository/glob.ts";
import type { PolicySettings } from "./settings.ts";

const always: ReadonlySet<string> = new Set([
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "argocd",
  "cortex-school",
]);

export function isProtectedNamespace(namespace: string, settings: PolicySettings = {}): boolean {
  return (
    always.has(namespace) ||
    namespace === settings.schoolNamespace ||
    settings.protectedNamespaces?.some((pattern) => matchesGlob(pattern, namespace)) === true
  );
}
