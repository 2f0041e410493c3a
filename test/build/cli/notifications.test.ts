import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { notificationBook } from "../../../shared/pipeline/notification-book.ts";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { message, notification } from "../../support/notify/messages.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool();
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.operator };
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

/** As notify does when it gets the test. */
async function answer(refused?: string): Promise<void> {
  const list = school.keys.list("notify");
  await expect.poll(() => school.redis.llen(list), { timeout: 20_000 }).toBe(1);
  const { id } = JSON.parse((await school.redis.rpop(list)) ?? "{}") as { id: string };
  const book = notificationBook(school.redis, school.keys);
  await book.configured([{ name: "slack", kind: "slack" }]);
  const one = notification({ event: "test", id, headline: "A test \u001b[31mred" });
  await book.file(one, [{ channel: "slack", lane: "test", windowMs: 0 }]);
  const taken = await book.take("slack", 60_000, 1);
  if (taken.kind !== "taken") throw new Error("nothing is due");
  await book.begin("slack", taken.token, 60_000, { id, notifications: [one] });
  const receipt =
    refused === undefined ? ({ kind: "sent" } as const) : ({ kind: "refused", because: refused } as const);
  const { headline } = one;
  await book.end("slack", {
    receipt,
    message: message({ event: "test", headline, notifications: [one] }),
    repeatable: false,
  });
  await book.release("slack", taken.token);
}

test("notify test: what became of it, and the exit code with it", async () => {
  const [good] = await Promise.all([schoolCommand(["notify", "test", "slack"], env), answer()]);
  expect(good).toEqual({ code: 0, out: "sent slack\n", err: "" });
  const [bad] = await Promise.all([
    schoolCommand(["notify", "test", "--json"], env),
    answer("Slack says \u001b[31minvalid_auth"),
  ]);
  expect(bad.code).toBe(1);
  expect(JSON.parse(bad.out)).toMatchObject({ channels: [{ channel: "slack", state: "failed" }], refused: null });
});

test("notify test: nobody answers, and nobody may", async () => {
  const silent = await schoolCommand(["notify", "test", "--timeout", "1"], env);
  expect(silent.code).toBe(1);
  expect(silent.err).toContain("nothing was heard of it for 1 s: is notify running?");
  const viewer = await schoolCommand(["notify", "test"], { ...env, SCHOOL_TOKEN: TOKENS.viewer });
  expect(viewer.err).toContain("this needs the role operator");
  expect((await schoolCommand(["notify", "test", "--timeout", "soon"], env)).code).toBe(2);
});

test("notifications: channels and messages, hostile text as text", async () => {
  expect((await schoolCommand(["notifications"], env)).out).toBe("nobody was told anything so far\n");
  await school.call("operator", "POST", "/api/notifications/test", {});
  await answer("no \u001b[31mway");
  const { out } = await schoolCommand(["notifications"], env);
  expect(out).toMatch(/slack\s+slack\s+failing/);
  expect(out).toMatch(/test\s+failed\s+1\s+A test/);
  expect(out).not.toContain("\u001b[31m");
  const { out: json } = await schoolCommand(["notifications", "--limit", "1", "--json"], env);
  expect(JSON.parse(json)).toEqual((await school.call("viewer", "GET", "/api/notifications?limit=1")).json);
});
