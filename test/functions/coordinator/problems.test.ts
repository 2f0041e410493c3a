import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROBLEM_KINDS } from "../../../functions/coordinator/problem-kinds.ts";
import { answerBroken } from "../../../functions/coordinator/server.ts";
import { startSchool, type TestSchool, type Who } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

describe("an error says what it is, as problem+json", () => {
  const json = { "content-type": "application/json" };
  test.each<
    [
      name: string,
      who: Who,
      method: string,
      path: string,
      status: number,
      kind: string,
      body?: unknown,
      headers?: Record<string, string>,
    ]
  >([
    ["nothing there", "viewer", "GET", "/api/nothing", 404, "not-found"],
    ["nothing there at all", "nobody", "GET", "/nothing", 404, "not-found"],
    ["a method it does not have", "viewer", "DELETE", "/api/status", 405, "method-not-allowed"],
    ["a method nothing has", "viewer", "PATCH", "/api/improvements/x/approve", 405, "method-not-allowed"],
    ["half a percent sign", "viewer", "GET", "/api/improvements/%zz", 400, "not-understood"],
    ["bytes that are no UTF-8", "viewer", "GET", "/api/improvements/%ff", 400, "not-understood"],
    ["the same in a query", "viewer", "GET", "/api/improvements?q=%e4", 400, "not-understood"],
    ["a wrong query", "viewer", "GET", "/api/sources?limit=-1", 400, "not-understood"],
    ["half a JSON", "reviewer", "POST", "/api/sources", 400, "not-understood", '{"content":', json],
    ["another JSON", "reviewer", "POST", "/api/sources", 422, "rule-broken", "[]", json],
    [
      "a form",
      "reviewer",
      "POST",
      "/api/sources",
      415,
      "unsupported-media-type",
      "a=b",
      { "content-type": "application/x-www-form-urlencoded" },
    ],
    [
      "text that is no UTF-8",
      "reviewer",
      "POST",
      "/api/sources",
      422,
      "rule-broken",
      new Uint8Array([0xff, 0xfe, 0x00]),
      { "content-type": "text/plain" },
    ],
    [
      "a body of megabytes",
      "reviewer",
      "POST",
      "/api/sources",
      413,
      "too-large",
      "x".repeat(7_000_000),
      { "content-type": "text/plain" },
    ],
    ["no token", "nobody", "GET", "/api/status", 401, "token-needed"],
    ["a role too low", "viewer", "GET", "/api/doctor", 403, "role-missing"],
    ["not as it stands", "reviewer", "POST", "/api/improvements/none/approve", 404, "not-found", { reason: "r" }],
    ["an unknown kind of problem", "nobody", "GET", "/problems/none", 404, "not-found"],
  ])("%s", async (_name, who, method, path, status, kind, body, headers = {}) => {
    const response = await fetch(school.coordinator.url + path, {
      method,
      headers: {
        ...(who === "nobody" ? {} : { authorization: `Bearer ${who}-token` }),
        ...(typeof body === "object" && !(body instanceof Uint8Array) ? json : {}),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : {
            body: typeof body === "object" && !(body instanceof Uint8Array) ? JSON.stringify(body) : (body as string),
          }),
    });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = (await response.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ type: `/problems/${kind}`, status, instance: path.split("?")[0] });
    expect(problem["detail"]).toEqual(expect.stringMatching(/\w/));
    const meaning = await school.call("nobody", "GET", problem["type"] as string);
    expect(meaning.json).toMatchObject({ name: kind, status, title: problem["title"] });
  });

  test("405 names the methods there are", async () => {
    const url = `${school.coordinator.url}/api/flags/freeze`;
    const response = await fetch(url, { method: "POST", headers: { authorization: "Bearer operator-token" } });
    expect(response.headers.get("allow")).toBe("DELETE, GET, HEAD, PUT");
  });

  test("every kind is listed once", async () => {
    const { problems } = (await school.call("nobody", "GET", "/problems")).json;
    expect(problems).toHaveLength(PROBLEM_KINDS.length);
    for (const field of ["name", "status"]) {
      expect(new Set(problems.map((kind: Record<string, unknown>) => kind[field])).size).toBe(problems.length);
    }
  });
});

describe("what never becomes a request is answered too", () => {
  /** Sends text as it is and returns all that comes back until the server closes. */
  async function raw(port: number, text: string): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.write(text);
    await once(socket, "close");
    return answer;
  }
  const port = () => Number(new URL(school.coordinator.url).port);

  test.each<[name: string, text: () => string, status: number]>([
    ["no HTTP", () => "HELLO SCHOOL\r\n\r\n", 400],
    ["headers of 20 KB", () => `GET /health HTTP/1.1\r\nhost: x\r\nx-long: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["an address of 20 KB", () => `GET /${"x".repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    ["a length that is none", () => "POST /api/sources HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400],
  ])("%s", async (_name, text, status) => {
    const answer = await raw(port(), text());
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain("application/problem+json");
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({ status });
  });

  test("headers that never end are cut off with 408", async () => {
    const server = createServer({ headersTimeout: 50, requestTimeout: 60, connectionsCheckingInterval: 10 });
    answerBroken(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const answer = await raw((server.address() as AddressInfo).port, "GET / HTTP/1.1\r\nhost: x\r\n");
      expect(answer).toMatch(/^HTTP\/1.1 408 /);
      expect(answer).toContain("/problems/too-slow");
    } finally {
      server.close();
    }
  });
});
