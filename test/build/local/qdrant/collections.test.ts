import { QdrantClient } from "@qdrant/js-client-rest";
import { describe, expect, test, vi } from "vitest";
import { OPERATIONS } from "../../../../build/local/qdrant/operations.ts";
import { DESCRIBED } from "../../../../build/local/qdrant/schema.ts";
import { LIKE_OURS, qdrantForFile, refusal } from "../../../support/qdrant.ts";

const server = qdrantForFile();

test.each(Object.entries(OPERATIONS))("%s is where the published API has it", (name, { method, path }) => {
  expect({ method, path }).toEqual({ method: DESCRIBED[name]?.method, path: DESCRIBED[name]?.path });
});

test("the official client finds a server of its own version and says nothing", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const client = new QdrantClient({ url: server.url });
  await expect(client.versionInfo()).resolves.toMatchObject({ version: "1.19.0" });
  await client.getCollections();
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

test.each([
  ["/healthz", "healthz check passed"],
  ["/livez", "healthz check passed"],
  ["/readyz", "all shards are ready"],
])("%s says that it is well", async (path, text) => {
  const response = await fetch(`${server.url}${path}`);
  expect([response.status, await response.text()]).toEqual([200, text]);
});

describe("a collection", () => {
  test("is made, found, told and deleted", async () => {
    const { client } = server;
    expect(await client.createCollection("a", LIKE_OURS)).toBe(true);
    expect(await client.collectionExists("a")).toEqual({ exists: true });
    expect((await client.getCollections()).collections).toEqual([{ name: "a" }]);
    const info = await client.getCollection("a");
    expect(info).toMatchObject({ status: "green", points_count: 0, payload_schema: {} });
    expect(info.config.params).toMatchObject(LIKE_OURS);
    expect(await client.deleteCollection("a")).toBe(true);
    expect(await client.collectionExists("a")).toEqual({ exists: false });
    expect(await client.deleteCollection("a")).toBe(false);
  });

  test("is not made twice, and nothing is asked of one that is not there", async () => {
    const { client } = server;
    await client.createCollection("twice", LIKE_OURS);
    expect(await refusal(client.createCollection("twice", LIKE_OURS))).toEqual({
      status: 409,
      error: "Wrong input: Collection `twice` already exists!",
    });
    const missing = { status: 404, error: "Not found: Collection `none` doesn't exist!" };
    expect(await refusal(client.getCollection("none"))).toEqual(missing);
    expect(await refusal(client.count("none"))).toEqual(missing);
    expect(await refusal(client.query("none", { query: [1, 0, 0, 0], using: "dense" }))).toEqual(missing);
    expect(await refusal(client.upsert("none", { points: [] }))).toEqual(missing);
  });

  test("with what is not computed here is refused, not made without it", async () => {
    const { client } = server;
    const asked: [string, object][] = [
      ["distance Euclid", { vectors: { size: 4, distance: "Euclid" } }],
      ["quantization_config", { ...LIKE_OURS, quantization_config: { scalar: { type: "int8" } } }],
      [
        "multivector_config",
        { vectors: { d: { size: 4, distance: "Cosine", multivector_config: { comparator: "max_sim" } } } },
      ],
    ];
    for (const [what, body] of asked) {
      const { status, error } = await refusal(client.createCollection("other", body));
      expect(status).toBe(501);
      expect(error).toContain(what);
      expect(await client.collectionExists("other")).toEqual({ exists: false });
    }
  });

  test("tells its payload indexes, and how many points each has", async () => {
    const { client } = server;
    await client.createCollection("indexed", LIKE_OURS);
    const points = ["x", "y", undefined].map((kind, i) => {
      return { id: i, vector: { dense: [1, 0, 0, 0] }, payload: kind === undefined ? {} : { kind } };
    });
    await client.upsert("indexed", { wait: true, points });
    await client.createPayloadIndex("indexed", { wait: true, field_name: "kind", field_schema: "keyword" });
    expect((await client.getCollection("indexed")).payload_schema).toEqual({
      kind: { data_type: "keyword", points: 2 },
    });
    await client.deletePayloadIndex("indexed", "kind", { wait: true });
    expect((await client.getCollection("indexed")).payload_schema).toEqual({});
    const geo = client.createPayloadIndex("indexed", { field_name: "where", field_schema: "geo" });
    expect(await refusal(geo)).toMatchObject({ status: 501 });
  });
});

describe("an alias", () => {
  const make = (alias_name: string, collection_name: string) => ({ create_alias: { alias_name, collection_name } });

  test("is as good as the name, for reading and for writing", async () => {
    const { client } = server;
    await client.createCollection("physical", LIKE_OURS);
    await client.updateCollectionAliases({ actions: [make("logical", "physical")] });
    expect(await client.collectionExists("logical")).toEqual({ exists: true });
    await client.upsert("logical", { wait: true, points: [{ id: 1, vector: { dense: [1, 0, 0, 0] } }] });
    expect(await client.count("physical")).toEqual({ count: 1 });
    expect(await client.getAliases()).toEqual({ aliases: [{ alias_name: "logical", collection_name: "physical" }] });
    expect(await client.getCollectionAliases("physical")).toEqual(await client.getAliases());
  });

  test("is switched from one collection to another in one step: somebody who asks all the while never sees none", async () => {
    const { client } = server;
    for (const [i, name] of ["blue", "green"].entries()) {
      await client.createCollection(name, LIKE_OURS);
      const points = Array.from({ length: i + 1 }, (_, id) => ({ id, vector: { dense: [1, 0, 0, 0] } }));
      await client.upsert(name, { wait: true, points });
    }
    await client.updateCollectionAliases({ actions: [make("live", "blue")] });
    const asked = Array.from({ length: 60 }, async (_, i) => {
      if (i % 3 > 0) return (await client.count("live")).count;
      const actions = [{ delete_alias: { alias_name: "live" } }, make("live", i % 2 === 0 ? "green" : "blue")];
      await client.updateCollectionAliases({ actions });
      return undefined;
    });
    const counts = (await Promise.all(asked)).filter((count) => count !== undefined);
    expect(counts).toHaveLength(40);
    expect(counts.every((count) => count === 1 || count === 2)).toBe(true);
  });

  test("changes wholly or not at all", async () => {
    const { client } = server;
    const before = await client.getAliases();
    const actions = [{ delete_alias: { alias_name: "live" } }, make("live", "nowhere")];
    expect(await refusal(client.updateCollectionAliases({ actions }))).toMatchObject({ status: 404 });
    expect(await client.getAliases()).toEqual(before);
  });

  test("can be renamed; cannot have the name of a collection; goes with its collection", async () => {
    const { client } = server;
    const rename = { rename_alias: { old_alias_name: "logical", new_alias_name: "other-name" } };
    await client.updateCollectionAliases({ actions: [rename] });
    expect(await client.count("other-name")).toEqual({ count: 1 });
    expect(await refusal(client.count("logical"))).toMatchObject({ status: 404 });
    expect(await refusal(client.updateCollectionAliases({ actions: [rename] }))).toMatchObject({ status: 404 });
    expect(await refusal(client.updateCollectionAliases({ actions: [make("green", "blue")] }))).toMatchObject({
      status: 409,
    });
    expect(await refusal(client.createCollection("other-name", LIKE_OURS))).toMatchObject({ status: 400 });
    await client.deleteCollection("physical");
    expect(await client.collectionExists("other-name")).toEqual({ exists: false });
    expect((await client.getAliases()).aliases.map(({ alias_name }) => alias_name)).toEqual(["live"]);
  });
});

test("deleted while it is written and read: each is done or finds no such collection", async () => {
  const { client } = server;
  for (let round = 0; round < 5; round += 1) {
    await client.createCollection("fleeting", LIKE_OURS);
    const asked = Array.from({ length: 12 }, (_, id) => {
      if (id === 6) return client.deleteCollection("fleeting");
      const point = { id, vector: { dense: [1, 0, 0, 0] } };
      return id % 2 === 0 ? client.upsert("fleeting", { wait: true, points: [point] }) : client.count("fleeting");
    });
    const ends = await Promise.allSettled(asked);
    const statuses = ends.map((end) => (end.status === "fulfilled" ? 200 : (end.reason as { status: number }).status));
    expect(statuses.filter((status) => status !== 200 && status !== 404)).toEqual([]);
    expect(await client.collectionExists("fleeting")).toEqual({ exists: false });
  }
});
