/** robots.txt: what it says, and for what it is asked. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { robotsFor } from "../../shared/adapters/web/robots.ts";
import { bodyOf, get, type Site, type Sites, startSites } from "../support/web.ts";

describe("what a file says", () => {
  const GROUPS = `
    # for all
    User-agent: *
    Disallow: /private
    Disallow: /tmp/   # with a remark
    Allow: /private/open

    user-agent: Other-Bot
    User-Agent: cortex-online-school/2.0
    disallow: /talks
    Allow: /talks/*.vtt$
    Disallow: /caf%C3%A9
    Disallow: /*?print=
    Disallow:

    User-agent: greedy
    Disallow: /
    User-agent: cortex-online-school
    Disallow: /more`;
  test.each([
    ["cortex-online-school", "/private", true],
    ["Cortex-Online-School", "/talks/one", false],
    ["cortex-online-school", "/talks/one.vtt", true],
    ["cortex-online-school", "/talks/one.vtt?x", false],
    ["cortex-online-school", "/café/menu", false],
    ["cortex-online-school", "/caf%c3%a9", false],
    ["cortex-online-school", "/page?a=1&print=2", true],
    ["cortex-online-school", "/page?print=2", false],
    ["cortex-online-school", "/more/of", false],
    ["cortex-online-school", "/", true],
    ["somebody", "/private", false],
    ["somebody", "/private/else", false],
    ["somebody", "/private/open/x", true],
    ["somebody", "/tmp", true],
    ["somebody", "/tmp/x", false],
    ["greedy", "/anything", false],
  ])("%s may read %s: %s", (agent, path, may) => {
    expect(robotsFor(agent, GROUPS).mayRead(path)).toBe(may);
  });

  test.each([
    ["", "/a", true],
    ["<html>Not found</html>", "/a", true],
    ["Disallow: /", "/a", true],
    ["User-agent: *\r\nDisallow: /a\r\n", "/a", false],
    ["User-agent: *\rDisallow: /a", "/a", false],
    ["\uFEFFUser-agent: *\nDisallow: /a", "/a", false],
    ["User-agent: *\nDisallow: /a$", "/ab", true],
    ["User-agent: *\nDisallow: /a$", "/a", false],
    ["User-agent: *\nDisallow: *", "/a", false],
    ["User-agent: *\nDisallow: /a*b*c", "/a1b2c3", false],
    ["User-agent: *\nDisallow: /a*b*c$", "/a1b2c3", true],
    ["User-agent: *\nDisallow: /a*c$", "/acc", false],
    ["User-agent: *\nAllow: /a\nDisallow: /a", "/a", true],
    ["User-agent: *\nDisallow: /%7Ejoe", "/~joe", false],
  ])("%j and %s: %s", (text, path, may) => {
    expect(robotsFor("x", text).mayRead(path)).toBe(may);
  });

  test("a pattern made to take long does not", () => {
    const text = `User-agent: *\nDisallow: /${"a*".repeat(2_000)}b$\n`.repeat(20);
    expect(robotsFor("x", text).mayRead(`/${"a".repeat(7_000)}`)).toBe(true);
  });
});

describe("for pages", () => {
  const robots: Record<string, Site> = {
    "strict.test": (_, response) => response.end("User-agent: cortex-online-school\nDisallow: /private"),
    "free.test": (_, response) => response.writeHead(404).end(),
    "hidden.test": (_, response) => response.writeHead(403).end(),
    "moved.test": (_, response) => response.writeHead(301, { location: "https://elsewhere.example/robots.txt" }).end(),
    "down.test": (_, response) => response.writeHead(503).end(),
  };
  let sites: Sites;
  beforeAll(async () => {
    const site =
      (rules: Site): Site =>
      (request, response) => {
        if (request.url === "/robots.txt") return rules(request, response);
        if (request.url === "/leads-in") return response.writeHead(302, { location: "/private/x" }).end();
        return response.end(`page ${request.url}`);
      };
    sites = await startSites(Object.fromEntries(Object.entries(robots).map(([name, rules]) => [name, site(rules)])));
  });
  beforeEach(() => {
    sites.seen.length = 0;
  });
  afterAll(() => sites.close());
  const page = (name: string, path: string) => ({ url: sites.address(name, path), isPage: true });

  test("what it keeps from us is not asked for, also where a redirect leads there", async () => {
    const web = sites.web();
    for (const path of ["/private/x", "/leads-in"]) {
      expect(await get(web, page("strict.test", path))).toMatchObject({
        kind: "refused",
        because: expect.stringMatching(/\/private\/x: .*robots\.txt/) as string,
      });
    }
    expect(sites.seen).not.toContain("GET strict.test/private/x");
    expect(bodyOf(await get(web, page("strict.test", "/open")))).toBe("page /open");
    expect(sites.seen.filter((line) => line.endsWith("/robots.txt"))).toHaveLength(1);
  });

  test("another name of the agent has other rules", async () => {
    const web = sites.web({ env: { SOURCE_USER_AGENT: "acme/1.0 (+https://acme.test)" } });
    expect(await get(web, page("strict.test", "/private/x"))).toMatchObject({ kind: "ok" });
  });

  test.each(["free.test", "hidden.test", "moved.test"])("%s forbids nothing", async (name) => {
    expect(bodyOf(await get(sites.web(), page(name, "/private/x")))).toBe("page /private/x");
  });

  test("a host that cannot tell now is asked again later", async () => {
    await expect(get(sites.web(), page("down.test", "/a"))).rejects.toThrow(/robots\.txt: .*503/);
    expect(sites.seen).toEqual(["GET down.test/robots.txt"]);
  });

  test("feeds, captions and interfaces are there for programs: nothing is asked before them", async () => {
    expect(bodyOf(await get(sites.web(), sites.address("strict.test", "/private/feed")))).toBe("page /private/feed");
    expect(sites.seen).toEqual(["GET strict.test/private/feed"]);
  });
});
