/** What holds of any queue holds of the simulated school. */
import { describe, expect, test } from "vitest";
import { committedScalers, DEFAULTS } from "./simulation/days.ts";
import type { SimulationReport } from "./simulation/report.ts";
import { type SimulationSettings, WALK } from "./simulation/settings.ts";
import { simulate } from "./simulation/simulate.ts";

const scalers = await committedScalers();
const SMALL: SimulationSettings = {
  ...DEFAULTS,
  perDay: 2_000,
  horizon: 7_200,
  watched: 60,
  commitsPerHour: 1e9,
  commitsPerDay: 1e9,
  applications: 20,
};
const day = (over: Partial<SimulationSettings> = {}) => simulate({ ...SMALL, ...over }, scalers);
const everywhere = ({ all, stages }: SimulationReport) => [
  ["all of it", all] as const,
  ...Object.entries(stages).map(([name, { tally }]) => [name, tally] as const),
];

test("every stage an improvement passes has a scaler in the committed manifests", () => {
  expect(WALK.filter((name) => !scalers.has(name))).toEqual([]);
});

test("the same seed is the same day, another seed another", () => {
  expect(day()).toEqual(day());
  expect(day({ seed: 2 })).not.toEqual(day());
});

describe.each<[what: string, settings: Partial<SimulationSettings>]>([
  ["with KEDA", {}],
  ["with a fixed number of pods", { pods: 1 }],
  ["with more than it can take", { applications: 2, drain: 0 }],
  ["with everything bad", { bad: 1 }],
  ["with a budget of commits", { commitsPerHour: 10, commitsPerDay: 15, drain: 600 }],
])("%s", (_what, settings) => {
  const report = day(settings);

  test("whoever came has gone or is inside", () => {
    for (const [name, { came, went, inside }] of everywhere(report))
      expect([name, came]).toEqual([name, went + inside]);
    expect(report.arrived).toBeGreaterThan(50);
  });

  test("nobody is doubled: whoever passed a stage came from the one before", () => {
    const came = (name: string) => report.stages[name]?.tally.came ?? Number.NaN;
    const went = (name: string) => report.stages[name]?.tally.went ?? Number.NaN;
    expect(came("route")).toBe(report.arrived);
    expect(["evaluate", "validate", "plan", "approve"].map(came)).toEqual(
      ["route", "evaluate", "validate", "plan"].map(went),
    );
    expect(came("implement")).toBeLessThanOrEqual(went("approve"));
  });
});

test("Little's law: the count over time is the stays of those who were there", () => {
  const report = day();
  expect(report.inside).toBe(0);
  for (const [, { area, stays }] of everywhere(report))
    expect(area / Math.max(1, stays)).toBeCloseTo(stays > 0 ? 1 : 0, 6);
});

test("one server, work of one length, arrivals by chance: it waits as Pollaczek and Khinchine say", () => {
  const second = { median: 1, p95: 1 };
  const none = { median: 0, p95: 0 };
  const work = { ...Object.fromEntries(WALK.map((name) => [name, none])), route: second } as SimulationSettings["work"];
  const perPod = { ...DEFAULTS.perPod, route: 1 };
  const rho = 0.7;
  const settings = { work, push: none, reconcile: none, watched: 0, bad: 0, perPod, pods: 1, applications: 1_000 };
  const { stages } = day({ ...settings, perSource: 1, perDay: rho * 86_400, horizon: 86_400 });
  const { stays, went } = stages["route"]?.tally ?? { stays: 0, went: 1 };
  const expected = 1 + rho / (2 * (1 - rho));
  expect(stays / went).toBeGreaterThan(0.95 * expected);
  expect(stays / went).toBeLessThan(1.05 * expected);
});

test.each<[what: string, settings: readonly Partial<SimulationSettings>[], of: (report: SimulationReport) => number]>([
  [
    "more Applications let more through",
    [1, 2, 5, 20].map((applications) => ({ applications, drain: 0 })),
    ({ ended }) => ended,
  ],
  [
    "a larger budget lets more through",
    [5, 20, 80].map((n) => ({ commitsPerHour: n, commitsPerDay: n, drain: 0 })),
    ({ ended }) => ended,
  ],
  ["longer watching takes longer", [30, 60, 300].map((watched) => ({ watched })), ({ throughP50 }) => throughP50],
  ["more bad ones take longer", [0, 0.5, 1].map((bad) => ({ bad })), ({ throughP95 }) => throughP95],
  [
    "more repositories wait less for a branch",
    [8, 2, 1].map((repositories) => ({
      repositories,
      push: { median: 20, p95: 20 },
      perPod: { ...DEFAULTS.perPod, implement: 8 },
    })),
    ({ gates }) => gates.branch.waitedP95,
  ],
])("%s", (_what, settings, of) => {
  const values = settings.map((over) => of(day(over)));
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(values[values.length - 1]).toBeGreaterThan(values[0] as number);
});

test("nobody has more pods than the manifests allow, and nobody has any when nothing comes", () => {
  const busy = day({ perDay: 50_000 });
  for (const [name, { most }] of Object.entries(busy.stages))
    expect(most).toBeLessThanOrEqual(scalers.get(name)?.maxReplicas ?? 0);
  const idle = day({ perDay: 1e-6 });
  expect(idle.arrived).toBe(0);
  expect(idle.podHours).toBe(0);
});

test("whatever is scarce is named", () => {
  expect(day({ applications: 1, drain: 0 }).bottleneck).toBe("lock of the Application");
  expect(day({ commitsPerHour: 5, commitsPerDay: 5, drain: 0 }).bottleneck).toBe("commit budget");
  const slow = { ...DEFAULTS.work, plan: { median: 60, p95: 120 } };
  expect(day({ work: slow, drain: 0 }).bottleneck).toBe("plan");
});
