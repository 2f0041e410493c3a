/** The router's memory with the official client: what is kept is found, and whatever breaks is an answer. */
import { QdrantClient } from "@qdrant/js-client-rest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { routingMemory, routingMemoryWriter } from "../../shared/adapters/routing-memory/open.ts";
import { pointIdOf } from "../../shared/adapters/routing-memory/payload.ts";
import { hashingEmbedder } from "../../shared/knowledge/embedding/hashing.ts";
import { neighbourVote } from "../../shared/routing/neighbours/vote.ts";
import type { Neighbourhood, RoutingExperience, RoutingMemoryWriter } from "../../shared/routing-ports.ts";
import type { Environment } from "../../shared/runtime/config.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { embeddingServer } from "../support/embedding/server.ts";
import {
  experience,
  type Fault,
  type FaultyQdrant,
  faultyQdrant,
  fitted,
  type TestBooks,
  testBooks,
  textOf,
} from "../support/routing-memory.ts";

const HASH = "routing_queries__hash-1024__1024__v1";
const signal = new AbortController().signal;
const backups = [
  "Take nightly backups of the Postgres database",
  "Nightly backups for the Postgres database of n8n",
  "Back up the Postgres database of Outline nightly",
];
const fourth = textOf("Postgres database of Langfuse: take backups nightly");

let qdrant: FaultyQdrant;
let books: TestBooks;
let env: Environment;
let admin: QdrantClient;
beforeEach(async () => {
  qdrant = await faultyQdrant({ apiKey: "writes", readOnlyKey: "reads" });
  books = testBooks();
  env = { QDRANT_URL: qdrant.url, QDRANT_API_KEY: "writes", QDRANT_READ_ONLY_API_KEY: "reads" };
  admin = new QdrantClient({ url: qdrant.straight, headers: { "api-key": "writes" }, checkCompatibility: false });
});
afterEach(() => qdrant.close());

function writer(over: Environment = {}): RoutingMemoryWriter {
  const made = routingMemoryWriter({ ...env, ...over }, books);
  if (made === undefined) throw new Error("there is no index");
  return made;
}

async function keepAll(rows: readonly RoutingExperience[], over: Environment = {}): Promise<void> {
  const memory = writer(over);
  for (const row of rows) await memory.keep(row, signal);
}

async function ask(text = fourth, over: Environment = {}, improvement = "imp-new"): Promise<Neighbourhood> {
  return await routingMemory({ ...env, ...over }, books).neighbours(improvement, text, signal);
}

async function foundIn(text = fourth, over: Environment = {}) {
  const found = await ask(text, over);
  if (found.kind === "unknown") throw new Error(found.because);
  return found;
}

async function said(over: Environment = {}): Promise<string> {
  const found = await ask(fourth, over);
  return found.kind === "unknown" ? found.because : `found ${found.neighbours.length}`;
}

async function aliases(): Promise<Record<string, string>> {
  const listed = (await admin.getAliases()).aliases;
  return Object.fromEntries(listed.map(({ alias_name, collection_name }) => [alias_name, collection_name]));
}

async function collections(): Promise<readonly string[]> {
  return (await admin.getCollections()).collections.map(({ name }) => name).sort();
}

const three = backups.map((title, at) => experience(`imp-${at}`, textOf(title)));

describe("what is kept", () => {
  test("goes into both collections of the platform, with its payload indexes, behind its aliases", async () => {
    await keepAll(three);
    expect(await aliases()).toEqual({
      routing_queries: HASH,
      routing_outcomes: "routing_outcomes__hash-1024__1024__v1",
    });
    const types = async (name: string) =>
      Object.entries((await admin.getCollection(name)).payload_schema).map(([key, info]) => [key, info.data_type]);
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
    await keepAll([...three, row]);
    const match = (key: string, value: string | boolean | number) => ({ must: [{ key, match: { value } }] });
    for (const [key, value] of [
      ["route_type", "keywords"],
      ["tool", "database"],
      ["execution_layer", "reasoning"],
      ["success", false],
      ["latency_ms", 3],
    ] as const) {
      const { count } = await admin.count("routing_queries", { filter: match(key, value) });
      expect([key, count]).toEqual([key, key === "success" ? 1 : 4]);
    }
    const range = { must: [{ key: "timestamp", range: { gte: "2026-03-01T00:00:00Z", lt: "2026-03-02T00:00:00Z" } }] };
    expect((await admin.count("routing_queries", { filter: range })).count).toBe(4);
    const filter = { must: [match("error_type", "timeout"), match("user_feedback", "right")] };
    const [outcome] = (await admin.scroll("routing_outcomes", { filter })).points;
    const [query] = await admin.retrieve("routing_queries", { ids: [String(outcome?.payload?.["query_id"])] });
    expect(query?.payload).toMatchObject({ improvement: "imp-7", title: "Back up Postgres", held: false });
  });

  test("is replaced when more is known, never by what was known earlier, and counted once", async () => {
    const text = textOf("Back up Postgres");
    const [early, late] = ["2026-03-01T10:00:00.000Z", "2026-03-02T10:00:00.000Z"];
    await keepAll([
      experience("imp-1", text, { held: undefined, reached: "deployed", at: early }),
      experience("imp-1", text, { held: true, at: late }),
      experience("imp-1", text, { held: true, at: late }),
      experience("imp-1", text, { held: undefined, reached: "deployed", at: early }),
    ]);
    const { points } = await admin.scroll("routing_queries", {});
    expect(points.map(({ id, payload }) => [id, payload?.["success"]])).toEqual([[pointIdOf("imp-1"), true]]);
    expect(Object.fromEntries(books.counts)).toEqual({ "routing_stored:keywords": 1, "routing_outcome:true": 1 });
  });

  test.each<[boolean | undefined, boolean | undefined, boolean | undefined]>([
    [undefined, undefined, undefined],
    [true, undefined, true],
    [undefined, true, true],
    [true, false, false],
    [false, true, false],
  ])("route right %s, held %s: success %s", async (routeRight, held, success) => {
    await keepAll([experience("imp-1", textOf("Back up Postgres"), { routeRight, held })]);
    const [point] = (await admin.scroll("routing_queries", {})).points;
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
    await keepAll([experience("imp-1", text)], over);
    await foundIn({ ...text, title: `Use ${secret} here` }, over);
    const [point] = (await admin.scroll("routing_queries", { with_payload: true })).points;
    const everything = JSON.stringify([point?.payload, vendor.texts]);
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain("hunter2-hunter2");
    expect(vendor.texts.length).toBe(2);
    expect(String(point?.payload?.["description"]).length).toBeLessThanOrEqual(1_200);
    await vendor.close();
  });

  test("there is no writer without an index", () => {
    expect(routingMemoryWriter({}, books)).toBeUndefined();
  });
});

describe("neighbours", () => {
  test("come nearest first, with what is known of them, and never with the improvement itself", async () => {
    await keepAll(three);
    const { neighbours, ...rest } = await foundIn();
    expect(rest).toMatchObject({ kind: "found", embedder: "hash-1024", calibrated: false });
    expect(new Set(neighbours.map(({ improvement }) => improvement))).toEqual(new Set(["imp-0", "imp-1", "imp-2"]));
    expect(neighbours.map(({ cosine }) => cosine)).toEqual(
      neighbours.map(({ cosine }) => cosine).toSorted((a, b) => b - a),
    );
    expect(neighbours[0]).toMatchObject({ expert: "database", held: true, routeRight: undefined, at: three[0]?.at });
    const own = await ask(textOf(backups[0] ?? ""), {}, "imp-0");
    expect(own.kind === "found" && own.neighbours.map(({ improvement }) => improvement)).toEqual(["imp-1", "imp-2"]);
  });

  test("none, before anything is kept: found, and empty", async () => {
    expect(await ask()).toMatchObject({ kind: "found", neighbours: [] });
  });

  test("none near enough: the nearest is told", async () => {
    await keepAll(three);
    const found = await foundIn(textOf("Ingress terminates TLS for the wiki"));
    expect(found.neighbours).toEqual([]);
    expect(found.nearest).toBeLessThan(found.threshold);
  });

  test.each([
    ["the operator's threshold wins", { NEIGHBOUR_THRESHOLD: "0.99" }, 0.5, { threshold: 0.99, calibrated: false }],
    ["then the measured one", {}, 0.5, { threshold: 0.5, calibrated: true }],
    ["but not under the floor", {}, 0.01, { threshold: 0.35, calibrated: true }],
    ["and the family's where none was measured", {}, undefined, { threshold: 0.42, calibrated: false }],
  ])("%s", async (_, over, measured, expected) => {
    if (measured !== undefined) books.thresholds.set("hash-1024", measured);
    await keepAll(three.slice(0, 1));
    expect(await foundIn(fourth, over)).toMatchObject(expected);
  });

  test("at most fifty", async () => {
    const memory = writer();
    for (let at = 0; at < 55; at += 1) await memory.keep(experience(`imp-${at}`, textOf("Back up Postgres")), signal);
    expect((await foundIn(textOf("Back up Postgres"))).neighbours).toHaveLength(50);
  });
});

describe("the same kind, in other words", () => {
  const corpus = [...backups, fourth.title].flatMap((title, at) => [
    `${title}. Backups of the database are taken at night and kept for ${at + 7} days.`,
    `The Postgres database needs backups; a CronJob takes them nightly (${at}).`,
    `Ingress ${at} terminates TLS; DNS leads to the load balancer of the cluster.`,
    `Alerts ${at} on error rates go from Prometheus to the channel of the team.`,
    `Network policies ${at} deny traffic between namespaces unless it is allowed.`,
    `Deployments ${at} have limits for memory and requests for processors.`,
  ]);

  test.each([["hash"], ["lsa"]])(
    "with %s: a vote after three successes, none before, none after failures",
    async (family) => {
      if (family === "lsa") await fitted(books, corpus);
      const vote = async () => neighbourVote(await ask());
      await keepAll(three.slice(0, 2));
      expect(await vote()).toMatchObject({ expert: null, because: expect.stringContaining("at least 3 are needed") });
      await keepAll(three.slice(2));
      expect(await vote()).toMatchObject({
        tier: "neighbours",
        expert: "database",
        by: expect.stringContaining(family),
      });
      const failed = textOf("Nightly backups of the Postgres database of Umami");
      await keepAll([experience("imp-9", failed, { held: false, reached: "failed" })]);
      expect(await vote()).toMatchObject({
        expert: null,
        because: expect.stringContaining("3 of 4 like it went well"),
      });
    },
  );
});

describe("another embedder", () => {
  test("takes over what was remembered, and the older collections go", async () => {
    await keepAll(three);
    const id = await fitted(books, [...backups, "Ingress terminates TLS", "Alerts on error rates", "Quotas of a team"]);
    // Nobody has written since: the older one answers.
    expect(await foundIn()).toMatchObject({ embedder: "hash-1024", neighbours: { length: 3 } });
    await keepAll([experience("imp-3", textOf("Back up MariaDB"))]);
    expect(await foundIn()).toMatchObject({ embedder: id });
    expect((await admin.count("routing_queries")).count).toBe(4);
    expect((await admin.count("routing_outcomes")).count).toBe(4);
    expect((await collections()).every((name) => name.includes(id))).toBe(true);
    // Taken over is not kept again.
    expect(books.counts.get("routing_stored:keywords")).toBe(4);
  });

  test("a reader that has looked at the alias a moment ago follows it", async () => {
    await keepAll(three);
    const memory = routingMemory(env, books);
    expect(await memory.neighbours("new", fourth, signal)).toMatchObject({ embedder: "hash-1024" });
    const id = await fitted(books, [...backups, "Ingress terminates TLS", "Alerts on error rates", "Quotas of a team"]);
    await keepAll([experience("imp-3", textOf("Back up MariaDB"))]);
    expect(await memory.neighbours("new", fourth, signal)).toMatchObject({ kind: "found", embedder: id });
  });

  test.each<[string, RegExp, number]>([
    ["before the first text", /PUT .*lsa.*\/points/, 0],
    ["between outcome and query", /PUT .*routing_queries__lsa.*\/points/, 0],
    ["before the aliases are switched", /POST \/collections\/aliases/, 0],
    ["before the older ones are deleted", /DELETE /, 0],
    ["between two deletions", /DELETE /, 1],
  ])("dies %s: the older answers or the newer does, and the next try completes it", async (_, matching, spared) => {
    await keepAll(three);
    await fitted(books, [...backups, "Ingress terminates TLS", "Alerts on error rates", "Quotas of a team"]);
    const row = experience("imp-3", textOf("Back up MariaDB"));
    qdrant.break("500", matching, spared);
    await expect(keepAll([row])).rejects.toThrow(RetryLater);
    qdrant.calm();
    expect((await foundIn(fourth, { NEIGHBOUR_THRESHOLD: "0" })).neighbours).toHaveLength(3);
    await keepAll([row]);
    expect((await foundIn(fourth, { NEIGHBOUR_THRESHOLD: "0" })).neighbours).toHaveLength(4);
    expect((await admin.count("routing_outcomes")).count).toBe(4);
    expect((await collections()).filter((name) => name.includes("hash"))).toEqual([]);
  });

  test("what another process writes into the older one meanwhile is not lost, and the newer of two rows stays", async () => {
    await keepAll(three);
    const older = testBooks();
    await fitted(books, [...backups, "Ingress terminates TLS", "Alerts on error rates", "Quotas of a team"]);
    qdrant.break("500", /POST \/collections\/aliases/);
    await expect(keepAll([experience("imp-3", textOf("Back up MariaDB"))])).rejects.toThrow(RetryLater);
    qdrant.calm();
    // This one knows nothing of the fit yet, and puts into the collection that answers.
    const vectors = await hashingEmbedder().embed(["x"], "document");
    const payload = { ...(await admin.retrieve(HASH, { ids: [pointIdOf("imp-0")] }))[0]?.payload };
    await admin.upsert(HASH, {
      wait: true,
      points: [
        {
          id: pointIdOf("imp-0"),
          payload: { ...payload, success: false, held: false, kept_at: Date.now() + 1_000 },
          vector: { dense: [...(vectors[0] ?? [])] },
        },
      ],
    });
    await keepAll([experience("imp-3", textOf("Back up MariaDB"))]);
    const [point] = await admin.retrieve("routing_queries", { ids: [pointIdOf("imp-0")] });
    expect(point?.payload).toMatchObject({ success: false, held: false });
    expect(older.events).toEqual([]);
  });

  test("that is neither configured nor kept: unknown, until the next outcome brings it over", async () => {
    const id = await fitted(books, [...backups, "Ingress terminates TLS", "Alerts on error rates", "Quotas of a team"]);
    await keepAll(three);
    await books.knowledge.keepOnlyModel("another");
    expect(await said()).toContain(`made with embedder ${id}, which is neither configured nor kept`);
    // The book has no fit any more: hashing is the configured one again.
    Object.assign(books, { knowledge: testBooks().knowledge });
    await keepAll([experience("imp-3", textOf("Back up the Postgres database"))]);
    expect(await foundIn()).toMatchObject({ embedder: "hash-1024", neighbours: { length: 4 } });
  });
});

describe("what breaks is an answer", () => {
  test.each<[string, Environment, RegExp]>([
    ["no address", { QDRANT_URL: undefined }, /QDRANT_URL is not set/],
    ["wrong key", { QDRANT_READ_ONLY_API_KEY: "wrong" }, /refuses the key of QDRANT_READ_ONLY_API_KEY \(401\)/],
    ["no key", { QDRANT_READ_ONLY_API_KEY: undefined }, /refuses the key of QDRANT_READ_ONLY_API_KEY/],
    ["nobody there", { QDRANT_URL: "http://127.0.0.1:1" }, /is out of reach/],
  ])("%s", async (_, over, because) => {
    await keepAll(three);
    expect(await said(over)).toMatch(because);
  });

  test.each<[Fault, RegExp]>([
    ["500", /fails with 500: not now/],
    ["429", /over its limits/],
    ["truncated", /Qdrant at/],
    ["closed", /out of reach/],
  ])("Qdrant answers with %s: unknown for the reader, later for the writer", async (fault, because) => {
    await keepAll(three);
    for (const matching of [/query/, /aliases/]) {
      qdrant.break(fault, matching);
      expect(await said()).toMatch(because);
    }
    qdrant.break(fault, /PUT .*\/points/);
    await expect(keepAll([experience("imp-9", fourth)])).rejects.toThrow(RetryLater);
    qdrant.calm();
    expect(await said()).toBe("found 3");
  });

  test("Qdrant stalls: unknown when the time is over", async () => {
    await keepAll(three);
    qdrant.break("stalled", /query/);
    const found = await routingMemory(env, books, { limitMs: 300 }).neighbours("new", fourth, signal);
    expect(found.kind === "unknown" && found.because).toMatch(/does not answer (with)?in/);
  });

  test("only the signal's reason is thrown", async () => {
    const stop = new AbortController();
    stop.abort(new Error("the lease was lost"));
    const asked = routingMemory(env, books).neighbours("new", fourth, stop.signal);
    await expect(asked).rejects.toThrow("the lease was lost");
  });

  test("a connection that was closed once is tried again", async () => {
    await keepAll(three);
    qdrant.requests.length = 0;
    qdrant.break("closed", /query/);
    const asked = ask();
    await expect.poll(() => qdrant.requests.some((line) => line.includes("query"))).toBe(true);
    qdrant.calm();
    expect(["found", "unknown"]).toContain((await asked).kind);
  });

  test("the wrong key to write with is a person's matter, and stands in no sentence", async () => {
    const refused = keepAll(three, { QDRANT_API_KEY: "wrong-key" });
    await expect(refused).rejects.toThrow(PermanentError);
    await expect(refused).rejects.toThrow(/refuses the key of QDRANT_API_KEY \(401\); it must be a key that may write/);
  });

  test("the collections are deleted behind its back: empty for the reader, made again by the writer", async () => {
    await keepAll(three);
    const memory = routingMemory(env, books);
    await memory.neighbours("new", fourth, signal);
    for (const name of await collections()) await admin.deleteCollection(name);
    expect(await memory.neighbours("new", fourth, signal)).toMatchObject({ kind: "found", neighbours: [] });
    await keepAll(three);
    expect(await said()).toBe("found 3");
  });

  test("an alias that leads to somebody else's collection", async () => {
    await admin.createCollection("activator", { vectors: { size: 384, distance: "Cosine" } });
    await admin.updateCollectionAliases({
      actions: [{ create_alias: { collection_name: "activator", alias_name: "routing_queries" } }],
    });
    expect(await said()).toContain("leads to activator, which this school did not make");
  });

  test("somebody else's collection has the alias's name: a person must act", async () => {
    await admin.createCollection("routing_queries", { vectors: { size: 384, distance: "Cosine" } });
    await expect(keepAll(three)).rejects.toThrow(PermanentError);
  });

  test("a collection of another dimension under our name", async () => {
    await admin.createCollection(HASH, { vectors: { dense: { size: 8, distance: "Cosine" } } });
    await expect(keepAll(three)).rejects.toThrow(/has vectors of 8 values instead of 1024/);
    await admin.updateCollectionAliases({
      actions: [{ create_alias: { collection_name: HASH, alias_name: "routing_queries" } }],
    });
    expect(await said()).toMatch(/does not take the request \(400\)/);
  });

  test("the book is away: unknown, and a lost count loses nothing", async () => {
    const broken = { ...books.router, count: () => Promise.reject(new Error("READONLY")) };
    await routingMemoryWriter(env, { ...books, router: broken })?.keep(experience("imp-0", fourth), signal);
    const away = { ...books.router, threshold: () => Promise.reject(new Error("connect ECONNREFUSED")) };
    const found = await routingMemory(env, { ...books, router: away }).neighbours("new", fourth, signal);
    expect(found).toEqual({ kind: "unknown", because: "connect ECONNREFUSED" });
  });

  test("the embedder is away: unknown for the reader, later for the writer", async () => {
    const vendor = await embeddingServer();
    const over = {
      EMBEDDING_ENDPOINT: `${vendor.url}/v1`,
      EMBEDDING_API_KEY: vendor.key,
      EMBEDDING_MODEL: "text-embedding-3-small",
      EMBEDDING_TIMEOUT: "1",
    };
    await keepAll(three, over);
    await vendor.close();
    expect((await ask(fourth, over)).kind).toBe("unknown");
    await expect(keepAll([experience("imp-9", fourth)], over)).rejects.toThrow(RetryLater);
  });
});
