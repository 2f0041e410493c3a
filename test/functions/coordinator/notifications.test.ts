/** What was told, over the API: the channels, the last messages, one event's way, a test that is asked for, and metrics. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Message } from "../../../shared/notify-ports.ts";
import { notificationBook } from "../../../shared/pipeline/notification-book.ts";
import { message, notification } from "../../support/notify/messages.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

async function tell(receipt: Parameters<ReturnType<typeof notificationBook>["end"]>[1]["receipt"], id: string) {
  const book = notificationBook(school.redis, school.keys);
  const one = notification({ event: "held", id });
  const whole: Message = message({ event: "held", id, notifications: [one] });
  await book.configured([
    { name: "log", kind: "log" },
    { name: "on-call", kind: "slack" },
  ]);
  await book.file(one, [{ channel: "on-call", lane: "now", windowMs: 0 }]);
  const taken = await book.take("on-call", 60_000, 10);
  if (taken.kind !== "taken") throw new Error("nothing is due");
  await book.begin("on-call", taken.token, 60_000, whole);
  await book.end("on-call", { receipt, message: whole, repeatable: false });
  await book.release("on-call", taken.token);
}

test("a school that told nobody says so", async () => {
  expect((await school.call("viewer", "GET", "/api/notifications")).json).toEqual({ channels: [], sent: [] });
});

test("channels and messages are shown, newest first, and counted", async () => {
  await tell({ kind: "sent" }, "n1");
  await tell({ kind: "refused", because: "it answered 404" }, "n2");
  const { json } = await school.call("viewer", "GET", "/api/notifications");
  expect(json.channels).toMatchObject([
    { name: "log", kind: "log", state: "unused", waiting: 0 },
    { name: "on-call", kind: "slack", state: "failing", because: "it answered 404", failures: 1 },
  ]);
  expect(json.sent).toMatchObject([
    { event: "held", result: "failed", because: "it answered 404" },
    { event: "held", result: "sent", improvements: ["0123456789abcdef"] },
  ]);
  expect((await school.call("viewer", "GET", "/api/notifications?limit=1")).json.sent).toHaveLength(1);
  const { text } = await school.call("nobody", "GET", "/metrics");
  expect(text).toContain('school_notifications_total{channel="on-call",event="held",result="sent"} 1');
  expect(text).toContain('school_notifications_total{channel="on-call",event="held",result="failed"} 1');
  expect(text).toContain('school_notification_channel_failing{channel="on-call"} 1');
});

test("how far one event is", async () => {
  await tell({ kind: "not-sent", because: "it answered 503" }, "n3");
  const { json } = await school.call("viewer", "GET", "/api/notifications/events/n3");
  expect(json).toEqual({
    event: "n3",
    channels: [{ channel: "on-call", state: "waiting", because: "it answered 503" }],
    refused: null,
  });
  expect((await school.call("viewer", "GET", "/api/notifications/events/never")).json.channels).toEqual([]);
});

test("a test is an event for notify, which only operators ask for", async () => {
  expect((await school.call("reviewer", "POST", "/api/notifications/test", {})).status).toBe(403);
  expect((await school.call("operator", "POST", "/api/notifications/test", { channel: "NO!" })).status).toBe(422);
  const { status, json } = await school.call("operator", "POST", "/api/notifications/test", { channel: "on-call" });
  expect(status).toBe(202);
  const [event = "{}"] = await school.redis.lrange(school.keys.list("notify"), 0, -1);
  expect(JSON.parse(event)).toMatchObject({
    id: json.event,
    type: "ai.cortex.school.notice",
    data: { about: "test", facts: { channel: "on-call" } },
  });
});

test("why nobody got it is found among the dead letters", async () => {
  const letter = {
    stage: "notify",
    reason: "there is no channel pager",
    attempts: 1,
    at: "2026-01-31T08:00:00.000Z",
    event: { specversion: "1.0", id: "t1", source: "/s", type: "ai.cortex.school.notice", data: {} },
  };
  await school.redis.lpush(school.keys.dead("notify"), JSON.stringify(letter));
  expect((await school.call("viewer", "GET", "/api/notifications/events/t1")).json.refused).toBe(
    "there is no channel pager",
  );
});
