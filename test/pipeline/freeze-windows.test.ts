/** Spans of time in which nothing is changed, at both gates. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { schoolServices } from "../../shared/pipeline/services.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;

beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
});
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
});
beforeEach(() => school.redis.flushall());

function services(limits = {}) {
  const { redis, keys, scripts } = school;
  const usual = { rollbacksPerHour: 3, commitsPerHour: 20, commitsPerDay: 100 };
  return schoolServices(redis, keys, scripts, { ...usual, ...limits });
}
const take = (improvement: string, automatic: boolean, limits: object) =>
  services(limits).gate.take({ improvement, lock: "shop", automatic });

describe("freeze windows", () => {
  const always = { freezeWindows: [{ kind: "day", from: 0, to: 1_440, zone: "UTC", text: "00:00 - 24:00" }] } as const;
  const never = {
    freezeWindows: [{ kind: "dates", from: "2001-01-01", to: "2001-01-02", zone: "UTC", text: "x" }],
  } as const;

  test("what is automatic goes to a person, what a person approved waits", async () => {
    await school.seed(["a"]);
    await school.redis.hset("improvement:a", "status", "approved");
    expect(await take("a", true, always)).toEqual({
      kind: "refused",
      rule: "freeze-window",
      because: "changes are frozen (00:00 - 24:00)",
    });
    expect(await take("a", false, always)).toMatchObject({
      kind: "wait",
      because: "changes are frozen (00:00 - 24:00)",
    });
    const request = services(always).gate.admit({ improvement: "a", automatic: false });
    expect(await request).toMatchObject({ kind: "wait" });
    expect(await take("a", true, never)).toEqual({ kind: "taken" });
  });

  test("the approval rule sees them as it sees the flag", async () => {
    expect((await services(always).brakes.brakes()).freeze).toBe("changes are frozen (00:00 - 24:00)");
    expect((await services(never).brakes.brakes()).freeze).toBeNull();
  });
});
