/** Every alerting and recording rule of a repository, whoever evaluates it: an operator, or a Prometheus with a file of rules. */
import { MONITORING_GROUP } from "./alert-rules.ts";
import { oncePer } from "./lookup.ts";
import { parseFile } from "./parse.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, type Fields, itemsAt, stringsAt, textAt } from "./values.ts";

export interface RuleExpression {
  readonly resource: Resource;
  readonly expr: string;
  readonly alert: string | undefined;
  /** Name of the series a recording rule makes. */
  readonly record: string | undefined;
}

const GROUPS = [MONITORING_GROUP, "operator.victoriametrics.com"];

export const ruleExpressions: (platform: Platform) => readonly RuleExpression[] = oncePer((platform) =>
  platform.resources.filter(({ application }) => application !== undefined).flatMap(rulesOf),
);

function rulesOf(resource: Resource): readonly RuleExpression[] {
  const { apiVersion, kind, object } = resource;
  if (/^(?:Prometheus|VM)Rule$/.test(kind) && GROUPS.some((group) => apiVersion.startsWith(`${group}/`))) {
    return rulesIn(resource, itemsAt(object, "spec", "groups"));
  }
  if (kind !== "ConfigMap" || apiVersion !== "v1") return [];
  return Object.entries(stringsAt(object, "data")).flatMap(([key, content]) => {
    if (!/rules|alerts|\.ya?ml$/.test(key) || !/^groups:/m.test(content)) return [];
    const { documents } = parseFile({ path: `${key}.yaml`, blob: "", content });
    return documents.flatMap(({ value }) => rulesIn(resource, itemsAt(value, "groups")));
  });
}

function rulesIn(resource: Resource, groups: readonly Fields[]): readonly RuleExpression[] {
  return groups
    .flatMap((group) => itemsAt(group, "rules"))
    .flatMap((rule) => {
      const written = at(rule, "expr");
      if (typeof written !== "string" || written.trim() === "") return [];
      return [{ resource, expr: written.trim(), alert: textAt(rule, "alert"), record: textAt(rule, "record") }];
    });
}
