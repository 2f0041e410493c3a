/** BM25 in two halves: the weights here times Qdrant's idf must be the textbook's score. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashOf } from "../../../../shared/knowledge/embedding/hash.ts";
import { AVERAGE_TERMS, sparseDocument, sparseQuery } from "../../../../shared/knowledge/embedding/sparse.ts";
import { termsOf } from "../../../../shared/knowledge/embedding/terms.ts";
import type { SparseVector } from "../../../../shared/knowledge-ports.ts";

const weightOf = ({ indices, values }: SparseVector, term: string) => values[indices.indexOf(hashOf(term))];

describe("a stored text", () => {
  test.each([
    ["once in a text of middle length", 1, AVERAGE_TERMS, 1],
    ["three times", 3, AVERAGE_TERMS, (3 * 2.2) / (3 + 1.2)],
    ["once in a short one", 1, 10, 2.2 / (1 + 1.2 * (0.25 + (0.75 * 10) / AVERAGE_TERMS))],
    ["once in a long one", 1, 1_000, 2.2 / (1 + 1.2 * (0.25 + (0.75 * 1_000) / AVERAGE_TERMS))],
  ])("a term %s weighs as Robertson has it", (_name, times, length, expected) => {
    const others = Array.from({ length: length - times }, (_, i) => `zz${i}x`);
    const vector = sparseDocument([...Array.from({ length: times }, () => "redis"), ...others].join(" "));
    expect(weightOf(vector, "redi")).toBeCloseTo(expected, 10);
  });

  test("without terms it has none", () => {
    expect(sparseDocument("")).toEqual({ indices: [], values: [] });
    expect(sparseDocument("--- the of")).toEqual({ indices: [], values: [] });
  });
});

test("a question weighs each of its terms once", () => {
  const vector = sparseQuery("redis redis queue");
  expect(vector.values).toEqual([1, 1]);
  expect(new Set(vector.indices)).toEqual(new Set([hashOf("redi"), hashOf("queue")]));
});

test("ids are MurmurHash3's, of UTF-8, without a sign", () => {
  // https://github.com/aappleby/smhasher: values of MurmurHash3_x86_32 with seed 0.
  expect(hashOf("")).toBe(0);
  expect(hashOf("hello")).toBe(0x248bfa47);
  expect(hashOf("hello, world")).toBe(0x149bbb7f);
  expect(hashOf("The quick brown fox jumps over the lazy dog")).toBe(0x2e4ff723);
});

test("terms with the same id weigh what both weigh", () => {
  // Found by looking: names of two letters and digits that meet.
  const [one, other] = collision();
  expect(hashOf(one)).toBe(hashOf(other));
  expect(sparseQuery(`${one} ${other}`)).toEqual({ indices: [hashOf(one)], values: [2] });
});

function collision(): [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0; i < 1_000_000; i += 1) {
    const name = `q${i.toString(36)}`;
    if (termsOf(name).join() !== name) continue;
    const known = seen.get(hashOf(name));
    if (known !== undefined) return [known, name];
    seen.set(hashOf(name), name);
  }
  throw new Error("no two names meet");
}

test("of any text: ascending ids of 32 bits, each once, and positive weights", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      for (const { indices, values } of [sparseDocument(text), sparseQuery(text)]) {
        expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
        expect(values).toHaveLength(indices.length);
        expect(indices.every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 32)).toBe(true);
        expect(values.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
      }
    }),
  );
});
