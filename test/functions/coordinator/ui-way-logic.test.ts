/** The rules of an improvement's page without a browser: its waterfall, its plots, its cost. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TrailStep } from "../../../functions/coordinator/ui/api/answers.ts";
import { costByStage } from "../../../functions/coordinator/ui/logic/cost.ts";
import { commitAddress, commitPage } from "../../../functions/coordinator/ui/logic/links.ts";
import { boundsOf, inSentence, plotOf } from "../../../functions/coordinator/ui/logic/measured.ts";
import { partNamed, partsOf } from "../../../functions/coordinator/ui/logic/parts.ts";
import { duration } from "../../../functions/coordinator/ui/logic/time.ts";
import { waterfallOf } from "../../../functions/coordinator/ui/logic/waterfall.ts";
import type { Measurement } from "../../../shared/domain/health.ts";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { ModelCall } from "../../../shared/domain/model-call.ts";
import type { TrailEntry } from "../../../shared/pipeline/records.ts";

// What the page reads is what the coordinator answers: this file does not compile otherwise.
export const trailFits = (answer: TrailEntry): TrailStep => answer;

const BEGAN = Date.parse("2026-03-01T09:00:00.000Z");
const moment = (ms: number) => new Date(BEGAN + ms).toISOString();

/** One entry: when, from, to, and when its stage took it up. */
function step(at: number, from: string, to: string, taken?: number, by = "somebody"): TrailStep {
  const taking = taken === undefined ? {} : { taken_at: moment(taken) };
  return { entry: `${BEGAN + at}-${to}`, at: moment(at), from, to, by, because: "of a test", ...taking };
}

describe("the waterfall", () => {
  const trail = [
    step(0, "", "raw"),
    step(1_500, "raw", "routed", 1_000, "route"),
    step(4_000, "routed", "pending_review", 1_600, "evaluate"),
    step(3_604_000, "pending_review", "approved", undefined, "person:ruth"),
    step(3_605_000, "approved", "implementation", 3_604_200, "implement"),
    step(3_665_000, "implementation", "deployed", 3_605_100, "sync"),
    step(3_965_000, "deployed", "verified", 3_665_100, "verify"),
  ];

  test("tells the wait in the queue from the work, watching from working, and people from both", () => {
    const { rows, ms, totals } = waterfallOf(trail, BEGAN);
    expect(rows.map(({ who, parts }) => [who, parts.map((part) => [part.kind, part.ms])])).toEqual([
      [
        "route",
        [
          ["queue", 1_000],
          ["work", 500],
        ],
      ],
      [
        "evaluate",
        [
          ["queue", 100],
          ["work", 2_400],
        ],
      ],
      ["a person", [["person", 3_600_000]]],
      [
        "implement",
        [
          ["queue", 200],
          ["work", 800],
        ],
      ],
      [
        "sync",
        [
          ["queue", 100],
          ["watch", 59_900],
        ],
      ],
      [
        "verify",
        [
          ["queue", 100],
          ["watch", 299_900],
        ],
      ],
    ]);
    expect(ms).toBe(3_965_000);
    expect(totals).toEqual({ queue: 1_500, work: 3_700, watch: 359_800, person: 3_600_000, either: 0 });
  });

  test("a night's wait does not hide the second that mattered", () => {
    const { rows } = waterfallOf(trail, BEGAN);
    const [night] = rows[2]?.parts ?? [];
    const work = rows[1]?.parts.find(({ kind }) => kind === "work");
    expect(night?.cut).toBe(true);
    expect(work?.cut).toBe(false);
    expect(work?.width ?? 0).toBeGreaterThan(night?.width ?? 1);
  });

  test("what stands still with somebody goes on until now; what is over does not", () => {
    const open = waterfallOf(trail.slice(0, 3), BEGAN + 10_000);
    expect(open.rows.at(-1)).toMatchObject({ who: "a person", status: "pending_review" });
    expect(open.rows.at(-1)?.ended).toBeUndefined();
    expect(open.ms).toBe(10_000);
    const over = waterfallOf(trail, BEGAN + 99_000_000);
    expect(over.ms).toBe(3_965_000);
    expect(over.rows).toHaveLength(6);
  });

  test("an entry that moves nothing is a remark, and a trail of before does not tell queue and work apart", () => {
    const remark = step(700, "raw", "raw", undefined, "doctor");
    const { rows } = waterfallOf([step(0, "", "raw"), remark, step(1_500, "raw", "routed", undefined, "route")], BEGAN);
    expect(rows[0]?.parts).toMatchObject([{ kind: "either", ms: 1_500 }]);
    expect(rows[0]?.left?.by).toBe("route");
  });

  test("whatever the trail says, the bars follow each other, fill the width and lie within it", () => {
    const status = fc.constantFrom("raw", "routed", "planned", "deployed", "held", "verified", "dead", "nonsense");
    const entry = fc.record({ wait: fc.integer({ min: -5, max: 1e9 }), to: status, taken: fc.option(fc.integer()) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), fc.integer({ min: 0, max: 1e10 }), (entries, now) => {
        let at = 0;
        const steps = entries.map(({ wait, to, taken }, i) => {
          at += wait;
          const from = entries[i - 1]?.to ?? "";
          return step(at, from, to, taken === null ? undefined : at + (taken % 1e9), "route");
        });
        let end = 0;
        const { rows } = waterfallOf(steps, BEGAN + now);
        for (const part of rows.flatMap(({ parts }) => parts)) {
          expect(part.ms).toBeGreaterThanOrEqual(0);
          expect(part.from).toBeCloseTo(end, 6);
          end = part.from + part.width;
        }
        expect(end === 0 || Math.abs(end - 1) < 1e-6).toBe(true);
      }),
    );
  });
});

describe("what was measured", () => {
  const measured = (at: number, value?: number): Measurement => ({
    at,
    phase: "Successful",
    message: "fine",
    ...(value === undefined ? {} : { value }),
  });
  const baseline = { at: 0, health: "Healthy", restarts: {}, logFingerprints: [] };

  test("lies over time between nothing and the highest, with what was before and what is still fine", () => {
    const bounds = boundsOf("error-ratio", { ...baseline, errorRatio: 0.02 }, undefined);
    expect(bounds).toEqual([
      { name: "before", value: 0.02 },
      { name: "limit", value: 0.025 },
    ]);
    const { points, bounds: drawn, range } = plotOf([measured(0, 0.01), measured(10), measured(40, 0.03)], bounds);
    expect(points.map(({ x }) => x)).toEqual([0, 0.25, 1]);
    expect(points[1]).not.toHaveProperty("y");
    expect(range).toEqual([0, 0.03]);
    for (const { y } of [...points, ...drawn]) expect(y ?? 0).toSatisfy((share: number) => share >= 0 && share <= 1);
  });

  test.each([
    ["latency", { ...baseline, p95Seconds: 0.02 }, undefined, [0.02, 0.07]],
    ["latency", { ...baseline, p95Seconds: 1 }, { checks: { latency: { factor: 3 } }, queries: [] }, [1, 3]],
    ["latency", baseline, undefined, []],
    ["restarts", baseline, undefined, [1]],
    ["queue", baseline, { checks: {}, queries: [{ name: "queue", query: "q", below: 5, above: 1 }] }, [5, 1]],
    ["error-ratio", { ...baseline, services: { "a/b": { errorRatio: 0 }, "a/c": {} } }, undefined, []],
    ["pods", baseline, undefined, []],
  ])("the lines of %s with %j and %j", (name, before, settings, values) => {
    expect(boundsOf(name, before, settings).map(({ value }) => value)).toEqual(values);
  });

  test("is said in a sentence", () => {
    const run = { limits: {} as never, applies: true, measurements: [measured(0, 0.1), measured(1, 0.2)] };
    expect(inSentence(run, [{ name: "limit", value: 0.3 }])).toBe("2 measurements, 0.1 to 0.2, limit 0.3");
    expect(inSentence({ ...run, measurements: [measured(0, Number.NaN)] }, [])).toBe("1 measurement");
  });
});

describe("what surrounds it", () => {
  const call = (purpose: string, cost: number, priced = true) =>
    ({ purpose, cost, priced, input: 10, output: 2, ms: 100 }) as ModelCall;

  test("cost is summed by the stage that asked, and what has no price is named", () => {
    expect(costByStage([call("evaluate/security", 1), call("plan", 2), call("evaluate/database", 0, false)])).toEqual([
      { stage: "evaluate", questions: 2, input: 20, output: 4, cost: 1, ms: 200, unpriced: 1 },
      { stage: "plan", questions: 1, input: 10, output: 2, cost: 2, ms: 100, unpriced: 0 },
    ]);
  });

  test.each([
    ["https://github.com/acme/ops/pull/12", "https://github.com/acme/ops/commit/0123abc"],
    ["https://git.acme.test/ops/pulls/3", "https://git.acme.test/ops/commit/0123abc"],
    ["https://gitlab.test/a/b/c/-/merge_requests/7", "https://gitlab.test/a/b/c/-/commit/0123abc"],
    ["javascript:alert(1)//pull/1", undefined],
    ["https://github.com/acme/ops", undefined],
    [undefined, undefined],
  ])("beside %s the commit is at %s", (request, address) => {
    expect(commitAddress(request, "0123abc")).toBe(address);
    expect(commitAddress(request, "../evil")).toBeUndefined();
  });

  test("a commit without a request is on the pages the coordinator names, or nowhere", () => {
    expect(commitPage("https://gitlab.com/a/b/-/commit/", "0123abc")).toBe("https://gitlab.com/a/b/-/commit/0123abc");
    expect(commitPage(undefined, "0123abc")).toBeUndefined();
    expect(commitPage("javascript://github.com/a/b/commit/", "0123abc")).toBeUndefined();
    expect(commitPage("https://github.com/a/b/commit/", "../evil")).toBeUndefined();
  });

  test("only parts there is something for are in the way through the page", () => {
    const bare = { quotes: [] } as unknown as Improvement;
    expect(partsOf(bare).map(([name]) => name)).toEqual(["timeline", "proposal", "cost", "facts", "trail", "record"]);
    expect(partsOf({ ...bare, rollback_commit: "abc" }).map(([name]) => name)).toContain("rollback");
    expect([partNamed("trail"), partNamed("constructor"), partNamed(undefined)]).toEqual([
      "trail",
      undefined,
      undefined,
    ]);
  });

  test.each([
    [12, "12 ms"],
    [1_440, "1.4 s"],
    [61_000, "1 min 1 s"],
  ])("%d milliseconds are %s", (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});
