import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SearchAnswer } from "../../../functions/coordinator/openapi/schemas-search.ts";
import type { Found, Knowledge, KnowledgeQuery } from "../../../shared/knowledge-ports.ts";
import { ConfigurationError } from "../../../shared/runtime/config.ts";
import { chunk } from "../../support/knowledge/index.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
let answer: (query: KnowledgeQuery) => Promise<Found>;
const asked: KnowledgeQuery[] = [];
const knowledge: Knowledge = {
  states: async () => [],
  search: (query) => {
    asked.push(query);
    return answer(query);
  },
};
beforeAll(async () => {
  school = await startSchool({ knowledge: async () => knowledge });
});
afterAll(() => school.close());

const found = chunk("Backups of every database run at two.", { path: "ops/backups.md", from: 12, to: 12 });
const hit = { chunk: found, rank: 1, cosine: 0.5, by: { dense: 2, sparse: 1 } };
const search = (query: string) => school.call("viewer", "GET", `/api/search${query}`);

describe("GET /api/search", () => {
  test("answers hits with their place, and the words that were asked for", async () => {
    answer = async () => ({ kind: "found", hits: [hit], states: [], notes: ["the known issues are not indexed"] });
    const { status, json } = await search("?q=when+do+backups+run");
    expect(status).toBe(200);
    expect(SearchAnswer.parse(json)).toMatchObject({
      kind: "found",
      hits: [{ rank: 1, corpus: "documents", path: "ops/backups.md", from: 12, to: 12, by: { dense: 2, sparse: 1 } }],
      notes: ["the known issues are not indexed"],
    });
    const [first] = json.hits;
    expect(first.highlights.map(([from, to]: [number, number]) => first.text.slice(from, to))).toEqual([
      "Backups",
      "run",
    ]);
    expect(first).not.toHaveProperty("hash");
  });

  test("hands on what is filtered by", async () => {
    asked.length = 0;
    await search("?q=x&corpus=documents,manifests&namespace=shop&kind=Deployment&source=gitops&limit=7");
    await search("?q=%20x%20");
    expect(asked).toEqual([
      {
        text: "x",
        limit: 7,
        corpora: ["documents", "manifests"],
        namespace: "shop",
        kind: "Deployment",
        source: "gitops",
      },
      { text: "x", limit: 10 },
    ]);
  });

  test("an index that cannot say anything is an answer, not an error", async () => {
    answer = async () => ({ kind: "unknown", because: "Qdrant is out of reach: see that it runs", states: [] });
    const { status, json } = await search("?q=x");
    expect([status, SearchAnswer.parse(json)]).toEqual([
      200,
      { kind: "unknown", because: "Qdrant is out of reach: see that it runs", states: [] },
    ]);
  });

  test("neither are settings that cannot be read", async () => {
    answer = () => Promise.reject(new ConfigurationError(["QDRANT_URL: must be an address"]));
    expect((await search("?q=x")).json).toMatchObject({
      kind: "unknown",
      because: expect.stringContaining("QDRANT_URL"),
    });
  });

  test.each(["", "?q=", "?q=%20", "?q=x&corpus=papers", "?q=x&limit=51", "?q=x&limt=5", `?q=${"x".repeat(1_001)}`])(
    "%s is refused",
    async (query) => expect((await search(query)).status).toBe(400),
  );

  test("eight at a time; one more is told to come back", async () => {
    const { promise, resolve } = Promise.withResolvers<Found>();
    asked.length = 0;
    answer = () => promise;
    const running = Array.from({ length: 8 }, () => search("?q=slow"));
    await expect.poll(() => asked.length).toBe(8);
    const more = await search("?q=one+more");
    resolve({ kind: "found", hits: [], states: [], notes: [] });
    expect((await Promise.all(running)).map((one) => one.status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(more).toMatchObject({ status: 503, json: { detail: expect.stringContaining("ask again in a moment") } });
    expect((await search("?q=again")).status).toBe(200);
  });
});
