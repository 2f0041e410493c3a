/** What admission says to a new pod: its namespace's limits and quotas, and its Pod Security level. */
import { podSecurityProblems } from "../../../shared/policy/pod-security.ts";
import { type JsonMap, textsAt } from "./json.ts";
import { refusePod } from "./limits.ts";
import type { ObjectStore } from "./store.ts";

/** Undefined when the pod is welcome, else the API server's words; `spec` already has its defaults. */
export function refuseNewPod(
  store: ObjectStore,
  namespace: string,
  name: string,
  spec: JsonMap,
  annotations: JsonMap,
): string | undefined {
  const problem = levelProblem(store, namespace, "enforce", spec, annotations);
  if (problem !== undefined) return `pods "${name}" is forbidden: violates ${problem}`;
  return refusePod(store, namespace, name, spec);
}

/** Why a pod does not meet the level its namespace is labelled with in this mode. */
export function levelProblem(
  store: ObjectStore,
  namespace: string,
  mode: "enforce" | "warn",
  spec: JsonMap,
  annotations: JsonMap,
): string | undefined {
  const labels = textsAt(
    store.get({ group: "", kind: "Namespace", namespace: undefined, name: namespace }),
    "metadata",
    "labels",
  );
  const level = labels[`pod-security.kubernetes.io/${mode}`];
  if (level !== "restricted" && level !== "baseline") return undefined;
  const problems = podSecurityProblems(level, spec, annotations);
  if (problems.length === 0) return undefined;
  const version = labels[`pod-security.kubernetes.io/${mode}-version`] ?? "latest";
  return `PodSecurity "${level}:${version}": ${problems.join(", ")}`;
}
