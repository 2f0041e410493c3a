import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditPage } from "../../../shared/pipeline/audit.ts";
import { OWN, send, signedIn } from "./security-support.ts";
import { startSchool, type TestSchool, TOKENS } from "./support.ts";

let school: TestSchool;
let url: string;
const cookies: Record<string, string> = {};
beforeAll(async () => {
  school = await startSchool();
  ({ url } = school.coordinator);
  for (const who of ["viewer", "reviewer", "operator"] as const) cookies[who] = await signedIn(url, who);
});
afterAll(() => school.close());

interface Described {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
}
const file = path.resolve(import.meta.dirname, "../../../functions/coordinator/openapi.json");
const { paths } = JSON.parse(await readFile(file, "utf8")) as {
  paths: Record<string, Record<string, Described>>;
};
/** Every described route that changes something and is not open to everybody. */
const changing = Object.entries(paths).flatMap(([route, methods]) =>
  Object.entries(methods).flatMap(([method, operation]) => {
    const role = operation.security?.[0]?.["token"]?.[0];
    if (method === "get" || role === undefined) return [];
    const [media = "application/json", described] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
    const body = described?.example === undefined ? undefined : JSON.stringify(described.example);
    return [
      { name: `${method.toUpperCase()} ${route}`, method, route: route.replaceAll(/\{\w+\}/g, "x"), role, media, body },
    ];
  }),
);
const BEARER = ["authorization", `Bearer ${TOKENS.operator}`] as const;
/** Signing out ends the very session a test goes on with. */
const stays = changing.filter(({ name }) => name !== "DELETE /api/session");

type Headers = readonly (readonly [string, string])[];
interface Change {
  readonly method: string;
  readonly route: string;
  readonly media: string;
  readonly body: string | undefined;
}
const ask = ({ method, route, media, body }: Change, headers: Headers) =>
  send(url, route, {
    method: method.toUpperCase(),
    headers: [...headers, ...(body === undefined ? [] : [["content-type", media] as const])],
    ...(body === undefined ? {} : { body }),
  });

describe("every route that changes something", () => {
  test("is among those looked at here", () => {
    expect(changing.length).toBeGreaterThan(20);
  });

  test.each(changing)("$name is refused to who shows nothing, a wrong token or a wrong cookie", async (change) => {
    const { port } = new URL(url);
    for (const proof of [
      [],
      [["authorization", "Bearer of-nobody-at-all"]],
      [["authorization", `Basic ${Buffer.from(`operator:${TOKENS.operator}`).toString("base64")}`]],
      [["cookie", `school-${port}=${"x".repeat(43)}`]],
      [["cookie", `school-${port}=${TOKENS.operator}`]],
      [
        ["x-forwarded-user", "otto"],
        ["x-forwarded-groups", "operator"],
      ],
    ] as Headers[]) {
      const answer = await ask(change, [...OWN, ...proof]);
      expect(answer.status, JSON.stringify(proof)).toBe(401);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
    }
  });

  test.each(stays)("$name by cookie wants the role $role, like with a token", async (change) => {
    const ladder = ["viewer", "reviewer", "operator"];
    for (const who of ladder.slice(0, ladder.indexOf(change.role))) {
      const answer = await ask(change, [...OWN, ["cookie", cookies[who] ?? ""]]);
      expect(answer.status, who).toBe(403);
      expect(answer.json.detail).toContain(`needs the role ${change.role}`);
    }
  });

  test.each(changing)("$name by cookie is refused when another site may have caused it", async (change) => {
    const cookie = ["cookie", cookies["operator"] ?? ""] as const;
    for (const from of [
      [
        ["sec-fetch-site", "cross-site"],
        ["x-school-request", "1"],
      ],
      [
        ["origin", "https://evil.example"],
        ["x-school-request", "1"],
      ],
    ] as Headers[]) {
      const answer = await ask(change, [cookie, ...from]);
      expect(answer.status, JSON.stringify(from)).toBe(403);
      expect(answer.json.title).toContain("own page");
    }
  });
});

describe("every change that succeeds is in the audit", () => {
  const others = stays.filter(({ route }) => !/^\/api\/(improvements\/|sessions)/.test(route));

  test("and some do", async () => {
    expect((await ask(others.find(({ route }) => route.startsWith("/api/breaker")) as Change, [BEARER])).status).toBe(
      200,
    );
  });

  test.each(others)("$name", async (change) => {
    const before = await school.redis.xlen(school.keys.audit);
    const { status } = await ask(change, [BEARER]);
    const [entry] = await auditPage(school, { limit: 1 });
    if (status >= 300) expect(await school.redis.xlen(school.keys.audit)).toBe(before);
    else {
      expect(await school.redis.xlen(school.keys.audit)).toBe(before + 1);
      expect(entry).toMatchObject({ actor: "person:otto", by: "token" });
      const { reason = "" } =
        change.media === "application/json" && change.body !== undefined ? JSON.parse(change.body) : {};
      expect(entry?.reason).toBe(reason);
    }
  });
});

describe("a change by cookie", () => {
  const own = () => new URL(url).origin;
  const change = (headers: Headers, body?: string) =>
    send(url, "/api/breaker/close", {
      method: "POST",
      headers: [["cookie", cookies["operator"] ?? ""], ...headers],
      body: body ?? '{"reason":"looked"}',
    });
  const OURS = ["x-school-request", "1"] as const;
  const AS_JSON = ["content-type", "application/json"] as const;
  const AS_FORM = ["content-type", "application/x-www-form-urlencoded"] as const;
  const AS_TEXT = ["content-type", "text/plain"] as const;

  test.each<[string, () => Headers, number]>([
    ["our page says so itself", () => [["sec-fetch-site", "same-origin"], OURS, AS_JSON], 200],
    ["a person did it by hand", () => [["sec-fetch-site", "none"], AS_JSON], 200],
    ["the origin is ours, JSON", () => [["origin", own()], AS_JSON], 200],
    [
      "the browser's word counts more than an origin a proxy made look foreign",
      () => [["sec-fetch-site", "same-origin"], ["origin", "https://school.example"], OURS, AS_JSON],
      200,
    ],
    ["another site", () => [["sec-fetch-site", "cross-site"], OURS, AS_JSON], 403],
    ["another host of the same domain", () => [["sec-fetch-site", "same-site"], OURS, AS_JSON], 403],
    [
      "another site that claims our origin",
      () => [["sec-fetch-site", "cross-site"], ["origin", own()], OURS, AS_JSON],
      403,
    ],
    ["a word no browser says", () => [["sec-fetch-site", "same-origin, cross-site"], OURS, AS_JSON], 403],
    ["another origin", () => [["origin", "https://evil.example"], OURS, AS_JSON], 403],
    ["an origin that hides", () => [["origin", "null"], OURS, AS_JSON], 403],
    ["an origin that begins like ours", () => [["origin", `${own()}.evil.example`], OURS, AS_JSON], 403],
    ["another port of this host", () => [["origin", "http://127.0.0.1:1"], OURS, AS_JSON], 403],
    ["an old browser that says nothing", () => [OURS, AS_JSON], 403],
    ["only a referer", () => [["referer", `${own()}/`], OURS, AS_JSON], 403],
    ["our page, but as a form sends it", () => [["sec-fetch-site", "same-origin"], AS_FORM], 403],
    ["our page, but as plain text", () => [["sec-fetch-site", "same-origin"], AS_TEXT], 403],
    [
      "our page, with another value of the header",
      () => [["sec-fetch-site", "same-origin"], ["x-school-request", "0"], AS_TEXT],
      403,
    ],
  ])("%s", async (_name, headers, status) => {
    const answer = await change(headers());
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.json.detail).toMatch(/Open the dashboard|Send the header|newer browser/);
  });

  test("reads need no proof, and answer no other origin: there is no CORS", async () => {
    const cookie = ["cookie", cookies["viewer"] ?? ""] as const;
    const read = await send(url, "/api/status", { headers: [cookie, ["origin", "https://evil.example"]] });
    expect(read.status).toBe(200);
    const before = await send(url, "/api/breaker/close", {
      method: "OPTIONS",
      headers: [cookie, ["origin", "https://evil.example"], ["access-control-request-method", "POST"]],
    });
    for (const { headers } of [read, before]) {
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    }
    expect(before.status).toBe(405);
  });

  test("a method in a header or the query changes no request that reads into one that writes", async () => {
    const answer = await send(url, "/api/flags/freeze?_method=DELETE", {
      headers: [
        ["cookie", cookies["operator"] ?? ""],
        ["x-http-method-override", "DELETE"],
      ],
    });
    expect(answer.json).toMatchObject({ name: "freeze" });
    expect(answer.json.reason).toBeUndefined();
  });

  test("is remembered by Idempotency-Key for that person only", async () => {
    const once = (who: string) =>
      send(url, "/api/sources", {
        method: "POST",
        headers: [...OWN, AS_JSON, ["cookie", cookies[who] ?? ""], ["idempotency-key", "the-same"]],
        body: '{"content":"something to learn from"}',
      });
    const first = await once("operator");
    expect(first.status).toBe(202);
    expect((await once("operator")).headers["idempotency-replayed"]).toBe("true");
    expect((await once("reviewer")).headers["idempotency-replayed"]).toBeUndefined();
    expect((await once("viewer")).status).toBe(403);
  });
});

describe("signing in needs the same proof", () => {
  test.each<[string, Headers, number]>([
    [
      "from another site",
      [
        ["sec-fetch-site", "cross-site"],
        ["content-type", "application/json"],
      ],
      403,
    ],
    ["without saying from where", [["content-type", "application/json"]], 403],
    [
      "as a form of another site would",
      [
        ["origin", "https://evil.example"],
        ["content-type", "text/plain"],
      ],
      403,
    ],
  ])("%s", async (_name, headers, status) => {
    const answer = await send(url, "/api/session", {
      method: "POST",
      headers,
      body: JSON.stringify({ token: TOKENS.viewer }),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });
});
