import { beforeAll, describe, expect, test } from "vitest";
import { LIKE_OURS, qdrantForFile } from "../../../support/qdrant.ts";

const server = qdrantForFile();
const dense = [
  [1, 0, 0, 0],
  [1, 1, 0, 0],
  [0, 2, 0, 0],
  [-1, 0, 0, 0],
];
const bm25 = [
  { indices: [1, 2], values: [1, 0.5] },
  { indices: [2, 3], values: [2, 1] },
  { indices: [2], values: [1] },
];

beforeAll(async () => {
  await server.client.createCollection("c", LIKE_OURS);
  const points = dense.map((vector, id) => {
    const sparse = bm25[id];
    return {
      id,
      vector: { dense: vector, ...(sparse === undefined ? {} : { bm25: sparse }) },
      payload: { half: id % 2 },
    };
  });
  await server.client.upsert("c", { wait: true, points });
});

async function asked(request: object): Promise<[number, number][]> {
  const { points } = await server.client.query("c", request);
  return points.map(({ id, score }) => [Number(id), Number(score.toFixed(5))]);
}

describe("nearest by a dense vector", () => {
  const query = { query: [2, 0, 0, 0], using: "dense" };

  test("is by cosine, whatever the lengths", async () => {
    expect(await asked(query)).toEqual([
      [0, 1],
      [1, 0.70711],
      [2, 0],
      [3, -1],
    ]);
    expect(await asked({ ...query, query: { nearest: query.query } })).toEqual(await asked(query));
  });

  test("stops at limit, begins at offset, and is above the threshold", async () => {
    expect(await asked({ ...query, limit: 1 })).toEqual([[0, 1]]);
    expect(await asked({ ...query, limit: 2, offset: 1 })).toEqual([
      [1, 0.70711],
      [2, 0],
    ]);
    expect(await asked({ ...query, score_threshold: 0.5 })).toEqual([
      [0, 1],
      [1, 0.70711],
    ]);
    expect(await asked({ ...query, score_threshold: 0 })).toEqual([
      [0, 1],
      [1, 0.70711],
    ]);
  });

  test("ten are answered unless more are asked for", async () => {
    await server.client.createCollection("many", LIKE_OURS);
    const points = Array.from({ length: 30 }, (_, id) => ({ id, vector: { dense: [1, id, 0, 0] } }));
    await server.client.upsert("many", { wait: true, points });
    const found = (limit?: number) =>
      server.client.query("many", { query: [1, 0, 0, 0], using: "dense", ...(limit ? { limit } : {}) });
    expect((await found()).points.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await found(25)).points).toHaveLength(25);
  });
});

describe("nearest by a sparse vector", () => {
  // ln((n - df + 0.5) / (df + 0.5) + 1) with n = 3 points that have such a vector.
  const idf = (df: number) => Math.log((3 - df + 0.5) / (df + 0.5) + 1);

  test("is the sum over common terms of both weights and idf; who shares none is not there", async () => {
    const query = { query: { indices: [3, 1, 2, 99], values: [1, 2, 1, 5] }, using: "bm25" };
    const scores = [2 * idf(1) + 0.5 * idf(3), 2 * idf(3) + idf(1), idf(3)].map((score) => Number(score.toFixed(5)));
    expect(await asked(query)).toEqual([
      [0, scores[0]],
      [1, scores[1]],
      [2, scores[2]],
    ]);
    expect(await asked({ query: { indices: [99], values: [1] }, using: "bm25" })).toEqual([]);
  });

  test("idf follows what is written and deleted", async () => {
    const { client } = server;
    await client.createCollection("idf", LIKE_OURS);
    const rare = async () => {
      const { points } = await client.query("idf", { query: { indices: [7], values: [1] }, using: "bm25", limit: 1 });
      return points[0]?.score;
    };
    const write = (ids: number[], term: number) =>
      client.upsert("idf", {
        wait: true,
        points: ids.map((id) => ({ id, vector: { bm25: { indices: [term], values: [1] } } })),
      });
    await write([1], 7);
    expect(await rare()).toBeCloseTo(Math.log(0.5 / 1.5 + 1), 5);
    await write([2, 3, 4], 8);
    expect(await rare()).toBeCloseTo(Math.log(3.5 / 1.5 + 1), 5);
    await write([2], 7);
    expect(await rare()).toBeCloseTo(Math.log(2.5 / 2.5 + 1), 5);
    await client.delete("idf", { wait: true, points: [2, 3] });
    expect(await rare()).toBeCloseTo(Math.log(1.5 / 1.5 + 1), 5);
  });

  test("without the modifier the weights stand as they are", async () => {
    await server.client.createCollection("bare", { ...LIKE_OURS, sparse_vectors: { bm25: {} } });
    await server.client.upsert("bare", {
      wait: true,
      points: [{ id: 1, vector: { bm25: { indices: [1], values: [3] } } }],
    });
    const { points } = await server.client.query("bare", { query: { indices: [1], values: [2] }, using: "bm25" });
    expect(points[0]?.score).toBe(6);
  });
});

describe("fusion by rank", () => {
  const sparse = { query: { indices: [2], values: [1] }, using: "bm25" };
  const near = { query: [0, 1, 0, 0], using: "dense", limit: 2 };
  // By terms 1, 2, 0; by cosine 2, 1.

  test("k is 2 unless given: 1 / (rank + k), ranks from 0", async () => {
    const expected = [
      [1, 1 / 2 + 1 / 3],
      [2, 1 / 3 + 1 / 2],
      [0, 1 / 4],
    ].map(([id, score]) => [id, Number(score?.toFixed(5))]);
    expect(await asked({ prefetch: [sparse, near], query: { fusion: "rrf" } })).toEqual(expected);
    expect(await asked({ prefetch: [sparse, near], query: { rrf: {} } })).toEqual(expected);
  });

  test("a weight divides the rank, the first one's too", async () => {
    const score = (rank: number, weight: number) => 1 / ((rank + 1) / weight + 61 - 1);
    const expected = [
      [2, score(1, 2) + score(0, 1)],
      [1, score(0, 2) + score(1, 1)],
      [0, score(2, 2)],
    ];
    expect(await asked({ prefetch: [sparse, near], query: { rrf: { k: 61, weights: [2, 1] } } })).toEqual(
      expected.map(([id, sum]) => [id, Number(sum?.toFixed(5))]),
    );
  });

  test("a filter above counts for what is fetched below; limit, offset and threshold for what is fused", async () => {
    const request = { prefetch: [sparse, near], query: { rrf: { k: 2 } } };
    const filter = { must_not: [{ has_id: [1] }] };
    expect((await asked({ ...request, filter })).map(([id]) => id)).toEqual([2, 0]);
    expect((await asked({ ...request, limit: 1, offset: 1 })).map(([id]) => id)).toEqual([2]);
    expect((await asked({ ...request, score_threshold: 0.5 })).map(([id]) => id)).toEqual([1, 2]);
  });

  test("fetched lists nest, and can be put into another order by a vector", async () => {
    const inner = { prefetch: [sparse, near], query: { fusion: "rrf" }, limit: 2 };
    expect(await asked({ prefetch: [inner], query: [1, 0, 0, 0], using: "dense" })).toEqual([
      [1, 0.70711],
      [2, 0],
    ]);
    expect((await asked({ prefetch: inner, query: { rrf: { k: 2 } } })).map(([id]) => id)).toEqual([1, 2]);
  });
});

test("without a query the first by id are answered, with a filter those who pass", async () => {
  expect(await asked({ limit: 3 })).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
  ]);
  expect(await asked({ filter: { must: [{ key: "half", match: { value: 1 } }] } })).toEqual([
    [1, 0],
    [3, 0],
  ]);
});

test("several queries in one request are answered in their order", async () => {
  const searches = [
    { query: [1, 0, 0, 0], using: "dense", limit: 1 },
    { query: { indices: [3], values: [1] }, using: "bm25", limit: 1, with_payload: true },
  ];
  const answers = await server.client.queryBatch("c", { searches });
  expect(answers.map(({ points }) => points.map(({ id, payload }) => [id, payload ?? null]))).toEqual([
    [[0, null]],
    [[1, { half: 1 }]],
  ]);
});
