/** Budgets and alert rules in the stand-in: status, health and what Prometheus answers. */
import { KubeConfig, type KubernetesObject, PolicyV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { application, deployment, platform, type School, school, until } from "./platform.ts";

const budget = (name: string, spec: string) =>
  `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: ${name} }\nspec: { ${spec} }\n`;
const web = "selector: { matchLabels: { app: web } }";
const rule = (name: string, labels: string) =>
  `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: { name: ${name}, labels: ${labels} }\nspec: { groups: [{ name: ${name}, rules: [{ alert: A, expr: up == 0, for: 1h30m, labels: { severity: page } }, { record: "a:b", expr: 1 }] }] }\n`;

let it: School;
let policy: PolicyV1Api;
beforeAll(async () => {
  it = await school({
    ...platform,
    "argocd/night.yaml": application("night", "apps/night"),
    "apps/shop/pdb.yaml": budget("web", `maxUnavailable: 1, ${web}`),
    "apps/night/owl.yaml": deployment("owl", { replicas: 3 }),
    "apps/night/rule.yaml": rule("owl", "{ role: alerts }"),
  });
  const config = new KubeConfig();
  config.loadFromString(it.sandbox.kubeconfig());
  policy = config.makeApiClient(PolicyV1Api);
});
afterAll(() => it[Symbol.asyncDispose]());

const read = async (name: string, namespace = "shop") =>
  (await policy.readNamespacedPodDisruptionBudget({ namespace, name })) as KubernetesObject & {
    status?: Record<string, unknown>;
  };
const groups = async () => {
  const response = await fetch(`${it.sandbox.prometheusUrl}/api/v1/rules`);
  const { data } = (await response.json()) as { data: { groups: { name: string; file: string; rules: object[] }[] } };
  return data.groups;
};

describe("disruption budgets", () => {
  test("what was there from the start is counted and healthy", async () => {
    expect((await read("web")).status).toMatchObject({
      observedGeneration: 1,
      expectedPods: 2,
      currentHealthy: 2,
      desiredHealthy: 1,
      disruptionsAllowed: 1,
      conditions: [{ type: "DisruptionAllowed", status: "True", reason: "SufficientPods" }],
    });
    expect((await it.application("shop")).status?.health?.status).toBe("Healthy");
  });

  test.each<[string, string, object]>([
    ["half", "minAvailable: 50%", { desiredHealthy: 2, disruptionsAllowed: 1 }],
    ["a count", "minAvailable: 2", { desiredHealthy: 2, disruptionsAllowed: 1 }],
    ["all", "minAvailable: 100%", { desiredHealthy: 3, disruptionsAllowed: 0 }],
    ["a third may go", "maxUnavailable: 34%", { desiredHealthy: 1, disruptionsAllowed: 2 }],
  ])("%s of three", async (_name, spec, expected) => {
    const selector = "selector: { matchExpressions: [{ key: app, operator: In, values: [owl] }] }";
    await it.deploy("night", { "apps/night/pdb.yaml": budget("owl", `${spec}, ${selector}`) });
    const found = await until(
      () => read("owl", "night"),
      ({ metadata, status }) => status?.["observedGeneration"] === metadata?.generation,
    );
    expect(found.status).toMatchObject({ expectedPods: 3, currentHealthy: 3, ...expected });
  });

  test("pods that crash are not healthy; the budget allows nothing, and is no worse for it", async () => {
    const selector = "selector: { matchLabels: { app: store } }";
    await it.deploy("data", { "apps/data/pdb.yaml": budget("store", `maxUnavailable: 1, ${selector}`) });
    it.sandbox.inject({ kind: "crash-loop", namespace: "data", workload: "store" });
    const store = platform["apps/data/store.yaml"] ?? "";
    await it.remote.push({ "apps/data/store.yaml": store.replace("db:5", "db:6") });
    await it.refresh("data");
    const { status } = await until(
      () => read("store", "data"),
      (one) => one.status?.["disruptionsAllowed"] === 0,
    );
    expect(status).toMatchObject({ expectedPods: 2, conditions: [{ status: "False", reason: "InsufficientPods" }] });
    it.sandbox.clear();
    await until(
      () => read("store", "data"),
      (one) => one.status?.["currentHealthy"] === 2,
    );
  });
});

describe("alert rules", () => {
  test("without a Prometheus object every rule is loaded, in the form of the real answer", async () => {
    expect(await groups()).toEqual([
      expect.objectContaining({
        name: "owl",
        file: expect.stringMatching(/rulefiles-0\/night-owl-[-0-9a-f]+\.yaml$/),
        rules: [
          expect.objectContaining({
            type: "alerting",
            name: "A",
            query: "up == 0",
            duration: 5400,
            health: "ok",
            state: "inactive",
          }),
          expect.objectContaining({ type: "recording", name: "a:b", query: "1" }),
        ],
      }),
    ]);
  });

  test("with one, those it selects; itself it is healthy as soon as it is there", async () => {
    const prometheus = (spec: string) =>
      `apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: { name: p }\nspec: { ${spec} }\n`;
    const select = async (spec: string) => {
      await it.deploy("data", { "apps/data/p.yaml": prometheus(spec) });
      return (await groups()).map(({ name }) => name);
    };
    await it.deploy("data", { "apps/data/r.yaml": rule("mine", "{ role: other }") });
    expect(await select("ruleSelector: {}, ruleNamespaceSelector: {}")).toEqual(["mine", "owl"]);
    expect(await select("ruleSelector: {}")).toEqual(["mine"]);
    expect(await select("ruleSelector: { matchLabels: { role: alerts } }, ruleNamespaceSelector: {}")).toEqual(["owl"]);
    const home = "{ matchLabels: { kubernetes.io/metadata.name: data } }";
    expect(await select(`ruleSelector: {}, ruleNamespaceSelector: ${home}`)).toEqual(["mine"]);
    expect(await select("ruleNamespaceSelector: {}")).toEqual([]);
    expect((await it.application("data")).status?.health?.status).toBe("Healthy");
  });
});
