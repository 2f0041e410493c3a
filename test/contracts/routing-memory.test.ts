/** The router's memory with the official client: what is kept is found. */
import { describe, expect, test } from "vitest";
import { routingMemoryWriter } from "../../shared/adapters/routing-memory/open.ts";
import { pointIdOf } from "../../shared/adapters/routing-memory/payload.ts";
import { embeddingServer } from "../support/embedding/server.ts";
import { BACKUPS, experience, FOURTH, HASH, memoriesForEach, THREE, textOf } from "../support/routing-memory.ts";

const of = memoriesForEach();

async function aliases(): Promise<Record<string, string>> {
  const listed = (await of.admin.getAliases()).aliases;
  return Object.fromEntries(listed.map(({ alias_name, collection_name }) => [alias_name, collection_name]));
}

describe("what is kept", () => {
  test("goes into both collections of the platform, with its payload indexes, behind its aliases", async () => {
    await of.keep(THREE);
    expect(await aliases()).toEqual({
      routing_queries: HASH,
      routing_outcomes: "routing_outcomes__hash-1024__1024__v1",
    });
    const types = async (name: string) =>
      Object.entries((await of.admin.getCollection(name)).payload_schema).map(([key, info]) => [key, info?.data_type]);
    expect(Object.fromEntries(await types("routing_queries"))).toEqual({
      route_type: "keyword",
      tool: "keyword",
      execution_layer: "keyword",
      success: "bool",
      latency_ms: "integer",
      timestamp: "datetime",
    });
    expect(Object.fromEntries(await types("routing_outcomes"))).toEqual({
      query_id: "keyword",
      success: "bool",
      error_type: "keyword",
      user_feedback: "keyword",
      timestamp: "datetime",
    });
  });

  test("can be asked for by every field of the indexes, and an outcome leads to its query", async () => {
    const row = experience("imp-7", textOf("Back up Postgres"), {
      held: false,
      reached: "failed",
      errorType: "timeout",
      feedback: { right: true, by: "person:ada", because: "yes", at: "2026-03-01T11:00:00.000Z" },
    });
    await of.keep([...THREE, row]);
    const match = (key: string, value: string | boolean | number) => ({ must: [{ key, match: { value } }] });
    for (const [key, value] of [
      ["route_type", "keywords"],
      ["tool", "database"],
      ["execution_layer", "reasoning"],
      ["success", false],
      ["latency_ms", 3],
    ] as const) {
      const { count } = await of.admin.count("routing_queries", { filter: match(key, value) });
      expect([key, count]).toEqual([key, key === "success" ? 1 : 4]);
    }
    const range = { must: [{ key: "timestamp", range: { gte: "2026-03-01T00:00:00Z", lt: "2026-03-02T00:00:00Z" } }] };
    expect((await of.admin.count("routing_queries", { filter: range })).count).toBe(4);
    const filter = { must: [match("error_type", "timeout"), match("user_feedback", "right")] };
    const [outcome] = (await of.admin.scroll("routing_outcomes", { filter })).points;
    const [query] = await of.admin.retrieve("routing_queries", { ids: [String(outcome?.payload?.["query_id"])] });
    expect(query?.payload).toMatchObject({ improvement: "imp-7", title: "Back up Postgres", held: false });
  });

  test("is replaced when more is known, never by what was known earlier, and counted once", async () => {
    const text = textOf("Back up Postgres");
    const [early, late] = ["2026-03-01T10:00:00.000Z", "2026-03-02T10:00:00.000Z"];
    await of.keep([
      experience("imp-1", text, { held: undefined, reached: "deployed", at: early }),
      experience("imp-1", text, { held: true, at: late }),
      experience("imp-1", text, { held: true, at: late }),
      experience("imp-1", text, { held: undefined, reached: "deployed", at: early }),
    ]);
    const { points } = await of.admin.scroll("routing_queries", {});
    expect(points.map(({ id, payload }) => [id, payload?.["success"]])).toEqual([[pointIdOf("imp-1"), true]]);
    expect(Object.fromEntries(of.books.counts)).toEqual({ "routing_stored:keywords": 1, "routing_outcome:true": 1 });
  });

  test.each<[boolean | undefined, boolean | undefined, boolean | undefined]>([
    [undefined, undefined, undefined],
    [true, undefined, true],
    [undefined, true, true],
    [true, false, false],
    [false, true, false],
  ])("route right %s, held %s: success %s", async (routeRight, held, success) => {
    await of.keep([experience("imp-1", textOf("Back up Postgres"), { routeRight, held })]);
    const [point] = (await of.admin.scroll("routing_queries", {})).points;
    expect(point?.payload?.["success"]).toBe(success);
    expect(Object.hasOwn(point?.payload ?? {}, "held")).toBe(held !== undefined);
  });

  test("has no secrets, in no field and in no question to a vendor, and is cut", async () => {
    const vendor = await embeddingServer();
    const over = {
      EMBEDDING_ENDPOINT: `${vendor.url}/v1`,
      EMBEDDING_API_KEY: vendor.key,
      EMBEDDING_MODEL: "text-embedding-3-small",
    };
    const secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    const text = {
      ...textOf(`Token ${secret}`, `password: hunter2-hunter2\n${"word ".repeat(2_000)}`),
      category: "security" as const,
    };
    await of.keep([experience("imp-1", text)], over);
    await of.found({ ...text, title: `Use ${secret} here` }, over);
    const [point] = (await of.admin.scroll("routing_queries", { with_payload: true })).points;
    const everything = JSON.stringify([point?.payload, vendor.texts]);
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain("hunter2-hunter2");
    expect(vendor.texts.length).toBe(2);
    expect(String(point?.payload?.["description"]).length).toBeLessThanOrEqual(1_200);
    await vendor.close();
  });

  test("there is no writer without an index", () => {
    expect(routingMemoryWriter({}, of.books)).toBeUndefined();
  });
});

describe("neighbours", () => {
  test("come nearest first, with what is known of them, and never with the improvement itself", async () => {
    await of.keep(THREE);
    const { neighbours, ...rest } = await of.found();
    expect(rest).toMatchObject({ kind: "found", embedder: "hash-1024", calibrated: false });
    expect(new Set(neighbours.map(({ improvement }) => improvement))).toEqual(new Set(["imp-0", "imp-1", "imp-2"]));
    expect(neighbours.map(({ cosine }) => cosine)).toEqual(
      neighbours.map(({ cosine }) => cosine).toSorted((a, b) => b - a),
    );
    expect(neighbours[0]).toMatchObject({ expert: "database", held: true, routeRight: undefined, at: THREE[0]?.at });
    const own = await of.ask(textOf(BACKUPS[0] ?? ""), {}, "imp-0");
    expect(own.kind === "found" && own.neighbours.map(({ improvement }) => improvement)).toEqual(["imp-1", "imp-2"]);
  });

  test("none, before anything is kept: found, and empty", async () => {
    expect(await of.ask()).toMatchObject({ kind: "found", neighbours: [] });
  });

  test("none near enough: the nearest is told", async () => {
    await of.keep(THREE);
    const found = await of.found(textOf("Ingress terminates TLS for the wiki"));
    expect(found.neighbours).toEqual([]);
    expect(found.nearest).toBeLessThan(found.threshold);
  });

  test.each([
    ["the operator's threshold wins", { NEIGHBOUR_THRESHOLD: "0.99" }, 0.5, { threshold: 0.99, calibrated: false }],
    ["then the measured one", {}, 0.5, { threshold: 0.5, calibrated: true }],
    ["but not under the floor", {}, 0.01, { threshold: 0.35, calibrated: true }],
    ["and the family's where none was measured", {}, undefined, { threshold: 0.44, calibrated: false }],
  ])("%s", async (_, over, measured, expected) => {
    if (measured !== undefined) of.books.thresholds.set("hash-1024", measured);
    await of.keep(THREE.slice(0, 1));
    expect(await of.found(FOURTH, over)).toMatchObject(expected);
  });

  test("at most fifty", async () => {
    await of.keep(THREE.slice(0, 1));
    const [point] = (await of.admin.scroll(HASH, { with_vector: true })).points;
    const points = Array.from({ length: 55 }, (_, at) => ({
      id: at,
      payload: { ...point?.payload, improvement: `copy-${at}` },
      vector: point?.vector as { dense: number[] },
    }));
    await of.admin.upsert(HASH, { wait: true, points });
    expect((await of.found()).neighbours).toHaveLength(50);
  });
});
