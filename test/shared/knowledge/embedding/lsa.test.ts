/** The embedder that is fitted to a platform's own texts. */
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { hashingEmbedder } from "../../../../shared/knowledge/embedding/hashing.ts";
import { latentSpace } from "../../../../shared/knowledge/embedding/latent-space.ts";
import { lsaEmbedder } from "../../../../shared/knowledge/embedding/lsa.ts";
import { lsaId } from "../../../../shared/knowledge/embedding/lsa-file.ts";
import { fitLsa } from "../../../../shared/knowledge/embedding/lsa-fit.ts";
import { slices } from "../../../../shared/knowledge/embedding/slices.ts";
import { termMatrix } from "../../../../shared/knowledge/embedding/term-matrix.ts";
import type { Embedder } from "../../../../shared/knowledge-ports.ts";
import { PermanentError } from "../../../../shared/runtime/errors.ts";

/** Texts of three subjects; words of one subject never meet those of another. */
const SUBJECTS = [
  ["certificate", "issuer", "renewal", "handshake", "cipher", "trust"],
  ["replica", "autoscaler", "rollout", "surge", "readiness", "probe"],
  ["volume", "snapshot", "backup", "restore", "retention", "bucket"],
] as const;

function corpus(perSubject: number): string[] {
  return SUBJECTS.flatMap((words, subject) =>
    Array.from({ length: perSubject }, (_, i) => {
      const chosen = [0, 1, 2].map((step) => words[(i * (subject + 1) + step * (1 + (i % 2))) % words.length]);
      return `${chosen.join(" ")} ${chosen[i % 3]} note${i % 7}`;
    }),
  );
}

async function cosine(embedder: Embedder, a: string, b: string): Promise<number> {
  const [one, other] = await embedder.embed([a, b], "query");
  return Array.from(one ?? []).reduce((sum, value, i) => sum + value * (other?.[i] ?? 0), 0);
}

const texts = corpus(40);
const fitted = fitLsa(texts, { rank: 16 });

describe("what it learns", () => {
  test("words of the same texts lie together without ever having been asked for together", async () => {
    const embedder = lsaEmbedder(await fitLsa(texts, { rank: 3 }));
    for (const [first, , , , , last] of SUBJECTS) expect(await cosine(embedder, first, last)).toBeGreaterThan(0.7);
    expect(await cosine(embedder, SUBJECTS[0][0], SUBJECTS[1][0])).toBeLessThan(0.3);
    expect(await cosine(hashingEmbedder(), SUBJECTS[0][0], SUBJECTS[0][5]), "which hashing cannot").toBeLessThan(0.3);
  });

  test("with a direction for each way in which texts differ, cosines are those of tf-idf, but for the rounding", async () => {
    const different = [...new Set(texts)].sort();
    const { rows, starts, columns, values } = await termMatrix(different, 1_000, slices());
    expect(rows).toBe(different.length);
    const row = (i: number) =>
      new Map(
        [...columns.subarray(starts[i], starts[i + 1])].map((column, at) => [
          column,
          values[(starts[i] ?? 0) + at] ?? 0,
        ]),
      );
    const embedder = lsaEmbedder(await fitLsa(texts, { rank: 200 }));
    for (const [a, b] of [
      [0, 1],
      [0, 5],
      [3, 30],
      [10, 11],
    ] as const) {
      const exact = [...row(a)].reduce((sum, [column, value]) => sum + value * (row(b).get(column) ?? 0), 0);
      expect(await cosine(embedder, different[a] ?? "", different[b] ?? "")).toBeCloseTo(exact, 1.7);
    }
  });

  test("few directions hold as much of the texts as any could", async () => {
    const many = Array.from({ length: 150 }, (_, i) =>
      Array.from({ length: 12 }, (__, j) => `word${(i * i * 7 + j * j * 13 + i * j) % 61}x`).join(" "),
    );
    const matrix = await termMatrix([...new Set(many)], 1_000, slices());
    const dense = Matrix.zeros(matrix.rows, matrix.terms.length);
    for (let i = 0; i < matrix.rows; i += 1) {
      for (let at = matrix.starts[i] ?? 0; at < (matrix.starts[i + 1] ?? 0); at += 1)
        dense.set(i, matrix.columns[at] ?? 0, matrix.values[at] ?? 0);
    }
    const best = new SingularValueDecomposition(dense).diagonal
      .slice(0, 12)
      .reduce((sum, value) => sum + value * value, 0);
    const basis = await latentSpace(matrix, { rank: 12, seed: 1, work: slices(), progress: () => undefined });
    const projected = dense.mmul(new Matrix(basis.map((direction) => [...direction])).transpose());
    expect(basis).toHaveLength(12);
    expect(projected.norm("frobenius") ** 2 / best).toBeGreaterThan(0.9);
    expect(projected.norm("frobenius") ** 2 / best).toBeLessThan(1.000_001);
  });
});

describe("the same embedder", () => {
  test("from the same texts, in any order and however often they are repeated", async () => {
    const again = await fitLsa([...texts.toReversed(), ...texts.slice(5)], { rank: 16 });
    expect(Buffer.from(again).equals(Buffer.from(await fitted))).toBe(true);
  });

  test("has a name of its bytes, others have others", async () => {
    const bytes = await fitted;
    expect(lsaEmbedder(bytes)).toMatchObject({ id: lsaId(bytes), dimension: 16 });
    expect(lsaId(bytes)).toMatch(/^lsa-[0-9a-f]{8}$/);
    expect(lsaId(await fitLsa(texts.slice(1), { rank: 16 }))).not.toBe(lsaId(bytes));
    expect(lsaId(await fitLsa(texts, { rank: 16, seed: 2 }))).not.toBe(lsaId(bytes));
  });

  test("after it was stored and loaded, wherever its bytes begin", async () => {
    const bytes = await fitted;
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const [one] = await lsaEmbedder(bytes).embed(["backup of the volume"], "document");
    const [other] = await lsaEmbedder(shifted.subarray(3)).embed(["backup of the volume"], "document");
    expect(other).toEqual(one);
  });
});

describe("texts it knows nothing of", () => {
  test("are near to the same words and to nothing else", async () => {
    const embedder = lsaEmbedder(await fitLsa(texts, { rank: 64 }));
    expect(await cosine(embedder, "xylophone orchestra", "orchestra xylophone")).toBeGreaterThan(0.5);
    expect(Math.abs(await cosine(embedder, "xylophone orchestra", "certificate issuer"))).toBeLessThan(0.4);
    const [vector = new Float32Array()] = await embedder.embed(["xylophone"], "query");
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  test("have no share in a text that is known", async () => {
    expect(await cosine(lsaEmbedder(await fitted), "certificate issuer", "certificate issuer xylophone")).toBeCloseTo(
      1,
    );
  });
});

describe("corpora that are hardly any", () => {
  test.each<[string, readonly string[]]>([
    ["none", []],
    ["empty texts", ["", "", " \n "]],
    ["texts of stop words", ["the of and", "to be"]],
    ["one text", ["redis queue"]],
    ["the same text again and again", Array.from({ length: 100 }, () => "redis queue of the shop")],
    ["fewer texts than directions", ["redis queue", "postgres table", "redis cache", "", "nginx"]],
    ["texts that share every word", Array.from({ length: 60 }, (_, i) => `redis queue shop ${"redis ".repeat(i % 3)}`)],
  ])("%s", async (_name, few) => {
    const embedder = lsaEmbedder(await fitLsa(few, { rank: 32 }));
    expect(embedder.dimension).toBe(32);
    const vectors = await embedder.embed([...few, "redis", "unknown", ""], "document");
    for (const vector of vectors) {
      expect(vector).toHaveLength(32);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }
  });
});

describe("bytes that are not whole", () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ["none", () => new Uint8Array()],
    ["too few", (bytes) => bytes.slice(0, -1)],
    ["the beginning", (bytes) => bytes.slice(0, 20)],
    ["one that has changed", (bytes) => bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte))],
    ["something else", () => new TextEncoder().encode("<html>".repeat(50))],
  ])("%s are refused in one sentence that says what to do", async (_name, damage) => {
    const bytes = damage(await fitted);
    expect(() => lsaEmbedder(bytes)).toThrow(PermanentError);
    expect(() => lsaEmbedder(bytes)).toThrow(/fitted embedder is damaged.*index/);
  });
});

describe("limits", () => {
  test("fewer terms and fewer texts make smaller bytes and an embedder all the same", async () => {
    const small = await fitLsa(texts, { rank: 16, terms: 5, texts: 60 });
    expect(small.length).toBeLessThan((await fitted).length);
    expect(Math.hypot(...((await lsaEmbedder(small).embed(["certificate"], "query"))[0] ?? []))).toBeCloseTo(1, 5);
  });

  test.each([{ rank: 1 }, { rank: 2.5 }, { terms: 0 }, { texts: Number.NaN }])("%o makes no sense", async (options) => {
    await expect(fitLsa(texts, options)).rejects.toThrow(RangeError);
  });

  test("it ends with the signal's reason, before and in the middle", async () => {
    const over = new Error("the lease is lost");
    await expect(fitLsa(texts, { signal: AbortSignal.abort(over) })).rejects.toBe(over);
    const stop = new AbortController();
    const onProgress = (share: number) => {
      if (share > 0.1) stop.abort(over);
    };
    await expect(fitLsa(corpus(300), { rank: 64, signal: stop.signal, onProgress })).rejects.toBe(over);
  });

  test("it says how far it is, and lets others work meanwhile", async () => {
    const [shares, turns]: [number[], number[]] = [[], []];
    const others = setInterval(() => turns.push(performance.now()), 1);
    const many = Array.from({ length: 800 }, (_, i) =>
      Array.from({ length: 60 }, (__, j) => `word${(i * 7 + j * j * 13) % 900}x`).join(" "),
    );
    await fitLsa(many, { rank: 64, onProgress: (share) => shares.push(share) });
    clearInterval(others);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    expect(turns.length).toBeGreaterThan(3);
  });
});
