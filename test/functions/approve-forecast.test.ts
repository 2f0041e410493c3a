/** Forecasts at the first gate: shown to people, and able to make one of them necessary. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { approve } from "../../functions/approve/handle.ts";
import { stage } from "../../functions/approve/index.ts";
import { type Candidate, decideApproval } from "../../shared/domain/approval.ts";
import { changeSet } from "../../shared/domain/change-set.ts";
import type { Forecast } from "../../shared/domain/forecast.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ForecastRow } from "../../shared/forecast/rows.ts";
import type { SchoolServices } from "../../shared/ports.ts";
import { anyBrakes, anyCandidate } from "../support/any-candidate.ts";
import { flags } from "../support/approval.ts";

const now = Date.parse("2026-03-01T10:00:00Z");
const secret = "a secret of sixteen characters";
const high = { value: "high", evidence: "seen" } as const;
const planned: Improvement = {
  id: "0123456789abcdef",
  status: "planned",
  created_at: "2026-03-01T09:00:00Z",
  updated_at: "2026-03-01T09:00:00Z",
  title: "Set limits",
  description: "d",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.97,
  quotes: [],
  source_id: "s",
  source_title: "t",
  expert: "architecture",
  expert_evaluation: {
    expert: "architecture",
    by: "rules",
    feasibility: high,
    impact: high,
    effort: high,
    priority: high,
    risks: [],
  },
  validation: [{ check: "duplicate", result: "pass", because: "", evidence: [] }],
  intent: { kind: "resources" },
  change_set: changeSet([{ path: "a.yaml", before: "1", after: "x" }], [], "shop"),
  verdict: { decision: "auto", rules: [] },
};
const brakes = { flags, breaker: null, freeze: null, budget: null };
const settings = { threshold: 0.9, highRiskThreshold: 0.95, forecastThreshold: 0.5 };
const of = (holds: Forecast["holds"]): Forecast => ({
  ...(holds === undefined ? {} : { holds }),
  by: "posterior",
  missing: [],
  at: "2026-03-01T10:00:00.000Z",
});
const poor = of({ probability: 0.2, low: 0.1, high: 0.4, n: 80 });

const decide = async (forecast: Forecast, over: Partial<Improvement> = {}, world: Partial<typeof flags> = {}) => {
  const ports = {
    brakes: { brakes: async () => ({ ...brakes, flags: { ...flags, ...world } }) },
    forecasts: { of: async () => forecast },
    settings,
    secret,
  };
  const outcome = await approve({ improvement: { ...planned, ...over } }, ports, { now: () => now });
  if (outcome.kind !== "move") throw new Error(outcome.kind);
  return outcome;
};

describe("the forecast", () => {
  test.each<[string, Forecast, Partial<typeof flags>, string]>([
    ["is good", of({ probability: 0.9, low: 0.8, high: 0.95, n: 80 }), {}, "approved"],
    ["is poor", poor, {}, "pending_review"],
    ["is poor, and an operator let everything through", poor, { all: true }, "pending_review"],
    ["is poor, by too few outcomes", of({ probability: 0.2, low: 0.1, high: 0.4, n: 49 }), {}, "approved"],
    ["is at the threshold", of({ probability: 0.5, low: 0.1, high: 0.9, n: 50 }), {}, "approved"],
    ["has not enough data", of(undefined), {}, "approved"],
    ["is no number", of({ probability: Number.NaN, low: 0, high: 0, n: 80 }), {}, "approved"],
    ["rests on a number that is none", of({ probability: 0.1, low: 0, high: 0, n: Number.NaN }), {}, "approved"],
  ])("%s", async (_name, forecast, world, to) => {
    const outcome = await decide(forecast, {}, world);
    expect(outcome.to).toBe(to);
    expect(outcome.patch.forecast).toBe(forecast);
    if (to === "pending_review")
      expect(outcome.patch.approval_rule).toMatch(
        /^forecast: changes like it hold with probability 0\.20 \(0\.10 to 0\.40, by 80/,
      );
  });

  test.each<[string, Partial<Improvement>, string]>([
    ["rejects", { verdict: { decision: "deny", rules: [] } }, "rejected"],
    ["leaves it to a person", { relevance: 0.1 }, "pending_review"],
    ["has nothing to decide on", { change_set: undefined as never }, "pending_review"],
  ])("is put down also where the rule %s", async (_name, over, to) => {
    const good = of({ probability: 1, low: 1, high: 1, n: 5_000 });
    const outcome = await decide(good, over);
    expect(outcome.to).toBe(to);
    expect(outcome.patch.forecast).toBe(good);
  });
});

test("adding a forecast never turns pending or rejected into approved, whatever it says", () => {
  const number = fc.oneof(fc.double(), fc.double({ min: 0, max: 1 }));
  const anyForecast = fc.record({
    holds: fc.record({ probability: number, low: number, high: number, n: fc.oneof(fc.nat(), fc.double()) }),
    by: fc.string(),
    missing: fc.array(fc.string()),
    at: fc.string(),
  });
  fc.assert(
    fc.property(anyCandidate, anyBrakes, anyForecast, number, (candidate, world, forecast, forecastThreshold) => {
      const without = decideApproval(candidate as Candidate, world, settings);
      const withIt = decideApproval({ ...candidate, forecast }, world, { ...settings, forecastThreshold });
      return withIt.kind !== "approved" || without.kind === "approved";
    }),
    { numRuns: 2_000 },
  );
});

describe("wired", () => {
  const row = (i: number, held: boolean): ForecastRow => ({
    id: `i${i}`,
    source: `s${i % 9}`,
    at: "2026-01-01T00:00:00Z",
    expert: "architecture",
    kind: "resources",
    category: "architecture",
    verdict: "auto",
    relevance: 0.9,
    files: 1,
    radius: 0,
    held,
    tokens: 0,
  });
  const services = (forecasts: unknown) => ({ brakes: { brakes: async () => brakes }, forecasts }) as SchoolServices;
  const bookOf = (rows: readonly ForecastRow[]) => ({
    rows: async () => ({ rows, damaged: 0 }),
    extent: async () => ({ count: rows.length, newest: 0 }),
  });
  const run = async (forecasts: unknown, env: Record<string, string> = {}) => {
    const ports = await stage.ports({ APPROVAL_SECRET: secret, ...env }, services(forecasts));
    const outcome = await approve({ improvement: planned }, ports, { now: () => now });
    if (outcome.kind !== "move") throw new Error(outcome.kind);
    return outcome;
  };
  const failing = Array.from({ length: 60 }, (_, i) => row(i, i % 10 === 0));

  test("a kind of change that mostly failed waits for a person", async () => {
    const { to, patch } = await run(bookOf(failing));
    expect(to).toBe("pending_review");
    expect(patch.review_reason).toMatch(/^forecast: /);
    expect(patch.forecast?.holds?.probability).toBeLessThan(0.3);
  });

  test("FORECAST_THRESHOLD=0: it is only shown", async () => {
    const { to, patch } = await run(bookOf(failing), { FORECAST_THRESHOLD: "0" });
    expect(to).toBe("approved");
    expect(patch.forecast?.holds?.n).toBe(60);
  });

  test("a book out of reach changes no decision", async () => {
    const away = {
      rows: () => Promise.reject(new Error("x")),
      extent: () => Promise.reject(new Error("redis is gone")),
    };
    const { to, patch } = await run(away);
    expect(to).toBe("approved");
    expect(patch.forecast).toMatchObject({ by: "nothing", missing: ["it could not be made: redis is gone"] });
  });

  test.each(["2", "-1", "much"])("FORECAST_THRESHOLD=%s is refused at start", (text) => {
    expect(() => stage.ports({ APPROVAL_SECRET: secret, FORECAST_THRESHOLD: text }, services({}))).toThrow(
      /FORECAST_THRESHOLD/,
    );
  });
});
