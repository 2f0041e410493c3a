/** Autoscalers: what they scale, who else does, and what a Deployment does while its replicas leave Git. */
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { at, fieldsAt, textAt } from "../../repository/values.ts";
import type { ObjectRule } from "../review.ts";

function isAutoscaler({ kind }: Resource): boolean {
  return kind === "HorizontalPodAutoscaler" || kind === "ScaledObject";
}

function targetOf({ object }: Resource): string {
  const { kind, name } = fieldsAt(object, "spec", "scaleTargetRef");
  return `${typeof kind === "string" ? kind : "Deployment"} ${String(name)}`;
}

function scalersOf(platform: Platform, namespace: string | undefined, target: string): readonly Resource[] {
  return inNamespace(platform, namespace).filter((one) => isAutoscaler(one) && targetOf(one) === target);
}

/** One that scales nothing changes nothing. */
export const autoscalerHasTarget: ObjectRule = {
  id: "no-effect-autoscaler",
  decision: "deny",
  on: "created",
  check(resource, { after }) {
    if (!isAutoscaler(resource)) return [];
    const target = targetOf(resource);
    const found = inNamespace(after, resource.namespace).some((one) => `${one.kind} ${one.name}` === target);
    return found ? [] : [`its target ${target} is not in the repository`];
  },
};

/** Two autoscalers take turns (kubernetes: "AmbiguousSelector"; KEDA refuses the second). */
export const oneAutoscaler: ObjectRule = {
  id: "one-autoscaler-per-workload",
  decision: "deny",
  on: "written",
  check(resource, { after }) {
    if (!isAutoscaler(resource)) return [];
    const target = targetOf(resource);
    const other = scalersOf(after, resource.namespace, target).find((one) => one !== resource);
    if (other === undefined) return [];
    return [`${other.kind} ${other.name} scales ${target} too`];
  },
};

export const autoscalerBounds: ObjectRule = {
  id: "autoscaler-bounds",
  decision: "deny",
  on: "written",
  check({ kind, object }) {
    const keys = kind === "ScaledObject" ? ["minReplicaCount", "maxReplicaCount"] : ["minReplicas", "maxReplicas"];
    if (kind !== "HorizontalPodAutoscaler" && kind !== "ScaledObject") return [];
    const [least, most] = keys.map((key) => at(object, "spec", key));
    const isOver = typeof least === "number" && typeof most === "number" && least > most;
    return isOver ? [`it may not go under ${least} and not over ${most}`] : [];
  },
};

/**
 * A Deployment whose `replicas` leave Git falls to one for a moment (kubernetes.io/docs/tasks/run-application/
 * horizontal-pod-autoscale, "Migrating Deployments and StatefulSets to horizontal autoscaling").
 */
export const replicasHandover: ObjectRule = {
  id: "always-human-replicas-handover",
  decision: "human",
  on: "written",
  check(resource, { before, after }) {
    if (!/^(?:Deployment|StatefulSet)$/.test(resource.kind) || at(resource.object, "spec", "replicas") !== undefined)
      return [];
    const was = before.resources.find(
      (one) => one.kind === resource.kind && one.name === resource.name && one.namespace === resource.namespace,
    );
    const replicas = at(was?.object, "spec", "replicas");
    const target = `${resource.kind} ${resource.name}`;
    const isScaled = scalersOf(after, resource.namespace, target).length > 0;
    if (typeof replicas !== "number" || replicas < 2 || !isScaled) return [];
    const label = textAt(resource.object, "metadata", "name") ?? resource.name;
    return [`${label} may fall from ${replicas} replicas to one until its autoscaler takes over`];
  },
};
