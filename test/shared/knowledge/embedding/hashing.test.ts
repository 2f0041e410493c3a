/** The embedder that needs nothing. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashingEmbedder } from "../../../../shared/knowledge/embedding/hashing.ts";

const embedder = hashingEmbedder();

async function cosine(a: string, b: string): Promise<number> {
  const [one, other] = await embedder.embed([a, b], "document");
  return Array.from(one ?? []).reduce((sum, value, i) => sum + value * (other?.[i] ?? 0), 0);
}

describe("nearness", () => {
  test("the same words are nearer than others, in any order and form", async () => {
    const question = "limit memory of redis queue";
    const near = await cosine(question, "the Redis queues have memory limits");
    expect(near).toBeGreaterThan(0.5);
    expect(near).toBeGreaterThan((await cosine(question, "certificates are renewed by the issuer")) + 0.4);
  });

  test("a misspelt name is nearer than another name", async () => {
    expect(await cosine("prometheus", "promethues")).toBeGreaterThan((await cosine("prometheus", "longhorn")) + 0.2);
  });

  test("texts without a word in common are not near, whatever falls together", async () => {
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) => cosine(`alpha${i}x beta${i}y gamma${i}z`, `qwert${i}u vbnm${i}i plkj${i}o`)),
    );
    expect(all.reduce((sum, one) => sum + one, 0) / all.length).toBeLessThan(0.15);
  });
});

test("its name says how long its vectors are, and 1,024 is what they are", () => {
  expect(embedder).toMatchObject({ id: "hash-1024", dimension: 1_024 });
  expect(hashingEmbedder(2_048)).toMatchObject({ id: "hash-2048", dimension: 2_048 });
  expect(() => hashingEmbedder(0.5)).toThrow(RangeError);
});

test("vectors do not change with time: stored ones are compared with them", async () => {
  const [vector = new Float32Array()] = await hashingEmbedder(8).embed(["redis queue"], "query");
  expect([...vector].map((value) => Math.round(value * 1_000))).toMatchInlineSnapshot(`
    [
      209,
      0,
      0,
      -441,
      821,
      0,
      209,
      -209,
    ]
  `);
});

test("a text without words has a direction of its own, which no other text shares", async () => {
  expect(await cosine("", "--- the")).toBeCloseTo(1);
  expect(Math.abs(await cosine("", "redis queue"))).toBeLessThan(0.3);
});

test("of any texts: length 1, in their order, alone as among others", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 5 }), async (texts) => {
      const together = await embedder.embed(texts, "document");
      const alone = await Promise.all(texts.map(async (text) => (await embedder.embed([text], "query"))[0]));
      expect(together).toEqual(alone);
      for (const vector of together) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }),
    { numRuns: 30 },
  );
});

test("nobody waits for it who has gone", async () => {
  await expect(embedder.embed(["a"], "document", AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
});
