/** Pod Security labels of a namespace: what they would refuse, and that a person decides about them. */
import type { Resource } from "../../repository/platform.ts";
import { fieldsAt, stringsAt } from "../../repository/values.ts";
import { workloadsIn } from "../../repository/workloads.ts";
import { LEVELS, podSecurityProblems } from "../pod-security.ts";
import type { ObjectRule } from "../review.ts";

function enforcedIn({ kind, apiVersion, object }: Resource): string | undefined {
  if (kind !== "Namespace" || apiVersion !== "v1") return undefined;
  return stringsAt(object, "metadata", "labels")["pod-security.kubernetes.io/enforce"];
}

/** A pod that is refused is only missed when it is next made: at a drain, or at the next rollout. */
export const podSecurityLevelHolds: ObjectRule = {
  id: "pod-security-level-holds",
  decision: "deny",
  on: "written",
  check(resource, { after }) {
    const level = LEVELS.find((one) => one === enforcedIn(resource));
    if (level === undefined) return [];
    return workloadsIn(after, resource.name).flatMap(({ kind, name, podSpec, templatePath, resource: one }) => {
      const annotations = fieldsAt(one.object, ...templatePath, "metadata", "annotations");
      const [problem] = podSecurityProblems(level, podSpec, annotations);
      return problem === undefined ? [] : [`it enforces ${level}, and of ${kind} ${name} ${problem}`];
    });
  },
};

export const humanPodSecurityLevel: ObjectRule = {
  id: "always-human-pod-security-level",
  decision: "human",
  on: "written",
  check(resource) {
    const level = enforcedIn(resource);
    return level === undefined ? [] : [`it refuses pods below the level ${level.slice(0, 63)}`];
  },
};
