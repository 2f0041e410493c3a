/** The index as people and forges reach it: states, requests, pushes, the clock, metrics. */
import { createHmac } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { KnowledgeIndex } from "../../../functions/coordinator/knowledge-index.ts";
import { startIndex } from "../../../functions/coordinator/loops/index.ts";
import type { SourceReader } from "../../../shared/knowledge/indexing/ports.ts";
import type { Corpus, CorpusState } from "../../../shared/knowledge-ports.ts";
import { knowledgeBook } from "../../../shared/pipeline/knowledge-book.ts";
import { startSchool, type TestSchool } from "./support.ts";

const SECRET = "what the webhook and the school know";
const GITOPS = "git@forge.example.org:bakery/gitops.git";
const env = {
  GITHUB_WEBHOOK_SECRET: SECRET,
  // Nobody answers there; nobody needs to.
  QDRANT_URL: "http://127.0.0.1:1",
  GITOPS_REPO: "/srv/git/mirror.git",
  GITOPS_PUBLIC_URL: GITOPS,
  GITOPS_BRANCH: "live",
  DOCS_REPO: "https://github.com/bakery/Handbook.git",
  KNOWN_ISSUES: "bakery/troubles",
};

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({ env });
  // What it asks for by itself is out of the way.
  await vi.waitFor(async () => expect(await asked()).toHaveLength(1), { timeout: 20_000 });
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

const asked = async (from = school): Promise<{ source: string; because: string }[]> => {
  const events = await from.redis.lrange(from.keys.list("index"), 0, -1);
  return events.map((text) => (JSON.parse(text) as { data: { source: string; because: string } }).data);
};

describe("a push", () => {
  const deliver = (event: string, content: unknown, secret = SECRET) => {
    const body = JSON.stringify(content);
    const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    const headers = { "x-hub-signature-256": signature, "x-github-event": event };
    return school.call("nobody", "POST", "/webhooks/github", body, headers);
  };
  const repository = {
    html_url: "https://github.com/bakery/handbook",
    clone_url: "https://github.com/bakery/handbook.git",
  };

  test.each([
    ["to the documents", { ref: "refs/heads/main", repository }, "docs"],
    [
      "to the GitOps repository, by the address Applications use",
      { ref: "refs/heads/live", repository: { ssh_url: "ssh://git@forge.example.org/bakery/gitops.git" } },
      "gitops",
    ],
  ])("%s has that source looked at, once", async (_what, content, source) => {
    for (const _ of [1, 2, 3])
      expect(await deliver("push", content)).toMatchObject({ status: 200, json: { looked: true } });
    expect(await asked()).toEqual([{ source, because: "a push" }]);
  });

  test("and a change of the issues that are known", async () => {
    const troubles = { html_url: "https://github.com/bakery/troubles" };
    expect((await deliver("issues", { action: "edited", repository: troubles })).json).toEqual({ looked: true });
    expect(await asked()).toEqual([{ source: "issues", because: "its issues changed" }]);
  });

  test.each([
    ["to another branch", "push", { ref: "refs/heads/side", repository }],
    ["of a tag", "push", { ref: "refs/tags/main", repository }],
    ["to another repository", "push", { ref: "refs/heads/main", repository: { html_url: "https://github.com/a/b" } }],
    ["about issues of a repository whose files are known", "issues", { repository }],
    ["that says nothing", "push", {}],
    ["of something else", "push", { ref: 7, repository: [] }],
  ])("%s changes nothing", async (_what, event, content) => {
    expect(await deliver(event, content)).toMatchObject({ status: 200, json: { looked: false } });
    expect(await asked()).toEqual([]);
  });

  test("that is not signed is refused", async () => {
    expect((await deliver("push", { ref: "refs/heads/main", repository }, "another secret")).status).toBe(401);
    expect(await asked()).toEqual([]);
  });
});

describe("by hand", () => {
  test("an operator has it brought up to date, and is told when somebody asked before", async () => {
    const body = { source: "docs", reason: "the handbook was\nmoved" };
    const first = await school.call("operator", "POST", "/api/knowledge/index", body);
    expect(first).toMatchObject({ status: 202, json: { source: "docs", waiting: false } });
    const again = await school.call("operator", "POST", "/api/knowledge/index", body);
    expect(again.json).toMatchObject({ event: first.json.event, waiting: true });
    expect(await asked()).toEqual([{ source: "docs", because: "otto: the handbook was moved" }]);
    await school.call("operator", "POST", "/api/knowledge/index");
    expect((await asked()).map(({ source }) => source)).toEqual(["all", "docs"]);
  });

  test("what nobody knows is refused", async () => {
    expect((await school.call("operator", "POST", "/api/knowledge/index", { source: "moon" })).status).toBe(422);
    expect(await asked()).toEqual([]);
  });

  test("the states are there for everybody who may look", async () => {
    const book = knowledgeBook(school.redis, school.keys);
    const state = {
      corpus: "documents",
      source: "docs",
      state: "failed",
      at: "2026-05-01T10:00:00.000Z",
      because: "away",
    } as const;
    await book.note(state);
    await book.keepRun("docs", Date.parse("2026-05-01T09:00:00Z"));
    const answer = await school.call("viewer", "GET", "/api/knowledge");
    expect(answer.json).toEqual({ kept: true, states: [state], runs: { docs: "2026-05-01T09:00:00.000Z" } });
  });
});

test("metrics say how often there was an answer, how much is in it and how old it is", async () => {
  const book = knowledgeBook(school.redis, school.keys);
  const at = "2026-05-01T10:00:00.000Z";
  await book.count("documents", "hit");
  await book.count("manifests", "unknown");
  await book.countTokens("document", 1_200);
  await book.countTokens("document", 34);
  await book.note({ corpus: "documents", source: "docs", state: "ready", at, chunks: 40 });
  await book.note({ corpus: "documents", source: "gitops", state: "building", at, chunks: 2 });
  await book.keepRun("all", Date.now() - 60_000);
  const { text } = await school.call("nobody", "GET", "/metrics");
  expect(text).toContain('school_rag_queries_total{corpus="documents",result="hit"} 1');
  expect(text).toContain('school_rag_queries_total{corpus="manifests",result="unknown"} 1');
  expect(text).toContain('school_rag_embedding_tokens_total{purpose="document"} 1234');
  expect(text).toContain('school_rag_embedding_tokens_total{purpose="query"} 0');
  expect(text).toContain('school_rag_chunks{corpus="documents"} 42');
  expect(text).toContain('school_rag_ready{corpus="documents",source="gitops"} 0');
  const age = Number(/school_rag_index_age_seconds\{source="docs"\} ([\d.]+)/.exec(text)?.[1]);
  expect(age).toBeGreaterThanOrEqual(59);
});

test("where there is no index nobody can ask for it", async () => {
  const bare = await startSchool();
  try {
    const answer = await bare.call("operator", "POST", "/api/knowledge/index");
    expect(answer).toMatchObject({ status: 409, json: { detail: expect.stringContaining("QDRANT_URL is not set") } });
    expect((await bare.call("viewer", "GET", "/api/knowledge")).json).toEqual({ kept: false, states: [], runs: {} });
  } finally {
    await bare.close();
  }
});

describe("the clock", () => {
  const ready = (corpus: Corpus, source: string, commit: string): CorpusState => {
    return { corpus, source, state: "ready", at: "2026-05-01T10:00:00.000Z", commit };
  };
  /** What is asked for in the first rounds. */
  async function asksFor(
    states: readonly CorpusState[],
    readers: readonly Partial<SourceReader>[],
    wholeRunAt = Date.now(),
  ): Promise<string[]> {
    const requests: string[] = [];
    const looks = Promise.withResolvers<void>();
    let left = 3;
    const index = {
      book: {
        states: async () => states,
        async lastRun() {
          left -= 1;
          if (left === 0) looks.resolve();
          return wholeRunAt;
        },
      },
      readers: async () => readers,
      request: async ({ source, because }: { source: string; because: string }) =>
        void requests.push(`${source}: ${because}`),
    } as unknown as KnowledgeIndex;
    const loop = startIndex({ index, log: pino({ level: "silent" }), wake: () => undefined }, 1);
    await looks.promise;
    await loop.stop();
    return [...new Set(requests)];
  }
  const docs = { corpus: "documents", source: "docs", version: async () => "aaaa" } as const;

  test("looks at the start, whatever stands there, and then leaves alone what is up to date", async () => {
    expect(await asksFor([ready("documents", "docs", "aaaa")], [docs])).toEqual(["all: the coordinator has started"]);
  });

  test.each<[string, CorpusState[], string]>([
    ["a head that moved", [ready("documents", "docs", "bbbb")], "docs: it stands at aaaa"],
    ["what nobody indexed yet", [], "docs: nothing is indexed yet"],
    [
      "what failed, or was left half done",
      [{ ...ready("documents", "docs", "aaaa"), state: "failed" }],
      "docs: its state is failed",
    ],
  ])("has %s looked at", async (_what, states, request) => {
    expect(await asksFor(states, [docs])).toContain(request);
  });

  test("looks at all of it once an hour: an index can lose something while no head moves", async () => {
    const states = [ready("documents", "docs", "aaaa")];
    const asked = await asksFor(states, [docs], Date.now() - 3_700_000);
    expect(asked).toContain("all: nobody looked at all of it for an hour");
  });

  test("a remote that is away keeps no other source from being looked at", async () => {
    const away = { ...docs, source: "gitops", version: () => Promise.reject(new Error("away")) };
    const states = [ready("documents", "gitops", "aaaa"), ready("documents", "docs", "bbbb")];
    expect(await asksFor(states, [away, docs])).toContain("docs: it stands at aaaa");
  });
});
