/** Whatever breaks on the way to the router's memory is an answer, or a time to try again. */
import { describe, expect, test } from "vitest";
import { routingMemory, routingMemoryWriter } from "../../shared/adapters/routing-memory/open.ts";
import type { Environment } from "../../shared/runtime/config.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { embeddingServer } from "../support/embedding/server.ts";
import { experience, type Fault, FOURTH, HASH, memoriesForEach, THREE } from "../support/routing-memory.ts";

const of = memoriesForEach();

describe("what breaks is an answer", () => {
  test.each<[string, Environment, RegExp]>([
    ["no address", { QDRANT_URL: undefined }, /QDRANT_URL is not set/],
    ["wrong key", { QDRANT_READ_ONLY_API_KEY: "wrong" }, /refuses the key of QDRANT_READ_ONLY_API_KEY \(401\)/],
    ["no key", { QDRANT_READ_ONLY_API_KEY: undefined }, /refuses the key of QDRANT_READ_ONLY_API_KEY/],
    ["nobody there", { QDRANT_URL: "http://127.0.0.1:1" }, /is out of reach/],
  ])("%s", async (_, over, because) => {
    await of.keep(THREE);
    expect(await of.said(over)).toMatch(because);
  });

  test.each<[Fault, RegExp]>([
    ["500", /fails with 500: not now/],
    ["429", /over its limits/],
    ["truncated", /Qdrant at/],
    ["closed", /out of reach/],
  ])("Qdrant answers with %s: unknown for the reader, later for the writer", async (fault, because) => {
    await of.keep(THREE);
    for (const matching of [/query/, /aliases/]) {
      of.qdrant.break(fault, matching);
      expect(await of.said()).toMatch(because);
    }
    of.qdrant.break(fault, /PUT .*\/points/);
    await expect(of.keep([experience("imp-9", FOURTH)])).rejects.toThrow(RetryLater);
    of.qdrant.calm();
    expect(await of.said()).toBe("found 3");
  });

  test("Qdrant stalls: unknown when the time is over", async () => {
    await of.keep(THREE);
    of.qdrant.break("stalled", /query/);
    const found = await routingMemory(of.env, of.books, { limitMs: 300 }).neighbours("new", FOURTH, of.signal);
    expect(found.kind === "unknown" && found.because).toMatch(/does not answer (with)?in/);
  });

  test("only the signal's reason is thrown", async () => {
    const stop = new AbortController();
    stop.abort(new Error("the lease was lost"));
    const asked = routingMemory(of.env, of.books).neighbours("new", FOURTH, stop.signal);
    await expect(asked).rejects.toThrow("the lease was lost");
  });

  test("a connection that was closed once is tried again", async () => {
    await of.keep(THREE);
    of.qdrant.break("closed", /query/, { times: 1 });
    expect(await of.said()).toBe("found 3");
  });

  test("the wrong key to write with is a person's matter, and stands in no sentence", async () => {
    const refused = of.keep(THREE, { QDRANT_API_KEY: "wrong-key" });
    await expect(refused).rejects.toThrow(PermanentError);
    await expect(refused).rejects.toThrow(/refuses the key of QDRANT_API_KEY \(401\); it must be a key that may write/);
  });

  test("the collections are deleted behind its back: empty for the reader, made again by the writer", async () => {
    await of.keep(THREE);
    const memory = routingMemory(of.env, of.books);
    await memory.neighbours("new", FOURTH, of.signal);
    for (const name of await of.collections()) await of.admin.deleteCollection(name);
    expect(await memory.neighbours("new", FOURTH, of.signal)).toMatchObject({ kind: "found", neighbours: [] });
    await of.keep(THREE);
    expect(await of.said()).toBe("found 3");
  });

  test("an alias that leads to somebody else's collection", async () => {
    await of.admin.createCollection("activator", { vectors: { size: 384, distance: "Cosine" } });
    await of.admin.updateCollectionAliases({
      actions: [{ create_alias: { collection_name: "activator", alias_name: "routing_queries" } }],
    });
    expect(await of.said()).toContain("leads to activator, which this school did not make");
    const kept = of.keep(THREE);
    await expect(kept).rejects.toThrow(PermanentError);
    await expect(kept).rejects.toThrow("leads to activator, which this school did not make: remove the alias");
  });

  test("somebody else's collection has the alias's name: a person must act", async () => {
    await of.admin.createCollection("routing_queries", { vectors: { size: 384, distance: "Cosine" } });
    await expect(of.keep(THREE)).rejects.toThrow(PermanentError);
  });

  test("a collection of another dimension under our name", async () => {
    await of.admin.createCollection(HASH, { vectors: { dense: { size: 8, distance: "Cosine" } } });
    await expect(of.keep(THREE)).rejects.toThrow(/has vectors of 8 values instead of 1024/);
    await of.admin.updateCollectionAliases({
      actions: [{ create_alias: { collection_name: HASH, alias_name: "routing_queries" } }],
    });
    expect(await of.said()).toMatch(/does not take the request \(400\)/);
  });

  test("the book is away: unknown, and a lost count loses nothing", async () => {
    const broken = { ...of.books.router, count: () => Promise.reject(new Error("READONLY")) };
    await routingMemoryWriter(of.env, { ...of.books, router: broken })?.keep(experience("imp-0", FOURTH), of.signal);
    const away = { ...of.books.router, threshold: () => Promise.reject(new Error("connect ECONNREFUSED")) };
    const found = await routingMemory(of.env, { ...of.books, router: away }).neighbours("new", FOURTH, of.signal);
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
    await of.keep(THREE, over);
    await vendor.close();
    expect((await of.ask(FOURTH, over)).kind).toBe("unknown");
    await expect(of.keep([experience("imp-9", FOURTH)], over)).rejects.toThrow(RetryLater);
  });
});
