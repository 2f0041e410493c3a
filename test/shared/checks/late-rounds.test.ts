import { describe, expect, test } from "vitest";
import type { Check } from "../../../shared/checks/check.ts";
import { successful } from "../../../shared/checks/check.ts";
import { defaultMetricNames } from "../../../shared/checks/queries.ts";
import { runRound, startVerification } from "../../../shared/checks/round.ts";
import { clusterLimits, metricLimits } from "../../../shared/checks/schedule.ts";
import { argoCdOf, clusterOf, metricsOf, shop } from "./world.ts";

const schedule = { durationMs: 300_000, intervalMs: 10_000 };
const check = (name: string, limits: Check["limits"]): Check => ({
  name,
  limits,
  look: async () => successful("well"),
});
const checks = [check("pods", (s) => clusterLimits(s, 0)), check("metrics", metricLimits)];

/** Seconds at which each check was measured when every round comes as late as `lateness` says. */
async function looks(lateness: (round: number) => number) {
  const state = shop();
  const ports = { cluster: clusterOf(state), metrics: metricsOf(state), argoCd: argoCdOf(state) };
  const fixed = { ...ports, objects: [], application: "shop", baseline: undefined, metricNames: defaultMetricNames };
  let verification = startVerification(0, schedule);
  let rounds = 0;
  let now = 0;
  for (;;) {
    rounds += 1;
    const round = await runRound(verification, checks, schedule, { ...fixed, now });
    verification = round.verification;
    if (round.decision.kind !== "continue") break;
    now = round.decision.nextAt + lateness(rounds);
  }
  const at = (name: string) => (verification.checks[name]?.measurements ?? []).map((one) => one.at / 1_000);
  return { rounds, pods: at("pods"), metrics: at("metrics") };
}

describe("rounds that come late", () => {
  test("a little lateness does not add up, and checks stay together in one round", async () => {
    const { rounds, pods, metrics } = await looks(() => 200);
    expect(pods.slice(0, 4)).toEqual([0, 10.2, 20.2, 30.2]);
    expect(pods.at(-2)).toBe(290.2);
    expect(metrics.slice(0, 3)).toEqual([60.2, 90.2, 120.2]);
    expect(rounds).toBe(31);
  });

  test("one that came very late keeps its distance to the next", async () => {
    const { pods } = await looks((round) => (round === 1 ? 4_000 : 0));
    expect(pods.slice(0, 4)).toEqual([0, 14, 24, 34]);
  });

  test("checks that have drifted apart by more than a twentieth of their interval have rounds of their own", async () => {
    const { pods, metrics } = await looks((round) => (round === 1 ? 4_000 : 0));
    // The metrics are due at 60 s and at 90 s, pods at 64 s and at 94 s: those are rounds of their own.
    expect(metrics.slice(0, 2)).toEqual([60, 90]);
    expect(pods).toContain(64);
    const near = await looks((round) => (round === 1 ? 600 : 0));
    expect(near.pods).toContain(60.6);
    expect(near.metrics[0]).toBe(60);
  });

  test("two looks of one check are never closer than half an interval, except at the end", async () => {
    for (const late of [0, 300, 900, 2_500, 4_900, 7_000, 9_900]) {
      const { pods } = await looks((round) => (round % 3 === 0 ? late : 0));
      const gaps = pods.slice(1, -1).map((at, n) => at - (pods[n] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5);
    }
  });
});
