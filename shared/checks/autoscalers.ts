/**
 * An autoscaler can measure and scale its target; its own conditions say so (autoscaling/v2 HorizontalPodAutoscaler
 * `ScalingActive` and `AbleToScale`; KEDA ScaledObject `Ready`). One that cannot measure leaves the replicas as they are.
 */
import * as z from "zod";
import type { ObjectRef } from "../domain/change-set.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";

const Scaler = z.object({
  spec: z.object({ minReplicas: z.number().optional(), minReplicaCount: z.number().optional() }),
  status: z.object({
    currentReplicas: z.number().optional(),
    conditions: z
      .array(
        z.object({
          type: z.string(),
          status: z.string(),
          reason: z.string().optional(),
          message: z.string().optional(),
        }),
      )
      .optional(),
  }),
});

export const autoscalers: Check = {
  name: "autoscalers",
  // Nothing counts against it before the last look: metrics of new pods take minutes.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const scalers = world.objects.filter(isScaler);
    return worstOf(await Promise.all(scalers.map((one) => lookAt(one, world))), "no autoscaler is changed");
  },
};

function isScaler({ kind, effect }: ObjectRef): boolean {
  return (kind === "HorizontalPodAutoscaler" || kind === "ScaledObject") && effect !== "delete";
}

async function lookAt(ref: ObjectRef, { cluster, lastLook, signal }: World): Promise<Look> {
  const name = `${ref.kind} ${ref.namespace ?? ""}/${ref.name}`;
  const notYet = (message: string) => (lastLook ? failed(`${name} ${message}`) : inconclusive(`${name} ${message}`));
  const found = await cluster.object(ref.apiVersion, ref.kind, ref.namespace ?? "", ref.name, signal);
  if (found === undefined) return notYet("does not exist");
  const scaler = Scaler.safeParse(found);
  const conditions = scaler.success ? (scaler.data.status.conditions ?? []) : [];
  if (!scaler.success || conditions.length === 0) return inconclusive(`${name} has no status`);
  const wanted = ref.kind === "ScaledObject" ? ["Ready"] : ["AbleToScale", "ScalingActive"];
  for (const type of wanted) {
    const condition = conditions.find((one) => one.type === type);
    if (condition?.status === "True") continue;
    const { reason = "", message = "" } = condition ?? {};
    // Scaling is off at zero replicas, which is what somebody asked for.
    if (reason === "ScalingDisabled") continue;
    return notYet(`is not ${type}: ${`${reason} ${message}`.trim().slice(0, 300) || "nothing is said"}`);
  }
  const least = scaler.data.spec.minReplicas ?? scaler.data.spec.minReplicaCount ?? 1;
  const current = scaler.data.status.currentReplicas;
  if (current !== undefined && current < least) return notYet(`has ${current} replicas where ${least} are the least`);
  return successful(`${name} measures and scales its target${current === undefined ? "" : ` (${current} replicas)`}`);
}
