import { describe, expect, test } from "vitest";
import { readerFor, sourceReaders } from "../../functions/ingest/sources/open.ts";
import type { SourceListing, SourceReading, SourceRequest } from "../../shared/source-ports.ts";
import { type Answering, fakeHosts, html, json } from "../support/sources/hosts.ts";
import { VIDEO } from "../support/sources/youtube.ts";

const signal = new AbortController().signal;
const BLOG = "https://blog.example.org";

async function read(address: string, answer: Answering, request: Partial<SourceRequest> = {}): Promise<SourceReading> {
  await using hosts = await fakeHosts(answer);
  const readers = sourceReaders({ web: hosts.web, languages: ["en"] });
  const reader = readerFor(readers, address);
  if (reader === undefined) throw new Error(`nobody reads ${address}`);
  return await reader.read({ address, options: {}, ...request }, signal);
}

async function listing(address: string, answer: Answering): Promise<SourceListing> {
  const reading = await read(address, answer);
  if (reading.kind !== "listing") throw new Error(JSON.stringify(reading));
  return reading;
}

function xml(body: string): Answering {
  return () => ({ headers: { "content-type": "application/xml", etag: '"v1"' }, body });
}

const item = (title: string, rest = "") =>
  `<item><title>${title}</title><link>/${title.toLowerCase()}</link>${rest}</item>`;
const rss = (items: string) =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>A &amp; B</title><link>${BLOG}/</link>${items}</channel></rss>`;

describe("formats", () => {
  const dated =
    "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><content:encoded><![CDATA[<p>Use a <b>gateway</b>.</p><script>x()</script>]]></content:encoded>";
  const formats: readonly [string, string][] = [
    ["RSS 2.0", rss(item("One", dated))],
    [
      "RSS 1.0",
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel rdf:about="${BLOG}"><title>A &amp; B</title></channel><item rdf:about="${BLOG}/one"><title>One</title><link>${BLOG}/one</link><dc:date>2026-11-02T10:00:00Z</dc:date><content:encoded>&lt;p&gt;Use a gateway.&lt;/p&gt;</content:encoded></item></rdf:RDF>`,
    ],
    [
      "Atom",
      `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://blog.example.org/deep/"><title type="html">A &amp;amp; B</title><entry xml:base="../"><id>tag:x</id><title>One</title><link rel="self" href="self"/><link href="one"/><published>2026-11-02T10:00:00Z</published><content type="html">&lt;p&gt;Use a gateway.&lt;/p&gt;</content></entry></feed>`,
    ],
    [
      "Atom with XHTML",
      `<feed xmlns="http://www.w3.org/2005/Atom"><title>A &amp; B</title><entry><id>${BLOG}/one</id><title>One</title><updated>2026-11-02T10:00:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Use a gateway.</p></div></content></entry></feed>`,
    ],
    [
      "JSON Feed",
      JSON.stringify({
        version: "https://jsonfeed.org/version/1.1",
        title: "A & B",
        items: [
          {
            id: "1",
            url: "/one",
            title: "One",
            content_html: "<p>Use a gateway.</p>",
            date_published: "2026-11-02T10:00:00Z",
          },
        ],
      }),
    ],
  ];
  test.each(formats)("%s", async (_, body) => {
    expect(await listing(`${BLOG}/feed.xml`, xml(body))).toEqual({
      kind: "listing",
      title: "A & B",
      entries: [
        { address: `${BLOG}/one`, title: "One", content: "Use a gateway.", published: "2026-11-02T10:00:00.000Z" },
      ],
      validators: { etag: '"v1"' },
    });
  });

  test("a page that offers a feed leads to it", async () => {
    const answer: Answering = ({ url }) =>
      url.pathname === "/feed"
        ? html('<html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>')
        : xml(rss(item("One")))({} as never);
    expect((await listing(`${BLOG}/feed`, answer)).entries).toHaveLength(1);
  });

  test("a page that turns out to be a feed is one", async () => {
    expect((await listing(`${BLOG}/news`, xml(rss(item("One"))))).entries).toHaveLength(1);
  });

  test("a teaser is no content, a whole text in the description is", async () => {
    const long = Array.from({ length: 220 }, (_, i) => `word${i}`).join(" ");
    const { entries } = await listing(
      `${BLOG}/feed`,
      xml(
        rss(
          item("One", "<description>Short.</description>") +
            item("Two", `<description>${long}</description>`) +
            item("Three", `<description>${long} [...]</description>`),
        ),
      ),
    );
    expect(entries.map(({ title, content }) => [title, content !== undefined])).toEqual([
      ["One", false],
      ["Two", true],
      ["Three", false],
    ]);
  });

  test("the newest 500 of 800, each address once", async () => {
    const many = Array.from({ length: 800 }, (_, i) =>
      item(`P${i}`, `<pubDate>${new Date(Date.UTC(2026, 0, 1, 0, i)).toUTCString()}</pubDate>`),
    );
    const { entries } = await listing(`${BLOG}/feed`, xml(rss([...many, item("P799")].join(""))));
    expect(entries).toHaveLength(500);
    const dated = await listing(`${BLOG}/feed`, xml(rss(many.join(""))));
    expect([dated.entries[0]?.title, dated.entries.at(-1)?.title]).toEqual(["P799", "P300"]);
  });
});

describe("broken feeds", () => {
  const broken: readonly [string, string, string[]][] = [
    ["a warning before it", `<b>Warning</b>: mysql in /a.php\n${rss(item("One"))}`, ["One"]],
    ["a comment after it", `${rss(item("One"))}\n<!-- cached --><script>x</script>`, ["One"]],
    ["ampersands nobody escaped", rss(item("Q&A")), ["Q&A"]],
    ["cut off in its last item", rss(item("One") + item("Two")).slice(0, -45), ["One"]],
    ["cut off after its last item", rss(item("One") + item("Two")).replace("</channel></rss>", ""), ["One", "Two"]],
    ["items nobody closed", rss(item("One") + item("Two")).replaceAll("</item>", ""), ["One", "Two"]],
    [
      "an item named in character data",
      rss(item("One", "<content:encoded><![CDATA[use <item> and </rss>]]></content:encoded>") + item("Two")),
      ["One", "Two"],
    ],
    ["control characters", rss(item("On\u0008e")), ["One"]],
    [
      "no version and capital letters",
      `<RSS><CHANNEL><TITLE>T</TITLE>${item("One").toUpperCase().replace("ONE<", "One<")}</CHANNEL></RSS>`,
      ["One"],
    ],
    ["a date that is none", rss(item("One", "<pubDate>yesterday</pubDate>")), ["One"]],
    [
      "entities that multiply are left as they are",
      `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${rss(item("&b;")).replace('<?xml version="1.0"?>', "")}`,
      ["&b;"],
    ],
  ];
  test.each(broken)("%s", async (_, body, titles) => {
    expect((await listing(`${BLOG}/feed`, xml(body))).entries.map(({ title }) => title)).toEqual(titles);
  });

  const refused: readonly [string, Answering, RegExp][] = [
    ["no feed at all", () => html("<html><body>Welcome</body></html>"), /no feed.*check the address/u],
    ["JSON of another kind", () => json({ items: [] }), /no feed/u],
    ["a feed of entries without addresses", xml(rss("<item><title>x</title></item>")), /none of the 1 entries/u],
    ["gone", () => ({ status: 410 }), /refuses \(410\)/u],
  ];
  test.each(refused)("%s is told", async (_, answer, because) => {
    expect(await read(`${BLOG}/feed`, answer)).toMatchObject({
      kind: "unreadable",
      because: expect.stringMatching(because),
    });
  });

  test("addresses that are none of the web are passed over", async () => {
    const links = [
      "javascript:alert(1)",
      "file:///etc/passwd",
      "mailto:a@b.c",
      "tag:x,2026:1",
      "//cdn.example.org/x",
      "?p=7",
    ];
    const body = rss(links.map((link) => `<item><title>t</title><link>${link}</link></item>`).join(""));
    const { entries } = await listing(`${BLOG}/feed`, xml(body));
    expect(entries.map(({ address }) => address)).toEqual(["https://cdn.example.org/x", `${BLOG}/feed?p=7`]);
  });
});

test("an unchanged feed is not read again", async () => {
  const answer: Answering = ({ headers }) => (headers["if-none-match"] === '"v1"' ? { status: 304 } : undefined);
  expect(await read(`${BLOG}/feed`, answer, { known: { etag: '"v1"' } })).toEqual({ kind: "unchanged" });
});

describe("channels of YouTube", () => {
  const CHANNEL = "UCabcdefghijklmnopqrstuv";
  const feed = `<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom"><title>Platform Talks</title><entry><id>yt:video:${VIDEO}</id><yt:videoId>${VIDEO}</yt:videoId><title>A talk</title><link rel="alternate" href="https://www.youtube.com/watch?v=${VIDEO}"/><published>2026-01-02T00:00:00+00:00</published><media:group><media:description>buy</media:description></media:group></entry></feed>`;
  const answer: Answering = ({ url }) => {
    if (url.pathname === "/feeds/videos.xml")
      return [...url.searchParams.values()].join() === "UCnobody4567890123456789" ? undefined : xml(feed)({} as never);
    if (url.pathname === "/@platform.talks")
      return html(
        `<script>{"browseId":"UCzzzzzzzzzzzzzzzzzzzzzz"}</script><link rel="canonical" href="https://www.youtube.com/channel/${CHANNEL}">`,
      );
    return url.pathname === "/c/Nobody" ? html("<html></html>") : undefined;
  };
  test.each([
    `https://www.youtube.com/channel/${CHANNEL}/videos`,
    "https://www.youtube.com/@platform.talks/streams",
    "https://m.youtube.com/user/platform",
    "https://www.youtube.com/playlist?list=PLabcdefghijkl",
    `https://www.youtube.com/feeds/videos.xml?channel_id=${CHANNEL}`,
    CHANNEL,
    "@platform.talks",
  ])("%s", async (address) => {
    expect(await listing(address, answer)).toMatchObject({
      title: "Platform Talks",
      entries: [
        { address: `https://www.youtube.com/watch?v=${VIDEO}`, title: "A talk", published: "2026-01-02T00:00:00.000Z" },
      ],
    });
  });

  test("the channel of a name is its own, not the first one mentioned", async () => {
    await using hosts = await fakeHosts(answer);
    const [youtube] = sourceReaders({ web: hosts.web, languages: ["en"] });
    await youtube?.read({ address: "https://www.youtube.com/@platform.talks", options: {} }, signal);
    expect(hosts.asked.at(-1)?.url.searchParams.get("channel_id")).toBe(CHANNEL);
  });

  test("a name that leads to no channel says what to give instead", async () => {
    expect(await read("https://www.youtube.com/c/Nobody", answer)).toMatchObject({
      kind: "unreadable",
      because: expect.stringContaining("/channel/UC"),
    });
  });
});
