/** Hosts that fail, stall, lie and never end: what is asked for again, what is refused, and how much of it is taken in. */

import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statedPause } from "../../shared/adapters/web/retry-after.ts";
import { localTurns } from "../../shared/adapters/web/turns.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { get, type Site, type Sites, startSites } from "../support/web.ts";

const MEGABYTE = 1_000_000;
const ZEROS = Buffer.alloc(20 * MEGABYTE);
const packedZeros = brotliCompressSync(ZEROS, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
const taken = { bytes: 0 };

/** Writes for as long as somebody reads, as fast as it is read. */
function endless(part: Buffer): Site {
  return (_, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(part)) taken.bytes += part.length;
    };
    response.on("drain", more);
    more();
  };
}
/** One byte after the other, each when the one before it has gone, without an end. */
const drip: Site = (_, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write("."), 5);
  response.on("close", () => clearInterval(timer));
};
const answers: Readonly<Record<string, Site>> = {
  "/silent": () => undefined,
  "/drip": drip,
  "/endless": endless(Buffer.alloc(64 * 1024, "x")),
  "/endless-gzip": (request, response) => {
    response.setHeader("content-encoding", "gzip");
    endless(Buffer.alloc(64 * 1024, "x"))(request, response);
  },
  "/reset": (_, response) => response.socket?.resetAndDestroy(),
  "/reset-in-the-middle": (_, response) => {
    response.writeHead(200, { "content-length": 1_000 });
    response.write("half", () => response.socket?.resetAndDestroy());
  },
  "/half": (_, response) => {
    response.writeHead(200, { "content-length": 1_000 });
    response.write("half", () => response.socket?.end());
  },
  "/half-chunked": (_, response) => {
    response.writeHead(200);
    response.write("half", () => response.socket?.end());
  },
  "/half-gzip": (_, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("x".repeat(10_000)).subarray(0, 25));
  },
  "/no-gzip": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("not packed at all"),
  "/no-br": (_, response) => response.writeHead(200, { "content-encoding": "br" }).end("not packed at all, no"),
  "/zip": (_, response) => response.writeHead(200, { "content-encoding": "compress" }).end("x"),
  "/twice": (_, response) => response.writeHead(200, { "content-encoding": "gzip, gzip" }).end(gzipSync(gzipSync("x"))),
  "/bomb": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(ZEROS, { level: 1 })),
  "/bomb-br": (_, response) => response.writeHead(200, { "content-encoding": "br" }).end(packedZeros),
  "/announced": (_, response) => response.writeHead(200, { "content-length": 10 * MEGABYTE }).flushHeaders(),
  "/redirect-drip": (request, response) => {
    response.statusCode = 302;
    response.setHeader("location", "/fine");
    response.writeHead(302, { location: "/fine" });
    const timer = setInterval(() => response.write("."), 5);
    request.on("close", () => clearInterval(timer));
    response.on("close", () => clearInterval(timer));
  },
  "/fine": (_, response) => response.end("fine"),
  "/part": (_, response) => response.writeHead(206).end("part"),
  "/not-asked": (_, response) => response.writeHead(304).end(),
  "/nowhere": (_, response) => response.writeHead(302).end(),
};
const site: Site = (request, response) => {
  const url = request.url ?? "";
  const [, status, after] = /^\/status\/(\d+)(?:\/(.+))?$/.exec(url) ?? [];
  if (status === undefined) return answers[url]?.(request, response);
  const headers = Object.fromEntries(new URLSearchParams(after === undefined ? "" : decodeURIComponent(after)));
  return response.writeHead(Number(status), headers).end("no");
};
let sites: Sites;
beforeAll(async () => {
  sites = await startSites({ "bad.test": site, "other.test": site });
});
afterAll(() => sites.close());

const QUICK = { SOURCE_TIMEOUT: "0.2" };
const SMALL = { MAX_SOURCE_BYTES: "100000" };

async function fate(path: string, env: Record<string, string> = {}) {
  return get(sites.web({ env }), sites.address("bad.test", path)).catch((error: unknown) => error);
}
async function later(path: string, env?: Record<string, string>): Promise<RetryLater> {
  const answer = await fate(path, env);
  expect(answer).toBeInstanceOf(RetryLater);
  return answer as RetryLater;
}

describe("asked for again, with a wait", () => {
  test.each([
    ["/silent", "not complete within 0.2 s"],
    ["/drip", "not complete within 0.2 s"],
    ["/reset", "out of reach"],
    ["/reset-in-the-middle", "out of reach"],
    ["/half", "ended before it was complete|out of reach"],
    ["/half-chunked", "ended before it was complete|out of reach"],
    ["/half-gzip", "ended before it was complete"],
  ])("%s", async (path, because) => {
    const error = await later(path, path === "/silent" || path === "/drip" ? QUICK : {});
    expect(error.message).toMatch(new RegExp(`^http://bad\\.test:\\d+${path}: .*(?:${because})`));
    expect(error.free).toBe(false);
    expect(error.afterMs).toBeGreaterThanOrEqual(20_000);
    expect(error.afterMs).toBeLessThanOrEqual(40_000);
  });

  test.each([500, 502, 503, 504, 521, 408, 425, 429])("status %i, counted as an attempt", async (status) => {
    const error = await later(`/status/${status}`);
    expect(error).toMatchObject({ free: false, message: expect.stringContaining(`(${status})`) as string });
    expect(error.afterMs).toBeGreaterThanOrEqual(20_000);
  });

  test("a host that nobody listens at", async () => {
    const closed = await startSites({ "gone.test": () => undefined });
    const web = closed.web();
    const url = closed.address("gone.test");
    await closed.close();
    await expect(get(web, url)).rejects.toThrow(/out of reach \(ECONNREFUSED\)/);
  });

  test("a resolver that is out of order", async () => {
    const web = sites.web({
      leadsTo: () => {
        throw Object.assign(new Error("try again"), { code: "EAI_AGAIN" });
      },
    });
    await expect(get(web, sites.address("bad.test"))).rejects.toBeInstanceOf(RetryLater);
  });
});

describe("a stated wait", () => {
  const stated = (headers: Record<string, string>) => encodeURIComponent(new URLSearchParams(headers).toString());
  test.each([429, 503])("of a %i is kept, costs no attempt and holds the host for everybody", async (status) => {
    const turns = localTurns();
    const url = sites.address("bad.test", `/status/${status}/${stated({ "retry-after": "90" })}`);
    const error = await get(sites.web({ turns }), url).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ afterMs: 90_000, free: true });

    const before = sites.seen.length;
    const other = await get(sites.web({ turns }), sites.address("bad.test", "/fine")).catch(
      (thrown: unknown) => thrown,
    );
    expect(other).toBeInstanceOf(RetryLater);
    expect((other as RetryLater).free).toBe(true);
    expect((other as RetryLater).afterMs).toBeGreaterThan(60_000);
    expect(sites.seen.length).toBe(before);
    expect(await get(sites.web({ turns }), sites.address("other.test", "/fine"))).toMatchObject({ kind: "ok" });
  });

  test("of another 5xx is kept, but it is the host's fault: an attempt", async () => {
    expect(await later(`/status/500/${stated({ "retry-after": "7" })}`)).toMatchObject({ afterMs: 7_000, free: false });
  });

  test("a used-up allowance is told by GitHub as 403", async () => {
    const reset = `${Math.floor(Date.now() / 1_000) + 600}`;
    const error = await later(`/status/403/${stated({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset })}`);
    expect(error.free).toBe(true);
    expect(error.afterMs).toBeGreaterThan(500_000);
  });

  const now = Date.parse("2026-08-01T10:00:00Z");
  test.each<[string, Record<string, string>, number | undefined]>([
    ["seconds", { "retry-after": "120" }, 120_000],
    ["a moment", { "retry-after": "Sat, 01 Aug 2026 10:01:00 GMT" }, 60_000],
    [
      "a moment by a clock that is wrong",
      { "retry-after": "Sat, 01 Aug 2026 12:01:00 GMT", date: "Sat, 01 Aug 2026 12:00:30 GMT" },
      30_000,
    ],
    ["a moment that has passed", { "retry-after": "Sat, 01 Aug 2026 09:00:00 GMT" }, 1_000],
    ["no wait at all", { "retry-after": "0" }, 1_000],
    ["a year", { "retry-after": "31536000" }, 3_600_000],
    ["a number without end", { "retry-after": "9".repeat(400) }, 3_600_000],
    ["nonsense", { "retry-after": "soon" }, undefined],
    ["less than nothing", { "retry-after": "-5" }, undefined],
    ["nothing", {}, undefined],
    ["an allowance that is left", { "x-ratelimit-remaining": "3", "x-ratelimit-reset": "1785578500" }, undefined],
    [
      "an allowance that is used up",
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${now / 1_000 + 50}` },
      50_000,
    ],
  ])("%s", (_, headers, wait) => {
    expect(statedPause(headers, now)).toBe(wait);
  });
});

describe("refused, with what to do", () => {
  test.each([
    [400, "check the address"],
    [401, "login"],
    [403, "does not let the school in"],
    [404, "check the address"],
    [410, "remove the address"],
    [418, "check the address"],
    [451, "legal"],
    [999, "check the address"],
  ])("status %i", async (status, because) => {
    expect(await fate(`/status/${status}`)).toMatchObject({
      kind: "refused",
      status,
      because: expect.stringMatching(new RegExp(`${because}.*\\(${status}\\)$`)) as string,
    });
  });

  test.each([
    ["/no-gzip", "cannot be unpacked"],
    ["/no-br", "cannot be unpacked"],
    ["/zip", "not asked for"],
    ["/twice", "not asked for"],
    ["/part", "gives no document"],
    ["/not-asked", "gives no document"],
    ["/nowhere", "gives no document"],
    ["/bomb", "larger than 100000 bytes"],
    ["/bomb-br", "larger than 100000 bytes"],
    ["/announced", "larger than 100000 bytes"],
    ["/endless", "larger than 100000 bytes"],
  ])("%s", async (path, because) => {
    expect(await fate(path, SMALL)).toMatchObject({
      kind: "refused",
      because: expect.stringContaining(because) as string,
    });
  });

  test("a reader's own limit counts where it is lower, and never raises the configured one", async () => {
    const limited = (maxBytes: number, env: Record<string, string> = {}) =>
      get(sites.web({ env }), { url: sites.address("bad.test", "/fine"), maxBytes });
    expect(await limited(4)).toMatchObject({ kind: "ok" });
    expect(await limited(3)).toMatchObject({ kind: "refused" });
    expect(await limited(4, { MAX_SOURCE_BYTES: "3" })).toMatchObject({ kind: "refused" });
  });

  test("of a body without end little more than the limit is taken in", async () => {
    taken.bytes = 0;
    await fate("/endless", SMALL);
    // What lies in the buffers of both sides is on its way already.
    expect(taken.bytes).toBeLessThan(20 * MEGABYTE);
  });

  test("a name that nobody has", async () => {
    const missing = Object.assign(new Error("not found"), { code: "ENOTFOUND" });
    const leadsTo = () => {
      throw missing;
    };
    const because = expect.stringContaining("no host of this name") as string;
    expect(await get(sites.web({ leadsTo }), sites.address("bad.test"))).toMatchObject({ kind: "refused", because });
    expect(await get(sites.web({ leadsTo: () => [] }), sites.address("bad.test"))).toMatchObject({ because });
  });
});

test("what stands in a redirect's body is not waited for", async () => {
  expect(await fate("/redirect-drip")).toMatchObject({ kind: "ok", url: sites.address("bad.test", "/fine") });
});

describe("servers that do not speak HTTP", () => {
  const speaking = async (say: (socket: Socket) => void) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      say(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const web = sites.web({ env: { SOURCE_PRIVATE_HOSTS: `odd.test:${port}`, ...QUICK } });
    const answer = await get(web, `http://odd.test:${port}/`).catch((thrown: unknown) => thrown);
    server.close();
    return answer;
  };
  test.each([
    ["words", "220 ready\r\n"],
    ["headers without end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(200_000)}\r\n\r\n`],
    ["a line that is no header", "HTTP/1.1 200 OK\r\nno header at all\r\n\r\n"],
  ])("%s are refused", async (_, words) => {
    expect(await speaking((socket) => socket.end(words))).toMatchObject({
      kind: "refused",
      because: expect.stringContaining("does not speak HTTP") as string,
    });
  });

  test("nothing at all is asked for again", async () => {
    expect(await speaking((socket) => socket.end())).toBeInstanceOf(RetryLater);
    expect(await speaking(() => undefined)).toBeInstanceOf(RetryLater);
  });
});
