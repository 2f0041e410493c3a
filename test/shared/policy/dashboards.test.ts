import { describe, expect, test } from "vitest";
import { changeSet } from "../../../shared/domain/change-set.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { gallery, grafana, SIDECAR } from "../intents/gallery.ts";
import type { Texts } from "../intents/workers.ts";

const json = JSON.stringify({ title: "Web", schemaVersion: 39, panels: [] });
const configMap = (labels: string, data = `{web.json: '${json}'}`, namespace = "shop") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-board, namespace: ${namespace}, labels: ${labels}}\ndata: ${data}\n`;
const grafanaDashboard = (spec: string) =>
  `apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nmetadata: {name: web-board, namespace: shop}\nspec: ${spec}\n`;

/** Rules that object to one new file of the shop. */
function objections(text: string, more: Texts = {}): readonly string[] {
  const platform = gallery(more);
  const [, apiVersion = "", kind = ""] = /^apiVersion: (\S+)\nkind: (\S+)/.exec(text) ?? [];
  const objects = [{ apiVersion, kind, namespace: "shop", name: "web-board", effect: "create" as const }];
  const set = changeSet([{ path: "apps/shop/web-board.yaml", before: null, after: text }], objects, "shop");
  return judge(set, platform).rules.map(({ rule }) => rule);
}
const sidecar = (variables: Readonly<Record<string, string>>) => ({
  "apps/monitoring/grafana-deployment.yaml": grafana(variables),
});
const instance = (labels: string) => ({
  "apps/monitoring/main.yaml": `apiVersion: grafana.integreatly.org/v1beta1\nkind: Grafana\nmetadata: {name: main, namespace: monitoring, labels: ${labels}}\nspec: {}\n`,
});

describe("a ConfigMap nobody mounts", () => {
  const marked = "{grafana_dashboard: '1'}";
  test.each<[string, string, Texts, readonly string[]]>([
    ["a sidecar watches its namespace", configMap(marked), {}, []],
    ["any value will do", configMap("{grafana_dashboard: 'x'}"), sidecar({ ...SIDECAR, LABEL_VALUE: "" }), []],
    ["another value", configMap("{grafana_dashboard: '0'}"), {}, ["no-effect"]],
    ["another label", configMap("{dashboards: '1'}"), {}, ["no-effect"]],
    ["the sidecar looks elsewhere", configMap(marked), sidecar({ ...SIDECAR, NAMESPACE: "jobs" }), ["no-effect"]],
    [
      "the sidecar looks into its own namespace",
      configMap(marked),
      sidecar({ LABEL: "grafana_dashboard" }),
      ["no-effect"],
    ],
    ["the sidecar takes Secrets", configMap(marked), sidecar({ ...SIDECAR, RESOURCE: "secret" }), ["no-effect"]],
    [
      "there is no sidecar",
      configMap(marked),
      { "apps/monitoring/grafana-deployment.yaml": grafana(undefined) },
      ["no-effect"],
    ],
    ["nobody applies the Grafana", configMap(marked), { "argocd/monitoring.yaml": "" }, ["no-effect"]],
    ["it holds no dashboard", configMap(marked, "{a.txt: b}"), {}, ["no-effect", "valid-dashboard"]],
    ["it holds broken JSON", configMap(marked, "{a.json: '{'}"), {}, ["no-effect", "valid-dashboard"]],
    ["one of two is broken", configMap(marked, `{a.json: '${json}', b.json: '[]'}`), {}, ["valid-dashboard"]],
  ])("%s", (_, text, more, rules) => {
    expect(objections(text, more)).toEqual(rules);
  });
});

describe("a GrafanaDashboard", () => {
  const spec = (rest = "") => `{instanceSelector: {matchLabels: {dashboards: main}}, json: '${json}'${rest}}`;
  const cross = ", allowCrossNamespaceImport: true";
  test.each<[string, string, Texts, readonly string[]]>([
    ["a Grafana imports it", spec(cross), instance("{dashboards: main}"), []],
    ["its Grafana is in another namespace", spec(), instance("{dashboards: main}"), ["no-effect-dashboard"]],
    ["another Grafana", spec(cross), instance("{dashboards: other}"), ["no-effect-dashboard"]],
    ["no Grafana of the operator", spec(cross), {}, ["no-effect-dashboard"]],
    ["a field it does not have", spec(`${cross}, jsn: x`), instance("{dashboards: main}"), ["valid-schema"]],
    ["no selector", `{json: '${json}'}`, instance("{dashboards: main}"), ["valid-schema", "no-effect-dashboard"]],
    [
      "broken JSON",
      "{instanceSelector: {}, allowCrossNamespaceImport: true, json: '{'}",
      instance("{a: b}"),
      ["valid-dashboard"],
    ],
  ])("%s", (_, written, more, rules) => {
    expect(objections(grafanaDashboard(written), more)).toEqual(rules);
  });
});

describe("a ScaledObject", () => {
  const scaled = (spec: string) =>
    `apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: web-board, namespace: shop}\nspec: ${spec}\n`;
  const triggers = "triggers: [{type: cron, metadata: {desiredReplicas: '1'}}]";
  const target = { "apps/shop/api-hpa.yaml": "" };
  test.each([
    ["as the CRD has it", `{scaleTargetRef: {name: api}, ${triggers}}`, []],
    ["a misspelt field", `{scaleTargetRef: {name: api}, pollInterval: 5, ${triggers}}`, ["valid-schema"]],
    [
      "a number where KEDA wants a text",
      "{scaleTargetRef: {name: api}, triggers: [{type: redis, metadata: {listLength: 5}}]}",
      ["valid-schema"],
    ],
    ["no target", `{scaleTargetRef: {}, ${triggers}}`, ["valid-schema", "no-effect-autoscaler"]],
  ])("%s", (_, spec, rules) => {
    expect(objections(scaled(spec), target)).toEqual(rules);
  });
});
