/** The router's memory with one embedder and with another: the same kind gets a vote, and nothing is lost on the way over. */
import { describe, expect, test } from "vitest";
import { writeAccess } from "../../shared/adapters/qdrant/settings.ts";
import { carryOver } from "../../shared/adapters/routing-memory/carry-over.ts";
import { collectionOf } from "../../shared/adapters/routing-memory/names.ts";
import { routingMemory } from "../../shared/adapters/routing-memory/open.ts";
import { pointIdOf } from "../../shared/adapters/routing-memory/payload.ts";
import { hashingEmbedder } from "../../shared/knowledge/embedding/hashing.ts";
import { neighbourVote } from "../../shared/routing/neighbours/vote.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import {
  CORPUS,
  experience,
  FOURTH,
  fitted,
  HASH,
  memoriesForEach,
  THREE,
  testBooks,
  textOf,
} from "../support/routing-memory.ts";

const of = memoriesForEach();

describe("the same kind, in other words", () => {
  test.each([["hash"], ["lsa"]])(
    "with %s: a vote after three successes, none before, none after failures",
    async (family) => {
      if (family === "lsa") await fitted(of.books, CORPUS);
      const vote = async () => neighbourVote(await of.ask());
      await of.keep(THREE.slice(0, 2));
      expect(await vote()).toMatchObject({ expert: null, because: expect.stringContaining("at least 3 are needed") });
      await of.keep(THREE.slice(2));
      expect(await vote()).toMatchObject({
        tier: "neighbours",
        expert: "database",
        by: expect.stringContaining(family),
      });
      const failed = textOf("Nightly backups of the Postgres database of Umami");
      await of.keep([experience("imp-9", failed, { held: false, reached: "failed" })]);
      expect(await vote()).toMatchObject({
        expert: null,
        because: expect.stringContaining("3 of 4 like it went well"),
      });
    },
  );
});

describe("another embedder", () => {
  test("takes over what was remembered, and the older collections go", async () => {
    await of.keep(THREE);
    const id = await fitted(of.books, CORPUS);
    // Nobody has written since: the older one answers.
    expect(await of.found()).toMatchObject({ embedder: "hash-1024", neighbours: { length: 3 } });
    await of.keep([experience("imp-3", textOf("Back up MariaDB"))]);
    expect(await of.found()).toMatchObject({ embedder: `${id}-hash-1024`, neighbours: { length: 3 } });
    expect((await of.admin.count("routing_queries")).count).toBe(4);
    expect((await of.admin.count("routing_outcomes")).count).toBe(4);
    expect((await of.collections()).every((name) => name.includes(id))).toBe(true);
    // Taken over is not kept again.
    expect(of.books.counts.get("routing_stored:keywords")).toBe(4);
  });

  test("a reader that has looked at the alias a moment ago follows it", async () => {
    await of.keep(THREE);
    const memory = routingMemory(of.env, of.books);
    expect(await memory.neighbours("new", FOURTH, of.signal)).toMatchObject({ embedder: "hash-1024" });
    const id = await fitted(of.books, CORPUS);
    await of.keep([experience("imp-3", textOf("Back up MariaDB"))]);
    expect(await memory.neighbours("new", FOURTH, of.signal)).toMatchObject({
      embedder: `${id}-hash-1024`,
      neighbours: { length: 3 },
    });
  });

  test.each<[string, RegExp, number]>([
    ["before the first text", /PUT .*lsa.*\/points/, 0],
    ["between outcome and query", /PUT .*routing_queries__lsa.*\/points/, 0],
    ["before the aliases are switched", /POST \/collections\/aliases/, 0],
    ["before the older ones are deleted", /DELETE /, 0],
    ["between two deletions", /DELETE /, 1],
  ])("dies %s: the older answers or the newer does, and the next try completes it", async (_, matching, spared) => {
    await of.keep(THREE);
    await fitted(of.books, CORPUS);
    const row = experience("imp-3", textOf("Back up MariaDB"));
    of.qdrant.break("500", matching, { spared });
    await expect(of.keep([row])).rejects.toThrow(RetryLater);
    of.qdrant.calm();
    expect((await of.found()).neighbours).toHaveLength(3);
    await of.keep([row]);
    expect((await of.found()).neighbours).toHaveLength(3);
    expect((await of.admin.count("routing_queries")).count).toBe(4);
    expect((await of.admin.count("routing_outcomes")).count).toBe(4);
    expect((await of.collections()).filter((name) => !name.includes("lsa"))).toEqual([]);
  });

  test("is taken over page by page: a call whose time is over has brought over one at least", async () => {
    await of.keep(THREE.slice(0, 1));
    const [first] = (await of.admin.scroll(HASH, { with_vector: true })).points;
    const vector = first?.vector as { dense: number[] };
    const points = Array.from({ length: 249 }, (_, at) => ({
      id: pointIdOf(`copy-${at}`),
      payload: first?.payload ?? {},
      vector,
    }));
    await of.admin.upsert(HASH, { wait: true, points });
    const larger = hashingEmbedder(512);
    const [queries, outcomes] = (["routing_queries", "routing_outcomes"] as const).map((name) =>
      collectionOf(name, larger),
    );
    for (const name of [queries, outcomes]) {
      await of.admin.createCollection(name ?? "", { vectors: { dense: { size: 512, distance: "Cosine" } } });
    }
    const access = writeAccess(of.env);
    const carrier = { qdrant: of.admin, access, embedder: larger, signal: of.signal, limitMs: 0 };
    const from = { queries: HASH, outcomes: "routing_outcomes__hash-1024__1024__v1" };
    for (const done of [100, 200]) {
      await expect(carryOver(from, carrier)).rejects.toMatchObject({ name: "RetryLater", free: true });
      expect((await of.admin.count(queries ?? "")).count).toBe(done);
    }
    expect(await carryOver(from, carrier)).toBe(50);
    expect(await carryOver(from, carrier)).toBe(0);
    expect((await of.admin.count(outcomes ?? "")).count).toBe(1);
  });

  test("what another process writes into the older one meanwhile is not lost, and the newer of two rows stays", async () => {
    await of.keep(THREE);
    await fitted(of.books, CORPUS);
    of.qdrant.break("500", /POST \/collections\/aliases/);
    await expect(of.keep([experience("imp-3", textOf("Back up MariaDB"))])).rejects.toThrow(RetryLater);
    of.qdrant.calm();
    // This one knows nothing of the fit yet, and puts into the collection that answers.
    const vectors = await hashingEmbedder().embed(["x"], "document");
    const payload = { ...(await of.admin.retrieve(HASH, { ids: [pointIdOf("imp-0")] }))[0]?.payload };
    await of.admin.upsert(HASH, {
      wait: true,
      points: [
        {
          id: pointIdOf("imp-0"),
          payload: { ...payload, success: false, held: false, kept_at: Date.now() + 1_000 },
          vector: { dense: [...(vectors[0] ?? [])] },
        },
      ],
    });
    await of.keep([experience("imp-3", textOf("Back up MariaDB"))]);
    const [point] = await of.admin.retrieve("routing_queries", { ids: [pointIdOf("imp-0")] });
    expect(point?.payload).toMatchObject({ success: false, held: false });
  });

  test("that is neither configured nor kept: unknown, until the next outcome brings it over", async () => {
    const id = await fitted(of.books, CORPUS);
    await of.keep(THREE);
    await of.books.knowledge.keepOnlyModel("another");
    expect(await of.said()).toContain(`made with embedder ${id}-hash-1024, which is neither configured nor kept`);
    // The book has no fit any more: hashing is the configured one again.
    Object.assign(of.books, { knowledge: testBooks().knowledge });
    await of.keep([experience("imp-3", textOf("Back up the Postgres database"))]);
    expect(await of.found()).toMatchObject({ embedder: "hash-1024", neighbours: { length: 4 } });
  });
});
