import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import type { Metrics, RuleGroup } from "../../../shared/ports.ts";
import { look, metricsOf, phaseOf, shop, textOf } from "./world.ts";

const ref = (apiVersion: string, kind: string, effect: ObjectRef["effect"] = "create"): ObjectRef => ({
  apiVersion,
  kind,
  namespace: "shop",
  name: "web",
  effect,
});

describe("a disruption budget", () => {
  const objects = [ref("policy/v1", "PodDisruptionBudget")];
  const status = {
    observedGeneration: 1,
    expectedPods: 3,
    currentHealthy: 3,
    desiredHealthy: 2,
    disruptionsAllowed: 1,
  };
  const world = (over: object | undefined, generation = 1) =>
    shop({
      objects: {
        "PodDisruptionBudget web": over === undefined ? undefined : { metadata: { generation }, status: over },
      },
    });

  test.each<[string, ReturnType<typeof shop>, boolean, Phase, RegExp]>([
    ["holds its pods and lets one go", world(status), false, "Successful", /3 of 3 pods are healthy, 2 must stay/],
    ["has no status", world({}), false, "Inconclusive", /no status/],
    ["has none to the end", world({}), true, "Inconclusive", /no status/],
    ["was not looked at since it changed", world(status, 2), false, "Inconclusive", /not observed yet/],
    [
      "selects no pods yet",
      world({ ...status, expectedPods: 0, currentHealthy: 0, desiredHealthy: 0 }),
      false,
      "Inconclusive",
      /selects no pods/,
    ],
    [
      "selects no pods to the end",
      world({ ...status, expectedPods: 0, currentHealthy: 0, desiredHealthy: 0 }),
      true,
      "Failed",
      /selects no pods/,
    ],
    [
      "has unwell pods, which is not its doing",
      world({ ...status, currentHealthy: 1, disruptionsAllowed: 0 }),
      true,
      "Inconclusive",
      /1 of 3/,
    ],
    [
      "lets one go less, because one is away",
      world({ ...status, currentHealthy: 2, disruptionsAllowed: 0 }),
      false,
      "Successful",
      /2 of 3/,
    ],
    [
      "lets none go although all are well",
      world({ ...status, desiredHealthy: 3, disruptionsAllowed: 0 }),
      true,
      "Failed",
      /forbids every eviction/,
    ],
    [
      "cannot be kept",
      world({
        ...status,
        conditions: [{ type: "DisruptionAllowed", status: "False", reason: "SyncFailed", message: "no scale" }],
      }),
      true,
      "Failed",
      /no scale/,
    ],
    ["is not there yet", world(undefined), false, "Inconclusive", /does not exist/],
    ["never comes", world(undefined), true, "Failed", /does not exist/],
  ])("%s", async (_name, state, lastLook, phase, message) => {
    const result = await look("disruption-budgets", state, { objects, lastLook });
    expect([phaseOf(result), textOf(result)]).toEqual([phase, expect.stringMatching(message)]);
  });

  test("one that is taken away is not asked for", async () => {
    const gone = [ref("policy/v1", "PodDisruptionBudget", "delete")];
    expect(await look("disruption-budgets", world(undefined), { objects: gone })).toMatchObject({ applies: false });
  });
});

describe("alert rules", () => {
  const objects = [ref("monitoring.coreos.com/v1", "PrometheusRule")];
  const rules = [
    { alert: "Down", expr: "up == 0" },
    { record: "a:b", expr: "vector(1)" },
  ];
  const state = shop({ objects: { "PrometheusRule web": { spec: { groups: [{ name: "web", rules }] } } } });
  const group = (over: Partial<RuleGroup["rules"][number]> = {}, name = "web", names = ["Down", "a:b"]): RuleGroup => ({
    name,
    file: "/rules/shop-web-1.yaml",
    rules: names.map((each) => ({ name: each, health: "ok", state: "inactive", ...over })),
  });
  const other = group({}, "other", ["X"]);
  const asked = (groups: readonly RuleGroup[] | undefined | Error): Metrics => ({
    ...metricsOf(state),
    ruleGroups: async () => {
      if (groups instanceof Error) throw groups;
      return groups;
    },
  });

  test.each<[string, Metrics, boolean, Phase, RegExp]>([
    [
      "are loaded and evaluated",
      asked([other, group()]),
      false,
      "Successful",
      /2 rules of PrometheusRule shop\/web are evaluated/,
    ],
    ["fire, which is their business", asked([group({ state: "firing" })]), false, "Successful", /2 are firing/],
    ["are not loaded yet", asked([other]), false, "Inconclusive", /not loaded/],
    ["were never loaded", asked([other]), true, "Failed", /not loaded/],
    ["are loaded in an older version", asked([group({}, "web", ["Down"])]), false, "Inconclusive", /not loaded/],
    ["were not evaluated yet", asked([group({ health: "unknown" })]), false, "Inconclusive", /not evaluated yet/],
    [
      "cannot be evaluated",
      asked([group({ health: "err", lastError: "many-to-many matching" })]),
      true,
      "Failed",
      /many-to-many/,
    ],
    ["are asked of a server without any", asked([]), true, "Inconclusive", /has loaded no rules/],
    ["are asked of nobody", asked(undefined), true, "Inconclusive", /no Prometheus can be asked/],
    ["are asked of an adapter that cannot", metricsOf(state), true, "Inconclusive", /no Prometheus can be asked/],
  ])("%s", async (_name, metrics, lastLook, phase, message) => {
    const result = await look("alert-rules", state, { objects, metrics, lastLook });
    expect([phaseOf(result), textOf(result)]).toEqual([phase, expect.stringMatching(message)]);
  });

  test("that are empty prove nothing, that are gone neither", async () => {
    const metrics = asked([group()]);
    const empty = shop({ objects: { "PrometheusRule web": { spec: { groups: [] } } } });
    expect(phaseOf(await look("alert-rules", empty, { objects, metrics }))).toBe("Inconclusive");
    expect(phaseOf(await look("alert-rules", shop({ objects: {} }), { objects, metrics, lastLook: true }))).toBe(
      "Failed",
    );
    expect(phaseOf(await look("alert-rules", shop(), { metrics }))).toBe("n/a");
  });

  test("a Prometheus that is away is an error, not an answer", async () => {
    await expect(look("alert-rules", state, { objects, metrics: asked(new Error("away")) })).rejects.toThrow("away");
  });
});
