/** Machines know a message by its id: what may have arrived goes again as it went, through every fault and beside others. */
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { webhook } from "../../shared/adapters/notify/webhook.ts";
import { startServer, type TestServer } from "../support/notify/http-server.ts";
import { endWindows, keys, podOf, reached } from "../support/notify/pod.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

type Event = ReturnType<typeof reached>;

let server: TestRedis;
let redis: Redis;
let hook: TestServer;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  await redis.flushall();
  hook = await startServer(() => ({ status: 200 }));
});
afterEach(() => hook.close());

const machines = () => webhook({ name: "webhook", url: hook.url, secret: "s".repeat(16), everyMs: 1 });
const ids = () => hook.asked.map(({ text }) => (JSON.parse(text) as { id: string }).id);
const rest = () => redis.del(keys.notifyHeld("webhook"));

test("one, though others wait for the same channel by now: they are a message of their own", async () => {
  hook.next("reset");
  const { once, tell } = podOf(redis, [machines()]);
  const events = [1, 2, 3].map((n) => reached("held", `e${n}`, `improvement-${n}`)) as [Event, Event, Event];
  const [first, ...later] = events;
  await once(first);
  for (const event of later) await once(event);
  await rest();
  await Promise.all(events.map(tell));
  const [sent, again, ...others] = ids();
  expect(again).toBe(sent);
  expect(others).toHaveLength(1);
  expect(others).not.toContain(sent);
});

test("many that were one message, and nobody else with them", async () => {
  const { once, tell } = podOf(redis, [machines()], { groupMs: 600_000 });
  const events = [1, 2, 3].map((n) => reached("held", `e${n}`, `improvement-${n}`));
  for (const event of events) await once(event);
  await endWindows(redis, "webhook");
  hook.next("reset");
  await once(events[0] as Event);
  const other = reached("held", "e4", "improvement-4");
  await once(other);
  await endWindows(redis, "webhook");
  await rest();
  await Promise.all([...events, other].map(tell));
  const [sent, again, ...others] = ids();
  expect(again).toBe(sent);
  expect(others).toEqual(["e4"]);
});

test("also when the second attempt surely did not arrive", async () => {
  hook.next("reset", { status: 429 });
  const { once, tell } = podOf(redis, [machines()]);
  const [first, second] = [1, 2].map((n) => reached("held", `e${n}`, `improvement-${n}`)) as [Event, Event];
  await once(first);
  await rest();
  await once(first);
  await once(second);
  await rest();
  await Promise.all([first, second].map(tell));
  expect(ids()).toEqual(["e1", "e1", "e1", "e2"]);
});

test("what surely did not arrive may become one message with the others", async () => {
  hook.next({ status: 503 });
  const { once, tell } = podOf(redis, [machines()]);
  const events = [1, 2, 3].map((n) => reached("held", `e${n}`, `improvement-${n}`));
  for (const event of events) await once(event);
  await rest();
  await Promise.all(events.map(tell));
  expect(ids()).toHaveLength(2);
});
