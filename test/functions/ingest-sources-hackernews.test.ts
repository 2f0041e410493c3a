import { describe, expect, test } from "vitest";
import { readerFor, sourceReaders } from "../../functions/ingest/sources/open.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { SourceReading, SourceRequest } from "../../shared/source-ports.ts";
import { type Answering, fakeHosts, json } from "../support/sources/hosts.ts";

const signal = new AbortController().signal;

async function read(address: string, answer: Answering, request: Partial<SourceRequest> = {}): Promise<SourceReading> {
  await using hosts = await fakeHosts(answer);
  const readers = sourceReaders({ web: hosts.web, languages: ["en"] });
  const reader = readerFor(readers, address);
  if (reader === undefined) throw new Error(`nobody reads ${address}`);
  return await reader.read({ address, options: {}, ...request }, signal);
}

describe("Hacker News", () => {
  const hit = (id: string, points: number, url: string | null) => ({
    objectID: id,
    title: `Story ${id}`,
    url,
    points,
    created_at: `2026-11-0${id}T00:00:00Z`,
    story_text:
      url === null
        ? "<p>Ask: how do you <i>run</i> Redis in production today, and what would you do in another way if you began it again from nothing?</p>"
        : null,
  });
  const answer: Answering = ({ url }) => {
    if (url.host !== "hn.algolia.com") return undefined;
    if (url.pathname === "/api/v1/items/9")
      return json({ id: 9, title: "Linked", url: "https://blog.example.org/a", created_at: "2026-11-09T00:00:00Z" });
    if (url.pathname === "/api/v1/items/8")
      return { headers: { "content-type": "application/json" }, body: '{"id": 8, "tit' };
    if (url.pathname === "/api/v1/items/7")
      return json({ ...hit("7", 1, null), id: 7, text: hit("7", 1, null).story_text, author: "pg" });
    const wanted = url.searchParams.get("tags") === "front_page" || url.searchParams.get("query") === "redis";
    return wanted
      ? json({
          hits: [
            hit("1", 300, "https://a.example.org/x"),
            hit("2", 90, null),
            hit("3", 10, "https://b.example.org/"),
            hit("4", 200, "javascript:x"),
          ],
        })
      : undefined;
  };
  const front = "https://news.ycombinator.com/";

  test("the front page lists articles with points enough, and questions with their words", async () => {
    const reading = await read(front, answer, { options: { minPoints: 50 } });
    expect(reading).toMatchObject({
      kind: "listing",
      entries: [
        { address: "https://news.ycombinator.com/item?id=2", content: expect.stringContaining("how do you run Redis") },
        { address: "https://a.example.org/x", title: "Story 1" },
      ],
    });
  });

  test("a search asks for the words and the points", async () => {
    await using hosts = await fakeHosts(answer);
    const reader = readerFor(sourceReaders({ web: hosts.web, languages: [] }), front, "hackernews");
    await reader?.read({ address: front, options: { query: "redis", minPoints: 100 } }, signal);
    expect(Object.fromEntries(hosts.asked[0]?.url.searchParams ?? [])).toMatchObject({
      query: "redis",
      tags: "story",
      numericFilters: "points>=100",
    });
  });

  test("an item is the article it links to, or its own words", async () => {
    expect(await read(`${front}item?id=9`, answer)).toMatchObject({
      kind: "listing",
      entries: [{ address: "https://blog.example.org/a" }],
    });
    expect(await read(`${front}item?id=7`, answer)).toMatchObject({
      kind: "text",
      by: "pg",
      content: expect.stringContaining("run Redis"),
    });
  });

  test("a story about a repository leads to its README", async () => {
    const about: Answering = () => json({ hits: [hit("1", 5, "https://github.com/example/gateway")] });
    expect(await read(front, about)).toMatchObject({
      entries: [{ address: "https://github.com/example/gateway/tree/HEAD" }],
    });
  });

  test("an answer that was cut short is asked for again; options nobody knows are refused", async () => {
    await expect(read(`${front}item?id=8`, answer)).rejects.toBeInstanceOf(RetryLater);
    expect(await read(front, answer, { options: { points: 5 } })).toMatchObject({
      kind: "unreadable",
      because: expect.stringContaining("points"),
    });
  });
});
