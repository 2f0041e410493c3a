/** ResourceQuotas: what the manifests of a namespace ask for together must fit. */
import type { RuleHit } from "../../domain/change-set.ts";
import { limitsOf } from "../../repository/limit-range.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { silentContainers } from "../../repository/pod-amounts.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { formatAs, quotaRoom } from "../../repository/quota.ts";
import { scopeHolds } from "../../repository/quota-scope.ts";
import { parseQuotaKey, usageOf } from "../../repository/quota-usage.ts";
import { fieldsAt } from "../../repository/values.ts";
import { asWorkload } from "../../repository/workloads.ts";
import type { Found } from "../finding.ts";
import { placeIn } from "../place.ts";
import { nameOf, type Review, type ReviewRule } from "../review.ts";

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

/** What a namespace surely uses already is more than its quota allows. */
export function exceededQuotas(platform: Platform): readonly Found[] {
  return ofKind(platform, "ResourceQuota").flatMap((quota) =>
    Object.entries(fieldsAt(quota.object, "spec", "hard")).flatMap(([key, hard]): Found[] => {
      const [allowed, usage] = [parseQuantity(hard), usageOf(platform, quota, key)];
      if (allowed === undefined || usage === undefined || usage.atLeast <= allowed) return [];
      const message = `${nameOf(quota)} allows ${formatAs(key, allowed)} ${key}, the manifests ask for ${formatAs(key, usage.atLeast)}`;
      const place = placeIn(platform, quota, ["spec", "hard", key]);
      return [{ rule: "resource-quota", object: nameOf(quota), message, ...place }];
    }),
  );
}

/** A quota on an amount refuses pods that do not say it (kubernetes: "failed quota: must specify"). */
export function silent({ changes, after }: Pick<Review, "changes" | "after">): RuleHit[] {
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
          {
            rule: "resource-quota",
            decision: "deny",
            message: message.slice(0, 500),
            ...placeIn(after, workload.resource, [...workload.templatePath, "spec", "containers"]),
          },
        ];
      }),
    );
  });
}
