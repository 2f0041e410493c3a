/** ResourceQuotas: what the manifests of a namespace ask for together must fit. */
import type { RuleHit } from "../../domain/change-set.ts";
import { limitsOf } from "../../repository/limit-range.ts";
import { inNamespace } from "../../repository/lookup.ts";
import { silentContainers } from "../../repository/pod-amounts.ts";
import { quotaRoom } from "../../repository/quota.ts";
import { scopeHolds } from "../../repository/quota-scope.ts";
import { parseQuotaKey } from "../../repository/quota-usage.ts";
import { fieldsAt } from "../../repository/values.ts";
import { asWorkload } from "../../repository/workloads.ts";
import { type Review, type ReviewRule } from "../review.ts";

/** Only a change that asks for more can break it: a quota that is exceeded already is not held against others. */
export const resourceQuota: ReviewRule = (review) => {
  const { changes, before, after } = review;
  const namespaces = new Set(changes.map((one) => (one.after ?? one.before)?.namespace));
  const over = [...namespaces]
    .flatMap((namespace) => (namespace === undefined ? [] : quotaRoom(before, after, namespace)))
    .filter(({ verdict }) => verdict === "over")
    .map(({ quota, message }): RuleHit => ({ rule: "resource-quota", decision: "deny", message, path: quota.path }));
  return [...over, ...silent(review)];
};

/** A quota on an amount refuses pods that do not say it (kubernetes: "failed quota: must specify"). */
function silent({ changes, after }: Review): RuleHit[] {
  return changes.flatMap(({ before, after: created }) => {
    const workload = before !== undefined || created === undefined ? undefined : asWorkload(created);
    if (workload === undefined) return [];
    const limits = limitsOf(after, workload.namespace);
    const quotas = inNamespace(after, workload.namespace).filter(({ kind }) => kind === "ResourceQuota");
    return quotas.flatMap((quota) =>
      Object.keys(fieldsAt(quota.object, "spec", "hard")).flatMap((key): RuleHit[] => {
        const parsed = parseQuotaKey(key);
        if (parsed?.kind !== "compute" || (parsed.name !== "cpu" && parsed.name !== "memory")) return [];
        if (scopeHolds(quota, workload, limits) !== true) return [];
        const names = silentContainers(workload, parsed.field, parsed.name, limits);
        if (names.length === 0) return [];
        const message = `ResourceQuota ${quota.name} refuses pods without ${key}: container ${names.join(", ")} of ${workload.kind} ${workload.name}`;
        return [
          { rule: "resource-quota", decision: "deny", message: message.slice(0, 500), path: workload.resource.path },
        ];
      }),
    );
  });
}
