/** Those who call what is changed, from another namespace: well before, well after. */
import { expect, test } from "vitest";
import { takeBaseline } from "../../../shared/checks/baseline.ts";
import { workloadsHurt } from "../../../shared/domain/blast-radius.ts";
import { api, clusterOf, look, metricsOf, phaseOf, pod, type Shop, shop, textOf } from "./world.ts";

const caller = { kind: "Deployment", namespace: "desk", name: "api" };
const objects = [api];
const baselineWith = (state: Shop, dependents = [caller]) =>
  takeBaseline({ objects, dependents, cluster: clusterOf(state), metrics: metricsOf(state), now: 0 });

test.each<[string, Partial<Shop>, string, RegExp]>([
  ["is as well as before", {}, "Successful", /desk\/api/],
  ["answers with errors now", { errorRatio: { api: 0.4 } }, "Failed", /desk\/api, which depends on it, fail/],
  ["crashes", { pods: [pod("api-1", { reason: "CrashLoopBackOff", ready: false })] }, "Failed", /desk\/api-1/],
  ["has no pods any more", { pods: [] }, "Inconclusive", /has none now/],
  ["gets no more traffic", { errorRatio: { api: Number.NaN } }, "Inconclusive", /traffic before the change/],
])("a caller elsewhere %s", async (_, over, phase, message) => {
  const baseline = await baselineWith(shop());
  const result = await look("neighbours", shop(over), { objects, baseline, dependents: [caller] });
  expect(phaseOf(result)).toBe(phase);
  expect(textOf(result)).toMatch(message);
});

test("one that was not looked at before the change is no evidence", async () => {
  const baseline = await baselineWith(shop(), []);
  const state = shop({ errorRatio: { api: 0.9 } });
  expect(await look("neighbours", state, { objects, baseline, dependents: [caller] })).toMatchObject({
    applies: false,
  });
});

test("watched are the running ones nearby", () => {
  const hurt = (kind: string, name: string, distance: number) => ({ kind, namespace: "desk", name, distance, way: [] });
  const shown = [
    hurt("Service", "api", 1),
    hurt("Deployment", "near", 2),
    hurt("CronJob", "j", 2),
    hurt("Deployment", "far", 5),
  ];
  expect(workloadsHurt({ direct: 1, transitive: 3, shown })).toEqual([
    { kind: "Deployment", namespace: "desk", name: "near" },
  ]);
  expect(workloadsHurt(undefined)).toEqual([]);
});
