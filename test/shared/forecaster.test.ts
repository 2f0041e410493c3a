import { describe, expect, test } from "vitest";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { forecaster } from "../../shared/forecast/forecaster.ts";
import { lateForecaster } from "../../shared/forecast/late-forecaster.ts";
import type { ForecastRow } from "../../shared/forecast/rows.ts";
import { history } from "../support/forecast-history.ts";

const now = Date.parse("2026-03-01T11:00:00Z");
const planned: Improvement = {
  id: "a",
  status: "planned",
  created_at: "",
  updated_at: "",
  title: "Set limits",
  description: "d",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.9,
  quotes: [],
  source_id: "s",
  source_title: "t",
  expert: "architecture",
  intent: { kind: "kind-0" },
};
const bookOf = (rows: readonly ForecastRow[], damaged = 0) => {
  const book = {
    reads: 0,
    count: rows.length,
    rows: async () => {
      book.reads += 1;
      return { rows, damaged };
    },
    extent: async () => ({ count: book.count, newest: 0 }),
  };
  return book;
};

test("what is missing is said, with how much there is", async () => {
  const { missing, holds, minutes, by, at } = await forecaster(bookOf(history({ seed: 1, rows: 7 }))).of(planned, now);
  expect(missing[0]).toBe("not enough data: 7 of 50 outcomes");
  expect(missing).toHaveLength(4);
  expect([holds, minutes]).toEqual([undefined, undefined]);
  expect(by).toBe("nothing yet");
  expect(at).toBe("2026-03-01T11:00:00.000Z");
});

test("parts come as their own data suffice", async () => {
  const rows = history({ seed: 2, rows: 45 });
  const verified = rows.filter(({ held }) => held).length;
  expect(verified).toBeGreaterThan(20);
  const forecast = await forecaster(bookOf(rows.map(({ dollars: _, ...row }) => row))).of(planned, now);
  expect(forecast.minutes).toMatchObject({ n: verified });
  expect(forecast.tokens?.p90).toBeGreaterThan(forecast.tokens?.p50 ?? 0);
  expect(forecast.missing).toEqual([
    "not enough data: 45 of 50 outcomes",
    "not enough data: 0 of 20 outcomes with known prices, for the cost",
  ]);
});

test("with enough of everything nothing is missing, and it says how it was made", async () => {
  const forecast = await forecaster(bookOf(history({ seed: 3, rows: 120 }))).of(planned, now);
  expect(forecast.missing).toEqual([]);
  expect(forecast.holds).toMatchObject({ n: 120, probability: expect.any(Number) });
  expect(forecast.by).toMatch(
    /^posterior of 120 outcomes, \d+ of architecture\/kind-0, Brier [\d.]+ \(always the mean:/,
  );
  expect(forecast.by).toMatch(/minutes: pooled, pinball loss/);
});

test("nobody foretells less than what was spent already", async () => {
  const call = { purpose: "p", model: "m", prompt: "", prompt_hash: "", cache_read: 0, cache_write: 0, ms: 1 };
  const spent = { ...call, input: 1e6, output: 0, cost: 7, priced: true, answered_by: "vendor" as const };
  const forecast = await forecaster(bookOf(history({ seed: 3, rows: 60 }))).of(
    { ...planned, model_calls: [spent] },
    now,
  );
  expect(forecast.tokens).toMatchObject({ p50: 1e6, p90: 1e6 });
  expect(forecast.dollars).toMatchObject({ p50: 7, p90: 7 });
});

describe("a book that gives trouble", () => {
  test.each([
    ["its rows", { extent: async () => ({ count: 1, newest: 0 }), rows: () => Promise.reject(new Error("gone")) }],
    ["its extent", { extent: () => Promise.reject(new Error("gone")), rows: async () => ({ rows: [], damaged: 0 }) }],
    ["all of it", undefined as never],
  ])("%s: nothing is foretold, and nothing is thrown", async (_name, book) => {
    const { missing, holds } = await lateForecaster(book).of(planned, now);
    expect(missing[0]).toMatch(/^it could not be made: /);
    expect(holds).toBeUndefined();
  });

  test("it is asked again the next time", async () => {
    const book = bookOf(history({ seed: 3, rows: 60 }));
    let isAway = true;
    const teller = forecaster({
      ...book,
      rows: async () => (isAway ? Promise.reject(new Error("gone")) : book.rows()),
    });
    expect((await teller.of(planned, now)).holds).toBeUndefined();
    isAway = false;
    expect((await teller.of(planned, now)).holds).toBeDefined();
  });

  test("rows that could not be read are counted", async () => {
    const { missing, holds } = await forecaster(bookOf(history({ seed: 3, rows: 60 }), 3)).of(planned, now);
    expect(missing).toEqual(["3 rows could not be read"]);
    expect(holds).toBeDefined();
  });
});

test("rows are read again after some minutes, or when there are a tenth more", async () => {
  const book = bookOf(history({ seed: 3, rows: 60 }));
  const teller = forecaster(book);
  await teller.of(planned, now);
  await teller.of(planned, now + 60_000);
  expect(book.reads).toBe(1);
  book.count = 67;
  await teller.of(planned, now + 60_000);
  expect(book.reads).toBe(2);
  await teller.of(planned, now + 10 * 60_000);
  expect(book.reads).toBe(3);
});
