import { beforeAll, describe, expect, test } from "vitest";
import { clientOf, LIKE_OURS, qdrantForFile, refusal } from "../../../support/qdrant.ts";

const KEYS = { apiKey: "the key that may write", readOnlyKey: "the key that may read" };
const server = qdrantForFile(KEYS);
const vector = { dense: [1, 0, 0, 0] };

beforeAll(async () => {
  await server.client.createCollection("c", LIKE_OURS);
  await server.client.upsert("c", { wait: true, points: [{ id: 1, vector }] });
});

describe("keys", () => {
  test("without one, or with a wrong one, nobody gets in; whether it is well everybody may ask", async () => {
    const without = await fetch(`${server.url}/collections`);
    expect([without.status, await without.text()]).toEqual([
      401,
      "Must provide an API key or an Authorization bearer token",
    ]);
    const wrong = await fetch(`${server.url}/collections`, { headers: { "api-key": "a key" } });
    expect([wrong.status, await wrong.text()]).toEqual([401, "Invalid API key or JWT"]);
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(401);
    for (const path of ["/", "/healthz", "/readyz", "/livez"])
      expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  });

  test("a key counts as a bearer token, too", async () => {
    const headers = { authorization: `Bearer ${KEYS.readOnlyKey}` };
    expect((await fetch(`${server.url}/collections`, { headers })).status).toBe(200);
  });

  test("the reading key reads everything and changes nothing", async () => {
    const reader = clientOf(server.url, KEYS.readOnlyKey);
    const query = { query: vector.dense, using: "dense" };
    expect((await reader.query("c", query)).points).toHaveLength(1);
    expect((await reader.queryBatch("c", { searches: [query] }))[0]?.points).toHaveLength(1);
    expect((await reader.scroll("c")).points).toHaveLength(1);
    expect(await reader.retrieve("c", { ids: [1] })).toHaveLength(1);
    expect(await reader.count("c")).toEqual({ count: 1 });
    await reader.getCollection("c");
    await reader.getAliases();

    const denied = { status: 403, error: "Forbidden: Global manage access is required" };
    expect(await refusal(reader.createCollection("d", LIKE_OURS))).toEqual(denied);
    expect(await refusal(reader.deleteCollection("c"))).toEqual(denied);
    expect(await refusal(reader.upsert("c", { points: [{ id: 2, vector }] }))).toEqual(denied);
    expect(await refusal(reader.delete("c", { points: [1] }))).toEqual(denied);
    expect(await refusal(reader.createPayloadIndex("c", { field_name: "kind", field_schema: "keyword" }))).toEqual(
      denied,
    );
    const actions = [{ create_alias: { alias_name: "x", collection_name: "c" } }];
    expect(await refusal(reader.updateCollectionAliases({ actions }))).toEqual(denied);
    expect(await server.client.count("c")).toEqual({ count: 1 });
  });
});

async function send(method: string, path: string, body: string): Promise<{ status: number; error: string }> {
  const headers = { "api-key": KEYS.apiKey, "content-type": "application/json" };
  const response = await fetch(`${server.url}/collections/c${path}`, { method, headers, body });
  const { status } = (await response.json()) as { status: { error: string } };
  return { status: response.status, error: status.error };
}

const upsert = (point: object) => ["PUT", "/points", { points: [{ id: 1, vector, ...point }] }] as const;
const query = (body: object) => ["POST", "/points/query", body] as const;

test.each<[string, readonly [string, string, object], number, RegExp]>([
  [
    "a vector of another length",
    upsert({ vector: { dense: [1, 2] } }),
    400,
    /Vector dimension error: expected dim: 4, got 2/,
  ],
  ["a vector of another name", upsert({ vector: { other: [1] } }), 400, /Not existing vector name error: other/],
  ["a vector without a name", upsert({ vector: [1, 0, 0, 0] }), 400, /Not existing vector name error: $/],
  ["a dense vector where a sparse one belongs", upsert({ vector: { bm25: [1, 2] } }), 400, /bm25/],
  [
    "a sparse vector where a dense one belongs",
    upsert({ vector: { dense: { indices: [1], values: [1] } } }),
    400,
    /dense/,
  ],
  ["terms twice", upsert({ vector: { bm25: { indices: [1, 1], values: [1, 2] } } }), 422, /must be unique/],
  ["terms without weights", upsert({ vector: { bm25: { indices: [1, 2], values: [1] } } }), 422, /same length/],
  ["an id that is no UUID", upsert({ id: "docs/a.md" }), 400, /value docs\/a\.md is not a valid point ID/],
  ["a negative id", upsert({ id: -1 }), 400, /not a valid point ID/],
  ["half an id", upsert({ id: 1.5 }), 400, /not a valid point ID/],
  ["a point without vectors", ["PUT", "/points", { points: [{ id: 1 }] }], 400, /points\.0.*required/],
  ["a field nobody knows in a point", upsert({ metadata: {} }), 400, /metadata/],
  ["text to be embedded", upsert({ vector: { dense: { text: "a", model: "m" } } }), 400, /dense/],
  ["a query of another length", query({ query: [1], using: "dense" }), 400, /expected dim: 4, got 1/],
  ["a query by another name", query({ query: [1], using: "other" }), 400, /Not existing vector name error: other/],
  ["a query by no name", query({ query: [1, 0, 0, 0] }), 400, /Not existing vector name error: $/],
  ["a limit of nothing", query({ query: [1, 0, 0, 0], using: "dense", limit: 0 }), 422, /limit/],
  ["a filter misspelt", query({ query: [1, 0, 0, 0], using: "dense", filters: {} }), 400, /filters/],
  [
    "a condition misspelt",
    query({ query: [1, 0, 0, 0], using: "dense", filter: { must: [{ key: "a", matches: {} }] } }),
    400,
    /filter/,
  ],
  ["a fusion of nothing", query({ query: { fusion: "rrf" } }), 400, /Fusion without prefetches/],
  [
    "a fusion by other rules",
    query({ prefetch: [{ query: [1, 0, 0, 0], using: "dense" }], query: { fusion: "dbsf" } }),
    501,
    /dbsf/,
  ],
  [
    "weights for other lists",
    query({ prefetch: [{ query: [1, 0, 0, 0], using: "dense" }], query: { rrf: { weights: [1, 2] } } }),
    400,
    /got 2, expected 1/,
  ],
  [
    "prefetches without a query",
    query({ prefetch: [{ query: [1, 0, 0, 0], using: "dense" }] }),
    400,
    /query is needed/,
  ],
  ["a recommendation", query({ query: { recommend: { positive: [1] } }, using: "dense" }), 501, /recommend/],
  [
    "a match by words",
    query({ query: [1, 0, 0, 0], using: "dense", filter: { must: { key: "a", match: { text: "b" } } } }),
    501,
    /text/,
  ],
  [
    "a distance on earth",
    query({
      query: [1, 0, 0, 0],
      using: "dense",
      filter: { must: { key: "a", geo_radius: { center: { lat: 0, lon: 0 }, radius: 1 } } },
    }),
    501,
    /geo_radius/,
  ],
  [
    "an order by what is not indexed",
    ["POST", "/points/scroll", { order_by: "n" }],
    400,
    /No range index for `order_by` key: `n`/,
  ],
  ["a page of nothing", ["POST", "/points/scroll", { limit: 0 }], 422, /limit/],
  ["a deletion of what nobody named", ["POST", "/points/delete", {}], 400, /required/],
])("%s is refused, and nothing is written", async (_what, [method, path, body], status, sentence) => {
  const answer = await send(method, path, JSON.stringify(body));
  expect(answer.status, answer.error).toBe(status);
  expect(answer.error).toMatch(sentence);
  expect(await server.client.count("c")).toEqual({ count: 1 });
});

test("of several points with one mistake none is written", async () => {
  const points = [
    { id: 7, vector },
    { id: 8, vector: { dense: [1] } },
  ];
  expect((await refusal(server.client.upsert("c", { points }))).status).toBe(400);
  expect(await server.client.retrieve("c", { ids: [7, 8] })).toEqual([]);
});

test("what is no JSON, too long, or nobody's operation is told so", async () => {
  expect(await send("PUT", "/points", "{")).toMatchObject({
    status: 400,
    error: expect.stringContaining("Format error in JSON body"),
  });
  expect(await send("PATCH", "", "{}")).toMatchObject({ status: 501 });
  expect(await send("POST", "/points/recommend", "{}")).toMatchObject({ status: 501 });
  expect(await send("PUT", "/points?wiat=true", "{}")).toMatchObject({
    status: 400,
    error: expect.stringContaining("wiat"),
  });
  const text = "x".repeat(33 * 1024 * 1024);
  const long = await send("PUT", "/points", text).catch((error: unknown) => error);
  // Some clients hear of the answer, others only of the end of the connection.
  expect(long instanceof Error || (long as { status: number }).status === 413).toBe(true);
  expect(await server.client.count("c")).toEqual({ count: 1 });
});
