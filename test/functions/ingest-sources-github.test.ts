import { describe, expect, test } from "vitest";
import { GITHUB_COM, type GitHubAccess, gitHubAccesses } from "../../functions/ingest/sources/github-access.ts";
import { readerFor, sourceReaders } from "../../functions/ingest/sources/open.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { SourceReading, SourceRequest } from "../../shared/source-ports.ts";
import { type Answering, type AskedOfHost, fakeHosts, type HostAnswer, html, json } from "../support/sources/hosts.ts";

const signal = new AbortController().signal;
const REPOSITORY = "https://github.com/example/gateway";
const AT = "/repos/example/gateway";

interface Asking extends Partial<SourceRequest> {
  readonly github?: readonly GitHubAccess[];
}

async function read(
  address: string,
  answer: Answering,
  { github, ...request }: Asking = {},
): Promise<{ reading: SourceReading; asked: readonly AskedOfHost[] }> {
  await using hosts = await fakeHosts(answer);
  const readers = sourceReaders({
    web: hosts.web,
    languages: [],
    ...(github === undefined ? {} : { github }),
  });
  const reader = readerFor(readers, address, "github");
  const reading = await reader?.read({ address, options: {}, ...request }, signal);
  if (reading === undefined) throw new Error("there is no reader");
  return { reading, asked: hosts.asked };
}

/** The API answers with `json`, other hosts with nothing. */
function api(routes: Readonly<Record<string, unknown>>): Answering {
  return ({ url }) => {
    const found = url.host === "api.github.com" ? routes[decodeURIComponent(url.pathname)] : undefined;
    return found === undefined ? undefined : json(found, { etag: 'W/"r1"' });
  };
}

const release = (tag: string, more: object = {}) => ({
  html_url: `${REPOSITORY}/releases/tag/${tag}`,
  tag_name: tag,
  name: null,
  body: `Notes of ${tag}`,
  draft: false,
  prerelease: false,
  published_at: "2026-11-01T00:00:00Z",
  ...more,
});
const file = (path: string, text: string) => ({
  type: "file",
  path,
  html_url: `${REPOSITORY}/blob/main/${path}`,
  encoding: "base64",
  content: Buffer.from(text).toString("base64"),
});

describe("releases", () => {
  const routes = api({
    [`${AT}/releases`]: [
      release("v2.0.0", { name: "Gateway 2" }),
      release("v3.0.0-rc1", { prerelease: true }),
      release("v0", { draft: true }),
      release("v1.0.0", { body: null }),
    ],
  });

  test("are a repository's listing, with their notes and without drafts", async () => {
    const { reading } = await read(REPOSITORY, routes);
    expect(reading).toEqual({
      kind: "listing",
      title: "Releases of github.com/example/gateway",
      validators: { etag: 'W/"r1"' },
      entries: [
        {
          address: `${REPOSITORY}/releases/tag/v2.0.0`,
          title: "Gateway 2",
          content: "Notes of v2.0.0",
          published: "2026-11-01T00:00:00Z",
        },
        { address: `${REPOSITORY}/releases/tag/v1.0.0`, title: "gateway v1.0.0", published: "2026-11-01T00:00:00Z" },
      ],
    });
  });

  test.each([
    "example/gateway",
    `${REPOSITORY}.git`,
    `${REPOSITORY}/releases`,
    `${REPOSITORY}/releases.atom`,
    "https://www.github.com/example/gateway/",
  ])("%s", async (address) => {
    expect((await read(address, routes, { options: { prereleases: true } })).reading).toMatchObject({
      kind: "listing",
      entries: { length: 3 },
    });
  });

  test("unchanged ones cost nothing", async () => {
    const answer: Answering = (asked) =>
      asked.headers["if-none-match"] === 'W/"r1"' ? { status: 304 } : routes(asked);
    const { reading, asked } = await read(REPOSITORY, answer, { known: { etag: 'W/"r1"' } });
    expect(reading).toEqual({ kind: "unchanged" });
    expect(asked).toHaveLength(1);
  });
});

describe("texts", () => {
  const routes = api({
    [`${AT}/releases/tags/v2.0.0`]: release("v2.0.0"),
    [`${AT}/releases/tags/charts/gw-1`]: release("charts/gw-1"),
    [`${AT}/releases/latest`]: release("v2.0.0"),
    [`${AT}/readme`]: file("README.md", "# Gateway"),
    [`${AT}/contents/docs/a b.md`]: file("docs/a b.md", "Ümlaut"),
    [`${AT}/contents/talk.vtt`]: file("talk.vtt", "WEBVTT"),
    [`${AT}/contents/logo.png`]: file("logo.png", "\u0089PNG\u0000"),
    [`${AT}/contents/big.txt`]: { ...file("big.txt", ""), encoding: "none" },
    [`${AT}/issues/7`]: {
      title: "Budget",
      body: "We need one.",
      html_url: `${REPOSITORY}/issues/7`,
      created_at: "2026-01-01T00:00:00Z",
      user: { login: "ada" },
      comments: 120,
    },
    [`${AT}/issues/7/comments`]: [{ body: "So do we.", user: null }, { body: null }],
  });
  test.each([
    [
      `${REPOSITORY}/releases/tag/v2.0.0`,
      { title: "gateway v2.0.0", content: "Notes of v2.0.0", published: "2026-11-01T00:00:00Z" },
    ],
    [`${REPOSITORY}/releases/tag/charts%2Fgw-1`, { content: "Notes of charts/gw-1" }],
    [`${REPOSITORY}/releases/latest`, { content: "Notes of v2.0.0" }],
    [`${REPOSITORY}/tree/main`, { title: "example/gateway: README.md", content: "# Gateway" }],
    [`${REPOSITORY}/blob/main/docs/a%20b.md`, { content: "Ümlaut", format: "text" }],
    [`${REPOSITORY}/raw/main/talk.vtt`, { content: "WEBVTT", format: "vtt" }],
    ["https://raw.githubusercontent.com/example/gateway/refs/heads/main/talk.vtt", { content: "WEBVTT" }],
    [
      `${REPOSITORY}/issues/7#issuecomment-1`,
      { title: "Budget", content: "We need one.\n\nSo do we.", by: "ada", notes: ["2 of 120 comments were read"] },
    ],
    [`${REPOSITORY}/pull/7`, { title: "Budget" }],
  ])("%s", async (address, said) => {
    expect((await read(address, routes)).reading).toMatchObject({ kind: "text", ...said });
  });

  test("a reference with a slash is found by trying", async () => {
    const answer: Answering = ({ url }) =>
      url.searchParams.get("ref") === "feature/x" && url.pathname === `${AT}/contents/a.md`
        ? json(file("a.md", "Found"))
        : undefined;
    const { reading, asked } = await read(`${REPOSITORY}/blob/feature/x/a.md`, answer);
    expect(reading).toMatchObject({ content: "Found" });
    expect(asked.map(({ url }) => url.searchParams.get("ref"))).toEqual(["feature", "feature/x"]);
  });

  test("a discussion is read from its page", async () => {
    const words =
      "We moved forty services behind one gateway and set a disruption budget for every one of them before we even began with it.";
    const answer: Answering = ({ url }) =>
      url.href === `${REPOSITORY}/discussions/3`
        ? html(`<html><head><title>Budgets</title></head><body><main><p>${words}</p></main></body></html>`)
        : undefined;
    expect((await read(`${REPOSITORY}/discussions/3`, answer)).reading).toMatchObject({
      title: "Budgets",
      content: words,
    });
  });

  test.each([
    [`${REPOSITORY}/blob/main/logo.png`, /is no text/u],
    [`${REPOSITORY}/blob/main/big.txt`, /larger than GitHub hands out/u],
    [`${REPOSITORY}/blob/main/nothing.md`, /no such repository, release or file, or private: SOURCE_GITHUB_TOKEN/u],
    ["https://github.com/features", /no repository on github.com: give/u],
    [`${REPOSITORY}/actions`, /no repository on github.com/u],
  ])("%s is refused in words", async (address, because) => {
    expect((await read(address, routes)).reading).toMatchObject({
      kind: "unreadable",
      because: expect.stringMatching(because),
    });
  });
});

describe("limits and failures", () => {
  const github = gitHubAccesses("ghp_s3cret", undefined);
  const limited = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.ceil(Date.now() / 1000) + 1_800) };
  const later: readonly [string, HostAnswer, number][] = [
    [
      "a used-up allowance is waited for",
      { status: 403, headers: limited, body: '{"message":"API rate limit exceeded"}' },
      1_700_000,
    ],
    ["a secondary limit too", { status: 429, headers: { "retry-after": "60" }, body: "{}" }, 59_000],
    ["a failure is asked again", { status: 502, body: "bad gateway" }, 1_000],
    [
      "an answer that was cut short too",
      { headers: { "content-type": "application/json" }, body: '[{"html_url": "x' },
      1_000,
    ],
    ["a proxy's page too", html("<html>Log in to the network</html>"), 1_000],
  ];
  test.each(later)("%s", async (_, answer, atLeast) => {
    const failed = await read(REPOSITORY, () => answer, { github }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(RetryLater);
    expect((failed as RetryLater).afterMs).toBeGreaterThan(atLeast);
    expect(String((failed as RetryLater).message)).not.toContain("ghp_");
  });

  const refused: readonly [number, readonly GitHubAccess[], RegExp][] = [
    [404, [GITHUB_COM], /no such repository.*SOURCE_GITHUB_TOKEN of somebody/u],
    [404, github, /token of SOURCE_GITHUB_TOKEN may not read it/u],
    [401, github, /does not accept SOURCE_GITHUB_TOKEN: renew it/u],
    [451, [GITHUB_COM], /not to be seen any more/u],
    [403, [GITHUB_COM], /refuses \(403\)/u],
  ];
  test.each(refused)("%i is told", async (status, access, because) => {
    const { reading } = await read(REPOSITORY, () => ({ status, body: "{}" }), { github: access });
    expect(reading).toMatchObject({ kind: "unreadable", because: expect.stringMatching(because) });
  });

  test("the token goes to the API alone, and an Enterprise server is asked at its own", async () => {
    const enterprise = gitHubAccesses("ghp_s3cret", "https://git.corp.example/api/v3/");
    const answer: Answering = ({ url }) =>
      url.href.startsWith(`https://git.corp.example/api/v3${AT}/releases?`) ? json([release("v1")]) : undefined;
    const { reading, asked } = await read("https://git.corp.example/example/gateway", answer, { github: enterprise });
    expect(reading).toMatchObject({ kind: "listing" });
    expect(asked[0]?.headers.authorization).toBe("token ghp_s3cret");
    const elsewhere = await read(REPOSITORY, answer, { github: enterprise });
    expect(elsewhere.reading).toMatchObject({ kind: "unreadable" });
    expect(elsewhere.asked.map(({ url, headers }) => [url.host, headers.authorization])).toEqual([
      ["api.github.com", undefined],
    ]);
  });

  test.each<[string | undefined, readonly GitHubAccess[]]>([
    [undefined, [{ ...GITHUB_COM, token: "t" }]],
    ["https://api.github.com/", [{ ...GITHUB_COM, token: "t" }]],
    ["https://ghe:8443/api/v3", [GITHUB_COM, { host: "ghe:8443", apiUrl: "https://ghe:8443/api/v3", token: "t" }]],
    [
      "https://api.acme.ghe.com",
      [GITHUB_COM, { host: "acme.ghe.com", apiUrl: "https://api.acme.ghe.com", token: "t" }],
    ],
  ])("GITHUB_API_URL %s says whose the token is", (apiUrl, servers) => {
    expect(gitHubAccesses("t", apiUrl)).toEqual(servers);
  });

  test.each(["http://git.corp.example/api/v3", "git.corp.example", "ftp://git.corp.example"])(
    "a token does not travel to %s",
    (apiUrl) => {
      expect(() => gitHubAccesses("t", apiUrl)).toThrow(/GITHUB_API_URL: must be an https address/u);
    },
  );

  test("options nobody knows are refused", async () => {
    expect((await read(REPOSITORY, () => undefined, { options: { branch: "x" } })).reading).toMatchObject({
      kind: "unreadable",
      because: expect.stringContaining("branch"),
    });
  });
});
