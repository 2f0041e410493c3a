import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerBroken, SERVER_OPTIONS } from "../../../functions/coordinator/server.ts";
import { OWN, send } from "./security-support.ts";
import { startSchool, type TestSchool, TOKENS } from "./support.ts";

let school: TestSchool;
let url: string;
beforeAll(async () => {
  school = await startSchool();
  ({ url } = school.coordinator);
});
afterAll(() => school.close());

describe("a client that is slow on purpose", () => {
  test.each([
    ["with its headers", "GET /api/me HTTP/1.1\r\nhost: x\r\n", "x-a: b\r\n"],
    ["with its body", "POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n", "x"],
  ])("%s is let go, however often it gives a sign of life", async (_name, start, drip) => {
    const quick = { ...SERVER_OPTIONS, headersTimeout: 100, requestTimeout: 120, connectionsCheckingInterval: 10 };
    const server = createServer(quick, (request) => request.resume());
    answerBroken(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const dripping = setInterval(() => socket.writable && socket.write(drip), 10);
    try {
      let text = "";
      socket.on("data", (piece) => (text += piece.toString()));
      socket.on("error", () => undefined);
      socket.write(start);
      await once(socket, "close");
      expect(text).toMatch(/^HTTP\/1.1 408 /);
    } finally {
      clearInterval(dripping);
      socket.destroy();
      server.close();
    }
  });

  test("one that is idle is kept for longer than nginx (a minute) and what is written in Go (90 s) keep it", () => {
    expect(SERVER_OPTIONS.keepAliveTimeout).toBeGreaterThan(90_000);
  });

  test("has ten seconds for headers and a minute for all of it", () => {
    expect(SERVER_OPTIONS).toMatchObject({ headersTimeout: 10_000, requestTimeout: 60_000, maxHeaderSize: 16_384 });
  });
});

describe("what a request is made of", () => {
  const bearer = ["authorization", `Bearer ${TOKENS.operator}`] as const;

  test.each([
    "/ui/..%2f..%2fpackage.json",
    "/ui/%2e%2e/%2e%2e/package.json",
    "/ui/..%5c..%5cpackage.json",
    "/ui/files.json%00.js",
    "/ui/__proto__",
    "//evil.example/api/me",
    "/api/improvements/..%2f..%2fschool:flags",
    "/api/sources/%2e%2e",
    "/api//sessions",
    "/API/SESSIONS",
    "/api/sessions/",
    "/problems/__proto__",
  ])("%s leads nowhere and to nobody's data", async (address) => {
    const answer = await send(url, address);
    expect([400, 401, 404, 405]).toContain(answer.status);
    expect(answer.headers["location"]).toBeUndefined();
    expect(answer.text).not.toContain('cortex-online-school"');
  });

  test.each([
    ["a name", "/api/flags/x%0d%0aset-cookie:%20a=1"],
    ["an id", "/api/improvements/x%0d%0alocation:%20https:%2f%2fevil.example"],
    ["a cursor", "/api/sources?cursor=%0d%0ax-evil:%201"],
    ["a stage", "/api/dead-letters/%0d%0ax-evil:1/redrive"],
  ])("line breaks in %s never become headers", async (_name, address) => {
    const answer = await send(url, address, { headers: [bearer] });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    for (const name of ["set-cookie", "location", "x-evil"]) expect(answer.headers[name], name).toBeUndefined();
  });

  test("a body larger than 6 MB is refused before it is read, to strangers too", async () => {
    const body = JSON.stringify({ token: "x".repeat(7 * 1024 * 1024) });
    const answer = await send(url, "/api/session", {
      method: "POST",
      headers: [...OWN, ["content-type", "application/json"]],
      body,
    }).catch((error: NodeJS.ErrnoException) => error);
    // The connection may be closed while we still write.
    if (answer instanceof Error) expect(answer).toMatchObject({ code: expect.stringMatching(/EPIPE|ECONNRESET/) });
    else expect(answer.status).toBe(413);
    expect((await send(url, "/health")).status).toBe(200);
  });

  test("answers that are no page may do nothing, should a browser ever show one", async () => {
    for (const address of ["/api/me", "/problems", "/api/openapi.json", "/nowhere"]) {
      const { headers } = await send(url, address, { headers: [bearer] });
      expect(headers, address).toMatchObject({
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": expect.stringContaining("no-store"),
      });
    }
  });
});
