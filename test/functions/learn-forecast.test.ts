/** learn keeps what forecasts are made from. */
import { expect, test } from "vitest";
import { learn } from "../../functions/learn/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ForecastRow } from "../../shared/forecast/rows.ts";

const now = Date.parse("2026-03-01T11:00:00Z");
const verified: Improvement = {
  id: "0123456789abcdef",
  status: "verified",
  created_at: "2026-03-01T10:00:00Z",
  updated_at: "2026-03-01T10:59:00Z",
  title: "Set limits",
  description: "d",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.9,
  quotes: [],
  source_id: "s1",
  source_title: "t",
  expert: "architecture",
  git_commit: "abc",
  approved_at: "2026-03-01T10:00:00Z",
  verified_at: "2026-03-01T10:30:00Z",
};
const run = async (improvement: Improvement, keep: (row: ForecastRow) => Promise<void>) => {
  const appended: unknown[] = [];
  const outcomes = { append: async (row: unknown) => void appended.push(row) };
  const input = { improvement, reached: improvement.status };
  await learn(input, { outcomes, forecasts: { keep } }, { now: () => now });
  return appended;
};

test.each([
  ["verified", 1],
  ["failed", 1],
  ["rejected", 0],
  ["conflicts", 0],
] as const)("%s: %i rows", async (status, count) => {
  const rows: ForecastRow[] = [];
  await run({ ...verified, status }, async (row) => void rows.push(row));
  expect(rows).toHaveLength(count);
  if (count === 1) expect(rows[0]).toMatchObject({ id: verified.id, held: status === "verified", kind: "technique" });
});

test("a row that cannot be kept is tried again: the outcome is appended once only, by its name", async () => {
  await expect(run(verified, () => Promise.reject(new Error("redis is gone")))).rejects.toThrow("redis is gone");
});
