import { describe, expect, test } from "vitest";
import { changeSet, type ObjectRef } from "../../../shared/domain/change-set.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { application, deployment, platformOf, SIZED } from "../../support/platform.ts";

const web = deployment("web", { extra: SIZED }).replace("spec:\n", "spec:\n  replicas: 3\n");
const base = { "apps/shop.yaml": application("shop", "shop", "shop"), "shop/web.yaml": web };

/** Ids of the rules that fire when these files are added. */
function rules(added: string, texts: Record<string, string> = {}): string[] {
  const platform = platformOf({ ...base, ...texts });
  const file = { path: "shop/new.yaml", before: null, after: added };
  const objects = withChanges(platform, [file])
    .resources.filter(({ path }) => path === file.path)
    .map(({ apiVersion, kind, namespace = "shop", name }): ObjectRef => {
      return { apiVersion, kind, namespace, name, effect: "create" };
    });
  const { rules: hits } = judge(changeSet([file], objects, "shop"), platform);
  return hits.map(({ rule, decision }) => `${decision} ${rule}`);
}

describe("disruption budgets", () => {
  const budget = (spec: string) =>
    `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {${spec}, selector: {matchLabels: {app: web}}}\n`;
  test.each<[string, string[]]>([
    ["maxUnavailable: 1", []],
    ["maxUnavailable: 1%", []],
    ["minAvailable: 2", []],
    ["minAvailable: 50%", []],
    ["maxUnavailable: 0", ["deny budget-allows-drains"]],
    ["maxUnavailable: 0%", ["deny budget-allows-drains"]],
    ["minAvailable: 100%", ["deny budget-allows-drains"]],
    ["minAvailable: 3", ["deny budget-allows-drains"]],
    ["minAvailable: 70%", ["deny budget-allows-drains"]],
    ["minAvailable: 1, maxUnavailable: 1", ["deny budget-allows-drains"]],
    ["unhealthyPodEvictionPolicy: AlwaysAllow", ["deny budget-allows-drains"]],
    ["maxUnavailable: 1, minAvailible: 1", ["deny unknown-fields"]],
  ])("%s over three replicas", (spec, expected) => {
    expect(rules(budget(spec))).toEqual(expected);
  });

  test("two over the same pods, and one over none", () => {
    const other = budget("maxUnavailable: 1").replace("name: web", "name: other").replace("{app: web}", "{app: web}");
    expect(rules(budget("maxUnavailable: 1"), { "shop/pdb.yaml": other })).toEqual(["deny one-budget-per-pod"]);
    expect(rules(budget("maxUnavailable: 1").replace("{app: web}", "{app: none}"))).toEqual(["deny no-effect-budget"]);
  });
});

describe("alert rules", () => {
  const rule = (rules: string, metadata = "{name: r}") =>
    `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: ${metadata}\nspec: {groups: [{name: g, rules: [${rules}]}]}\n`;
  const good = "{alert: Down, expr: up == 0, for: 5m, labels: {severity: page}}";

  test.each<[string, string, string[]]>([
    ["a sound alert", good, []],
    ["a recording rule", "{record: 'a:b', expr: vector(1)}", []],
    ["a number as expression", "{record: 'a:b', expr: 1}", []],
    ["an alert that fires at once", good.replace("for: 5m, ", ""), ["deny alerts-hold-for-a-while"]],
    ["an alert that holds for nothing", good.replace("5m", "0s"), ["deny alerts-hold-for-a-while"]],
    ["no severity", good.replace("severity", "kind"), ["human alerts-have-a-severity"]],
    ["brackets that do not close", good.replace("up == 0", "'rate(up[5m'"), ["deny valid-promql"]],
    ["brackets crosswise", good.replace("up == 0", "'sum(up[5m)]'"), ["deny valid-promql"]],
    ["brackets inside a text", good.replace("up == 0", `'up{job="(["} == 0'`), []],
    ["a text that does not end", good.replace("up == 0", `'up{job="a} == 0'`), ["deny valid-promql"]],
    ["an empty expression", good.replace("up == 0", "''"), ["deny valid-schema", "deny valid-promql"]],
    ["neither alert nor record", "{expr: up, for: 5m}", ["deny valid-schema"]],
    ["a field nobody knows", good.replace("for:", "fore:"), ["deny valid-schema", "deny alerts-hold-for-a-while"]],
    ["a duration that is none", good.replace("5m", "5 minutes"), ["deny valid-schema"]],
    ["labels that are no texts", good.replace("page", "[1]"), ["deny valid-schema", "human alerts-have-a-severity"]],
  ])("%s", (_name, text, expected) => {
    expect(rules(rule(text))).toEqual(expected);
  });

  test("the same alert twice", () => {
    const there = { "shop/r.yaml": rule(good, "{name: there}") };
    expect(rules(rule(good), there)).toEqual(["deny no-twin-alert"]);
    expect(rules(rule(good.replace("Down", "Gone").replace("up == 0", "up==0")), there)).toEqual([
      "deny no-twin-alert",
    ]);
    expect(rules(rule(good.replace("Down", "Gone").replace("up == 0", "up == 1")), there)).toEqual([]);
  });

  test("one that no Prometheus of the repository picks up has no effect", () => {
    const prometheus =
      "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec: {ruleSelector: {matchLabels: {role: alerts}}}\n";
    expect(rules(rule(good), { "shop/p.yaml": prometheus })).toEqual(["deny no-effect-rule"]);
    expect(rules(rule(good, "{name: r, labels: {role: alerts}}"), { "shop/p.yaml": prometheus })).toEqual([]);
  });
});

describe("quotas", () => {
  test("a new pod that does not say what a quota counts is refused", () => {
    const quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {limits.cpu: 9}}\n";
    expect(rules(deployment("new", { extra: SIZED }), { "shop/q.yaml": quota })).toContain("deny resource-quota");
    const range =
      "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container, default: {cpu: 1}}]}\n";
    const texts = { "shop/q.yaml": quota, "shop/l.yaml": range };
    expect(rules(deployment("new", { extra: SIZED }), texts)).not.toContain("deny resource-quota");
  });
});
