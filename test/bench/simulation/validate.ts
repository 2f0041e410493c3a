/** The simulation beside what really happened to as many improvements at once, with the times of those that came alone. */
import type { Costs } from "../cost/cost.ts";
import type { Step } from "../cost/trails.ts";
import { median, percentile, type Row } from "../rows.ts";
import { DEFAULTS } from "./days.ts";
import { type Duration, type SimulationSettings, WALK, type Walked } from "./settings.ts";
import { simulate } from "./simulate.ts";

/** Stages that work in one go; the others wait between their looks, which the simulation does itself. */
const IN_ONE_GO: readonly Walked[] = ["route", "evaluate", "validate", "plan", "approve", "implement"];

export function againstReality({ steps, burst, sizes, perStage }: Costs): Row[] {
  const verified = burst.steps.filter(({ stage }) => stage === "verify").length;
  if (verified === 0) return [];
  const measured = Object.fromEntries(
    WALK.map((name) => [
      name,
      // Of a stage that looks again and again the processor's share of one look.
      IN_ONE_GO.includes(name) ? durationOf(steps, name) : lookOf((perStage[name]?.cpuMs ?? 0) / sizes.watched),
    ]),
  ) as unknown as Record<Walked, Duration>;
  const settings: SimulationSettings = {
    ...DEFAULTS,
    work: measured,
    // Its push is part of what implement was measured with.
    push: { median: 0, p95: 0 },
    reconcile: durationOf(steps, "sync"),
    pods: 1,
    applications: 3,
    commitsPerHour: 1e9,
    commitsPerDay: 1e9,
    syncInterval: 1,
    watched: sizes.watched,
    verifyInterval: sizes.interval,
    bad: 0,
    // As many at once, one time.
    perSource: verified,
    perDay: verified,
    horizon: 86_400,
  };
  const days = Array.from({ length: 15 }, (_, seed) => simulate({ ...settings, seed }, new Map()));
  const simulated = median(days.filter(({ arrived }) => arrived === verified).map(({ throughP95 }) => throughP95));
  const real = Math.max(
    ...[...(Map.groupBy(burst.steps, ({ stage }) => stage).get("verify") ?? [])].map(({ endedAt }) => endedAt),
  );
  const began = Math.min(...burst.steps.map(({ endedAt, worked, waited }) => endedAt - worked - waited));
  const value = (real - began) / 1_000;
  return [
    {
      name: `${verified} improvements at once until the last is verified, really`,
      value,
      unit: "s",
      peer: `simulated (${simulated.toFixed(1)} s)`,
      ratio: value / simulated,
    },
  ];
}

function durationOf(steps: readonly Step[], name: string): Duration {
  const worked = steps.filter(({ stage }) => stage === name).map((step) => step.worked / 1_000);
  if (worked.length === 0) return { median: 0, p95: 0 };
  return { median: median(worked), p95: percentile(worked, 0.95) };
}

function lookOf(cpuMs: number): Duration {
  return { median: cpuMs / 1_000, p95: (3 * cpuMs) / 1_000 };
}
