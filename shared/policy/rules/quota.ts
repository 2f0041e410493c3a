/** ResourceQuotas: what the manifests of a namespace ask for together must fit. */

import type { RuleHit } from "../../domain/change-set.ts";
import { limitsOf } from "../../repository/limit-range.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { at, type Fields, fieldsAt, textAt } from "../../repository/values.ts";
import { asWorkload } from "../../repository/workloads.ts";
import type { ReviewRule } from "../review.ts";

/** Only a change that asks for more can break it: a quota that is exceeded already is not held against others. */
export const resourceQuota: ReviewRule = ({ changes, before, after }) => {
  const namespaces = new Set(changes.map((one) => (one.after ?? one.before)?.namespace));
  return [...namespaces].flatMap((namespace) => {
    if (namespace === undefined) return [];
    const quotas = inNamespace(after, namespace).filter(({ kind }) => kind === "ResourceQuota");
    return quotas.flatMap(({ name, path, object }) =>
      Object.entries(fieldsAt(object, "spec", "hard")).flatMap(([key, hard]): RuleHit[] => {
        const allowed = parseQuantity(hard);
        const now = usage(after, namespace, key);
        if (allowed === undefined || now === undefined || now <= allowed) return [];
        if (now <= (usage(before, namespace, key) ?? 0)) return [];
        const message = `ResourceQuota ${namespace}/${name}: ${key} would be exceeded`;
        return [{ rule: "resource-quota", decision: "deny", message, path }];
      }),
    );
  });
};

const counted: Readonly<Record<string, string>> = {
  configmaps: "ConfigMap",
  services: "Service",
  secrets: "Secret",
  persistentvolumeclaims: "PersistentVolumeClaim",
  "count/cronjobs.batch": "CronJob",
  "count/deployments.apps": "Deployment",
};

/** Undefined for quota keys manifests cannot tell. Jobs run for a moment and are not counted. */
function usage(platform: Platform, namespace: string, key: string): number | undefined {
  const here = inNamespace(platform, namespace).filter(({ application }) => application !== undefined);
  const kind = counted[key];
  if (kind !== undefined) return here.filter((one) => one.kind === kind).length;
  const [, field = "requests", name] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(key) ?? [];
  if (name === undefined) return key === "requests.storage" ? storage(here) : undefined;
  const defaults = limitsOf(platform, namespace);
  const standard =
    (field === "limits" ? defaults?.defaultLimit : defaults?.defaultRequest)?.[name as "cpu" | "memory"] ?? 0;
  const amount = (spec: Fields) =>
    parseQuantity(at(spec, "resources", field, name)) ??
    parseQuantity(at(spec, "resources", "limits", name)) ??
    standard;
  return here
    .map(asWorkload)
    .filter((one) => one !== undefined && one.kind !== "Job" && one.kind !== "CronJob")
    .reduce(
      (sum, one) =>
        sum + (one?.replicas ?? 0) * (one?.containers ?? []).reduce((all, { spec }) => all + amount(spec), 0),
      0,
    );
}

function storage(here: readonly Resource[]): number {
  const claims = here.filter(({ kind }) => kind === "PersistentVolumeClaim");
  return claims.reduce(
    (sum, { object }) => sum + (parseQuantity(textAt(object, "spec", "resources", "requests", "storage")) ?? 0),
    0,
  );
}
