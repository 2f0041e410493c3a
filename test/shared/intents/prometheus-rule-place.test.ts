import { describe, expect, test } from "vitest";
import { addPrometheusRule } from "../../../shared/intents/monitoring/add-prometheus-rule.ts";
import { operatorEvidence, ruleHome } from "../../../shared/repository/prometheus-operator.ts";
import { deployment } from "../../support/platform.ts";
import { ask, chart, monitored, of, prometheus, rule, serviceMonitor, type Texts, why, written } from "./monitored.ts";

describe("only where an operator evaluates it", () => {
  test.each<[string, Texts, boolean]>([
    ["nothing of the kind", {}, false],
    [
      "a Prometheus of another make",
      { "mon/p.yaml": deployment("prometheus", { image: "prom/prometheus:v3.1.0" }) },
      false,
    ],
    ["a ServiceMonitor", { "shop/m.yaml": serviceMonitor }, true],
    ["a PodMonitor", { "shop/m.yaml": monitored("PodMonitor", "api", "{}") }, true],
    ["a rule", { "shop/r.yaml": rule("r", [{ alert: "A", expr: "vector(1)" }]) }, true],
    [
      "its CRD",
      {
        "mon/crd.yaml":
          "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: prometheusrules.monitoring.coreos.com}\nspec: {}\n",
      },
      true,
    ],
    ["the chart", { "apps/kps.yaml": chart("") }, true],
    ["a ServiceMonitor no Application reads", { "drafts/m.yaml": serviceMonitor }, false],
    [
      "a kind that is only called so",
      { "shop/m.yaml": "apiVersion: example.com/v1\nkind: ServiceMonitor\nmetadata: {name: x}\n" },
      false,
    ],
  ])("%s", (_name, texts, expected) => {
    expect(operatorEvidence(of(texts)).length > 0).toBe(expected);
    expect(addPrometheusRule.candidates(of(texts)).length > 0).toBe(expected);
    if (!expected) expect(why(texts, ask("pod-restarts"))).toMatch(/shows no Prometheus Operator: no PrometheusRule/);
  });
});

describe("labels and place, so that it is picked up", () => {
  test.each<[string, Texts, string, Record<string, string> | RegExp]>([
    [
      "the selector of its Prometheus",
      { "mon/p.yaml": prometheus("{ruleNamespaceSelector: {}, ruleSelector: {matchLabels: {role: alerts, tier: x}}}") },
      "shop",
      { role: "alerts", tier: "x" },
    ],
    [
      "a selector for everything",
      { "mon/p.yaml": prometheus("{ruleNamespaceSelector: {}, ruleSelector: {}}") },
      "shop",
      {},
    ],
    [
      "no selector selects nothing",
      { "mon/p.yaml": prometheus("{ruleNamespaceSelector: {}}") },
      "shop",
      /selects no rules/,
    ],
    [
      "no namespace selector: its own namespace only",
      { "mon/p.yaml": prometheus("{ruleSelector: {}}") },
      "monitoring",
      {},
    ],
    [
      "by the name of the namespace",
      {
        "mon/p.yaml": prometheus(
          "{ruleSelector: {}, ruleNamespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}",
        ),
      },
      "shop",
      {},
    ],
    [
      "by a label of the namespace",
      {
        "mon/p.yaml": prometheus("{ruleSelector: {}, ruleNamespaceSelector: {matchLabels: {watch: yes-please}}}"),
        "shop/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {watch: yes-please}}\n",
      },
      "shop",
      {},
    ],
    [
      "by a label nobody has",
      { "mon/p.yaml": prometheus("{ruleSelector: {}, ruleNamespaceSelector: {matchLabels: {watch: never}}}") },
      "shop",
      /takes no rules from shop/,
    ],
    [
      "an expression",
      {
        "mon/p.yaml": prometheus(
          "{ruleNamespaceSelector: {}, ruleSelector: {matchExpressions: [{key: team, operator: In, values: [a, b]}, {key: off, operator: DoesNotExist}]}}",
        ),
      },
      "shop",
      { team: "a" },
    ],
    [
      "an expression the other rules answer",
      {
        "mon/p.yaml": prometheus(
          "{ruleNamespaceSelector: {}, ruleSelector: {matchExpressions: [{key: team, operator: In, values: [a, b]}]}}",
        ),
        "mon/r.yaml": rule("r", [{ alert: "A", expr: "vector(1)" }], "{team: b}"),
      },
      "shop",
      { team: "b" },
    ],
    [
      "of two, the one that takes it",
      {
        "mon/p.yaml": `${prometheus("{ruleSelector: {}, ruleNamespaceSelector: {matchLabels: {a: b}}}").replace("main", "first")}---\n${prometheus("{ruleNamespaceSelector: {}, ruleSelector: {matchLabels: {second: one}}}")}`,
      },
      "shop",
      { second: "one" },
    ],
    ["the release of the chart", { "apps/kps.yaml": chart("") }, "shop", { release: "kps" }],
    [
      "the release by its own name",
      { "apps/kps.yaml": chart(", helm: {releaseName: stack}") },
      "shop",
      { release: "stack" },
    ],
    [
      "a chart open to all rules",
      {
        "apps/kps.yaml": chart(
          ", helm: {valuesObject: {prometheus: {prometheusSpec: {ruleSelectorNilUsesHelmValues: false}}}}",
        ),
      },
      "shop",
      {},
    ],
    [
      "a chart with a selector in its values",
      {
        "apps/kps.yaml": chart(
          ', helm: {values: "prometheus: {prometheusSpec: {ruleSelector: {matchLabels: {x: z}}}}"}',
        ),
      },
      "shop",
      { x: "z" },
    ],
    [
      "a chart whose values cannot be read",
      { "apps/kps.yaml": chart(', helm: {values: "a: [b"}') },
      "shop",
      /cannot be told/,
    ],
    [
      "as the rules that are there",
      {
        "shop/r.yaml": rule("r", [{ alert: "A", expr: "vector(1)" }], "{prometheus: k8s, role: alert-rules, app: web}"),
      },
      "shop",
      { prometheus: "k8s", role: "alert-rules" },
    ],
    [
      "as all of the rules that are there",
      {
        "shop/r.yaml": rule("r", [{ alert: "A", expr: "vector(1)" }], "{role: x, area: a}"),
        "shop/s.yaml": rule("s", [{ alert: "B", expr: "vector(2)" }], "{role: x, area: b}"),
      },
      "shop",
      { role: "x" },
    ],
    [
      "where all rules are, if they speak of others",
      { "mon/r.yaml": rule("r", [{ alert: "A", expr: 'up{namespace="shop",job="x"}' }]) },
      "monitoring",
      { role: "alerts" },
    ],
    ["as the monitors that are there", { "shop/m.yaml": serviceMonitor }, "shop", { release: "stack" }],
  ])("%s", (_name, texts, namespace, expected) => {
    const home = ruleHome(of(texts), "shop");
    if (expected instanceof RegExp) expect(home).toMatch(expected);
    else expect(home).toMatchObject({ namespace, labels: expected });
  });

  test("in a namespace for all rules its name says whom it is about", () => {
    const texts = {
      "mon/p.yaml": prometheus("{ruleSelector: {matchLabels: {role: alerts}}}"),
      "mon/x.yaml": deployment("x"),
    };
    const { metadata, path, decision } = written(texts, ask("pod-restarts"));
    expect(metadata).toMatchObject({ name: "shop-pod-restarts", labels: { role: "alerts" } });
    expect([path, decision]).toEqual(["mon/shop-pod-restarts-prometheusrule.yaml", "auto"]);
  });
});
