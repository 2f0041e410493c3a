/** When a question is asked a second time: a measured delay, a budget, and room. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { HEDGED, HedgeBudget, hedgePlaces, RecentLatencies } from "../../../shared/models/hedge.ts";

test("the delay follows the last hundred answers", () => {
  const latencies = new RecentLatencies();
  for (let ms = 1; ms < 20; ms += 1) latencies.record(ms);
  expect(latencies.p95()).toBeUndefined();
  latencies.record(20);
  expect(latencies.p95()).toBe(19);
  for (let i = 0; i < 100; i += 1) latencies.record(500);
  expect(latencies.p95()).toBe(500);
});

test("no run of questions takes more second ones than one in twenty, and five saved up", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (events) => {
      const budget = new HedgeBudget();
      let [asked, taken] = [0, 0];
      for (const isLate of events) {
        budget.asked();
        asked += 1;
        if (isLate && budget.take()) taken += 1;
        expect(taken).toBeLessThanOrEqual(asked * HEDGED + 1e-6);
      }
      expect(Array.from({ length: 10 }, () => budget.take()).filter(Boolean).length).toBeLessThanOrEqual(5);
    }),
  );
});

test("twenty questions earn one", () => {
  const budget = new HedgeBudget();
  for (let i = 0; i < 20; i += 1) {
    expect(budget.take()).toBe(false);
    budget.asked();
  }
  expect([budget.take(), budget.take()]).toEqual([true, false]);
});

const at = (running: number, waiting = 0) => ({ slots: 4, running, waiting });
test.each<[string, ReturnType<typeof at>[], number[]]>([
  ["wherever there is room, the first one not again", [at(1), at(0), at(3)], [1, 2]],
  ["not where all slots are taken", [at(1), at(4), at(2)], [2]],
  ["not where somebody waits", [at(1), at(2, 1), at(2)], [2]],
  ["nowhere while all together are busy", [at(4), at(4), at(3)], []],
  ["nowhere when others wait", [at(4, 3), at(3)], []],
  ["nowhere beside a single one", [at(1)], []],
])("%s", (_name, places, expected) => {
  const [first] = places;
  expect(first === undefined ? [] : hedgePlaces(places, first).map((one) => places.indexOf(one))).toEqual(expected);
});
