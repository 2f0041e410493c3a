import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { addPrometheusRule } from "../../../shared/intents/monitoring/add-prometheus-rule.ts";
import { signals, signalsIn } from "../../../shared/intents/monitoring/alerts/all.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { alertRulesOf, watches } from "../../../shared/repository/alert-rules.ts";
import { deployment, sample } from "../../support/platform.ts";
import { promqlErrors } from "../../support/promql.ts";
import {
  ask,
  chart,
  monitored,
  of,
  rule,
  serviceMonitor,
  type Texts,
  type Written,
  why,
  written,
} from "./monitored.ts";

describe("what the text asks for", () => {
  test.each<[string, string[]]>([
    ["Page somebody when pods are crash looping", ["pod-restarts"]],
    ["Alert before the disk is full", ["volume-fill-up"]],
    ["Alert on the error rate and on latency, not on CPU", ["error-ratio", "latency"]],
    ["latency first, then the error rate", ["latency", "error-ratio"]],
    ["tell me when a backup job failed", ["job-failures"]],
    ["TLS certificates must not expire unseen", ["certificate-expiry"]],
    ["alert when a container comes near its memory limit", ["memory-near-limit"]],
    ["alert when a target is down", ["target-down"]],
    ["restored ramification of the diskette", []],
    ["add alerts", []],
  ])("%s", (text, expected) => {
    const all = signals.map(({ id }) => id);
    expect(signalsIn(text).map(({ id }) => id)).toEqual(expected.length > 0 ? expected : all);
  });

  test("candidates are about that, wherever it is", () => {
    const kinds = (about: string) =>
      new Set(addPrometheusRule.candidates(sample("harbor"), about).map(({ intent }) => intent.signal));
    expect(kinds("alert when a job fails")).toEqual(new Set(["job-failures"]));
    expect(kinds("alert on the rate of errors, I mean 5xx")).toEqual(new Set(["error-ratio"]));
    expect(kinds("please alert").size).toBeGreaterThan(4);
  });
});

describe("what the repository must show", () => {
  const withMonitor = { "shop/m.yaml": serviceMonitor };
  const ratio = (labels: string) =>
    `sum(rate(http_server_requests_total{namespace="pay",${labels}}[5m])) / sum(rate(http_server_requests_total{namespace="pay"}[5m])) > 0.03`;
  test.each<[string, Texts, string, RegExp]>([
    ["error ratio without a metric", withMonitor, "error-ratio", /no rule of the repository shows by which metric/],
    ["latency without a metric", withMonitor, "latency", /no rule of the repository shows/],
    [
      "error ratio in a namespace nobody scrapes",
      { "mon/r.yaml": rule("r", [{ alert: "A", expr: ratio('code=~"5.."') }]) },
      "error-ratio",
      /nothing in shop could have that trouble/,
    ],
    ["volumes where there are none", withMonitor, "volume-fill-up", /could have that trouble/],
    ["jobs where there are none", withMonitor, "job-failures", /could have that trouble/],
    ["certificates where there are none", withMonitor, "certificate-expiry", /could have that trouble/],
    [
      "certificates nobody measures",
      {
        ...withMonitor,
        "shop/c.yaml": "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c}\nspec: {}\n",
      },
      "certificate-expiry",
      /nothing in the repository scrapes cert-manager/,
    ],
    [
      "memory without limits",
      { ...withMonitor, "shop/api.yaml": deployment("api") },
      "memory-near-limit",
      /no container in shop has a memory limit/,
    ],
    ["a signal nobody knows", withMonitor, "vibes", /not valid/],
  ])("%s", (_name, texts, signal, because) => {
    expect(why(texts, ask(signal))).toMatch(because);
  });

  test("its own words: metric, label, threshold, severity, team", () => {
    const texts = {
      ...withMonitor,
      "shop/r.yaml": rule("r", [
        { alert: "PayFailing", expr: ratio('code=~"5.."'), labels: "{severity: P1, team: money}" },
        { alert: "ShopOdd", expr: 'sum(cart_total{namespace="shop"}) > 9', labels: "{severity: P2, team: carts}" },
      ]),
    };
    const [first] = written(texts, ask("error-ratio")).spec.groups[0]?.rules ?? [];
    expect(first).toMatchObject({ alert: "ShopRequestsFailing", labels: { severity: "P1", team: "carts" } });
    expect(first?.expr).toContain('http_server_requests_total{namespace="shop",code=~"5.."}');
    expect(first?.expr).toMatch(/> 0\.03$/);
  });

  test("every expression is PromQL, holds for a while and says what to do", () => {
    const texts: Texts = {
      ...withMonitor,
      "shop/db.yaml":
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {resources: {requests: {storage: 1Gi}}}\n",
      "shop/job.yaml":
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec: {schedule: '0 1 * * *', jobTemplate: {spec: {template: {spec: {containers: []}}}}}\n",
      "shop/c.yaml": "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c}\nspec: {}\n",
      "mon/m.yaml": monitored("ServiceMonitor", "cert-manager", "{}"),
      "mon/r.yaml": rule("r", [
        { alert: "PayFailing", expr: ratio('status=~"5.*"') },
        {
          alert: "PaySlow",
          expr: 'histogram_quantile(0.9, sum by (le) (rate(http_duration_seconds_bucket{namespace="pay"}[5m]))) > 0.4',
        },
      ]),
    };
    for (const { id } of signals) {
      const { spec, decision } = written(texts, ask(id));
      expect(decision, id).toBe("auto");
      for (const { alert, expr, for: held, annotations, labels } of spec.groups[0]?.rules ?? []) {
        expect(promqlErrors(expr), `${alert}: ${expr}`).toEqual([]);
        expect(held).toMatch(/^[1-9]\d*[mh]$/);
        expect(Object.keys(annotations)).toEqual(["summary", "description", "runbook"]);
        expect(labels["severity"]).toMatch(/^(critical|warning)$/);
      }
    }
  });

  test("and so is every expression of the samples", () => {
    for (const name of ["harbor", "meadow"] as const) {
      const platform = sample(name);
      for (const { expr } of alertRulesOf(platform)) expect(promqlErrors(expr)).toEqual([]);
      for (const { intent } of addPrometheusRule.candidates(platform)) {
        const rendered = renderChangeSet(intent, platform);
        if (rendered.kind === "refused") throw new Error(rendered.because);
        const object = parse(rendered.changeSet.files.find(({ before }) => before === null)?.after ?? "") as Written;
        for (const { expr } of object.spec.groups.flatMap(({ rules }) => rules))
          expect(promqlErrors(expr), expr).toEqual([]);
      }
    }
  });

  test("the test's own grammar refuses what is none", () => {
    for (const bad of ["", "rate(up[5m]", "sum by (a up", 'up{namespace="a"', "up ==", "1 +* 2"])
      expect(promqlErrors(bad)).not.toEqual([]);
  });
});

describe("already there", () => {
  const crash = "kube_pod_container_status_restarts_total";
  test.each<[string, Texts, boolean]>([
    [
      "an alert over the same metric, for all namespaces",
      { "mon/r.yaml": rule("r", [{ alert: "Restarts", expr: `increase(${crash}[1h]) > 5` }]) },
      true,
    ],
    [
      "for this namespace",
      { "mon/r.yaml": rule("r", [{ alert: "Restarts", expr: `increase(${crash}{namespace="shop"}[1h]) > 5` }]) },
      true,
    ],
    [
      "for a list with it",
      { "mon/r.yaml": rule("r", [{ alert: "Restarts", expr: `increase(${crash}{namespace=~"a|shop|b.*"}[1h]) > 5` }]) },
      true,
    ],
    [
      "for all but another",
      {
        "mon/r.yaml": rule("r", [{ alert: "Restarts", expr: `increase(${crash}{namespace!="kube-system"}[1h]) > 5` }]),
      },
      true,
    ],
    [
      "for another namespace",
      { "mon/r.yaml": rule("r", [{ alert: "Restarts", expr: `increase(${crash}{namespace="pay"}[1h]) > 5` }]) },
      false,
    ],
    [
      "for all but this one",
      { "mon/r.yaml": rule("r", [{ alert: "Restarts", expr: `increase(${crash}{namespace!~"shop.*"}[1h]) > 5` }]) },
      false,
    ],
    [
      "a recording rule is no alert",
      {
        "mon/r.yaml": rule("r", [{ alert: "Restarts", expr: `increase(${crash}[1h])` }])
          .replace("alert: Restarts", "record: a:b")
          .replace(", for: 5m", ""),
      },
      false,
    ],
    ["the chart brings it", { "apps/kps.yaml": chart("") }, true],
    [
      "the chart was told not to",
      { "apps/kps.yaml": chart(", helm: {valuesObject: {defaultRules: {create: false}}}") },
      false,
    ],
    [
      "the chart was told not to bring this group",
      { "apps/kps.yaml": chart(", helm: {valuesObject: {defaultRules: {rules: {kubernetesApps: false}}}}") },
      false,
    ],
  ])("%s", (_name, texts, expected) => {
    const { done, open } = addPrometheusRule.survey(of(texts), "restarts");
    expect([done.length > 0, open.length === 0]).toEqual([expected, expected]);
    expect(why(texts, ask("pod-restarts"))).toMatch(expected ? /already there/ : /^rendered$|already has an alert/);
  });

  test("an alert of that very name", () => {
    const texts = { "mon/r.yaml": rule("r", [{ alert: "ShopPodCrashLooping", expr: "vector(1)" }]) };
    expect(why(texts, ask("pod-restarts"))).toMatch(/already has an alert ShopPodCrashLooping/);
  });

  test("a pattern that would take for ever to match is not tried", () => {
    expect(watches(`up{namespace=~"${"(a+)+".repeat(20)}b"}`, ["up"], "a".repeat(60))).toBe(false);
  });
});
