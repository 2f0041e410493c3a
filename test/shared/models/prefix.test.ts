/** What an endpoint is thought to know: chained blocks, the latest of them, as many as it seems to keep. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK, beginningOf, MOST_BLOCKS, PrefixIndex, prefixBlocks } from "../../../shared/models/prefix.ts";

const text = (length: number, letter = "a") => letter.repeat(length);

describe("blocks", () => {
  test.each<[number, number]>([
    [0, 0],
    [BLOCK - 1, 0],
    [BLOCK, 1],
    [10 * BLOCK + 5, 10],
    [BLOCK * (MOST_BLOCKS + 7), MOST_BLOCKS],
  ])("a text of %i characters has %i", (length, blocks) => {
    expect(prefixBlocks(text(length))).toHaveLength(blocks);
  });

  test("texts have in common what they begin with in common, and nothing behind the first difference", () => {
    fc.assert(
      fc.property(fc.nat(6), fc.string({ maxLength: 400 }), fc.string({ maxLength: 400 }), (same, one, other) => {
        const [a, b] = [one, other].map((rest) => prefixBlocks(text(same * BLOCK) + rest)) as [string[], string[]];
        const common = a.findIndex((block, i) => block !== b[i]);
        const shared = common < 0 ? a.length : common;
        expect(shared).toBeGreaterThanOrEqual(same);
        expect(a.slice(shared).filter((block) => b.slice(shared).includes(block))).toEqual([]);
      }),
    );
  });

  test("what is shared comes before the question's own instructions, the improvement is not among it", () => {
    expect(beginningOf({ shared: ["cluster", "", "decisions"], system: "rubric" })).toBe(
      "cluster\n\ndecisions\n\nrubric",
    );
  });
});

describe("index", () => {
  const expert = (name: string) => prefixBlocks(text(100 * BLOCK, name));

  test("matches an unbroken beginning only", () => {
    const index = new PrefixIndex();
    const known = prefixBlocks(text(10 * BLOCK));
    index.add(known);
    expect(index.match(known)).toBe(1);
    expect(index.match(prefixBlocks(text(10 * BLOCK) + text(10 * BLOCK, "b")))).toBe(0.5);
    expect(index.match(prefixBlocks(`b${text(10 * BLOCK)}`))).toBe(0);
    expect(index.match([])).toBe(0);
  });

  test("learns from the vendor's figures how much is kept, and gets over a mistake", () => {
    const index = new PrefixIndex();
    const names = ["a", "b", "c", "d"];
    for (const name of names) index.add(expert(name));
    // Three times what should have been there was not.
    for (let i = 0; i < 3; i += 1) index.learn(1, 0);
    expect(index.match(expert("d"))).toBe(1);
    expect(index.match(expert("a"))).toBe(0);
    for (let i = 0; i < 1_000; i += 1) index.learn(1, 0.9);
    for (const name of names) index.add(expert(name));
    expect(names.map((name) => index.match(expert(name)))).toEqual([1, 1, 1, 1]);
  });

  test("what was not expected to be kept teaches nothing", () => {
    const index = new PrefixIndex();
    for (const name of ["a", "b"]) index.add(expert(name));
    for (let i = 0; i < 100; i += 1) index.learn(0.2, 0);
    expect(index.match(expert("a"))).toBe(1);
  });

  test("never keeps more than a server could", () => {
    const index = new PrefixIndex();
    const all = Array.from({ length: 40 }, (_, i) =>
      prefixBlocks(String.fromCharCode(97 + i).repeat(BLOCK * MOST_BLOCKS)),
    );
    for (const blocks of all) index.add(blocks);
    const known = all.filter((blocks) => index.match(blocks) === 1).length;
    expect(known).toBe(Math.floor(31_250 / MOST_BLOCKS));
  });

  test("an endpoint that was gone knows nothing", () => {
    const index = new PrefixIndex();
    index.add(expert("a"));
    index.forget();
    expect(index.match(expert("a"))).toBe(0);
  });
});
