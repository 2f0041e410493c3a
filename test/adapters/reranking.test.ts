/** Reranker over Cohere's wire format, against a stand-in that speaks it over HTTP. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cohereReranker } from "../../shared/adapters/reranking/cohere.ts";
import { rerankerOf } from "../../shared/adapters/reranking/open.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { RERANK_FAULTS, rerankFields } from "../support/embedding/cohere.ts";
import { type EmbeddingServer, embeddingServer, type Fault } from "../support/embedding/server.ts";

let server: EmbeddingServer;
beforeAll(async () => {
  server = await embeddingServer();
});
afterAll(() => server.close());
beforeEach(() => server.calm());
afterEach(() => expect(server.violations).toEqual([]));

type Variables = Record<string, string>;
function open(more: Variables = {}) {
  const reranker = rerankerOf({ COHERE_API_KEY: server.key, COHERE_BASE_URL: server.url, ...more });
  if (reranker === undefined) throw new Error("no reranker is configured");
  return reranker;
}
const hurried = () => cohereReranker({ apiKey: server.key, baseUrl: server.url, model: "rerank-v3.5", timeoutMs: 400 });
const texts = ["a cache of pages", "redis keeps the queue", "redis"];
const best = [1, 2, 0];

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail("it did not fail"),
    (error: Error) => error,
  );
}

test("the stand-in takes the fields of the vendor's own type", () => {
  expect(rerankFields).toEqual(expect.arrayContaining(["query", "documents", "maxTokensPerDoc"]));
});

describe("an order", () => {
  test("best first, with the model's own score", async () => {
    const order = await open().rerank("redis queue", texts);
    expect(order.map(({ index }) => index)).toEqual(best);
    expect(order.map(({ score }) => score)).toEqual([1, 0.5, 0]);
  });

  test("of nothing is nothing, and nobody is asked", async () => {
    expect(await open().rerank("redis", [])).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test("of empty texts and questions, and of more than the vendor takes", async () => {
    expect(await open().rerank("", ["", "a"])).toHaveLength(2);
    const many = Array.from({ length: 10_001 }, (_, i) => `text ${i}`);
    expect(await open().rerank("long ".repeat(10_000), many)).toHaveLength(10_000);
    expect(server.texts[1]?.[0]?.length).toBeLessThanOrEqual(4 * 2_048);
  });
});

describe("what goes wrong", () => {
  test.each<[string, Fault]>([
    ["an overload", { status: 503, message: "overloaded" }],
    ["a limit", { status: 429, message: "slow down", headers: { "retry-after": "0.02" } }],
    ["half an answer", "truncated"],
    ["a lost connection", "reset"],
    ["somebody's log-in page", "proxy page"],
    ...RERANK_FAULTS.map((fault): [string, Fault] => [fault, fault]),
  ])("%s is asked again", async (_name, fault) => {
    server.fail(fault);
    const order = await open().rerank("redis queue", texts);
    expect(order.map(({ index }) => index)).toEqual(best);
    expect(server.requests).toHaveLength(2);
  });

  test.each<[string, Fault, RegExp]>([
    ["an overload", { status: 500, message: "sorry" }, /Cohere's API is out of order \(500\)/],
    ["silence", "silence", /did not answer within 0.4 s/],
    ["a stall", "stall", /did not answer within 0.4 s/],
    ["a text that is not there", "one missing", /2 of 3 texts/],
  ])("%s that stays is told as passing", async (_name, fault, message) => {
    server.fail(fault, 20);
    const error = await failure(hurried().rerank("redis", texts));
    expect(error).toBeInstanceOf(RetryLater);
    expect(error.message).toMatch(message);
  });

  test("a limit with a time is told with it", async () => {
    server.fail({ status: 429, message: "trial keys", headers: { "retry-after": "60" } });
    expect(await failure(open().rerank("redis", texts))).toMatchObject({ afterMs: 60_000, free: true });
  });

  test.each<[string, Variables, RegExp]>([
    [
      "a wrong key",
      { COHERE_API_KEY: "wrong-key-0123456789" },
      /does not accept the key \(401\): check COHERE_API_KEY/,
    ],
    ["an unknown model", { RERANK_MODEL: "rerank-x" }, /no such model \(404\).*RERANK_MODEL/],
  ])("%s says what to do, without trying again", async (_name, more, message) => {
    const error = await failure(open(more).rerank("redis", texts));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("wrong-key");
    expect(server.requests).toHaveLength(1);
  });

  test("whoever waits no longer gets the signal's reason", async () => {
    server.fail("stall");
    const stop = new AbortController();
    const work = failure(open().rerank("redis", texts, stop.signal));
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort(new Error("the page is closed"));
    expect((await work).message).toBe("the page is closed");
  });
});

describe("which reranker", () => {
  test.each<[string, Variables, string | undefined]>([
    ["no key", {}, undefined],
    ["a model but no key", { RERANK_MODEL: "cohere-rerank-v3" }, undefined],
    ["a key", { COHERE_API_KEY: "k" }, "cohere-rerank-v3.5"],
    ["the founding platform's name", { COHERE_API_KEY: "k", RERANK_MODEL: "cohere-rerank-v3" }, "cohere-rerank-v3.5"],
    ["another model", { COHERE_API_KEY: "k", RERANK_MODEL: "rerank-v4.0-pro" }, "cohere-rerank-v4.0-pro"],
    ["none is wanted", { COHERE_API_KEY: "k", RERANK_MODEL: "none" }, undefined],
  ])("%s", (_name, env, id) => {
    expect(rerankerOf(env)?.id).toBe(id);
  });
});
