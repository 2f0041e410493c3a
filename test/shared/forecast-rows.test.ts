import { describe, expect, test } from "vitest";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";
import { readForecastRow } from "../../shared/forecast/read-row.ts";
import { type ForecastRow, forecastRow, keepForecastRow } from "../../shared/forecast/rows.ts";

const now = Date.parse("2026-03-01T11:00:00Z");
const call: ModelCall = {
  purpose: "plan",
  model: "v:m",
  prompt: "p",
  prompt_hash: "h",
  input: 900,
  output: 100,
  cache_read: 0,
  cache_write: 0,
  cost: 0.02,
  priced: true,
  ms: 5,
  answered_by: "vendor",
};
const verified: Improvement = {
  id: "a",
  status: "verified",
  created_at: "2026-03-01T08:00:00Z",
  updated_at: "2026-03-01T10:59:00Z",
  title: "Set limits",
  description: "d",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.97,
  quotes: [],
  source_id: "s1",
  source_title: "t",
  expert: "architecture",
  intent: { kind: "resources" },
  approved_at: "2026-03-01T10:00:00Z",
  git_commit: "abc",
  deployed_at: "2026-03-01T10:20:00Z",
  verified_at: "2026-03-01T10:45:00Z",
  model_calls: [call],
};
const { verified_at: _, ...never } = verified;
const failed: Improvement = { ...never, status: "failed", failed_at: "2026-03-01T10:50:00Z" };

describe("what the cluster has decided", () => {
  test.each<[string, Improvement, string, boolean | undefined]>([
    ["verified", verified, "verified", true],
    ["rolled back by the school", failed, "failed", false],
    ["verified, and taken back by a person since", { ...verified, status: "rolling_back" }, "verified", false],
    ["told late that it was verified, when it had failed", { ...verified, status: "failed" }, "verified", false],
    ["a rollback that got stuck", { ...verified, status: "rollback_blocked" }, "verified", false],
    [
      "given up before anything was in Git",
      { ...failed, git_commit: undefined as never, deployed_at: undefined as never },
      "failed",
      undefined,
    ],
    ["rejected", { ...never, status: "rejected" }, "rejected", undefined],
    ["a conflict", { ...never, status: "conflicts" }, "conflicts", undefined],
  ])("%s", (_name, improvement, reached, held) => {
    expect(forecastRow(improvement, reached, now)?.held).toBe(held);
  });

  test("minutes are those from approval until verified, and only of what held", () => {
    expect(forecastRow(verified, "verified", now)?.minutes).toBe(45);
    expect(forecastRow({ ...verified, status: "failed" }, "failed", now)).not.toHaveProperty("minutes");
    expect(forecastRow({ ...verified, approved_at: "someday" }, "verified", now)).not.toHaveProperty("minutes");
  });

  test("only answers that were paid for are counted; where a price is unknown the cost is", () => {
    const cached = { ...call, answered_by: "cache" as const };
    expect(forecastRow({ ...verified, model_calls: [call, cached, call] }, "verified", now)).toMatchObject({
      tokens: 2_000,
      dollars: 0.04,
    });
    const unpriced = { ...call, priced: false, cost: 0 };
    const row = forecastRow({ ...verified, model_calls: [call, unpriced] }, "verified", now);
    expect(row).toMatchObject({ tokens: 2_000 });
    expect(row).not.toHaveProperty("dollars");
  });
});

test("what is put down can be read again, and nothing is put down of what was not decided", async () => {
  const kept: ForecastRow[] = [];
  const book = { keep: async (row: ForecastRow) => void kept.push(row) };
  expect(await keepForecastRow(book, verified, "verified", now)).toBe(true);
  expect(await keepForecastRow(book, { ...never, status: "rejected" }, "rejected", now)).toBe(false);
  expect(kept).toHaveLength(1);
  expect(kept[0]).toMatchObject({ id: "a", source: "s1", expert: "architecture", kind: "resources", held: true });
  expect(readForecastRow(JSON.stringify(kept[0]))).toEqual(kept[0]);
});

test("a book that is away is the caller's trouble", async () => {
  const book = { keep: async () => Promise.reject(new Error("redis is gone")) };
  await expect(keepForecastRow(book, verified, "verified", now)).rejects.toThrow("redis is gone");
});

describe("what is no row is left out", () => {
  const row = forecastRow(verified, "verified", now);
  test.each<[string, string]>([
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", "[1]"],
    ["without the outcome", JSON.stringify({ ...row, held: undefined })],
    ["an outcome that is a word", JSON.stringify({ ...row, held: "yes" })],
    ["tokens that are no number", JSON.stringify({ ...row, tokens: "many" })],
    ["minutes below nothing", JSON.stringify({ ...row, minutes: -1 })],
    ["an expert that is a number", JSON.stringify({ ...row, expert: 7 })],
    ["effort that is an object", JSON.stringify({ ...row, effort: {} })],
  ])("%s", (_name, text) => {
    expect(readForecastRow(text)).toBeUndefined();
  });
});
