/** school extract of an address, as a person types it: over the client the school really uses, from hosts on this machine. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { temporaryDirectory } from "../../support/directory.ts";
import { type HostsBehindProxy, hostsBehindProxy } from "../../support/sources/behind-proxy.ts";
import { type Answering, html, json } from "../../support/sources/hosts.ts";
import { type FakeVideo, fakeYouTube, VIDEO } from "../../support/sources/youtube.ts";
import { schoolCommand } from "./school.ts";

interface Printed {
  readonly source: { readonly title: string; readonly address: string; readonly format: string };
  readonly sources: readonly unknown[];
  readonly proposals: readonly {
    readonly title: string;
    readonly quotes: readonly { readonly text: string; readonly at?: string; readonly link?: string }[];
  }[];
  readonly notes?: readonly string[];
}

/** Seconds, and what is said then. */
const SAID: readonly [number, string][] = [
  [3, "Welcome back everybody, it is good to see so many of you."],
  [65, "You should always set memory limits on every container."],
  [71, "Otherwise one leaking service takes down its whole node."],
  [3_725, "We recommend that you enable a pod disruption budget for every service with more than one replica."],
  [3_740, "Thank you, and see you next year."],
];
const PAGE = `https://www.youtube.com/watch?v=${VIDEO}`;
const ADVICE = "You should always set memory limits on every container, because one leak takes the whole node down.";

let hosts: HostsBehindProxy | undefined;
afterEach(async () => {
  await hosts?.[Symbol.asyncDispose]();
  hosts = undefined;
});

async function extract(address: string, answer: Answering, env: Readonly<Record<string, string>> = {}) {
  hosts = await hostsBehindProxy(["*.youtube.com", "api.github.com", "*.example.org"], answer);
  const authority = path.join(await temporaryDirectory(), "authority.pem");
  await writeFile(authority, hosts.authority);
  // Nothing is looked up outside: the proxy knows the names.
  const offline = `import { promises } from "node:dns"; promises.lookup = async () => { throw Object.assign(new Error("offline"), { code: "ENOTFOUND" }); };`;
  return schoolCommand(["extract", address, "--json"], {
    SOURCE_PROXY: hosts.proxy,
    SOURCE_INTERVAL: "0",
    NODE_EXTRA_CA_CERTS: authority,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(offline)}`,
    ...env,
  });
}

const talk: FakeVideo = {
  title: "Running it in production",
  tracks: [
    {
      language: "en",
      answers: () =>
        json({
          events: SAID.map(([at, words]) => ({ tStartMs: at * 1_000, dDurationMs: 5_000, segs: [{ utf8: words }] })),
        }),
    },
  ],
};

test("a talk on YouTube: every quote was said, at its second, and its link leads there", async () => {
  const { code, out, err } = await extract(`https://youtu.be/${VIDEO}?si=x`, fakeYouTube({ video: talk }));
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { source, proposals } = JSON.parse(out) as Printed;
  expect(source).toMatchObject({ title: talk.title, address: PAGE, format: "json" });
  const quotes = proposals.flatMap((proposal) => proposal.quotes);
  for (const { text, at, link } of quotes) {
    const [second] = SAID.find(([, words]) => words.includes(text)) ?? [];
    expect(second).toBeDefined();
    expect(at).toBe(new Date((second ?? 0) * 1_000).toISOString().slice(11, 19));
    expect(link).toBe(`${PAGE}&t=${second}s`);
  }
  expect(quotes.map(({ at }) => at)).toEqual(expect.arrayContaining(["00:01:05", "01:02:05"]));
});

test("a feed that moved: its pages are read, what cannot be is told", async () => {
  const article = `<html><head><title>Limits</title></head><body><article><p>${`${ADVICE} `.repeat(4)}</p></article></body></html>`;
  const item = (name: string) => `<item><title>${name}</title><link>https://blog.example.org/${name}</link></item>`;
  const { code, out } = await extract("https://blog.example.org/feed", ({ url }) => {
    if (url.pathname === "/feed") return { status: 301, headers: { location: "/rss.xml" } };
    if (url.pathname === "/rss.xml")
      return {
        headers: { "content-type": "text/xml" },
        body: `<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title><link>https://blog.example.org</link>${item("limits")}${item("gone")}</channel></rss>`,
      };
    return url.pathname === "/limits" ? html(article) : undefined;
  });
  expect(code).toBe(0);
  const { source, proposals, notes } = JSON.parse(out) as Printed;
  expect(source.address).toBe("https://blog.example.org/limits");
  expect(proposals[0]?.quotes[0]?.text).toBe(ADVICE);
  expect(notes?.join()).toContain("https://blog.example.org/gone");
});

test("releases on GitHub: asked with the token for sources, never with the one that may write", async () => {
  const release = { html_url: "https://github.com/a/b/releases/tag/v1", tag_name: "v1", body: ADVICE };
  const { code, out } = await extract(
    "https://github.com/a/b/releases",
    ({ url }) => (url.pathname === "/repos/a/b/releases" ? json([release]) : undefined),
    { SOURCE_GITHUB_TOKEN: "reads", GITHUB_TOKEN: "writes" },
  );
  expect(code).toBe(0);
  expect((JSON.parse(out) as Printed).source.address).toBe(release.html_url);
  expect(hosts?.asked.map(({ headers }) => headers.authorization)).toEqual(["token reads"]);
});
