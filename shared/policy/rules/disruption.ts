/** PodDisruptionBudgets: one that forbids every eviction keeps nodes from being drained for good. */
import {
  allowedDisruptions,
  budgetsFor,
  fewestReplicas,
  isBudget,
  selectedWorkloads,
} from "../../repository/disruption-budgets.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { at } from "../../repository/values.ts";
import { type ObjectRule, problemAt } from "../review.ts";

export const allowsDrains: ObjectRule = {
  id: "budget-allows-drains",
  decision: "deny",
  on: "written",
  check(resource, { after }) {
    if (!isBudget(resource)) return [];
    const most = at(resource.object, "spec", "maxUnavailable");
    const least = at(resource.object, "spec", "minAvailable");
    if (most !== undefined && least !== undefined) {
      return [problemAt("it sets minAvailable and maxUnavailable; only one is allowed", "spec", "maxUnavailable")];
    }
    if (most === undefined && least === undefined) {
      return [problemAt("it says neither minAvailable nor maxUnavailable", "spec")];
    }
    const place = ["spec", most === undefined ? "minAvailable" : "maxUnavailable"];
    const pods = podsOf(resource, after);
    // Without a workload in sight a large number of pods stands for any.
    const allowed = allowedDisruptions(resource, pods ?? 1_000);
    if (allowed === undefined) {
      return [problemAt("its number is neither a count nor a share of pods", ...place)];
    }
    const message = `it forbids every eviction of its ${pods ?? ""} pods`.replace("  ", " ");
    return allowed === 0 ? [problemAt(message, ...place)] : [];
  },
};

/** The fewest pods it ever stands before: those of the workloads it selects, by their autoscalers' lower ends. */
function podsOf(budget: Resource, platform: Platform): number | undefined {
  const workloads = selectedWorkloads(platform, budget.namespace, at(budget.object, "spec", "selector"));
  const counts = workloads.filter(({ kind }) => kind !== "DaemonSet").map((one) => fewestReplicas(platform, one));
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** The eviction API refuses a pod that two budgets select (kubernetes: pkg/registry/core/pod/storage/eviction.go). */
export const oneBudgetPerPod: ObjectRule = {
  id: "one-budget-per-pod",
  decision: "deny",
  on: "written",
  check(resource, { after }) {
    if (!isBudget(resource)) return [];
    return selectedWorkloads(after, resource.namespace, at(resource.object, "spec", "selector")).flatMap((workload) => {
      const others = budgetsFor(after, resource.namespace, workload.podLabels).filter((one) => one !== resource);
      const [other] = others;
      return other === undefined
        ? []
        : [
            problemAt(
              `PodDisruptionBudget ${other.name} selects the pods of ${workload.name} too; none of them could be evicted`,
              "spec",
              "selector",
            ),
          ];
    });
  },
};

/** A budget without pods protects nothing. */
export const budgetHasPods: ObjectRule = {
  id: "no-effect-budget",
  decision: "deny",
  on: "created",
  check(resource, { after }) {
    if (!isBudget(resource)) return [];
    const selected = selectedWorkloads(after, resource.namespace, at(resource.object, "spec", "selector"));
    const message = "it selects no workload of the repository, so it would protect nothing";
    return selected.length > 0 ? [] : [problemAt(message, "spec", "selector")];
  },
};
