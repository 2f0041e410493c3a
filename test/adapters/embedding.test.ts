/** Embedder over OpenAI's wire format, against a stand-in that speaks it over HTTP. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { embedderOf } from "../../shared/adapters/embedding/open.ts";
import { unit } from "../../shared/knowledge/embedding/unit.ts";
import { memoryBook } from "../../shared/knowledge/memory-book.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { embeddingFields, vectorOf } from "../support/embedding/openai.ts";
import { type EmbeddingServer, embeddingServer, type Fault } from "../support/embedding/server.ts";

let server: EmbeddingServer;
beforeAll(async () => {
  server = await embeddingServer();
});
afterAll(() => server.close());
beforeEach(() => server.calm());
afterEach(() => expect(server.violations).toEqual([]));

type Variables = Record<string, string>;

function configured(more: Variables = {}): Variables {
  return {
    OPENAI_API_KEY: server.key,
    EMBEDDING_ENDPOINT: server.url,
    EMBEDDING_MODEL: "text-embedding-3-large",
    EMBEDDING_DIMENSION: "64",
    ...more,
  };
}
const open = (more: Variables = {}, reports = {}, book = memoryBook()) => embedderOf(configured(more), book, reports);
const hurried = { EMBEDDING_TIMEOUT: "0.4" };
const texts = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`);
const expected = (text: string, length = 64) => unit(vectorOf(text, length));

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail("it did not fail"),
    (error: Error) => error,
  );
}

test("the stand-in takes the fields of the vendor's own type", () => {
  expect(embeddingFields).toEqual(expect.arrayContaining(["input", "model", "dimensions"]));
});

describe("vectors", () => {
  test("have length 1, in the order of the texts, in the length that was asked for", async () => {
    const embedder = await open();
    expect(embedder).toMatchObject({ id: "text-embedding-3-large-64", dimension: 64 });
    expect(await embedder.embed(["b", "a", "b"], "document")).toEqual([expected("b"), expected("a"), expected("b")]);
  });

  test.each<[string, Parameters<EmbeddingServer["is"]>[0]]>([
    ["plain numbers where base64 is not known", { ignores: ["base64"] }],
    ["plain numbers where base64 is refused", { refuses: ["base64"] }],
    [
      "the full length where shorter ones are refused",
      { models: { "text-embedding-3-large": 64 }, refuses: ["dimensions"] },
    ],
  ])("%s", async (_name, habits) => {
    server.is(habits);
    const embedder = await open();
    expect(await embedder.embed(["a", "b"], "document")).toEqual([expected("a"), expected("b")]);
    const before = server.requests.length;
    await embedder.embed(["c"], "document");
    expect(server.requests.length - before, "what was refused is not asked again").toBe(1);
  });

  test("a model nobody here knows is asked for another length only when its own does not fit", async () => {
    server.is({ models: { "BAAI/bge-m3": 64, "qwen/embed": 128 } });
    const own = await open({ EMBEDDING_MODEL: "BAAI/bge-m3" });
    expect(own.id).toBe("BAAI-bge-m3-64");
    expect(await own.embed(["a"], "document")).toEqual([expected("a")]);
    expect(server.requests).toHaveLength(1);
    const shortened = await open({ EMBEDDING_MODEL: "qwen/embed" });
    expect(await shortened.embed(["a"], "document")).toEqual([expected("a")]);
  });

  test("an empty text has one, and nothing is asked for no text", async () => {
    const embedder = await open();
    expect(await embedder.embed(["", " \n"], "document")).toHaveLength(2);
    expect(await embedder.embed([], "document")).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });
});

describe("limits", () => {
  test("many texts go in several requests, a few at once, and come back in order", async () => {
    const many = texts(2_000);
    const vectors = await (await open()).embed(many, "document");
    expect(vectors).toEqual(many.map((text) => expected(text)));
    expect(server.requests.length).toBeGreaterThan(4);
    expect(server.mostAtOnce()).toBeLessThanOrEqual(4);
  });

  test("long texts go in several requests too", async () => {
    const long = texts(90).map((text) => text.padEnd(15_000, " word"));
    await (await open()).embed(long, "document");
    for (const sent of server.texts) expect(sent.join("").length / 2).toBeLessThanOrEqual(300_000);
    expect(server.texts.flat()).toHaveLength(90);
  });

  test("what is longer than the vendor reads is cut between characters, and noted", async () => {
    const notes: string[] = [];
    const embedder = await open({}, { note: (note: string) => notes.push(note) });
    await embedder.embed(["ü".repeat(20_000), "short"], "document");
    const [sent = "", short] = server.texts.flat();
    expect(sent).toMatch(/^ü+$/);
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(2 * 8_191);
    expect(short).toBe("short");
    expect(notes).toEqual([expect.stringMatching(/^1 of 2 texts .*too long/)]);
  });

  test("a server with other limits gets smaller parts, and remembers how many it takes", async () => {
    server.is({ mostTexts: 8, textTokens: 50 });
    const notes: string[] = [];
    const embedder = await open({}, { note: (note: string) => notes.push(note) });
    const some = [...texts(30), "x".repeat(700)];
    const vectors = await embedder.embed(some, "document");
    expect(vectors.slice(0, 30)).toEqual(texts(30).map((text) => expected(text)));
    expect(vectors[30]).toEqual(expected("x".repeat(175)));
    expect(notes.length).toBeGreaterThan(0);
    const before = server.requests.length;
    await embedder.embed(texts(16), "document");
    expect(server.requests.length - before).toBe(2);
  });

  test("tokens are counted as the vendor counts them, questions apart from what is indexed", async () => {
    const book = memoryBook();
    const embedder = await open({}, {}, book);
    await embedder.embed(["12345678", "1234"], "document");
    await embedder.embed(["1234"], "query");
    await embedder.embed(["1234"], "query");
    expect(book.counts).toEqual(new Map(Object.entries({ "tokens:document": 3, "tokens:query": 1 })));
  });

  test("a count that is lost loses no vector", async () => {
    const embedder = await open({}, {}, { ...memoryBook(), countTokens: () => Promise.reject(new Error("away")) });
    expect(await embedder.embed(["a"], "document")).toEqual([expected("a")]);
  });
});

describe("what passes", () => {
  test.each<[string, Fault]>([
    ["an overload", { status: 503, message: "overloaded" }],
    ["a limit", { status: 429, message: "slow down", headers: { "retry-after-ms": "20" } }],
    ["a limit without a time", { status: 429, message: "slow down" }],
    ["half an answer", "truncated"],
    ["a lost connection", "reset"],
    ["somebody's log-in page", "proxy page"],
    ["vectors in another order", "shuffled"],
    ["a vector too few", "one missing"],
  ])("%s is asked again", async (_name, fault) => {
    server.fail(fault);
    const embedder = await open();
    expect(await embedder.embed(["a", "b", "c"], "document")).toEqual(["a", "b", "c"].map((text) => expected(text)));
    expect(server.requests).toHaveLength(fault === "shuffled" ? 1 : 2);
  });

  test.each<[string, Fault, RegExp]>([
    ["an overload", { status: 503, message: "overloaded" }, /out of order \(503\)/],
    ["silence", "silence", /did not answer within 0.4 s/],
    ["a stall", "stall", /did not answer within 0.4 s/],
    ["half an answer", "truncated", /cut short|does not answer as one/],
    ["somebody's log-in page", "proxy page", /does not answer as one.*EMBEDDING_ENDPOINT/],
    ["a vector too few", "one missing", /2 vectors came for 3 texts/],
    ["a vector too many", "one too many", /4 vectors came for 3 texts/],
    ["a vector twice", "one twice", /2 vectors came for 3 texts/],
    ["vectors without direction", "no numbers", /vectors is none/],
  ])("%s that stays puts the event off", async (_name, fault, message) => {
    server.fail(fault, 20);
    const error = await failure((await open(hurried)).embed(["a", "b", "c"], "document"));
    expect(error).toBeInstanceOf(RetryLater);
    expect(error.message).toMatch(message);
    expect((error as RetryLater).free).toBe(false);
  });

  test("a server that is not there", async () => {
    const gone = await embeddingServer();
    await gone.close();
    const error = await failure((await open({ ...hurried, EMBEDDING_ENDPOINT: gone.url })).embed(["a"], "document"));
    expect(error).toBeInstanceOf(RetryLater);
    expect(error.message).toMatch(/out of reach/);
  });

  test("a long limit puts the event off for the stated time, is no failed attempt, and holds for whoever asks next", async () => {
    server.fail({ status: 429, message: "slow down", headers: { "retry-after": "90" } });
    const embedder = await open();
    const error = await failure(embedder.embed(["a"], "document"));
    expect(error).toMatchObject({ afterMs: 90_000, free: true, message: expect.stringMatching(/429.*90 s/) as string });
    expect(await failure(embedder.embed(["b"], "query"))).toMatchObject({ free: true });
    expect(server.requests, "nobody asked meanwhile").toHaveLength(1);
  });

  test("an account without credit is not asked again and again", async () => {
    server.fail({ status: 429, message: "You exceeded your current quota", code: "insufficient_quota" });
    const error = await failure((await open()).embed(["a"], "document"));
    expect(error).toBeInstanceOf(RetryLater);
    expect(error.message).toMatch(/no credit/);
    expect(server.requests).toHaveLength(1);
  });
});

describe("what does not pass", () => {
  test.each<[string, Variables, RegExp]>([
    ["a wrong key", { OPENAI_API_KEY: "sk-wrong-0123456789" }, /does not accept the key \(401\): check OPENAI_API_KEY/],
    ["an unknown model", { EMBEDDING_MODEL: "nobody/knows" }, /no such model \(404\).*EMBEDDING_MODEL/],
    [
      "vectors of another length",
      { EMBEDDING_MODEL: "text-embedding-ada-002", EMBEDDING_DIMENSION: "1536" },
      /vectors of 768 numbers .*not 1536.*EMBEDDING_DIMENSION/,
    ],
  ])("%s says what to do, without trying again", async (_name, more, message) => {
    server.is({ models: { "text-embedding-ada-002": 768 }, ignores: ["dimensions"] });
    const error = await failure((await open(more)).embed(["a"], "document"));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("sk-wrong");
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });

  test("no error repeats a text, in its words or behind them", async () => {
    const secret = "the number of my house is 17";
    server.fail({ status: 422, message: `[{"loc":["body","input"],"input":"${secret}"}]` });
    const error = await failure((await open()).embed([secret], "document"));
    expect(error).toBeInstanceOf(PermanentError);
    expect(JSON.stringify([error.message, error.stack, error.cause ?? null])).not.toContain("my house");
  });

  test("one part that is refused ends the others", async () => {
    // Of its own: what was on its way when it was given up may still arrive.
    const own = await embeddingServer();
    own.fail({ status: 401, message: "no" });
    await failure(
      (await open({ EMBEDDING_ENDPOINT: own.url, OPENAI_API_KEY: own.key })).embed(texts(20_000), "document"),
    );
    expect(own.requests.length).toBeLessThan(20);
    await own.close();
  });
});

describe("whoever waits no longer", () => {
  test("ends a request that stalls with the signal's reason", async () => {
    server.fail("stall");
    const stop = new AbortController();
    const embedder = await open();
    const work = failure(embedder.embed(["a"], "document", stop.signal));
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort(new Error("the lease is lost"));
    expect((await work).message).toBe("the lease is lost");
  });

  test("asks nothing when it had ended before", async () => {
    const work = (await open()).embed(["a"], "document", AbortSignal.abort(new Error("over")));
    expect((await failure(work)).message).toBe("over");
    expect(server.requests).toEqual([]);
  });
});

test("a question that is asked again costs nothing; documents are not remembered", async () => {
  const embedder = await open();
  const [first] = await embedder.embed(["what?"], "query");
  expect(await embedder.embed(["what?", "why?", "why?"], "query")).toEqual([first, expected("why?"), expected("why?")]);
  expect(server.texts).toEqual([["what?"], ["why?"]]);
  await embedder.embed(["what?"], "document");
  expect(server.texts).toHaveLength(3);
  server.fail({ status: 401, message: "no" });
  await failure(embedder.embed(["who?"], "query"));
  expect(await embedder.embed(["who?"], "query"), "a failure is not remembered").toEqual([expected("who?")]);
});
