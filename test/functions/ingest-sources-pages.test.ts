import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { readerFor, sourceReaders } from "../../functions/ingest/sources/open.ts";
import { localFiles } from "../../shared/adapters/local-files.ts";
import type { SourceKind, SourceReading } from "../../shared/source-ports.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { type Answering, fakeHosts, type HostAnswer, html } from "../support/sources/hosts.ts";
import { VIDEO } from "../support/sources/youtube.ts";

const signal = new AbortController().signal;
const POST = "https://blog.example.org/posts/gateway?utm_source=x";
const SAID =
  "We moved forty services behind one gateway, and we set a budget for disruptions of every one of them before we began.";
const MORE =
  "After a week we knew that two replicas were too few for the checkout, because a node was drained at noon and everybody waited.";

async function page(answer: HostAnswer | Answering, address = POST): Promise<SourceReading> {
  await using hosts = await fakeHosts(typeof answer === "function" ? answer : () => answer);
  const reader = readerFor(sourceReaders({ web: hosts.web, languages: ["en"] }), address, "page");
  return (await reader?.read({ address, options: {} }, signal)) ?? { kind: "unchanged" };
}

async function content(answer: HostAnswer): Promise<string> {
  const reading = await page(answer);
  if (reading.kind !== "text") throw new Error(JSON.stringify(reading));
  return reading.content;
}

/** Five ways to build a blog. */
const layouts: Readonly<Record<string, string>> = {
  "a theme of WordPress": `<html><head><title>Gateway – Blog</title><meta property="og:title" content="One gateway &amp; forty services"><meta name="author" content="Ada"><meta property="article:published_time" content="2026-03-01T10:00:00Z"><link rel="canonical" href="/posts/gateway"></head><body class="single"><header><nav><a>MENU home</a></nav></header><div id="primary"><main id="main"><article class="post"><header class="entry-header"><h1>Gateway</h1></header><div class="entry-content"><p>${SAID}</p><pre><code>kubectl apply -f NOISE</code></pre><p>${MORE}</p></div></article><div id="comments" class="comments-area"><article class="comment"><p>NOISE first!</p></article></div></main></div><aside class="widget-area">NOISE archives</aside><footer>NOISE rights reserved</footer><script>NOISE()</script></body></html>`,
  "a static site without an article element": `<html><head><title>Gateway</title></head><body><div class="sidebar">NOISE links</div><div role="main"><h1>Gateway</h1><p>${SAID}</p><ul><li>NOISELESS one</li></ul><p>${MORE}</p><div class="related-posts">NOISE</div></div></body></html>`,
  "old tables": `<HTML><TITLE>Gateway</TITLE><BODY><TABLE><TR><TD>${SAID}</TD></TR><TR><TD>${MORE}</TD></TR></TABLE></BODY></HTML>`,
  "a list of teasers before the post": `<html><head><title>Gateway</title></head><body><main><article class="teaser">Other post</article><section><h2>Gateway</h2><p>${SAID}</p><p>${MORE}</p></section></main></body></html>`,
  "schema.org": `<html><head><title>Gateway</title></head><body><article><div class="newsletter">NOISE subscribe</div><div itemprop="articleBody"><p>${SAID}</p><p>${MORE}</p></div><form>NOISE mail</form></article><div role="dialog">NOISE cookies</div></body></html>`,
};

describe("pages", () => {
  test.each(Object.entries(layouts))("%s", async (_, body) => {
    const text = await content(html(body));
    expect(text).toContain(SAID);
    expect(text).toContain(MORE);
    expect(text.replaceAll(/```[\s\S]*?```/gu, "").replaceAll("NOISELESS", "")).not.toContain("NOISE");
  });

  test("what a page says of itself", async () => {
    expect(await page(html(layouts["a theme of WordPress"] ?? ""))).toMatchObject({
      title: "One gateway & forty services",
      by: "Ada",
      published: "2026-03-01T10:00:00.000Z",
      address: "https://blog.example.org/posts/gateway",
      format: "text",
    });
  });

  test("code stays apart from what is said about it", async () => {
    expect(await content(html(layouts["a theme of WordPress"] ?? ""))).toMatch(/\n```\nkubectl apply -f NOISE\n```\n/u);
  });

  test.each([
    "<p hidden>ORDER</p>",
    '<p aria-hidden="true">ORDER</p>',
    '<div style="color:red;display: none"><p>ORDER</p></div>',
    '<span style="VISIBILITY:HIDDEN">ORDER</span>',
    '<p style="font-size:0px">ORDER</p>',
    '<p style="position:absolute;left:-9999px">ORDER</p>',
    '<p class="sr-only">ORDER</p>',
    "<!-- ORDER -->",
    "<noscript>ORDER</noscript>",
    "<template>ORDER</template>",
    "<svg><text>ORDER</text></svg>",
    '<img alt="ORDER">',
    "<textarea>ORDER</textarea>",
  ])("nobody has said what nobody sees: %s", async (hidden) => {
    const text = await content(
      html(`<html><body><article><p>${SAID}</p>${hidden}<p>${MORE}</p></article></body></html>`),
    );
    expect(text).not.toContain("ORDER");
    expect(text).toContain(MORE);
  });

  test.each([
    ["another host", "https://bank.example.com/", "https://blog.example.org/posts/gateway?utm_source=x"],
    ["another scheme", "javascript:alert(1)", "https://blog.example.org/posts/gateway?utm_source=x"],
    ["the front page", "https://blog.example.org/", "https://blog.example.org/posts/gateway?utm_source=x"],
    ["its own", "/p/1#top", "https://blog.example.org/p/1"],
  ])("a canonical link to %s", async (_, canonical, address) => {
    const reading = await page(
      html(`<html><head><link href="${canonical}" rel="canonical"></head><body><p>${SAID} ${MORE}</p></body></html>`),
    );
    expect(reading).toMatchObject({ address });
  });

  test.each([
    ["a PDF by its type", { headers: { "content-type": "application/pdf" }, body: "x" }, /is a PDF: save it/u],
    [
      "a PDF by its bytes",
      { headers: { "content-type": "application/octet-stream" }, body: "%PDF-1.7\n" },
      /is a PDF/u,
    ],
    ["an image", { headers: { "content-type": "image/png" }, body: "x" }, /is an image/u],
    ["a recording", { headers: { "content-type": "video/mp4" }, body: "x" }, /recording: send its transcript/u],
    [
      "an office document",
      { headers: { "content-type": "application/octet-stream" }, body: "PK\u0003\u0004" },
      /office document or an archive/u,
    ],
    [
      "a page that scripts draw",
      html("<html><body><div id=root></div><script>draw()</script></body></html>"),
      /holds no article/u,
    ],
    ["nothing", { headers: { "content-type": "text/plain" }, body: " \n" }, /is empty/u],
    ["what is not there", html("", 404), /404/u],
  ] satisfies [string, HostAnswer, RegExp][])("%s is refused in words", async (_, answer, because) => {
    expect(await page(answer)).toMatchObject({ kind: "unreadable", because: expect.stringMatching(because) });
  });

  test.each([
    ["text/markdown", "# The gateway\n\nText", { title: "The gateway", format: "text" }],
    ["text/vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nhi", { title: "gateway", format: "vtt" }],
    ["application/json", '{"segments": []}', { format: "json" }],
  ])("%s is read as it is", async (type, body, said) => {
    expect(await page({ headers: { "content-type": type }, body })).toMatchObject({
      kind: "text",
      content: body,
      ...said,
    });
  });

  test("a page in another character set", async () => {
    const body = Buffer.from(
      `<html><head><meta charset="iso-8859-1"></head><body><p>Über ${SAID} ${MORE}</p></body></html>`,
      "latin1",
    );
    expect(await content({ headers: { "content-type": "text/html" }, body })).toContain("Über We moved");
  });

  test.each(["<div>", "<script", "<!--", "<meta '", "<h1 ", "<!-- -->"])(
    "a page made to be slow is not: %s",
    async (part) => {
      const body = `<html><head><title>Slow</title></head><body><p>${SAID} ${MORE}</p>${part.repeat(200_000)}</body></html>`;
      expect(await content(html(body))).toContain(SAID);
    },
  );

  test("a page nested without end is read as far as pages go", async () => {
    const body = `<html><body><p>${SAID} ${MORE}</p>${"<div>".repeat(5_000)}deep</body></html>`;
    expect(await content(html(body))).toContain(SAID);
  });
});

describe("which reader an address belongs to", () => {
  const readers = sourceReaders({
    web: { get: () => Promise.reject(new Error("asked")) },
    languages: ["en"],
  });
  test.each<[string, SourceKind | undefined]>([
    [`https://youtu.be/${VIDEO}?si=x`, "youtube"],
    [`https://www.youtube.com/shorts/${VIDEO}`, "youtube"],
    [`https://www.youtube-nocookie.com/embed/${VIDEO}`, "youtube"],
    [VIDEO, "youtube"],
    [`youtube.com/live/${VIDEO}`, "youtube"],
    ["https://notyoutube.com/watch?v=x", "page"],
    ["https://github.com/argoproj/argo-cd", "github"],
    ["https://github.com/argoproj/argo-cd/releases/tag/v3.0.0", "github"],
    ["https://raw.githubusercontent.com/a/b/main/README.md", "github"],
    ["https://github.com/pricing", "page"],
    ["https://news.ycombinator.com/item?id=1", "hackernews"],
    ["https://blog.example.org/feed/", "feed"],
    ["https://blog.example.org/index.xml", "feed"],
    ["https://blog.example.org/a-feed-of-ideas", "page"],
    ["file:///srv/talks", "folder"],
    ["/srv/talks/a.vtt", "folder"],
    ["ftp://example.org/a", undefined],
    ["hello", undefined],
  ])("%s: %s", (address, kind) => {
    expect(readerFor(readers, address)?.kind).toBe(kind);
  });
  test("a kind somebody gave decides", () => {
    expect(readerFor(readers, "https://blog.example.org/x", "feed")?.kind).toBe("feed");
  });
});

describe("folders", () => {
  async function folder() {
    const root = await temporaryDirectory();
    const [talks, outside] = [path.join(root, "talks"), path.join(root, "outside")];
    await Promise.all([talks, outside, path.join(talks, "2026")].map((each) => mkdir(each, { recursive: true })));
    await writeFile(path.join(talks, "b.vtt"), "WEBVTT\n\n00:01.000 --> 00:02.000\nUse a gateway");
    await writeFile(path.join(talks, "a.md"), "# A talk\n\nText");
    await writeFile(path.join(talks, "2026", "c d.txt"), "Text");
    await writeFile(path.join(talks, "d.bin"), "x");
    await writeFile(path.join(talks, ".hidden.md"), "x");
    await writeFile(path.join(outside, "secret.md"), "secret");
    await symlink(path.join(outside, "secret.md"), path.join(talks, "link.md"));
    await symlink(outside, path.join(talks, "linked"));
    await symlink(path.join(talks, "a.md"), path.join(talks, "inside.md"));
    execFileSync("mkfifo", [path.join(talks, "pipe.md")]);
    const read = async (
      address: string,
      {
        folders = [talks],
        maxBytes = 1_000,
        ...request
      }: { folders?: string[]; maxBytes?: number; known?: { etag: string }; options?: Record<string, unknown> } = {},
    ) => {
      const readers = sourceReaders({
        web: { get: () => Promise.reject(new Error("asked")) },
        languages: [],
        files: localFiles({ folders, maxBytes }),
      });
      const reader = readerFor(readers, address, "folder");
      return (await reader?.read({ address, options: {}, ...request }, signal)) ?? { kind: "unchanged" };
    };
    return { talks, outside, read };
  }

  test("files are listed by name, those of folders inside too; links, hidden and other files are not", async () => {
    const { talks, read } = await folder();
    const reading = await read(talks);
    if (reading.kind !== "listing") throw new Error(JSON.stringify(reading));
    expect(reading.entries.map(({ title }) => title)).toEqual(["a.md", "b.vtt", "2026/c d.txt"]);
    expect(reading.entries[2]?.address).toBe(pathToFileURL(path.join(talks, "2026", "c d.txt")).href);
    expect(await read(talks, { known: { etag: reading.validators.etag ?? "" } })).toEqual({ kind: "unchanged" });
    await writeFile(path.join(talks, "e.md"), "new");
    expect(await read(talks, { known: { etag: reading.validators.etag ?? "" } })).toMatchObject({ kind: "listing" });
    expect(await read(talks, { options: { endings: [".vtt"] } })).toMatchObject({ entries: [{ title: "b.vtt" }] });
  });

  test("a file is read by its path and by its address, also over a link inside", async () => {
    const { talks, read } = await folder();
    for (const address of [
      path.join(talks, "a.md"),
      pathToFileURL(path.join(talks, "a.md")).href,
      path.join(talks, "inside.md"),
    ]) {
      expect(await read(address)).toMatchObject({
        kind: "text",
        title: "A talk",
        content: "# A talk\n\nText",
        address: expect.stringMatching(/a\.md$/u),
      });
    }
    expect(await read(path.join(talks, "b.vtt"))).toMatchObject({ format: "vtt" });
  });

  const OUTSIDE = /not in one of the folders of SOURCE_FOLDERS/u;
  test.each<[string, (at: { talks: string; outside: string }) => string, RegExp]>([
    ["a link that leads out", ({ talks }) => path.join(talks, "link.md"), OUTSIDE],
    ["a linked folder", ({ talks }) => path.join(talks, "linked", "secret.md"), OUTSIDE],
    ["the way up", ({ talks }) => `${talks}/../outside/secret.md`, OUTSIDE],
    ["the way up in an address", ({ talks }) => `file://${talks}/%2e%2e/outside/secret.md`, OUTSIDE],
    ["a folder whose name begins alike", ({ talks }) => `${talks}/..`, OUTSIDE],
    ["a pipe", ({ talks }) => path.join(talks, "pipe.md"), /no file and no folder/u],
    ["a device", () => "/dev/zero", OUTSIDE],
    ["another machine", () => "file://server/share/a.md", /no file:\/\/ address of this machine/u],
    ["what is not there", ({ talks }) => path.join(talks, "nothing.md"), /no such file/u],
  ])("%s is refused", async (_, address, because) => {
    const { read, ...at } = await folder();
    expect(await read(address(at))).toMatchObject({ kind: "unreadable", because: expect.stringMatching(because) });
  });

  test("what is too large is refused, and without folders everything", async () => {
    const { talks, read } = await folder();
    await writeFile(path.join(talks, "big.txt"), "x".repeat(1_001));
    expect(await read(path.join(talks, "big.txt"))).toMatchObject({
      kind: "unreadable",
      because: expect.stringContaining("larger than 1000 bytes"),
    });
    expect(await read(talks, { folders: [] })).toMatchObject({
      kind: "unreadable",
      because: expect.stringContaining("none is set"),
    });
  });
});
