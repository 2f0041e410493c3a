/** A PodDisruptionBudget holds pods, and lets them go one after the other; its status says so (policy/v1). */
import * as z from "zod";
import type { ObjectRef } from "../domain/change-set.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";

const count = z.number().int().nonnegative();
const Budget = z.object({
  metadata: z.object({ generation: count.optional() }),
  status: z.object({
    observedGeneration: count,
    expectedPods: count,
    currentHealthy: count,
    desiredHealthy: count,
    disruptionsAllowed: count,
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string().optional() }))
      .optional(),
  }),
});

export const disruptionBudgets: Check = {
  name: "disruption-budgets",
  // Nothing counts against it before the last look: a budget that is not right yet hurts nobody meanwhile.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const budgets = world.objects.filter(isBudget);
    return worstOf(
      await Promise.all(budgets.map((budget) => lookAt(budget, world))),
      "no disruption budget is changed",
    );
  },
};

function isBudget({ apiVersion, kind, effect }: ObjectRef): boolean {
  return kind === "PodDisruptionBudget" && apiVersion.startsWith("policy/") && effect !== "delete";
}

async function lookAt(ref: ObjectRef, { cluster, lastLook, signal }: World): Promise<Look> {
  const name = `PodDisruptionBudget ${ref.namespace ?? ""}/${ref.name}`;
  const notYet = (message: string) => (lastLook ? failed(`${name} ${message}`) : inconclusive(`${name} ${message}`));
  const found = await cluster.object(ref.apiVersion, ref.kind, ref.namespace ?? "", ref.name, signal);
  if (found === undefined) return notYet("does not exist");
  const budget = Budget.safeParse(found);
  if (!budget.success) return inconclusive(`${name} has no status`);
  const { metadata, status } = budget.data;
  const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } = status;
  if (status.observedGeneration < (metadata.generation ?? 1)) return inconclusive(`${name} is not observed yet`);
  const broken = status.conditions?.find(({ reason }) => reason === "SyncFailed");
  if (broken !== undefined) return notYet(`cannot be kept: ${(broken.message ?? broken.reason).slice(0, 300)}`);
  if (expectedPods === 0) return notYet("selects no pods");
  const pods = `${currentHealthy} of ${expectedPods} pods are healthy, ${desiredHealthy} must stay`;
  // Which pods are unwell is for the other checks to judge; a budget cannot hurt them.
  if (currentHealthy < desiredHealthy) return inconclusive(`${name}: ${pods}`);
  if (disruptionsAllowed === 0 && currentHealthy >= expectedPods) {
    return notYet(`forbids every eviction although all pods are healthy (${pods})`);
  }
  return successful(`${name}: ${pods}`, disruptionsAllowed);
}
