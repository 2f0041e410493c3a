import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { endOf } from "../../../functions/coordinator/expiry.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

const set = (name: string, body: unknown) => school.call("operator", "PUT", `/api/flags/${name}`, body);
const on = async () => (await school.call("viewer", "GET", "/api/flags")).json.on as string[];

describe("flags", () => {
  test.each<[name: string, flag: string, body: object, status: number, says: string]>([
    ["a restricting flag needs no end", "auto_approve_none", { reason: "holiday" }, 200, ""],
    ["a restricting flag may have one", "freeze", { reason: "release", expires_in: "2h" }, 200, ""],
    ["a permissive flag with an end", "auto_approve_all", { reason: "load test", expires_in: "30m" }, 200, ""],
    ["a permissive flag without an end", "auto_approve_all", { reason: "load test" }, 422, "must end"],
    ["an end in the past", "freeze", { reason: "r", expires_in: "2020-01-01T00:00:00Z" }, 422, "expires_in"],
    ["an end nobody understands", "freeze", { reason: "r", expires_in: "soon" }, 422, "expires_in"],
    ["an end at once", "auto_approve_all", { reason: "r", expires_in: "0s" }, 422, "expires_in"],
    ["no reason", "freeze", {}, 422, "say why"],
    ["a flag nobody knows", "auto_approve_everything", { reason: "r" }, 404, "the flags are"],
  ])("%s", async (_name, flag, body, status, says) => {
    const answer = await set(flag, body);
    expect(answer.status, answer.text).toBe(status);
    if (status === 200) expect(answer.json).toMatchObject({ name: flag, on: true, author: "otto" });
    else expect(answer.json.detail).toContain(says);
    expect(await on()).toEqual(status === 200 ? [flag] : []);
  });

  test("a cleared flag is off, also when it was set as the founding bare key", async () => {
    await set("auto_approve_none", { reason: "r" });
    await school.redis.set("auto_approve_none", "true");
    expect(await on()).toEqual(["auto_approve_none"]);
    expect((await school.call("operator", "DELETE", "/api/flags/auto_approve_none")).json).toEqual({
      name: "auto_approve_none",
      on: false,
    });
    expect(await on()).toEqual([]);
  });

  test("a bare key of another type is not removed, and the answer says so", async () => {
    await school.redis.lpush("auto_approve_none", "x");
    const answer = await school.call("operator", "DELETE", "/api/flags/auto_approve_none");
    expect(answer).toMatchObject({ status: 409, json: { detail: expect.stringContaining("holds a list") } });
    expect(await school.redis.exists("auto_approve_none")).toBe(1);
  });

  test("an incomplete permissive flag is ignored with a warning", async () => {
    await school.redis.hset("school:flags", "auto_approve_all", "true");
    const { json } = await school.call("viewer", "GET", "/api/flags");
    expect(json.on).toEqual([]);
    expect(json.warnings[0]).toContain("auto_approve_all");
  });
});

test("the circuit breaker is closed with a reason", async () => {
  const now = Date.now();
  for (let n = 0; n < 5; n += 1) await school.redis.zadd("school:rollbacks", now - n, `i${n}`);
  const open = async () => (await school.call("viewer", "GET", "/api/status")).json.breaker.open as boolean;
  expect(await open()).toBe(true);
  expect((await school.call("operator", "POST", "/api/breaker/close", {})).status).toBe(422);
  expect((await school.call("operator", "POST", "/api/breaker/close", { reason: "found it" })).status).toBe(200);
  expect(await open()).toBe(false);
  expect(await school.redis.hget("school:breaker", "closed_by")).toBe("otto");
});

test.each<[string, number | null]>([
  ["90s", 91_000],
  ["30m", 1_801_000],
  ["2h", 7_201_000],
  ["7d", 604_801_000],
  ["1970-01-01T00:00:02Z", 2_000],
  ["1970-01-01T01:00:02+01:00", 2_000],
  ["1970-01-01T00:00:01Z", null],
  ["1970-01-02", null],
  ["2 weeks", null],
  ["-2h", null],
  ["", null],
])("%j from one second after the epoch ends at %s", (text, end) => {
  expect(endOf(text, 1_000)).toBe(end);
});
