/** Who did what, when and why: one list of two books, its filters, its pages, its file; and the configuration in force. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configurationOf } from "../../../functions/coordinator/configuration.ts";
import { audit } from "../../../shared/pipeline/audit.ts";
import { allDeeds } from "../../../shared/pipeline/audit-log.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
const ID = "00000000000000a1";

beforeAll(async () => {
  school = await startSchool();
  await school.stand(ID, "held");
  const done = [
    await school.call("operator", "PUT", "/api/flags/freeze", { reason: "a release", expires_in: "2h" }),
    await school.call("reviewer", "POST", `/api/improvements/${ID}/accept`, { reason: "it does what it should" }),
    await school.call("operator", "DELETE", "/api/flags/freeze", { reason: "the release is out" }),
  ];
  expect(done.map(({ status }) => status)).toEqual([200, 200, 200]);
});
afterAll(() => school.close());

const read = async (query = "") => (await school.call("viewer", "GET", `/api/audit${query}`)).json;

describe("GET /api/audit", () => {
  test("tells from both books in one order who did what and why", async () => {
    const { entries, next } = await read();
    expect(entries.map(({ actor, action, reason }: Record<string, string>) => [actor, action, reason])).toEqual([
      ["person:otto", "flag.clear", "the release is out"],
      ["person:ruth", "improvement.verified", "it does what it should"],
      ["person:otto", "flag.set", "a release"],
    ]);
    expect(entries[1]).toMatchObject({ improvement: ID, facts: { from: "held", to: "verified" } });
    expect(next).toBeNull();
  });

  test.each([
    ["?actor=ruth", ["improvement.verified"]],
    ["?action=flag", ["flag.clear", "flag.set"]],
    ["?action=flag.set,improvement", ["improvement.verified", "flag.set"]],
    [`?improvement=${ID}`, ["improvement.verified"]],
    ["?actor=nobody", []],
    ["?to=2001-01-01", []],
    ["?from=2001-01-01&actor=otto&action=flag.set", ["flag.set"]],
  ])("narrowed by %s", async (query, actions) => {
    expect((await read(query)).entries.map(({ action }: { action: string }) => action)).toEqual(actions);
  });

  test("comes in pages that together are the whole", async () => {
    const whole = (await read()).entries;
    const found: unknown[] = [];
    let query = "?limit=1";
    for (let pages = 0; pages < 10; pages++) {
      const { entries, next } = await read(query);
      found.push(...entries);
      if (next === null) break;
      query = `?limit=1&cursor=${next}`;
    }
    expect(found).toEqual(whole);
  });

  test.each(["?cursor=nonsense", "?limit=0", "?improvement=a%2Fb", "?from=yesterday", "?whatever=1"])(
    "refuses %s and says what is wrong",
    async (query) => {
      const { status, json } = await school.call("viewer", "GET", `/api/audit${query}`);
      expect([status, json.detail]).toEqual([400, expect.stringMatching(/\w+/)]);
    },
  );

  test("nobody reads it without a token", async () => {
    expect((await school.call("nobody", "GET", "/api/audit")).status).toBe(401);
    expect((await school.call("nobody", "GET", "/api/audit/export")).status).toBe(401);
  });

  test("tells only operators from where somebody signed in", async () => {
    await audit(school, { name: "ruth", by: "token" }, "session.begin", "one", "", { address: "192.0.2.1" });
    const of = async (who: "viewer" | "operator") =>
      (await school.call(who, "GET", "/api/audit?action=session")).json.entries[0].facts;
    expect(await of("viewer")).toEqual({});
    expect(await of("operator")).toEqual({ address: "192.0.2.1" });
  });
});

describe("the export", () => {
  test("is the list as lines", async () => {
    const { status, type, text } = await school.call("viewer", "GET", "/api/audit/export?action=flag");
    expect([status, type]).toEqual([200, "application/x-ndjson"]);
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).action)).toEqual(["flag.clear", "flag.set"]);
  });

  test("reads no further than it is taken", async () => {
    for (let i = 0; i < 1_200; i++) await audit(school, { name: "many" }, "many.deeds", String(i), "");
    const batches = allDeeds(school, { actions: ["many"] });
    const first = await batches.next();
    expect(first.value).toHaveLength(500);
    const rest: unknown[] = [];
    for await (const batch of batches) rest.push(...batch);
    expect(rest).toHaveLength(700);
  });
});

describe("the configuration in force", () => {
  test("holds no secret, and says where each value is from", async () => {
    const { text, json } = await school.call("viewer", "GET", "/api/settings");
    const named = Object.fromEntries(json.settings.map((one: { name: string }) => [one.name, one]));
    expect(named["APPROVAL_SECRET"]).toMatchObject({ value: null, secret: true, from: "environment" });
    expect(named["COMMITS_PER_HOUR"]).toMatchObject({ value: "20", from: "default" });
    expect(named["RATE_LIMIT_PER_MINUTE"]).toMatchObject({ value: "0", from: "environment" });
    expect(named["AUTH_PROXY_SECRET"]).toMatchObject({ value: null, secret: true, from: "unset" });
    expect(text).not.toMatch(/the secret of this test|operator-token/);
  });

  test("shows addresses without what opens them", () => {
    const settings = configurationOf({ REDIS_URL: "rediss://ann:hunter2@redis:6379/1?password=hunter2" });
    const redis = settings.find(({ name }) => name === "REDIS_URL");
    expect(redis?.value).toBe("rediss://…@redis:6379/1?…");
  });
});

test("the breaker tells what it counts", async () => {
  const { status, json } = await school.call("viewer", "GET", "/api/breaker");
  expect(status).toBe(200);
  expect(json).toMatchObject({ open: false, rollbacks_per_hour: 3, rollbacks: [] });
});
