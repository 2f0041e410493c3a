/** Rules of the list, the shortcuts and the colours, without a browser. */
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PipelineReport } from "../../../functions/coordinator/pipeline-report.ts";
import type { Line } from "../../../functions/coordinator/ui/api/answers.ts";
import type { PipelineAnswer } from "../../../functions/coordinator/ui/api/pipeline-answers.ts";
import {
  extended,
  lengthOf,
  linesIn,
  missingIn,
  movedTo,
  type PagedLines,
  refilled,
  rowsAround,
  trimmed,
} from "../../../functions/coordinator/ui/logic/paged-lines.ts";
import { PAGES } from "../../../functions/coordinator/ui/logic/pages.ts";
import { meaningOf } from "../../../functions/coordinator/ui/logic/shortcut-keys.ts";
import { toggled, totalOf, valuesOf } from "../../../functions/coordinator/ui/logic/totals.ts";
import { root } from "../../repo/imports.ts";

// What the pipeline page reads is what the coordinator answers: this file does not compile otherwise.
export const pipelineFits = (answer: PipelineReport): PipelineAnswer => answer;

const NONE: PagedLines = { pages: [], next: undefined };
const NEVER: ReadonlySet<number> = new Set();
const line = (id: number): Line => ({ id: `i-${id}`, status: "raw" });
const lines = (from: number, count: number) => Array.from({ length: count }, (_, i) => line(from + i));

/** Pages of the given lengths, the last one without a next. */
function list(...lengths: number[]): PagedLines {
  let at = 0;
  return lengths.reduce<PagedLines>((all, length, i) => {
    at += length;
    return extended(all, lines(at - length, length), i === lengths.length - 1 ? undefined : `after ${at - 1}`);
  }, NONE);
}

describe("a list of pages", () => {
  test("gives the lines between any two places, whatever the lengths of its pages", () => {
    const lengths = fc.array(fc.nat(7), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.nat(60), fc.nat(60), (sizes, a, b) => {
        const whole = list(...sizes);
        const length = sizes.reduce((sum, size) => sum + size, 0);
        expect(lengthOf(whole)).toBe(length);
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(linesIn(whole, from, to)).toEqual(lines(0, length).slice(from, to));
      }),
    );
  });

  test("lets go of what is far away, knows what is missing, and has it again by its cursor", () => {
    const whole = list(...Array.from({ length: 40 }, () => 10));
    const kept = trimmed(whole, 395);
    expect(kept.pages.filter((page) => page.lines !== undefined).length).toBeLessThan(15);
    expect(lengthOf(kept)).toBe(400);
    expect(linesIn(kept, 390, 392)).toEqual(lines(390, 2));
    expect(linesIn(kept, 5, 7)).toEqual([undefined, undefined]);
    expect(missingIn(kept, 5, 15, NEVER)).toEqual([0, 1]);
    expect(missingIn(kept, 390, 400, NEVER)).toEqual([]);
    expect(kept.pages[1]?.cursor).toBe("after 9");
    expect(linesIn(refilled(kept, 1, lines(10, 10)), 10, 12)).toEqual(lines(10, 2));
  });

  test("asks again for what is old where it is looked at, and only there", () => {
    expect(missingIn(list(10, 10, 10), 12, 15, new Set([0, 1, 2]))).toEqual([1]);
  });

  test("does not show twice what came twice, nor move what is below a page that is looked at again", () => {
    const twice = extended(list(3), [line(2), line(3)], undefined);
    expect(linesIn(twice, 0, 9)).toEqual(lines(0, 4));
    const again = refilled(list(3, 2), 0, [line(9), line(0), line(1), line(2)]);
    expect(linesIn(again, 3, 5)).toEqual([line(3), line(4)]);
  });

  test("knows where an improvement stands that was heard to move, and leaves the others", () => {
    const moved = movedTo(list(2, 2), "i-2", "held");
    expect(linesIn(moved, 0, 4).map((one) => one?.status)).toEqual(["raw", "raw", "held", "raw"]);
    const same = list(2);
    expect(movedTo(same, "nobody", "held")).toBe(same);
  });

  test("puts as many rows into the document as the window takes, wherever it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: -500, max: 8_000_000 }), fc.nat(100_000), (top, length) => {
        const { from, to } = rowsAround({ top, height: 900, rowHeight: 58 }, length);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(Math.max(from, length));
        expect(to - from).toBeLessThanOrEqual(40);
      }),
    );
    expect(rowsAround({ top: 58 * 50_000, height: 580, rowHeight: 58 }, 100_000)).toEqual({ from: 49_992, to: 50_018 });
  });
});

describe("filters of several values", () => {
  test.each([
    ["", "held", "held"],
    ["held", "held", ""],
    ["held,dead", "held", "dead"],
    [undefined, "raw", "raw"],
    [" held , ", "raw", "held,raw"],
  ])("%s with %s is %s", (text, value, then) => {
    expect(toggled(text, value)).toBe(then);
  });

  test("the counts tell how many fit, as long as nothing else is filtered by", () => {
    const counts = { raw: 3, held: 4 } as Parameters<typeof totalOf>[1];
    const full = new Proxy(counts as object, { get: (of, name) => Reflect.get(of, name) ?? 0 }) as typeof counts;
    expect(totalOf({}, full)).toBe(7);
    expect(totalOf({ status: "held,dead" }, full)).toBe(4);
    expect(totalOf({ status: "held", q: "cart" }, full)).toBeUndefined();
    expect(totalOf({}, undefined)).toBeUndefined();
    expect(valuesOf("a,,b ")).toEqual(["a", "b"]);
  });
});

describe("shortcuts", () => {
  const all = [{ keys: "g p" }, { keys: "g i" }, { keys: "j" }, { keys: "p" }, { keys: "j", later: true }];

  test.each<[pressed: string, before: string | undefined, kind: string]>([
    ["j", undefined, "match"],
    ["g", undefined, "begun"],
    ["p", "g", "match"],
    ["x", "g", "none"],
    ["x", undefined, "none"],
    [" ", undefined, "none"],
  ])("%s after %s is a %s", (pressed, before, kind) => {
    expect(meaningOf(all, pressed, before).kind).toBe(kind);
  });

  test("a second key that leads nowhere counts as a first; of two with the same keys the later one works", () => {
    expect(meaningOf(all, "j", "g")).toEqual({ kind: "match", shortcut: { keys: "j", later: true } });
    expect(meaningOf(all, "g", "g")).toEqual({ kind: "begun" });
  });

  test("every page has a letter of its own", () => {
    expect(new Set(PAGES.map(({ key }) => key)).size).toBe(PAGES.length);
  });
});

test("the dark is the same by choice and by the system", () => {
  const text = readFileSync(path.join(root, "functions/coordinator/ui/styles/tokens.css"), "utf8");
  const colours = (selector: string) => {
    const [, block = ""] = text.split(selector, 2);
    return [...(block.split("}", 1)[0] ?? "").matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name, value]) => [
      name,
      value,
    ]);
  };
  const system = colours(':root:not([data-theme="light"]) {');
  expect(system.length).toBeGreaterThan(20);
  expect(colours(':root[data-theme="dark"] {')).toEqual(system);
});
