/** The readers over the client the school really uses: https, guards, redirects, conditions. */
import { afterEach, describe, expect, test } from "vitest";
import { gitHubAccesses } from "../../functions/ingest/sources/github-access.ts";
import { type ReaderPorts, readerFor, sourceReaders } from "../../functions/ingest/sources/open.ts";
import type { SourceReading, SourceRequest, Web } from "../../shared/source-ports.ts";
import { type HostsBehindProxy, hostsBehindProxy } from "../support/sources/behind-proxy.ts";
import { type Answering, html, json } from "../support/sources/hosts.ts";
import { fakeYouTube, VIDEO, watchPage } from "../support/sources/youtube.ts";
import { startSites } from "../support/web.ts";

const NAMES = ["*.youtube.com", "api.github.com", "hn.algolia.com", "blog.example.org", "*.blog.example.org"];
const SENTENCE = "You should always set memory limits on every container, or one of them takes the whole node with it.";
const ARTICLE = `<html><head><title>Limits</title></head><body><article><h1>Limits</h1><p>${`${SENTENCE} `.repeat(8)}</p></article></body></html>`;
const RSS = (link: string) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title><link>https://blog.example.org</link><item><title>Limits</title><link>${link}</link></item></channel></rss>`;

let hosts: HostsBehindProxy | undefined;
afterEach(async () => {
  await hosts?.[Symbol.asyncDispose]();
  hosts = undefined;
});

async function behindProxy(answer: Answering, env: Readonly<Record<string, string>> = {}) {
  hosts = await hostsBehindProxy(NAMES, answer);
  return { web: hosts.web(env), asked: hosts.asked };
}

async function read(
  web: Web,
  address: string,
  { github, ...request }: Partial<SourceRequest> & Pick<ReaderPorts, "github"> = {},
): Promise<SourceReading> {
  const readers = sourceReaders({ web, languages: ["en"], ...(github === undefined ? {} : { github }) });
  const reader = readerFor(readers, address);
  if (reader === undefined) throw new Error(`nobody reads ${address}`);
  return reader.read({ address, options: {}, ...request }, new AbortController().signal);
}

describe("YouTube", () => {
  const EN = { language: "en", says: SENTENCE } as const;

  test("the captions its watch page names", async () => {
    const { web } = await behindProxy(fakeYouTube({ video: { tracks: [EN] } }));
    expect(await read(web, `https://youtu.be/${VIDEO}?t=9`)).toMatchObject({
      kind: "text",
      format: "json",
      content: expect.stringContaining("memory"),
      address: `https://www.youtube.com/watch?v=${VIDEO}`,
    });
  });

  test("the question of Innertube, which is posted, and a visitor without cookies who is led to consent", async () => {
    const { web, asked } = await behindProxy(
      fakeYouTube({
        page: () => ({ status: 302, headers: { location: "https://consent.youtube.com/m?continue=x" } }),
        video: { tracks: [EN] },
      }),
    );
    expect(await read(web, VIDEO)).toMatchObject({ kind: "text", content: expect.stringContaining("memory") });
    expect(asked.map(({ method, url }) => `${method} ${url.host}${url.pathname}`)).toEqual(
      expect.arrayContaining(["GET consent.youtube.com/m", "POST www.youtube.com/youtubei/v1/player"]),
    );
  });

  test("a host that wants peace is left in peace", async () => {
    const { web } = await behindProxy(
      fakeYouTube({ page: () => ({ status: 429, headers: { "retry-after": "120" } }), video: {} }),
    );
    await expect(read(web, VIDEO)).rejects.toMatchObject({ name: "RetryLater" });
  });

  test("its page asks for nothing the school may not read", async () => {
    const { web, asked } = await behindProxy(() => watchPage({ tracks: [EN] }), { SOURCE_HOSTS: "blog.example.org" });
    expect(await read(web, VIDEO)).toMatchObject({
      kind: "unreadable",
      because: expect.stringContaining("add www.youtube.com to SOURCE_HOSTS"),
    });
    expect(asked).toEqual([]);
  });
});

describe("feeds and pages", () => {
  const answer: Answering = ({ url, headers }) => {
    const place = `${url.host}${url.pathname}`;
    if (place === "blog.example.org/feed.xml")
      return { status: 301, headers: { location: "https://www.blog.example.org/feed.xml" } };
    if (place === "www.blog.example.org/feed.xml") {
      if (headers["if-none-match"] === '"f1"') return { status: 304, headers: { etag: '"f1"' } };
      return {
        headers: { "content-type": "application/rss+xml", etag: '"f1"' },
        body: RSS("https://blog.example.org/old"),
      };
    }
    if (place === "blog.example.org/old")
      return { status: 308, headers: { location: "https://www.blog.example.org/limits" } };
    if (place === "www.blog.example.org/limits") return html(ARTICLE);
    return url.pathname === "/robots.txt" ? { body: "User-agent: *\nDisallow: /private" } : undefined;
  };
  const env = { SOURCE_HOSTS: "blog.example.org, *.blog.example.org" };

  test("a feed that moved, its entry that moved, and nothing new the second time", async () => {
    const { web, asked } = await behindProxy(answer, env);
    const listing = await read(web, "https://blog.example.org/feed.xml");
    if (listing.kind !== "listing") throw new Error(JSON.stringify(listing));
    expect(listing.validators).toEqual({ etag: '"f1"' });
    const page = await read(web, listing.entries[0]?.address ?? "");
    expect(page).toMatchObject({ kind: "text", title: "Limits", content: expect.stringContaining(SENTENCE) });
    expect(page).toMatchObject({ address: "https://www.blog.example.org/limits" });
    const known = listing.validators;
    expect(await read(web, "https://blog.example.org/feed.xml", { known })).toEqual({ kind: "unchanged" });
    expect(asked.filter(({ url }) => url.pathname === "/robots.txt").length).toBeGreaterThan(0);
  });

  test("a page robots.txt keeps from us is not asked for", async () => {
    const { web, asked } = await behindProxy(answer, env);
    expect(await read(web, "https://blog.example.org/private/a")).toMatchObject({
      kind: "unreadable",
      because: expect.stringContaining("robots.txt"),
    });
    expect(asked.map(({ url }) => url.pathname)).toEqual(["/robots.txt"]);
  });

  test("connected to directly, under the name that was checked", async () => {
    const sites = await startSites({
      "blog.test": (request, response) => {
        if (request.url === "/feed.xml" && request.headers["if-none-match"] === '"f1"') response.writeHead(304).end();
        else if (request.url === "/feed.xml")
          response.setHeader("etag", '"f1"').end(RSS(sites.address("blog.test", "/old")));
        else if (request.url === "/old")
          response.writeHead(302, { location: sites.address("www.blog.test", "/a") }).end();
        else response.writeHead(404).end();
      },
      "www.blog.test": (request, response) =>
        request.url === "/a"
          ? response.setHeader("content-type", "text/html").end(ARTICLE)
          : response.writeHead(404).end(),
    });
    try {
      const web = sites.web();
      const feed = sites.address("blog.test", "/feed.xml");
      const listing = await read(web, feed);
      if (listing.kind !== "listing") throw new Error(JSON.stringify(listing));
      expect(await read(web, listing.entries[0]?.address ?? "")).toMatchObject({
        kind: "text",
        address: sites.address("www.blog.test", "/a"),
      });
      expect(await read(web, feed, { known: listing.validators })).toEqual({ kind: "unchanged" });
      const inside = sites.web({ mayRead: ["blog.test"] });
      expect(await read(inside, listing.entries[0]?.address ?? "")).toMatchObject({
        kind: "unreadable",
        because: expect.stringContaining("is not read"),
      });
    } finally {
      await sites.close();
    }
  });
});

test("GitHub: a repository that was renamed, its releases with a token, and nothing new the second time", async () => {
  const release = {
    html_url: "https://github.com/example/gateway/releases/tag/v2",
    tag_name: "v2",
    body: SENTENCE,
    published_at: "2026-11-01T00:00:00Z",
  };
  const { web, asked } = await behindProxy(({ url, headers }) => {
    if (url.pathname === "/repos/example/old/releases")
      return { status: 301, headers: { location: "https://api.github.com/repositories/7/releases" }, body: "{}" };
    if (url.pathname !== "/repositories/7/releases") return undefined;
    return headers["if-none-match"] === 'W/"r"' ? { status: 304 } : json([release], { etag: 'W/"r"' });
  });
  const github = gitHubAccesses("ghp_s3cret", undefined);
  const listing = await read(web, "https://github.com/example/old", { github });
  if (listing.kind !== "listing") throw new Error(JSON.stringify(listing));
  expect(listing.entries).toMatchObject([{ address: release.html_url, content: SENTENCE }]);
  expect(asked.at(-1)?.headers.authorization).toBe("token ghp_s3cret");
  expect(listing.validators).toEqual({ etag: 'W/"r"' });
  const again = await read(web, "https://github.com/example/old", { github, known: listing.validators });
  expect(again).toEqual({ kind: "unchanged" });
});

test("Hacker News: a story, and the article it is about", async () => {
  const { web } = await behindProxy(
    ({ url }) => {
      if (url.href === "https://hn.algolia.com/api/v1/items/9")
        return json({ id: 9, title: "Limits", url: "https://blog.example.org/limits", created_at: "2026-11-09" });
      return url.href === "https://blog.example.org/limits" ? html(ARTICLE) : undefined;
    },
    { SOURCE_HOSTS: "hn.algolia.com,blog.example.org" },
  );
  const story = await read(web, "https://news.ycombinator.com/item?id=9");
  if (story.kind !== "listing") throw new Error(JSON.stringify(story));
  expect(await read(web, story.entries[0]?.address ?? "")).toMatchObject({
    kind: "text",
    content: expect.stringContaining(SENTENCE),
  });
});
