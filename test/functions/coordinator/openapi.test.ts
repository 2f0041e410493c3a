import { readFile } from "node:fs/promises";
import path from "node:path";
import { dereference, validate } from "@readme/openapi-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { coordinatorApp } from "../../../functions/coordinator/app.ts";
import { describeApi, OPERATIONS } from "../../../functions/coordinator/openapi/describe.ts";
import type { School } from "../../../functions/coordinator/school.ts";
import { changeSet, verdictOf } from "../../../shared/domain/change-set.ts";
import { type Answer, startSchool, type TestSchool, type Who } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({ git: () => Promise.reject(new Error("no repository here")) });
});
afterAll(() => school.close());

const named = OPERATIONS.map(
  (operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation] as const,
);
/** A path with something in the place of every name. */
const filled = (text: string, id = "x") => text.replaceAll(/:\w+/g, id);

describe("the description", () => {
  test("is OpenAPI 3.1 without errors or warnings", async () => {
    // The tests after it ask nothing for long, and keep this process from noticing that the connection was closed.
    const answer = await school.call("nobody", "GET", "/api/openapi.json", undefined, { connection: "close" });
    expect(answer.json.openapi).toBe("3.1.0");
    expect(await validate(answer.json)).toEqual({ valid: true, warnings: [], specification: "OpenAPI" });
  });

  test("is the one that is committed", async () => {
    const file = path.resolve(import.meta.dirname, "../../../functions/coordinator/openapi.json");
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(describeApi())));
  });

  test("has every route of the coordinator, and no other", () => {
    const { redis, keys } = school;
    const fake = { redis, keys, settings: { RATE_LIMIT_PER_MINUTE: 0 }, tokens: [], listing: {} } as unknown as School;
    const routes = coordinatorApp(fake).routes.filter(({ method }) => method !== "ALL");
    const served = new Set(routes.map((route) => `${route.method} ${route.path}`));
    expect([...served].sort()).toEqual(named.map(([name]) => name).sort());
  });

  test("names every operation once", () => {
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  });

  test.each(named)("%s: its examples are what its schemas say", (_name, { answer, body }) => {
    if (answer.schema !== undefined) expect(answer.schema.safeParse(answer.example).error?.issues).toBeUndefined();
    if (body !== undefined) expect(body.schema.safeParse(body.example).error?.issues).toBeUndefined();
  });
});

describe("roles are as described", () => {
  const ladder: Who[] = ["nobody", "viewer", "reviewer", "operator"];
  const guarded = named.filter(([, { role }]) => role !== "open");

  test.each(guarded)("%s", async (_name, { method, path: pattern, role, body }) => {
    for (const who of ladder) {
      const { status, type, json } = await school.call(who, method.toUpperCase(), filled(pattern), body?.example);
      const wanted = who === "nobody" ? 401 : ladder.indexOf(who) < ladder.indexOf(role as Who) ? 403 : undefined;
      if (wanted === undefined) expect([401, 403], who).not.toContain(status);
      else {
        expect(status, who).toBe(wanted);
        expect(type).toBe("application/problem+json");
        expect(json.type).toBe(wanted === 401 ? "/problems/token-needed" : "/problems/role-missing");
      }
    }
  });

  test.each(named.filter(([, { role }]) => role === "open"))("%s needs no token", async (_name, { path: pattern }) => {
    expect([401, 403]).not.toContain((await school.call("nobody", "GET", filled(pattern))).status);
  });
});

describe("answers are as described", () => {
  let operations: Map<string, { responses: Record<string, { content?: Record<string, { schema?: object }> }> }>;
  beforeAll(async () => {
    const whole = (await dereference(JSON.parse(JSON.stringify(describeApi())))) as {
      paths: Record<string, Record<string, never>>;
    };
    const entries = Object.entries(whole.paths).flatMap(([route, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${route}`, operation] as const),
    );
    operations = new Map(entries);

    const change = changeSet([{ path: "apps/a.yaml", before: null, after: "kind: LimitRange\n" }], [], "shop");
    const verdict = verdictOf([{ rule: "limits", decision: "human", message: "a person looks" }]);
    await school.stand("o1", "pending_review", { change_set: change, verdict, review_stage: "approve" });
    await school.stand("o2", "dead");
    await school.stand("o3", "dead");
    await school.stand("o4", "conflicts");
    await school.seed(["o5"]);
    await school.redis.set(school.keys.lock("shop"), "o1");
    await school.redis.sadd(school.keys.lockNames, "shop");
  });

  /** Fails unless the description has this status, and its schema takes the answer. */
  function fits(method: string, route: string, { status, type, json }: Answer): void {
    const response = operations.get(`${method} ${route}`)?.responses[status];
    expect(Object.keys(operations.get(`${method} ${route}`)?.responses ?? {}), `${method} ${route}`).toContain(
      String(status),
    );
    const media = type.split(";", 1)[0] ?? "";
    const content = response?.content?.[media];
    expect(content, `${method} ${route} ${status} as ${media}`).toBeDefined();
    if (json === undefined || content?.schema === undefined) return;
    expect(
      z.fromJSONSchema(content.schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(json).error?.issues,
    ).toBeUndefined();
  }

  test.each<[Who, string, string, Record<string, string>?, unknown?, number?]>([
    ["viewer", "GET", "/api/improvements?limit=2"],
    ["viewer", "GET", "/api/improvements?limit=x", {}, undefined, 400],
    ["viewer", "GET", "/api/improvements/{id}", { id: "o1" }],
    ["viewer", "GET", "/api/improvements/{id}", { id: "none" }, undefined, 404],
    ["viewer", "GET", "/api/improvements/{id}/trail", { id: "o1" }],
    ["viewer", "GET", "/api/improvements/{id}/diff", { id: "o1" }],
    ["viewer", "GET", "/api/sources"],
    ["viewer", "GET", "/api/sources/{id}", { id: "src-o5" }],
    ["viewer", "GET", "/api/dead-letters"],
    ["viewer", "GET", "/api/dead-letters?stage=route"],
    ["viewer", "GET", "/api/me"],
    ["viewer", "GET", "/api/status"],
    ["viewer", "GET", "/api/models"],
    ["viewer", "GET", "/api/flags"],
    ["viewer", "GET", "/api/flags/{name}", { name: "freeze" }],
    ["viewer", "GET", "/api/locks"],
    ["viewer", "GET", "/api/events?limit=5"],
    ["operator", "GET", "/api/doctor"],
    ["nobody", "GET", "/api/me", {}, undefined, 401],
    ["viewer", "GET", "/api/doctor", {}, undefined, 403],
    ["nobody", "GET", "/health"],
    ["nobody", "GET", "/health/readiness"],
    ["nobody", "GET", "/metrics"],
    ["nobody", "GET", "/problems"],
    ["nobody", "GET", "/problems/{name}", { name: "refused" }],
    ["reviewer", "POST", "/api/sources", {}, { content: "Set limits." }, 202],
    ["reviewer", "POST", "/api/sources", {}, { content: "" }, 422],
    ["reviewer", "POST", "/api/sources/{id}/again", { id: "src-o5" }, { content: "Set limits." }, 202],
    ["operator", "POST", "/api/improvements/{id}/approve", { id: "o1" }, { reason: "r" }],
    ["operator", "POST", "/api/improvements/{id}/approve", { id: "o1" }, { reason: "r" }, 409],
    ["reviewer", "POST", "/api/improvements/{id}/override", { id: "o4" }, {}, 422],
    ["operator", "POST", "/api/dead-letters/{stage}/redrive", { stage: "route" }, { reason: "r", all: true }],
    ["operator", "POST", "/api/dead-letters/{stage}/discard", { stage: "route" }, { reason: "r", all: true }],
    ["viewer", "GET", "/api/dead-letters/discarded"],
    ["operator", "PUT", "/api/flags/{name}", { name: "freeze" }, { reason: "r", expires_in: "2h" }],
    ["operator", "DELETE", "/api/flags/{name}", { name: "freeze" }],
    ["operator", "POST", "/api/breaker/close", {}, { reason: "r" }],
    ["operator", "POST", "/api/locks/{name}/unlock", { name: "shop" }, { reason: "r" }],
    ["operator", "POST", "/api/doctor/repair"],
    [
      "operator",
      "POST",
      "/stages/{stage}",
      { stage: "route" },
      { specversion: "1.0", id: "e", source: "/t", type: "ai.cortex.school.improvement.raw", data: { id: "o5" } },
      202,
    ],
    ["operator", "POST", "/stages/{stage}", { stage: "route" }, { hello: "world" }, 400],
  ])("%s %s %s %j", async (who, method, address, names = {}, body, status = 200) => {
    const [route = ""] = address.split("?");
    const url = address.replaceAll(/\{(\w+)\}/g, (_all, name: string) => names[name] ?? "");
    const answer = await school.call(who, method, url, body);
    expect(answer.status, answer.text).toBe(status);
    fits(method, route, answer);
  });

  test("one dead letter", async () => {
    await school.stand("o6", "dead");
    const { letters } = (await school.call("viewer", "GET", "/api/dead-letters")).json;
    const answer = await school.call("viewer", "GET", `/api/dead-letters/${letters[0].stage}/${letters[0].id}`);
    expect(answer.status).toBe(200);
    fits("GET", "/api/dead-letters/{stage}/{letter}", answer);
  });
});
