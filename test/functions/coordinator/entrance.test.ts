import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCoordinator } from "../../../functions/coordinator/start.ts";
import { ConfigurationError } from "../../../shared/runtime/config.ts";
import { baseEnv, startSchool, type TestSchool, TOKENS, type Who } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({ env: { SCHOOL_REAL: "redis, git" } });
});
afterAll(() => school.close());

const event = { specversion: "1.0", id: "e", source: "/t", type: "x", data: {} };

describe("who may do what", () => {
  test.each<[method: string, path: string, needs: "viewer" | "reviewer" | "operator", body?: unknown]>([
    ["GET", "/api/me", "viewer"],
    ["GET", "/api/status", "viewer"],
    ["GET", "/api/improvements", "viewer"],
    ["GET", "/api/improvements/x", "viewer"],
    ["GET", "/api/improvements/x/trail", "viewer"],
    ["GET", "/api/improvements/x/diff", "viewer"],
    ["GET", "/api/sources", "viewer"],
    ["GET", "/api/flags", "viewer"],
    ["GET", "/api/events", "viewer"],
    ["GET", "/api/locks", "viewer"],
    ["POST", "/api/sources", "reviewer", { content: " " }],
    ...["approve", "reject", "replan", "accept", "extend", "rollback", "close", "override", "retry"].map(
      (action) =>
        ["POST", `/api/improvements/x/${action}`, "reviewer", { reason: "r" }] as ["POST", string, "reviewer", unknown],
    ),
    ["PUT", "/api/flags/none", "operator", { reason: "r" }],
    ["DELETE", "/api/flags/none", "operator"],
    ["POST", "/api/breaker/close", "operator", {}],
    ["POST", "/api/locks/x/unlock", "operator", { reason: "r" }],
    ["POST", "/stages/nowhere", "operator", event],
    ["GET", "/api/doctor", "operator"],
    ["POST", "/api/doctor/repair", "operator"],
  ])("%s %s needs at least a %s", async (method, path, needs, body) => {
    const ladder: Who[] = ["nobody", "viewer", "reviewer", "operator"];
    for (const who of ladder) {
      const { status, type } = await school.call(who, method, path, body);

      const wanted = who === "nobody" ? 401 : ladder.indexOf(who) < ladder.indexOf(needs) ? 403 : undefined;
      if (wanted === undefined) expect([401, 403], `${who}`).not.toContain(status);
      else {
        expect(status, who).toBe(wanted);
        expect(type).toBe("application/problem+json");
      }
    }
  });

  test("health, readiness and metrics are open", async () => {
    for (const path of ["/health", "/ready", "/health/liveness", "/health/readiness", "/metrics"]) {
      expect((await school.call("nobody", "GET", path)).status, path).toBe(200);
    }
  });

  test("an unknown token, and a known one with something added, are refused", async () => {
    for (const token of ["wrong-token", `${TOKENS.operator}x`, TOKENS.operator.slice(0, -1), ""]) {
      const { status } = await school.call("nobody", "GET", "/api/status", undefined, {
        authorization: `Bearer ${token}`,
      });
      expect(status, token).toBe(401);
    }
  });

  test("a token as Basic password is none: browsers send it on their own", async () => {
    const authorization = `Basic ${Buffer.from(`me:${TOKENS.operator}`).toString("base64")}`;
    expect((await school.call("nobody", "GET", "/api/status", undefined, { authorization })).status).toBe(401);
  });

  test("a token's owner is told who they are", async () => {
    const { json } = await school.call("reviewer", "GET", "/api/me");
    expect(json).toEqual({ name: "ruth", role: "reviewer" });
  });
});

describe("errors", () => {
  test("say what is wrong and what to do, as problem+json", async () => {
    const unknown = await school.call("viewer", "GET", "/api/nothing");
    expect(unknown).toMatchObject({
      status: 404,
      type: "application/problem+json",
      json: { status: 404, instance: "/api/nothing" },
    });

    const missing = await school.call("viewer", "GET", "/api/improvements/nope");
    expect(missing.json.detail).toContain("There is no improvement nope");

    const notJson = await school.call("reviewer", "POST", "/api/sources", "{", { "content-type": "application/json" });
    expect(notJson).toMatchObject({ status: 400, json: { title: "The request cannot be understood" } });

    const notAnnounced = await school.call("reviewer", "POST", "/api/sources", "a=b", {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(notAnnounced.status).toBe(415);

    const badQuery = await school.call("viewer", "GET", "/api/improvements?status=lost&limit=0");
    expect(badQuery.status).toBe(400);
    expect(badQuery.json.problems).toHaveLength(2);
  });

  test("while Redis is away requests get 503 at once, the process stays alive, and it recovers", async () => {
    await school.server.kill();
    await expect.poll(async () => (await school.call("viewer", "GET", "/api/status")).status).toBe(503);
    expect((await school.call("viewer", "GET", "/api/improvements/x")).status).toBe(503);
    expect((await school.call("nobody", "GET", "/ready")).status).toBe(503);
    expect((await school.call("nobody", "GET", "/health")).status).toBe(200);

    await school.server.start();
    await expect.poll(async () => (await school.call("nobody", "GET", "/ready")).status, { timeout: 10_000 }).toBe(200);
    expect((await school.call("viewer", "GET", "/api/status")).status).toBe(200);
  });
});

describe("starting", () => {
  async function failure(env: Record<string, string>): Promise<string> {
    try {
      const started = await startCoordinator({ env: { ...baseEnv, REDIS_URL: school.server.url, ...env } });
      await started.close();
      return "started";
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      return (error as Error).message;
    }
  }

  test.each<[string, Record<string, string>, RegExp]>([
    ["no tokens", { SCHOOL_TOKENS: "" }, /SCHOOL_TOKENS: is needed/],
    ["an unknown role", { SCHOOL_TOKENS: "king:ann:long-enough" }, /entry 1 names no role/],
    [
      "an entry that is not complete",
      { SCHOOL_TOKENS: "viewer:ann:long-enough,operator:x" },
      /entry 2 is not role:name:token/,
    ],
    ["a token that is too short", { SCHOOL_TOKENS: "viewer:ann:short" }, /fewer than 8/],
    ["no approval secret", { APPROVAL_SECRET: "" }, /APPROVAL_SECRET: is needed/],
    ["no Redis", { REDIS_URL: "localhost" }, /REDIS_URL: must be/],
    ["waking without a cluster", { SCHOOL_WAKE: "kubernetes" }, /SCHOOL_WAKE: kubernetes needs/],
  ])("with %s says so", async (_name, env, message) => {
    expect(await failure(env)).toMatch(message);
  });

  test("on a port that is taken says so", async () => {
    const { port } = new URL(school.coordinator.url);
    expect(await failure({ PORT: port })).toContain(`PORT: ${port} is taken`);
  });

  test("no message ever repeats a token", async () => {
    expect(await failure({ SCHOOL_TOKENS: "king:ann:very-secret-token" })).not.toContain("very-secret");
  });
});
