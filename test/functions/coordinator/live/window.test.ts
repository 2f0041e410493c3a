import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../../functions/coordinator/live/frames.ts";
import { emptyWindow } from "../../../../functions/coordinator/live/window.ts";
import { compareEntries } from "../../../../shared/pipeline/event-stream.ts";

const frame = (entry: string, bytes = 10, improvement = "i"): Frame => ({
  entry,
  improvement,
  to: "routed",
  bytes: new Uint8Array(bytes),
});

test("entries are ordered as Redis orders them, also beyond what a double holds", () => {
  const part = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(part, part, part, part, (aMs, aSequence, bMs, bSequence) => {
      const expected = aMs === bMs ? aSequence - bSequence : aMs - bMs;
      const given = compareEntries(`${aMs}-${aSequence}`, `${bMs}-${bSequence}`);
      expect(Math.sign(given)).toBe(expected === 0n ? 0 : expected < 0n ? -1 : 1);
    }),
  );
});

describe("the window", () => {
  test("whoever walks through it gets each wanted frame once, in order, wherever pieces end", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (bytes, pushes) => {
        const window = emptyWindow({ frames: 1_000, bytes: 1_000_000_000 });
        window.reset("0-0");
        const all = bytes.map((size, i) => frame(`1-${i + 1}`, size, i % 3 === 0 ? "mine" : "other"));
        let cursor = "0-0";
        let given = 0;
        const walk = () => {
          for (;;) {
            const slice = window.after(cursor, { improvement: "mine" });
            if (slice === undefined || slice.cursor === cursor) return;
            cursor = slice.cursor;
            given += slice.bytes.length;
          }
        };
        for (let at = 0, i = 0; at < all.length; i += 1) {
          const count = pushes[i % pushes.length] as number;
          window.push(all.slice(at, at + count));
          at += count;
          if (i % 2 === 0) walk();
        }
        walk();
        const mine = all.filter(({ improvement }) => improvement === "mine");
        expect(given).toBe(mine.reduce((sum, one) => sum + one.bytes.length, 0));
        expect(cursor).toBe(all.at(-1)?.entry ?? "0-0");
      }),
      { numRuns: 50 },
    );
  });

  test("never holds more than it may, and says what it no longer has", () => {
    const window = emptyWindow({ frames: 5, bytes: 100 });
    expect(window.after("0-0", {})).toBeUndefined();
    window.reset("0-0");
    window.push(["1-1", "1-2", "1-3", "1-4", "1-5", "1-6"].map((entry) => frame(entry)));
    expect(window.after("0-0", {})).toBeUndefined();
    expect(window.after("1-1", {})?.bytes.length).toBe(50);
    window.push([frame("1-7", 90)]);
    expect(window.after("1-5", {})?.bytes.length).toBe(100);
    expect(window.after("1-4", {})).toBeUndefined();
    expect([window.holds("1-5"), window.holds("1-6"), window.holds("1-4"), window.holds("1-8")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("those who want the same share one piece of memory", () => {
    const window = emptyWindow({ frames: 5, bytes: 100 });
    window.reset("0-0");
    window.push([frame("1-1"), frame("1-2")]);
    expect(window.after("0-0", {})?.bytes).toBe(window.after("0-0", {})?.bytes);
  });
});
