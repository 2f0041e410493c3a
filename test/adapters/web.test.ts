/** What the client of the web reads, and what it tells to whom. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webPort } from "../../shared/adapters/web/open.ts";
import { localTurns } from "../../shared/adapters/web/turns.ts";
import { textOf } from "../../shared/domain/answer-text.ts";
import { bodyOf, get, type Sites, startSites } from "../support/web.ts";

const TEXT = "Set memory limits. ".repeat(50);
const PACKED: Readonly<Record<string, Buffer>> = {
  gzip: gzipSync(TEXT),
  "x-gzip": gzipSync(TEXT),
  deflate: deflateSync(TEXT),
  br: brotliCompressSync(TEXT),
  identity: Buffer.from(TEXT),
  GZIP: gzipSync(TEXT),
};
let sites: Sites;

beforeAll(async () => {
  sites = await startSites({
    "blog.test": ({ url = "", headers }, response) => {
      const packing = /^\/packed\/(.+)$/.exec(url)?.[1];
      if (packing !== undefined) {
        response.writeHead(200, { "content-encoding": packing }).end(PACKED[packing]);
      } else if (url === "/deflate-raw") {
        response.writeHead(200, { "content-encoding": "deflate" }).end(deflateRawSync(TEXT));
      } else if (url === "/feed") {
        if (headers["if-none-match"] === '"v1"') response.writeHead(304).end();
        else response.writeHead(200, { etag: '"v1"', "last-modified": "Sat, 01 Aug 2026 10:00:00 GMT" }).end("<rss/>");
      } else if (url === "/latin") {
        response
          .writeHead(200, { "content-type": "text/html; charset=iso-8859-1" })
          .end(Buffer.from("Z\xfcrich", "latin1"));
      } else if (url === "/empty-gzip") {
        response.writeHead(200, { "content-encoding": "gzip" }).end();
      } else if (url === "/away") {
        response.writeHead(302, { location: sites.address("other.test", "/headers") }).end();
      } else if (url === "/round") {
        response.writeHead(301, { location: "/headers#part" }).end();
      } else if (url.startsWith("/hops/")) {
        const left = Number(url.slice(6));
        if (left === 0) response.end("there");
        else response.writeHead(307, { location: `/hops/${left - 1}` }).end("x".repeat(100));
      } else if (url === "/loop") {
        response.writeHead(302, { location: "/loop" }).end();
      } else if (url === "/posted") {
        response.end(JSON.stringify(headers["content-type"]));
      } else if (url === "/moved-post") {
        response.writeHead(307, { location: "/posted" }).end();
      } else if (url === "/headers") {
        response.end(JSON.stringify(headers));
      } else response.writeHead(404).end();
    },
    "other.test": ({ headers }, response) => response.end(JSON.stringify(headers)),
  });
});
afterAll(() => sites.close());

test("a document is its bytes, its type, where it was found and what the next request can be asked with", async () => {
  const url = sites.address("blog.test", "/feed");
  const answer = await get(sites.web(), url);
  expect(answer).toMatchObject({
    kind: "ok",
    url,
    validators: { etag: '"v1"', lastModified: "Sat, 01 Aug 2026 10:00:00 GMT" },
  });
  expect(bodyOf(answer)).toBe("<rss/>");
});

test("what has not changed is not sent again", async () => {
  const url = sites.address("blog.test", "/feed");
  expect(await get(sites.web(), { url, known: { etag: '"v1"' } })).toEqual({ kind: "unchanged" });
  expect(await get(sites.web(), { url, known: { etag: '"v0"' } })).toMatchObject({ kind: "ok" });
});

test("validators that are no headers are not sent", async () => {
  const known = { etag: 'x"\r\nHost: evil', lastModified: "1\n2" };
  const answer = await get(sites.web(), { url: sites.address("blog.test", "/headers"), known });
  const headers = JSON.parse(bodyOf(answer)) as Record<string, string>;
  expect([headers["if-none-match"], headers["if-modified-since"]]).toEqual([undefined, undefined]);
});

test("a reader's headers say nothing of the connection", async () => {
  const headers = { Host: "elsewhere.test", Connection: "upgrade", "Content-Length": "5", "X-Own": "kept" };
  const sent = bodyOf(await get(sites.web(), { url: sites.address("blog.test", "/headers"), headers }));
  expect(JSON.parse(sent)).toMatchObject({ host: expect.stringMatching(/^blog\.test:/) as string, "x-own": "kept" });
});

test.each(Object.keys(PACKED))("a body packed as %s is unpacked", async (packing) => {
  expect(bodyOf(await get(sites.web(), sites.address("blog.test", `/packed/${packing}`)))).toBe(TEXT);
});

test("deflate without zlib's frame is unpacked as well, and nothing packed is nothing", async () => {
  expect(bodyOf(await get(sites.web(), sites.address("blog.test", "/deflate-raw")))).toBe(TEXT);
  expect(bodyOf(await get(sites.web(), sites.address("blog.test", "/empty-gzip")))).toBe("");
});

test("the text of an answer is read in the character set its header names", async () => {
  const answer = await get(sites.web(), sites.address("blog.test", "/latin"));
  expect(answer.kind === "ok" && textOf(answer)).toBe("Zürich");
});

test("the school says who it is, in the words of its owner where they are configured", async () => {
  const url = sites.address("blog.test", "/headers");
  const agent = async (env: Record<string, string>) =>
    (JSON.parse(bodyOf(await get(sites.web({ env }), url))) as Record<string, string>)["user-agent"];
  expect(await agent({})).toMatch(/^cortex-online-school\/\d/);
  expect(await agent({ SOURCE_USER_AGENT: "acme-school/2 (+https://acme.test)" })).toBe(
    "acme-school/2 (+https://acme.test)",
  );
});

describe("redirects", () => {
  test("are followed, relative ones too, and the answer says where they ended", async () => {
    expect(await get(sites.web(), sites.address("blog.test", "/round"))).toMatchObject({
      kind: "ok",
      url: sites.address("blog.test", "/headers"),
    });
  });

  test.each([
    [5, "ok"],
    [6, "refused"],
  ])("%i of them end %s", async (hops, kind) => {
    expect(await get(sites.web(), sites.address("blog.test", `/hops/${hops}`))).toMatchObject({ kind });
  });

  test("that lead in a circle are refused, by how often", async () => {
    const answer = await get(sites.web(), sites.address("blog.test", "/loop"));
    expect(answer).toMatchObject({ kind: "refused", because: expect.stringContaining("more than 5 times") as string });
  });

  test("do not carry a token to another server", async () => {
    const headers = { Authorization: "Bearer secret", "X-Key": "secret", "Accept-Language": "de" };
    const request = { headers, accept: "text/html", known: { etag: '"v9"' } };
    const at = async (path: string) =>
      JSON.parse(bodyOf(await get(sites.web(), { ...request, url: sites.address("blog.test", path) }))) as object;
    expect(await at("/round")).toMatchObject({ authorization: "Bearer secret", "x-key": "secret" });
    const elsewhere = await at("/away");
    expect(JSON.stringify(elsewhere)).not.toContain("secret");
    expect(elsewhere).toMatchObject({ accept: "text/html", "accept-language": "de", "if-none-match": '"v9"' });
  });

  test("do not repeat what was posted", async () => {
    const json = { a: 1 };
    expect(bodyOf(await get(sites.web(), { url: sites.address("blog.test", "/posted"), json }))).toContain("json");
    const before = sites.seen.length;
    const answer = await get(sites.web(), { url: sites.address("blog.test", "/moved-post"), json });
    expect(answer).toMatchObject({ kind: "refused", because: expect.stringContaining("posted") as string });
    expect(sites.seen.slice(before)).toEqual(["POST blog.test/moved-post"]);
  });

  test("to a host that is not allowed, to another scheme or to a private address are refused before anybody is asked", async () => {
    const before = sites.seen.length;
    const leads = [
      "https://elsewhere.example/x",
      "file:///etc/passwd",
      "http://169.254.169.254/latest",
      "http://[::1]/",
    ];
    for (const location of leads) {
      const from = await startSites({ "blog.test": (_, response) => response.writeHead(302, { location }).end() });
      const answer = await get(from.web(), from.address("blog.test"));
      expect(answer).toMatchObject({ kind: "refused", because: expect.stringContaining("leads on: ") as string });
      await from.close();
    }
    expect(sites.seen.length).toBe(before);
  });

  test("to a name that leads to a private address are refused", async () => {
    const answer = await get(sites.web({ mayRead: ["blog.test"] }), sites.address("blog.test", "/away"));
    expect(answer).toMatchObject({
      kind: "refused",
      because: expect.stringMatching(/other\.test leads to 127\.0\.0\.1.*SOURCE_PRIVATE_HOSTS/) as string,
    });
    expect(sites.seen.filter((line) => line.startsWith("GET other.test")).length).toBe(1);
  });
});

describe("where a name leads", () => {
  const leadingTo = (...addresses: string[]) =>
    get(sites.web({ mayRead: [], leadsTo: () => addresses }), sites.address("any.test"));

  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "224.0.0.1",
    "0.0.0.0",
    "not an address",
  ])("a name that leads to %s is not read", async (address) => {
    expect(await leadingTo(address)).toMatchObject({
      kind: "refused",
      because: expect.stringMatching(/any\.test leads to/) as string,
    });
  });

  test("one address that may not be read is enough, whatever stands beside it", async () => {
    expect(await leadingTo("93.184.216.34", "10.0.0.1")).toMatchObject({ kind: "refused" });
  });

  test("of several addresses that may be read, the one that answers is enough", async () => {
    const web = sites.web({ leadsTo: () => ["127.0.0.9", "127.0.0.1"] });
    expect(await get(web, sites.address("blog.test", "/feed"))).toMatchObject({ kind: "ok" });
  });

  test("the address that was checked is the one that is connected to: a name is looked up once", async () => {
    const answers = ["127.0.0.1", "127.0.0.9"];
    let lookups = 0;
    const web = sites.web({ leadsTo: () => [answers[lookups++] ?? ""] });
    expect(await get(web, sites.address("blog.test", "/feed"))).toMatchObject({ kind: "ok" });
    expect(lookups).toBe(1);
  });

  test("a name that means something else the next time is checked again", async () => {
    const answers = ["127.0.0.1", "169.254.169.254"];
    const closing = await startSites({
      "turning.test": (_, response) => response.writeHead(200, { connection: "close" }).end("fine"),
    });
    const web = closing.web({ leadsTo: () => [answers.shift() ?? ""] });
    expect(await get(web, closing.address("turning.test"))).toMatchObject({ kind: "ok" });
    expect(await get(web, closing.address("turning.test"))).toMatchObject({
      kind: "refused",
      because: expect.stringContaining("169.254.169.254") as string,
    });
    await closing.close();
  });

  test("a private host may be private and nothing else", async () => {
    const web = sites.web({ leadsTo: () => ["169.254.169.254"] });
    expect(await get(web, sites.address("blog.test"))).toMatchObject({ kind: "refused" });
  });
});

test("nothing is opened, and no setting misread, before the first request", () => {
  expect(() => webPort({ SOURCE_HOSTS: "a b:99999, https://x/" }, { turns: localTurns() })).toThrow(
    /SOURCE_HOSTS: b:99999/,
  );
  expect(() => webPort({ SOURCE_PRIVATE_HOSTS: "*" }, { turns: localTurns() })).toThrow(/SOURCE_PRIVATE_HOSTS/);
  expect(() => webPort({}, { turns: localTurns(), hosts: ["no host"] })).not.toThrow();
});
