/** Which endpoint gets a question: tables, properties, and a whole pool in simulated time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choosePlace, type Place, scores, seeded } from "../../../shared/models/picker.ts";
import { PrefixIndex } from "../../../shared/models/prefix.ts";
import { type Figures, type Policy, simulate } from "../../support/models/simulation.ts";

interface State {
  readonly knows?: readonly string[];
  readonly running?: number;
  readonly waiting?: number;
  readonly coldAt?: number;
}

function placeOf({ knows = [], running = 0, waiting = 0, coldAt = 0 }: State): Place {
  const prefixes = new PrefixIndex();
  prefixes.add(knows);
  return { slots: 4, running, waiting, prefixes, coldAt };
}
/** No exploration. */
const choosing = { random: () => 0.5, now: 100 };
const chosen = (states: readonly State[], blocks = ["x", "y"]) => {
  const places = states.map(placeOf);
  return places.indexOf(choosePlace(places, blocks, choosing).place);
};
const known = { knows: ["x", "y"] };

test.each<[string, State[], number]>([
  ["where the beginning is known", [{}, known], 1],
  ["there even with all slots taken", [{}, { ...known, running: 4 }], 1],
  ["not when somebody waits there already", [{}, { ...known, running: 4, waiting: 1 }], 0],
  ["where it is known before a queue as short as that", [{ running: 4 }, { ...known, running: 4, waiting: 2 }], 1],
  ["not before a queue four times as long as the slots", [{ running: 4 }, { ...known, running: 4, waiting: 16 }], 0],
  ["where more of the beginning is known", [{ knows: ["x"] }, known], 1],
  [
    "where more room is, of two that know it",
    [
      { ...known, running: 3 },
      { ...known, running: 1 },
    ],
    1,
  ],
  [
    "where the shorter queue is, when all wait",
    [
      { running: 4, waiting: 5 },
      { running: 4, waiting: 2 },
    ],
    1,
  ],
  ["a new beginning to the one that got none for longest", [{ coldAt: 9 }, { coldAt: 3 }, { coldAt: 5 }], 1],
  ["a new beginning not to a full one, whatever it got", [{ coldAt: 9 }, { coldAt: 3, running: 4, waiting: 3 }], 0],
  ["the only one", [{ running: 4, waiting: 9 }], 0],
])("%s", (_name, states, expected) => {
  expect(chosen(states)).toBe(expected);
});

test("a place that is chosen knows the beginning from then on", () => {
  const places = [placeOf({}), placeOf({})];
  const first = choosePlace(places, ["x"], choosing);
  expect(first.matched).toBe(0);
  expect(first.place.coldAt).toBe(100);
  const second = choosePlace(places, ["x"], { ...choosing, now: 200 });
  expect(second).toEqual({ place: first.place, matched: 1 });
  expect(second.place.coldAt).toBe(100);
});

test("six new beginnings spread over three endpoints evenly", () => {
  const places = [{}, {}, {}].map(placeOf);
  const given = ["a", "b", "c", "d", "e", "f"].map((name, now) =>
    places.indexOf(choosePlace(places, [name], { random: () => 0.5, now: now + 1 }).place),
  );
  expect(places.map((_, i) => given.filter((one) => one === i).length)).toEqual([2, 2, 2]);
});

const state = fc.record({
  knows: fc.constantFrom([], ["x"], ["x", "y"]),
  running: fc.nat(4),
  waiting: fc.nat(9),
  coldAt: fc.nat(9),
});

test("scores are between 0 and 7, and load never makes one higher", () => {
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 6 }), fc.nat(5), (states, at) => {
      const before = scores(states.map(placeOf), ["x", "y"]);
      for (const score of before) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(7);
      }
      const i = at % states.length;
      const busier = states.map((one, n) => (n === i ? { ...one, waiting: one.waiting + 1 } : one));
      expect(scores(busier.map(placeOf), ["x", "y"])[i]).toBeLessThanOrEqual(before[i] ?? 0);
    }),
  );
});

test("about one in a hundred goes anywhere, the same ones for the same seed", () => {
  const random = seeded(11);
  const elsewhere = () => {
    const places = [placeOf({ running: 4, waiting: 9 }), placeOf(known)];
    return choosePlace(places, ["x", "y"], { random, now: 1 }).place === places[0];
  };
  const count = Array.from({ length: 4_000 }, elsewhere).filter(Boolean).length;
  expect(count).toBeGreaterThan(5);
  expect(count).toBeLessThan(60);
  expect(Array.from({ length: 5 }, seeded(3))).toEqual(Array.from({ length: 5 }, seeded(3)));
});

describe.each([1, 2, 3])("a pool in simulated time, seed %i", (seed) => {
  const run = (policy: Policy, kept = 3): Figures => simulate(policy, { questions: 2_000, rate: 2.4, kept, seed });

  test("finds kept beginnings where round robin does not, and answers sooner", () => {
    const [turns, least, picker] = [run("round robin"), run("least outstanding"), run("picker")];
    expect(picker.hitRate).toBeGreaterThan(0.93);
    expect(Math.max(turns.hitRate, least.hitRate)).toBeLessThan(0.75);
    expect(picker.billed).toBeLessThan(0.6 * turns.billed);
    expect(picker.p95).toBeLessThan(turns.p95);
    expect(picker.p50).toBeLessThan(least.p50);
  });

  test("with room for one beginning each it still does", () => {
    expect(run("picker", 1).hitRate).toBeGreaterThan(2 * run("round robin", 1).hitRate);
    expect(run("picker", 1).p95).toBeLessThan(run("round robin", 1).p95);
  });

  test("second questions shorten the longest waits, and stay within their budget", () => {
    const [without, hedged] = [run("picker"), run("picker with hedging")];
    expect(hedged.p99).toBeLessThan(without.p99);
    expect(hedged.extra).toBeGreaterThan(0);
    expect(hedged.extra).toBeLessThanOrEqual(0.05);
    expect(hedged.p95).toBeLessThan(run("round robin").p95);
  });
});
