/** A list of 100,000 improvements, scrolled from its beginning to its end and back: what the page holds stays the same. */
import { expect, test } from "vitest";
import type { Line } from "../../../functions/coordinator/ui/api/answers.ts";
import {
  extended,
  lengthOf,
  linesIn,
  missingIn,
  type PagedLines,
  refilled,
  rowsAround,
  trimmed,
} from "../../../functions/coordinator/ui/logic/paged-lines.ts";

const ALL = 100_000;
const PAGE = 200;
/** Whatever the window is: a page behind it, one ahead, and what is kept of both sides. */
const MOST_LINES = 20 * PAGE;

const page = (from: number) =>
  Array.from({ length: PAGE }, (_, i): Line => ({ id: `i-${from + i}`, status: "verified" }));
const held = ({ pages }: PagedLines) => pages.reduce((sum, { lines }) => sum + (lines?.length ?? 0), 0);

test("no more lines and rows are held at its end than at its beginning, and every one of them is had again", () => {
  let list: PagedLines = { pages: [], next: "after -1" };
  for (let from = 0; from < ALL; from += PAGE) {
    const next = from + PAGE === ALL ? undefined : `after ${from + PAGE - 1}`;
    list = trimmed(extended(list, page(from), next), from);
    expect(held(list)).toBeLessThanOrEqual(MOST_LINES);
    const { from: first, to } = rowsAround({ top: from * 58, height: 1_200, rowHeight: 58 }, lengthOf(list));
    expect(to - first).toBeLessThan(60);
    expect(linesIn(list, from, from + 1)[0]?.id).toBe(`i-${from}`);
  }
  expect(lengthOf(list)).toBe(ALL);
  expect(list.next).toBeUndefined();

  const [missing = -1] = missingIn(list, 50_000, 50_010, new Set());
  expect(list.pages[missing]?.cursor).toBe("after 49999");
  list = refilled(list, missing, page(50_000));
  expect(linesIn(list, 50_000, 50_010).map((line) => line?.id)).toEqual(
    page(50_000)
      .slice(0, 10)
      .map(({ id }) => id),
  );
});
