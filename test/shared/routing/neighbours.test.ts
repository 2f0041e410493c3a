import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXPERTS, type Expert } from "../../../shared/domain/improvement.ts";
import { isWorthReuse } from "../../../shared/routing/neighbours/reuse.ts";
import { neighbourVote } from "../../../shared/routing/neighbours/vote.ts";
import { wilson } from "../../../shared/routing/neighbours/wilson.ts";
import type { Neighbour, Neighbourhood } from "../../../shared/routing-ports.ts";

type Outcome = "success" | "wrong" | "broke" | "open";
const KNOWN: Readonly<Record<Outcome, Pick<Neighbour, "routeRight" | "held">>> = {
  success: { routeRight: undefined, held: true },
  wrong: { routeRight: false, held: true },
  broke: { routeRight: true, held: false },
  open: { routeRight: undefined, held: undefined },
};
let made = 0;

function near(expert: Expert, outcome: Outcome, cosine = 0.8): Neighbour {
  made += 1;
  return { improvement: `imp-${made}`, expert, cosine, at: "2026-03-01T10:00:00.000Z", ...KNOWN[outcome] };
}

function many(expert: Expert, outcome: Outcome, count: number, cosine = 0.8): Neighbour[] {
  return Array.from({ length: count }, () => near(expert, outcome, cosine));
}

function among(neighbours: readonly Neighbour[], over: object = {}): Neighbourhood {
  return { kind: "found", neighbours, embedder: "hash-1024", threshold: 0.41, calibrated: false, ...over };
}

describe("a vote", () => {
  test("of three that went well, with Wilson's bound as confidence and all of it in the reason", () => {
    expect(neighbourVote(among(many("security", "success", 3)))).toEqual({
      tier: "neighbours",
      expert: "security",
      confidence: 0.439,
      because:
        "3 of 3 like it went well with security (100 %, at least 44 % by Wilson's bound); nearest cosine 0.80 of at least 0.41 (hash-1024)",
      by: "hash-1024",
      ranked: [{ expert: "security", share: 1 }],
    });
  });

  test.each<[string, Neighbour[], Expert | null]>([
    ["eight of ten", [...many("database", "success", 8), ...many("database", "broke", 2)], "database"],
    ["seven of nine", [...many("database", "success", 7), ...many("database", "broke", 2)], null],
    [
      "three, and two of another expert",
      [...many("database", "success", 3), ...many("security", "success", 2)],
      "database",
    ],
    [
      "three, and three of another expert",
      [...many("database", "success", 3), ...many("security", "success", 3)],
      null,
    ],
    [
      "three far, two near of another",
      [...many("database", "success", 3, 0.5), ...many("security", "success", 2, 0.9)],
      null,
    ],
    [
      "three, and many without an outcome",
      [...many("database", "success", 3), ...many("database", "open", 9)],
      "database",
    ],
    ["three, another's without an outcome", [...many("database", "success", 3), ...many("security", "open", 4)], null],
    [
      "three, another's that were wrong",
      [...many("database", "success", 3), ...many("security", "wrong", 9)],
      "database",
    ],
    ["three, another's that did not hold", [...many("database", "success", 3), ...many("security", "broke", 4)], null],
    ["two of each of three", [...many("database", "success", 2), ...many("security", "success", 2)], null],
  ])("%s", (_, neighbours, expert) => {
    expect(neighbourVote(among(neighbours)).expert).toBe(expert);
  });

  test("can be asked for with other numbers", () => {
    const neighbourhood = among([near("database", "success"), near("database", "broke")]);
    expect(neighbourVote(neighbourhood, { successes: 1, share: 0.5 }).expert).toBeNull();
    expect(neighbourVote(among([near("database", "success")]), { successes: 1, share: 1 }).expert).toBe("database");
  });
});

describe("an abstention says why", () => {
  test.each<[string, Neighbourhood, string]>([
    ["nothing is remembered", among([]), "no past improvement is remembered yet"],
    ["none is near", among([], { nearest: 0.3 }), "the nearest has cosine 0.30, 0.41 is needed (hash-1024)"],
    ["too few", among(many("security", "success", 2)), "2 like it went well with security, at least 3 are needed"],
    ["none has ended", among(many("security", "open", 5)), "5 like it, of which none has an outcome yet"],
    ["none went well", among(many("security", "wrong", 5)), "5 like it, of which none went well"],
    [
      "too many failed",
      among([...many("security", "success", 3), ...many("security", "wrong", 1)]),
      "3 of 4 like it went well with security (75 %), at least 80 % are needed",
    ],
    [
      "split",
      among([...many("security", "success", 4), ...many("networking", "success", 4)]),
      "split: security has 50 % of the neighbourhood beside networking",
    ],
    ["measured here", among(many("security", "success", 1), { calibrated: true }), "at least 0.41, measured here"],
  ])("%s", (_, neighbourhood, because) => {
    const vote = neighbourVote(neighbourhood);
    expect(vote).toMatchObject({ tier: "neighbours", expert: null, confidence: 0 });
    expect(vote.because).toContain(because);
    expect(vote.unknown).toBeUndefined();
  });

  test("nobody could be asked", () => {
    expect(neighbourVote({ kind: "unknown", because: "Qdrant is away" })).toEqual({
      tier: "neighbours",
      expert: null,
      confidence: 0,
      because: "Qdrant is away",
      unknown: true,
    });
  });
});

describe("whatever the neighbourhood", () => {
  const neighbour = fc.record({
    improvement: fc.uuid(),
    expert: fc.constantFrom(...EXPERTS.slice(0, 3)),
    cosine: fc.double({ min: 0.41, max: 1, noNaN: true }),
    routeRight: fc.constantFrom(undefined, true, true, false),
    held: fc.constantFrom(undefined, true, true, false),
    at: fc.constant("2026-03-01T10:00:00.000Z"),
  });
  const neighbours = fc.uniqueArray(neighbour, { maxLength: 12, selector: ({ improvement }) => improvement });
  const succeeding = neighbour.map((one) => ({ ...one, routeRight: true, held: true }));
  const failing = fc.oneof(
    neighbour.map((one) => ({ ...one, routeRight: false })),
    neighbour.map((one) => ({ ...one, held: false })),
  );

  test("one more failure never makes a vote of an abstention, nor of one expert another", () => {
    fc.assert(
      fc.property(neighbours, failing, (some, failure) => {
        const before = neighbourVote(among(some)).expert;
        expect([before, null]).toContain(neighbourVote(among([...some, failure])).expert);
      }),
    );
  });

  test("one more success of the one voted for never lowers the confidence", () => {
    fc.assert(
      fc.property(neighbours, succeeding, (some, success) => {
        const before = neighbourVote(among(some));
        if (before.expert === null) return;
        const after = neighbourVote(among([...some, { ...success, expert: before.expert }]));
        expect(after.expert).toBe(before.expert);
        expect(after.confidence).toBeGreaterThanOrEqual(before.confidence);
      }),
    );
  });

  test("its order does not matter", () => {
    fc.assert(
      fc.property(neighbours, fc.infiniteStream(fc.nat()), (some, places) => {
        const shuffled = some
          .map((one) => [places.next().value as number, one] as const)
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one);
        expect(neighbourVote(among(shuffled))).toEqual(neighbourVote(among(some)));
      }),
    );
  });

  test("who is voted for has three successes and a share of 80 %, and shares sum to at most 1", () => {
    fc.assert(
      fc.property(neighbours, (some) => {
        const { expert, ranked = [], confidence } = neighbourVote(among(some));
        expect(ranked.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1.002);
        expect(confidence).toBeLessThanOrEqual(1);
        if (expert === null) return;
        const own = some.filter((one) => one.expert === expert).map(isWorthReuse);
        const good = own.filter((one) => one === true).length;
        expect(good).toBeGreaterThanOrEqual(3);
        expect(good / (good + own.filter((one) => one === false).length)).toBeGreaterThanOrEqual(0.8);
      }),
    );
  });
});

describe("Wilson's interval", () => {
  test.each([
    [3, 3, 0.4385, 1],
    [10, 10, 0.7225, 1],
    [20, 20, 0.8389, 1],
    [8, 10, 0.4902, 0.9433],
    [0, 5, 0, 0.4345],
    [0, 0, 0, 1],
  ])("%d of %d", (successes, samples, low, high) => {
    const interval = wilson(successes, samples);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test("of more successes than samples there is none", () => {
    expect(() => wilson(2, 1)).toThrow(RangeError);
  });
});
