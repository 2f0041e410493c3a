import { describe, expect, test } from "vitest";
import { ingest } from "../../functions/ingest/handle.ts";
import { canonicalAddress } from "../../functions/ingest/identity.ts";
import { FORMULA, relevanceOf } from "../../functions/ingest/relevance.ts";
import { Proposal, type SubmittedSource } from "../../shared/domain/events.ts";
import { improvementId } from "../../shared/domain/improvement.ts";
import { cleanText } from "../../shared/domain/text.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { OutcomeOf } from "../../shared/runtime/outcome.ts";
import { context, empty, nothingOutside, proposals, read, repository, shop, talk } from "./ingest/support.ts";

const strong =
  "Set memory limits on every container. You must set memory requests and limits on all pods. What saved us was a memory limit.";

describe("a proposal", () => {
  test("quotes the speaker word for word, with the time, and speaks in our words around it", async () => {
    const [proposal] = await proposals(
      "[00:01:05] Hello all.\n[00:01:09] You should always set memory limits on your containers.",
    );
    expect(proposal).toMatchObject({
      title: "Set resource requests and limits on every container",
      category: "architecture",
      type: "technique",
      quotes: [{ text: "You should always set memory limits on your containers.", at: "00:01:09" }],
    });
    expect(proposal?.description).toContain("at 00:01:09");
    expect(() => Proposal.parse(proposal)).not.toThrow();
  });

  test("is one per topic, however often it is said", async () => {
    const all = await proposals(`${strong} Always set CPU limits, too. Never run a pod without limits.`);
    expect(all).toHaveLength(1);
    expect(all[0]?.quotes.length).toBeGreaterThan(2);
  });

  test("has the same id on every read, made of source, best quote and type", async () => {
    const [one] = await proposals(strong);
    const [two] = await proposals(strong.replaceAll(" ", "  "));
    expect(one?.id).toBe(two?.id);
    expect(one?.id).toBe(improvementId(one?.source_id ?? "", one?.quotes[0]?.text ?? "", "technique"));
  });

  test("notes what the speaker warns of in the same talk", async () => {
    const [one] = await proposals(`${strong} But don't set CPU limits on the gateway.`);
    expect(one?.implementation_notes).toContain("don't set CPU limits on the gateway");
    expect(one?.relevance_basis?.parts["objections"]).toBe(1);
  });

  test("at most 50 come from one source, all valid, ids distinct", async () => {
    const claims = Array.from({ length: 80 }, (_, i) => ({
      category: "capability",
      type: "tool",
      description: `Improve thing number ${i} of the platform`,
      implementation_notes: "",
    }));
    const all = await proposals(
      JSON.stringify({ video_id: "v", title: "T", improvements: { passive: claims, active: claims } }),
    );
    expect(all).toHaveLength(50);
    expect(new Set(all.map(({ id }) => id)).size).toBe(50);
    for (const one of all) Proposal.parse(one);
  });
});

describe("relevance", () => {
  const of = async (content: string, platform: Platform, title: RegExp) =>
    (await proposals(content, platform)).find((one) => title.test(one.title));

  test("strong evidence that applies here reaches 0.95", async () => {
    expect((await of(strong, shop, /limits/))?.relevance).toBeGreaterThanOrEqual(0.95);
  });

  test("the same evidence where nothing needs it stays under 0.60", async () => {
    expect((await of(strong, empty, /limits/))?.relevance).toBeLessThan(0.6);
  });

  test("a passing mention stays under 0.60 even where it applies", async () => {
    expect(
      (await of("You could maybe look at memory limits for containers some day.", shop, /limits/))?.relevance,
    ).toBeLessThan(0.6);
  });

  test("a topic without an intent is weighed by the technologies the repository names", async () => {
    const said = "You must pool your database connections with PgBouncer. Always put PgBouncer in front of Postgres.";
    const there = repository({ "apps/db/pgbouncer.yaml": "image: pgbouncer/pgbouncer:1\n# pgpool proxysql postgres" });
    expect((await of(said, there, /PgBouncer/))?.relevance).toBeGreaterThan(0.85);
    expect((await of(said, empty, /PgBouncer/))?.relevance).toBeLessThan(0.6);
  });

  test("formula and parts are in the record and give the number", async () => {
    const one = await of(strong, shop, /limits/);
    const { formula, parts } = one?.relevance_basis ?? { formula: "", parts: {} };
    expect(formula).toBe(FORMULA);
    const part = (name: string) => parts[name] ?? Number.NaN;
    const evidence =
      (0.4 * part("explicitness") + 0.35 * (1 - 0.4 ** part("sentences")) + 0.25 * part("specificity")) *
      (1 - (0.5 * part("objections")) / (part("sentences") + part("objections")));
    expect(one?.relevance).toBeCloseTo(evidence * (0.5 + 0.5 * part("applicability")), 2);
  });

  test("more evidence never lowers it, an objection always does", () => {
    const evidence = { explicitness: 0.8, sentences: 1, objections: 0, specificity: 0.5 };
    const value = (over: object) => relevanceOf({ ...evidence, ...over }, { value: 1, count: 1 }).relevance;
    expect(value({ sentences: 2 })).toBeGreaterThan(value({}));
    expect(value({ explicitness: 1 })).toBeGreaterThan(value({}));
    expect(value({ objections: 1 })).toBeLessThan(value({}));
  });

  test("what a producer claims of relevance, status and approval changes nothing", async () => {
    const record = (over: object) =>
      JSON.stringify({
        video_id: "v",
        title: "T",
        relevance: 0.1,
        ...over,
        improvements: {
          active: [
            {
              category: "architecture",
              type: "technique",
              description: "Set memory limits on every container",
              implementation_notes: "",
              ...over,
            },
          ],
        },
      });
    const plain = await proposals(record({}));
    expect(await proposals(record({ relevance: 1, status: "approved", auto_approve: true }))).toEqual(
      plain.map((one) => ({ ...one, source_id: expect.any(String), id: expect.any(String) })),
    );
  });
});

function sourceOf(outcome: OutcomeOf<"ingest">) {
  if (outcome.kind === "source-known") throw new Error("it was read before");
  return outcome.source;
}

describe("reading again", () => {
  const hashOf = async (content: string) => {
    const source = sourceOf(await read({ content, address: "https://example.com/talk" }));
    return ("contentHash" in source ? source.contentHash : undefined) ?? "";
  };

  test.each(["read", "nothing_found"])(
    "a source that was %s is skipped while its words are the same",
    async (state) => {
      const known = { state, contentHash: await hashOf(strong) };
      const outcome = await read({ content: `${strong}\r\n`, address: "https://example.com/talk" }, { known });
      expect(outcome).toMatchObject({
        kind: "source-known",
        because: expect.stringContaining("already read"),
      });
    },
  );

  test("it is read when asked again, when its words changed, or when it failed before", async () => {
    const contentHash = await hashOf(strong);
    for (const [source, known] of [
      [{ again: true }, { state: "read", contentHash }],
      [{}, { state: "read", contentHash: "other" }],
      [{}, { state: "failed", contentHash }],
      [{}, { state: "waiting" }],
    ] as const) {
      const outcome = await read({ content: strong, address: "https://example.com/talk", ...source }, { known });
      expect(outcome.kind === "source-read" && outcome.proposals.length).toBe(1);
    }
  });

  test.each([
    ["https://www.youtube.com/watch?v=abc&t=10s", "https://youtu.be/abc?si=xyz"],
    ["https://www.youtube-nocookie.com/embed/abc?rel=0", "https://www.youtube.com/shorts/abc"],
    ["https://music.youtube.com/watch?v=abc&list=RD1", "https://m.youtube.com/watch?v=abc"],
    ["https://www.youtube.com/v/abc", "https://youtube.com/live/abc?feature=share"],
    ["https://Example.com:443/talks/", "https://example.com/talks?utm_source=x#top"],
    ["https://example.com/?b=2&a=1", "https://example.com/?a=1&b=2"],
  ])("%s and %s are one source", (a, b) => {
    expect(canonicalAddress(a)).toBe(canonicalAddress(b));
  });

  test("a playlist that is embedded is no video", () => {
    const embedded = "https://www.youtube.com/embed/videoseries?list=PL12345678901";
    expect(canonicalAddress(embedded)).toBe(embedded);
  });

  test("the address is the identity; without one the words are", async () => {
    const id = async (source: Partial<SubmittedSource>) => sourceOf(await read(source)).id;
    expect(await id({ content: "A one.", address: "https://a.example/x" })).toBe(
      await id({ content: "B two.", address: "https://a.example/x" }),
    );
    expect(await id({ content: "A one." })).toBe(await id({ content: "A  one.\u200B\n" }));
    expect(await id({ content: "A one." })).not.toBe(await id({ content: "B two." }));
  });
});

describe("what cannot be read", () => {
  test.each<[string, Partial<SubmittedSource>, RegExp]>([
    [
      "an address nothing can read",
      { address: "https://example.com/talk" },
      /nothing reads addresses like https:\/\/example.com\/talk/,
    ],
    ["nothing in it", { content: "  " }, /empty/],
    ["too much", { content: "word ".repeat(2_000) }, /at most/],
    ["no text", { content: "\u0000\uFFFD\u0001".repeat(500) }, /binary/],
  ])("%s fails with a reason", async (_name, source, reason) => {
    const outcome = await read(source, { sizeLimit: 5_000 });
    expect(outcome).toMatchObject({ kind: "source-failed", because: expect.stringMatching(reason) });
    expect(sourceOf(outcome).id).toMatch(/^[0-9a-f]{16}$/u);
  });

  test("a repository out of reach is tried again later, not answered without it", async () => {
    const ports = {
      ...nothingOutside,
      history: { source: async () => undefined },
      platform: async () => Promise.reject(new RetryLater("remote is gone", 5_000)),
      sizeLimit: 5_000_000,
    };
    await expect(ingest({ source: { content: strong, again: false } }, ports, context)).rejects.toBeInstanceOf(
      RetryLater,
    );
  });

  test("a talk with nothing useful says so and needs no repository", async () => {
    const ports = {
      ...nothingOutside,
      history: { source: async () => undefined },
      platform: async () => Promise.reject(new Error("not needed")),
      sizeLimit: 5_000_000,
    };
    const outcome = await ingest({ source: { content: talk("the-wrong-queue.txt"), again: false } }, ports, context);
    expect(outcome).toMatchObject({
      kind: "source-read",
      proposals: [],
      because: expect.stringContaining("none recommends anything"),
    });
  });
});

test("the sample talks give proposals for all three intents, with every quote in the talk", async () => {
  const titles: string[] = [];
  for (const name of ["nine-lines-of-configuration.vtt", "what-the-landlord-never-said.srt"]) {
    const words = cleanText(talk(name))
      .replaceAll(/<[^>]*>|\d+:\d+:\d+[.,]\d+ --> [^\n]*|\n\d+\n|\n/gu, " ")
      .replaceAll(/\s+/gu, " ");
    for (const { title, quotes } of await proposals(talk(name))) {
      titles.push(title);
      // Rolling captions show every line twice, so a quote is looked for piece by piece.
      for (const { text } of quotes)
        for (const part of text.match(/\S+(?: \S+){0,2}/gu) ?? []) expect(words).toContain(part);
    }
  }
  for (const intent of [/limits on every container/, /NetworkPolicy/, /Back up every database/])
    expect(titles.some((title) => intent.test(title))).toBe(true);
});
