/** The table of goals says what its rows say. */
import { expect, test } from "vitest";
import { GOALS, type Goal, judge } from "./goals.ts";
import type { Row } from "./rows.ts";

const row = (name: string, value: number, ratio?: number): Row => ({
  name,
  value,
  unit: "ms",
  ...(ratio === undefined ? {} : { ratio }),
});
const pages: Goal = { what: "pages", goal: "< 50 ms", command: "x", rows: [/^page/], of: "value", most: 50 };
const both: Goal = { ...pages, rows: [/^a/, /^b/], of: "ratio", most: 2 };
const least: Goal = { ...pages, rows: [/^a/], of: "ratio" };

test.each<[what: string, goal: Goal, rows: readonly Row[], reached: string, worst: string | undefined]>([
  ["the worst of all counts", pages, [row("page 1", 10), row("page 2", 60)], "no", "page 2"],
  ["all within", pages, [row("page 1", 10), row("page 2", 50)], "yes", "page 2"],
  ["nothing of it was measured", pages, [row("other", 1)], "not measured", undefined],
  ["a part of it was not measured", both, [row("a", 1, 1)], "not measured", undefined],
  ["a figure is no number", pages, [row("page 1", Number.NaN)], "no", "page 1"],
  ["a ratio is missing", both, [row("a", 1, 1), row("b", 1)], "no", undefined],
  [
    "at least so much",
    { ...least, most: undefined, least: 3 } as unknown as Goal,
    [row("a1", 1, 4), row("a2", 1, 3)],
    "yes",
    "a2",
  ],
  [
    "less than that",
    { ...least, most: undefined, least: 3 } as unknown as Goal,
    [row("a1", 1, 4), row("a2", 1, 2.9)],
    "no",
    "a2",
  ],
])("%s", (_what, goal, rows, reached, worst) => {
  const [verdict] = judge([goal], rows);
  expect(verdict?.reached).toBe(reached);
  if (worst !== undefined) expect(verdict?.row?.name).toBe(worst);
});

test("every goal compares with something and can be repeated alone", () => {
  for (const { least: l, most: m, command, rows } of GOALS) {
    expect([l, m].filter((bound) => bound !== undefined)).toHaveLength(1);
    expect(command).toMatch(/^npm run (bench|chaos) -- --/);
    expect(rows.length).toBeGreaterThan(0);
  }
  expect(judge(GOALS, []).every(({ reached }) => reached === "not measured")).toBe(true);
});
