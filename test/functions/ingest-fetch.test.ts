/** Sources of which only the address is known: what a reader answers, and what becomes of it. */
import { describe, expect, test } from "vitest";
import { ingest } from "../../functions/ingest/handle.ts";
import { contentHash, sourceId } from "../../functions/ingest/identity.ts";
import type { SubmittedSource } from "../../shared/domain/events.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import type {
  KnownSource,
  SourceKind,
  SourceReading,
  SourceRequest,
  WatchedSource,
} from "../../shared/source-ports.ts";
import { shop } from "./ingest/support.ts";

const TALK = "You should always set memory limits on your containers.";
const ADDRESS = "https://talks.example.org/limits";
const watched: WatchedSource = {
  name: "talks",
  kind: "feed",
  address: "https://talks.example.org/feed",
  everyMs: 3_600_000,
  dailyLimit: 4,
  options: { languages: ["de"] },
};

interface World {
  readonly reads: () => SourceReading | Promise<SourceReading>;
  readonly known?: Readonly<Record<string, KnownSource>>;
  readonly attempt?: number;
}
async function read(source: Partial<SubmittedSource>, { reads, known = {}, attempt = 1 }: World) {
  const asked: { kind: SourceKind | undefined; request: SourceRequest }[] = [];
  const context = {
    log: { info() {}, warn() {} },
    signal: new AbortController().signal,
    attempt,
  } as unknown as Context;
  const ports = {
    history: { source: async (id: string) => known[id] },
    platform: async () => shop,
    readerFor: (_: string, kind: SourceKind | undefined) => ({
      kind: kind ?? ("page" as const),
      takes: () => true,
      read: async (request: SourceRequest) => {
        asked.push({ kind, request });
        return reads();
      },
    }),
    watches: new Map([[watched.name, watched]]),
    sizeLimit: 10_000,
    maxAttempts: 3,
  };
  return { outcome: await ingest({ source: { again: false, ...source } }, ports, context), asked };
}
const text = (over: Partial<Extract<SourceReading, { kind: "text" }>> = {}): SourceReading => ({
  kind: "text",
  title: "On limits",
  content: TALK,
  address: ADDRESS,
  notes: [],
  ...over,
});
const idOf = (address: string) => sourceId({ address, again: false });

describe("a text", () => {
  test("is learned from like one that was sent, with the reader's title and notes", async () => {
    const { outcome } = await read(
      { address: ADDRESS },
      { reads: () => text({ notes: ["no captions: the description\nwas read"] }) },
    );
    expect(outcome).toMatchObject({
      kind: "source-read",
      source: { id: idOf(ADDRESS), address: ADDRESS, title: "On limits" },
      proposals: [{ quotes: [{ text: TALK }] }],
      because: expect.stringContaining("no captions: the description was read"),
    });
  });

  test("is known when its words have not changed since it was read, also under the address it leads to", async () => {
    const before = { state: "read", contentHash: contentHash(TALK) };
    const same = await read({ address: ADDRESS }, { reads: () => text(), known: { [idOf(ADDRESS)]: before } });
    expect(same.outcome).toMatchObject({ kind: "source-known" });
    const short = "https://t.example/1";
    const elsewhere = await read({ address: short }, { reads: () => text(), known: { [idOf(ADDRESS)]: before } });
    expect(elsewhere.outcome).toMatchObject({ kind: "source-read", source: { id: idOf(short) }, proposals: [] });
    const again = await read(
      { address: short, again: true },
      { reads: () => text(), known: { [idOf(ADDRESS)]: before } },
    );
    expect(again.outcome).toMatchObject({ proposals: [{}] });
  });

  test("that is larger than may be fails", async () => {
    const { outcome } = await read({ address: ADDRESS }, { reads: () => text({ content: "word ".repeat(3_000) }) });
    expect(outcome).toMatchObject({ kind: "source-failed", because: expect.stringMatching(/at most/) });
  });
});

describe("a listing", () => {
  const entries = [
    { address: "https://a.example/1", title: "One\u200b", published: "2026-01-31T08:00:00Z" },
    { address: "https://a.example/1#top", title: "The same" },
    { address: " ", title: "Nowhere" },
    { address: "https://a.example/2", title: " ", content: "Its whole text." },
  ];
  const listing: SourceReading = { kind: "listing", title: "A\nfeed", entries, validators: { etag: "v1" } };

  test("becomes sources of their own, each with the id it is read under", async () => {
    const { outcome } = await read({ address: watched.address }, { reads: () => listing });
    expect(outcome).toEqual({
      kind: "source-listed",
      source: { id: idOf(watched.address), address: watched.address, title: "A feed" },
      entries: [
        { id: idOf("https://a.example/1"), address: "https://a.example/1", title: "One", again: false },
        { id: idOf("https://a.example/2"), address: "https://a.example/2", content: "Its whole text.", again: false },
      ],
      validators: { etag: "v1" },
      dailyLimit: 50,
      because: "2 entries, 1 without a usable address",
    });
  });

  test("of a watched source goes by its configuration, whatever the event says", async () => {
    const known = { [idOf(watched.address)]: { state: "listed", validators: { etag: "v0" } } };
    const { outcome, asked } = await read(
      { address: "https://evil.example", kind: "page", watch: "talks" },
      { reads: () => listing, known },
    );
    expect(asked).toEqual([
      { kind: "feed", request: { address: watched.address, options: { languages: ["de"] }, known: { etag: "v0" } } },
    ]);
    expect(outcome).toMatchObject({ dailyLimit: 4, source: { address: watched.address, watch: "talks" } });
  });

  test("inside a listing is not followed", async () => {
    const { outcome } = await read({ address: watched.address, listed_by: "f" }, { reads: () => listing });
    expect(outcome).toMatchObject({ kind: "source-failed", because: expect.stringContaining("stands in one itself") });
  });

  test("is asked for anew, not for what changed, after it failed and when somebody says again", async () => {
    const known = { [idOf(watched.address)]: { state: "failed", validators: { etag: "v0" } } };
    const failed = await read({ address: watched.address }, { reads: () => listing, known });
    const listed = { [idOf(watched.address)]: { state: "listed", validators: { etag: "v0" } } };
    const again = await read({ address: watched.address, again: true }, { reads: () => listing, known: listed });
    for (const { asked } of [failed, again]) expect(asked[0]?.request).not.toHaveProperty("known");
  });

  test("of thousands is cut to its newest thousand", async () => {
    const many = Array.from({ length: 2_500 }, (_, i) => ({ address: `https://a.example/${i}`, title: "" }));
    const { outcome } = await read({ address: ADDRESS }, { reads: () => ({ ...listing, entries: many }) });
    expect(outcome.kind === "source-listed" && outcome.entries.length).toBe(1_000);
    expect(outcome.because).toContain("the newest 1000 of 2500");
  });
});

describe("what is no text", () => {
  test("nothing new is known; what cannot be read fails with the reason", async () => {
    const unchanged = await read({ watch: "talks", address: "x" }, { reads: () => ({ kind: "unchanged" }) });
    expect(unchanged.outcome).toMatchObject({ kind: "source-known", watch: "talks" });
    const because = "a.example is not allowed: add it to SOURCE_HOSTS";
    const refused = await read({ address: ADDRESS }, { reads: () => ({ kind: "unreadable", because }) });
    expect(refused.outcome).toMatchObject({ kind: "source-failed", because });
  });

  test("a watch nobody configured is not looked at", async () => {
    const { outcome, asked } = await read({ address: ADDRESS, watch: "other" }, { reads: () => text() });
    expect(outcome).toMatchObject({ kind: "source-failed", because: expect.stringContaining("watched as other") });
    expect(asked).toEqual([]);
  });

  test("a host out of reach is asked again later, and has failed after the last try", async () => {
    const reads = () => Promise.reject(new RetryLater("the host is out of order", 1_000));
    await expect(read({ address: ADDRESS }, { reads, attempt: 2 })).rejects.toBeInstanceOf(RetryLater);
    const { outcome } = await read({ address: ADDRESS }, { reads, attempt: 3 });
    expect(outcome).toMatchObject({ kind: "source-failed", because: "tried 3 times: the host is out of order" });
    const patient = () => Promise.reject(new RetryLater("its turn has not come", 1_000, { free: true }));
    await expect(read({ address: ADDRESS }, { reads: patient, attempt: 3 })).rejects.toBeInstanceOf(RetryLater);
  });
});
