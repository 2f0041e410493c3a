import { beforeAll, describe, expect, test } from "vitest";
import { LIKE_OURS, qdrantForFile } from "../../../support/qdrant.ts";

const server = qdrantForFile();
const ID = "0b7e5b0e-6b0a-4c0e-9d6f-00000000000";
const vector = { dense: [3, 4, 0, 0], bm25: { indices: [9, 2], values: [1, 2] } };

const PAYLOADS = [
  { kind: "Deployment", namespace: "shop", from: 1, tags: ["a", "b"], deep: { name: "x" } },
  { kind: "Deployment", namespace: "pay", from: 5, tags: [], deep: { name: "y" } },
  { kind: "Service", namespace: "shop", from: 10, tags: null },
  { kind: "Service", namespace: "pay", from: 20, at: "2026-03-01T00:00:00Z" },
  { kind: "Secret", from: 2.5, tags: ["b", "c"], at: "2026-01-01T00:00:00Z" },
  {},
];

beforeAll(async () => {
  const { client } = server;
  for (const name of ["plain", "indexed"]) {
    await client.createCollection(name, LIKE_OURS);
    const points = PAYLOADS.map((payload, i) => ({ id: `${ID}${i}`, vector, payload }));
    await client.upsert(name, { wait: true, points });
  }
  for (const field_name of ["kind", "namespace", "tags"]) {
    await client.createPayloadIndex("indexed", { wait: true, field_name, field_schema: "keyword" });
  }
});

describe.each(["plain", "indexed"])("in a collection that is %s", (name) => {
  const match = (key: string, value: string | number) => ({ key, match: { value } });
  test.each<[string, object, number[]]>([
    ["a value", { must: [match("kind", "Service")] }, [2, 3]],
    ["one condition without a list around it", { must: match("kind", "Service") }, [2, 3]],
    ["both of two", { must: [match("kind", "Service"), match("namespace", "shop")] }, [2]],
    ["one of two", { should: [match("kind", "Secret"), match("namespace", "shop")] }, [0, 2, 4]],
    ["none of two", { must_not: [match("kind", "Secret"), match("namespace", "shop")] }, [1, 3, 5]],
    [
      "two of three",
      {
        min_should: {
          min_count: 2,
          conditions: [match("kind", "Service"), match("namespace", "shop"), match("from", 10)],
        },
      },
      [2],
    ],
    ["any of values", { must: [{ key: "kind", match: { any: ["Secret", "Service", "Other"] } }] }, [2, 3, 4]],
    ["any of nothing", { must: [{ key: "kind", match: { any: [] } }] }, []],
    ["any but values", { must: [{ key: "kind", match: { except: ["Service"] } }] }, [0, 1, 4]],
    ["a value of a list", { must: [match("tags", "b")] }, [0, 4]],
    ["a number", { must: [match("from", 5)] }, [1]],
    ["a word where numbers are", { must: [match("from", "5")] }, []],
    ["what lies deeper", { must: [match("deep.name", "y")] }, [1]],
    ["a range", { must: [{ key: "from", range: { gt: 1, lte: 10 } }] }, [1, 2, 4]],
    ["a range of times", { must: [{ key: "at", range: { gte: "2026-02-01T00:00:00Z" } }] }, [3]],
    ["ids", { must: [{ has_id: [`${ID}1`, `${ID}5`, 77] }] }, [1, 5]],
    ["what is empty", { must: [{ is_empty: { key: "tags" } }] }, [1, 2, 3, 5]],
    ["what is null", { must: [{ is_null: { key: "tags" } }] }, [2]],
    [
      "filters in filters",
      {
        must: [
          { should: [match("kind", "Secret"), { must: [match("kind", "Deployment"), match("namespace", "pay")] }] },
        ],
      },
      [1, 4],
    ],
    ["nothing in particular", {}, [0, 1, 2, 3, 4, 5]],
  ])("a filter by %s means the same for scroll, count, query and deletion", async (_what, filter, expected) => {
    const { client } = server;
    const ids = expected.map((i) => `${ID}${i}`);
    const scrolled = await client.scroll(name, { filter, with_payload: false });
    expect(scrolled.points.map(({ id }) => id)).toEqual(ids);
    expect(await client.count(name, { filter })).toEqual({ count: ids.length });
    for (const [using, query] of [
      ["dense", vector.dense],
      ["bm25", vector.bm25],
    ] as const) {
      const { points } = await client.query(name, { query, using, filter });
      // All are alike: then by id.
      expect(points.map(({ id }) => id)).toEqual(ids);
    }
    await client.createCollection("copy", LIKE_OURS);
    const points = PAYLOADS.map((payload, i) => ({ id: `${ID}${i}`, vector, payload }));
    await client.upsert("copy", { wait: true, points });
    await client.delete("copy", { wait: true, filter });
    expect((await client.scroll("copy")).points.map(({ id }) => id)).toEqual(
      PAYLOADS.map((_, i) => `${ID}${i}`).filter((id) => !ids.includes(id)),
    );
    await client.deleteCollection("copy");
  });

  test("pages follow each other by id, without a gap and without one twice", async () => {
    const seen: unknown[] = [];
    let offset: string | number | undefined;
    const pages: number[] = [];
    do {
      const page = await server.client.scroll(name, { limit: 4, ...(offset === undefined ? {} : { offset }) });
      pages.push(page.points.length);
      seen.push(...page.points.map(({ id }) => id));
      offset = (page.next_page_offset ?? undefined) as string | undefined;
    } while (offset !== undefined);
    expect(pages).toEqual([4, 2]);
    expect(seen).toEqual(PAYLOADS.map((_, i) => `${ID}${i}`));
    const filter = { must: [match("namespace", "shop")] };
    expect((await server.client.scroll(name, { filter, offset: `${ID}1` })).points.map(({ id }) => id)).toEqual([
      `${ID}2`,
    ]);
  });
});

test("a point comes back as it was given: payload, dense vector of length 1, terms ascending", async () => {
  const [point] = await server.client.retrieve("plain", { ids: [`${ID}0`], with_payload: true, with_vector: true });
  expect(point?.payload).toEqual(PAYLOADS[0]);
  const { dense, bm25 } = (point as { vector: unknown }).vector as { dense: number[]; bm25: object };
  expect(dense.map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8, 0, 0]);
  expect(bm25).toEqual({ indices: [2, 9], values: [2, 1] });
});

test("as much of a point is answered as is asked for", async () => {
  const { client } = server;
  const ids = [`${ID}0`];
  const of = async (shape: object) => (await client.retrieve("plain", { ids, ...shape }))[0];
  expect(await of({ with_payload: false })).toEqual({ id: ids[0] });
  expect((await of({ with_payload: ["kind"] }))?.payload).toEqual({ kind: "Deployment" });
  expect((await of({ with_payload: { exclude: ["kind", "tags", "deep"] } }))?.payload).toEqual({
    namespace: "shop",
    from: 1,
  });
  expect(Object.keys((await of({ with_vector: ["bm25"] }))?.vector ?? {})).toEqual(["bm25"]);
  const { points } = await client.query("plain", { query: vector.dense, using: "dense", limit: 1 });
  expect(Object.keys(points[0] ?? {}).sort()).toEqual(["id", "score", "version"]);
});

test("ids are numbers or UUIDs in any spelling; numbers come first", async () => {
  const { client } = server;
  await client.createCollection("ids", LIKE_OURS);
  const upper = "0B7E5B0E-6B0A-4C0E-9D6F-00000000000A";
  const bare = "0b7e5b0e6b0a4c0e9d6f00000000000b";
  const points = [upper, bare, 10, 9, 0].map((id) => ({ id, vector }));
  await client.upsert("ids", { wait: true, points });
  const listed = (await client.scroll("ids")).points.map(({ id }) => id);
  expect(listed).toEqual([0, 9, 10, `${ID}a`, `${ID}b`]);
  expect(await client.retrieve("ids", { ids: [upper.toLowerCase(), 404], with_payload: false })).toEqual([
    { id: `${ID}a` },
  ]);
  const one = await fetch(`${server.url}/collections/ids/points/9`);
  expect(await one.json()).toMatchObject({ result: { id: 9 } });
  expect((await fetch(`${server.url}/collections/ids/points/8`)).status).toBe(404);
});

test("writing a point again replaces all of it; of two with one id in one request the last counts", async () => {
  const { client } = server;
  await client.createCollection("again", LIKE_OURS);
  await client.createPayloadIndex("again", { wait: true, field_name: "kind", field_schema: "keyword" });
  const first = await client.upsert("again", {
    wait: true,
    points: [{ id: 1, vector, payload: { kind: "old", more: 1 } }],
  });
  const second = await client.upsert("again", {
    wait: true,
    points: [
      { id: 1, vector: { dense: [1, 0, 0, 0] }, payload: { kind: "lost" } },
      { id: 1, vector: { dense: [0, 0, 0, 1] }, payload: { kind: "new" } },
    ],
  });
  expect([first.status, second.status]).toEqual(["completed", "completed"]);
  expect(second.operation_id).toBeGreaterThan(first.operation_id ?? 0);
  expect(await client.retrieve("again", { ids: [1], with_vector: true })).toEqual([
    { id: 1, payload: { kind: "new" }, vector: { dense: [0, 0, 0, 1] } },
  ]);
  for (const [kind, count] of [
    ["old", 0],
    ["lost", 0],
    ["new", 1],
  ] as const) {
    expect(await client.count("again", { filter: { must: [{ key: "kind", match: { value: kind } }] } })).toEqual({
      count,
    });
  }
  expect((await client.query("again", { query: vector.bm25, using: "bm25" })).points).toEqual([]);
});

test("who does not wait is told that it was taken; it is done all the same", async () => {
  const { client } = server;
  const { status } = await client.upsert("again", { wait: false, points: [{ id: 2, vector }] });
  expect(status).toBe("acknowledged");
  expect(await client.count("again")).toEqual({ count: 2 });
});

test("a page can be ordered by a number that is indexed", async () => {
  const { client } = server;
  await client.createPayloadIndex("plain", { wait: true, field_name: "from", field_schema: "float" });
  const order = async (direction: "asc" | "desc") =>
    (await client.scroll("plain", { order_by: { key: "from", direction }, limit: 3 })).points.map(({ id }) => id);
  expect(await order("asc")).toEqual([`${ID}0`, `${ID}4`, `${ID}1`]);
  expect(await order("desc")).toEqual([`${ID}3`, `${ID}2`, `${ID}1`]);
});

test("and by a time, which is told in microseconds; what is no time is not among them", async () => {
  const { client } = server;
  await client.createCollection("times", LIKE_OURS);
  await client.createPayloadIndex("times", { wait: true, field_name: "at", field_schema: "datetime" });
  const times = ["2026-03-01T10:00:00+02:00", "2026-03-01T08:30:00Z", "2026-02-28T00:00:00.250Z", "yesterday"];
  await client.upsert("times", { wait: true, points: times.map((at, id) => ({ id, vector, payload: { at } })) });
  const order_by = { key: "at", direction: "desc" } as const;
  const { points } = await client.scroll("times", { order_by, with_payload: false });
  expect(points).toEqual([
    { id: 1, order_value: Date.parse("2026-03-01T08:30:00Z") * 1_000 },
    { id: 0, order_value: Date.parse("2026-03-01T08:00:00Z") * 1_000 },
    { id: 2, order_value: Date.parse("2026-02-28T00:00:00.250Z") * 1_000 },
  ]);
});
