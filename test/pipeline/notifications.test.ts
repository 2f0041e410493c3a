/** Telling people, on a real Redis and over real HTTP: once, together, by several pods, through every fault. */
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { slackBot } from "../../shared/adapters/notify/slack-bot.ts";
import { slackWebhook } from "../../shared/adapters/notify/slack-webhook.ts";
import { webhook } from "../../shared/adapters/notify/webhook.ts";
import type { Channel } from "../../shared/notify-ports.ts";
import { readCounters } from "../../shared/pipeline/counters.ts";
import { notificationBook } from "../../shared/pipeline/notification-book.ts";
import { channelStates, lastNotifications, tellingOf } from "../../shared/pipeline/notification-overview.ts";
import { PermanentError } from "../../shared/runtime/errors.ts";
import { startServer, type TestServer } from "../support/notify/http-server.ts";
import { notification } from "../support/notify/messages.ts";
import { endWindows, keys, type Pod, type PodOptions, podOf, reached } from "../support/notify/pod.ts";
import { type SlackServer, startSlack, TOKEN } from "../support/notify/slack-server.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

let server: TestRedis;
let clients: [Redis, Redis];
let slack: SlackServer;
let hook: TestServer;
beforeAll(async () => {
  server = await startTestRedis();
  clients = [new Redis(server.url), new Redis(server.url)];
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await server.close();
});
beforeEach(async () => {
  await clients[0].flushall();
  [slack, hook] = await Promise.all([startSlack(), startServer(() => ({ status: 200 }))]);
});
afterEach(() => Promise.all([slack.close(), hook.close()]));

const incoming = (everyMs = 1) =>
  slackWebhook({ name: "slack", url: `${hook.url}/services/x`, everyMs, timeoutMs: 2_000 });
const machines = () => webhook({ name: "webhook", url: `${hook.url}/machines`, secret: "s".repeat(16), everyMs: 1 });
const posted = (path: string) => hook.asked.filter((asked) => asked.path === path);

const pod = (channels: readonly Channel[], { redis = clients[0], ...options }: PodOptions & { redis?: Redis } = {}) =>
  podOf(redis, channels, options);

const windowsEnd = (channel: string) => endWindows(clients[0], channel);

describe("once", () => {
  test("however often the event is delivered, and to whichever pod", async () => {
    const one = pod([incoming()]);
    const other = pod([incoming()], { redis: clients[1] });
    await one.tell(reached("held", "e1"));
    expect(await other.tell(reached("held", "e1"))).toBe("told about held: slack");
    await Promise.all([one, other, one, other].map((each) => each.tell(reached("held", "e2"))));
    expect(hook.asked).toHaveLength(2);
  });

  test("a state that is reached again is told again", async () => {
    const { tell } = pod([incoming()]);
    for (const event of ["e1", "e2"]) await tell(reached("pending_review", event));
    expect(hook.asked).toHaveLength(2);
  });

  test("a process that died while it sent: it is sent once more and says so, and never a third time", async () => {
    const book = notificationBook(clients[0], keys);
    const dies = async () => {
      const taken = await book.take("slack", 60_000, 10);
      if (taken.kind !== "taken") throw new Error("nothing to take");
      const notifications = taken.due.map(({ notification }) => notification);
      await book.begin("slack", taken.token, 60_000, { id: "the one it died at", notifications });
      // Its lease ends.
      await clients[0].del(`${keys.prefix}school:notify:turn:slack`);
      return taken.due.length;
    };
    await book.file(notification({ event: "held", id: "crash" }), [{ channel: "slack", lane: "now", windowMs: 0 }]);
    await dies();
    const { tell } = pod([incoming()]);
    await tell(reached("held", "crash"));
    expect(hook.asked).toHaveLength(1);
    expect(hook.asked[0]?.text).toContain("it may be here twice");

    await book.file(notification({ event: "held", id: "unlucky" }), [{ channel: "slack", lane: "now", windowMs: 0 }]);
    for (const _ of [1, 2]) expect(await dies()).toBe(1);
    expect(await tell(reached("held", "unlucky"))).toMatch(/slack \(unknown: it was sent twice/);
    expect(hook.asked).toHaveLength(1);
  });

  test("no answer: once more when the channel has rested, then it is let be", async () => {
    hook.next("reset", "reset");
    const { once, tell } = pod([incoming()]);
    const event = reached("held", "e1");
    expect(await once(event)).toMatchObject({ kind: "go-on", because: expect.stringContaining("slack unclear") });
    await clients[0].del(keys.notifyHeld("slack"));
    expect(await tell(event)).toMatch(/slack \(unknown: the connection ended/);
    expect(hook.asked).toHaveLength(2);
    expect(await readCounters(clients[0], keys)).toEqual(
      new Map([
        ["notified:slack:held:unclear", 1],
        ["notified:slack:held:unknown", 1],
      ]),
    );
  });
});

describe("together", () => {
  test("a storm of two hundred dead letters is one message, by two pods at once", async () => {
    const [one, other] = clients.map((redis) => pod([incoming()], { redis, groupMs: 600_000 })) as [Pod, Pod];
    const podAt = (i: number) => (i % 2 === 0 ? one : other);
    const storm = Array.from({ length: 200 }, (_, i) => reached("dead", `e${i}`, `improvement-${i}`));
    await Promise.all(storm.map((event, i) => podAt(i).once(event)));
    expect(hook.asked).toHaveLength(0);
    await windowsEnd("slack");
    await Promise.all(storm.map((event, i) => podAt(i).tell(event)));
    expect(hook.asked).toHaveLength(1);
    expect(JSON.parse(hook.asked[0]?.text ?? "").text).toContain("200 improvements stopped after their last attempt");
    expect(await clients[0].zcard(keys.notifyDue("slack"))).toBe(0);
  });

  test("what may wait is collected, and nothing is sent before", async () => {
    const { once } = pod([incoming()], { rules: [{ events: ["verified"], digestMs: 3_600_000 }] });
    const waits = await once(reached("verified", "e1"));
    expect(waits).toMatchObject({ kind: "go-on", because: "slack waiting" });
    expect(waits.kind === "go-on" && waits.afterMs).toBeGreaterThan(3_500_000);
    expect(hook.asked).toHaveLength(0);
  });

  test("a thread per improvement over two pods, with its newest state at the top", async () => {
    const bots = clients.map((redis) => {
      const threads = notificationBook(redis, keys);
      return pod([slackBot({ name: "slack", token: TOKEN, to: "#s", threads, apiUrl: slack.apiUrl, everyMs: 1 })], {
        redis,
      });
    });
    for (const [i, status] of (["pending_review", "held", "verified"] as const).entries())
      await bots[i % 2]?.tell(reached(status, `e${i}`));
    const [root, ...replies] = slack.messages;
    expect(replies.map(({ thread }) => thread)).toEqual([root?.ts, root?.ts]);
    expect(root?.text).toContain("live and verified");
  });
});

describe("channels do not know of one another", () => {
  test("one that is down holds up nobody, and is told later", async () => {
    const { once, tell } = pod([incoming(), machines()]);
    hook.next({ status: 429, headers: { "retry-after": "2" } });
    const first = await once(reached("held", "e1"));
    expect(first).toMatchObject({ kind: "go-on", because: expect.stringContaining("slack waiting (it answered 429)") });
    expect(posted("/machines")).toHaveLength(1);
    const [failing] = await channelStates(clients[0], keys);
    expect(failing).toMatchObject({
      name: "slack",
      state: "failing",
      waiting: 1,
      because: "it answered 429",
      failures: 1,
    });
    expect(failing?.heldMs).toBeGreaterThan(1_000);
    // Others of this channel rest as well.
    await once(reached("held", "e2", "another"));
    expect(posted("/services/x")).toHaveLength(1);
    await Promise.all([tell(reached("held", "e1")), tell(reached("held", "e2", "another"))]);
    expect(posted("/machines")).toHaveLength(2);
    expect((await channelStates(clients[0], keys))[0]).toMatchObject({ state: "ok", waiting: 0 });
  });

  test("what is refused is a dead letter, and when it is sent again only that channel is asked", async () => {
    const { tell, once } = pod([incoming(), machines()]);
    // Whichever comes first: both are asked at once.
    hook.next({ status: 404, body: "no_service" }, { status: 404, body: "no_service" });
    const event = reached("held", "e1");
    await expect(tell(event)).rejects.toThrow(PermanentError);
    const before = hook.asked.length;
    expect(await tellingOf(clients[0], keys, "e1")).toMatchObject([{ state: "failed" }, { state: "failed" }]);
    hook.next({ status: 200 }, { status: 404, body: "no_service" });
    await expect(once(event)).rejects.toThrow(/not told about held: \w+ \(failed: it answered 404: no_service\)/);
    expect(hook.asked).toHaveLength(before + 2);
    await tell(event);
    expect(hook.asked).toHaveLength(before + 3);
  });

  test("a day of trouble ends among the dead letters", async () => {
    const { once } = pod([incoming()]);
    hook.next({ status: 503 }, { status: 503 });
    const event = reached("held", "e1");
    expect((await once(event)).kind).toBe("go-on");
    await clients[0].del(keys.notifyHeld("slack"));
    await clients[0].hset(keys.notifyTold("e1"), "filed", Date.now() - 25 * 3_600_000);
    await expect(once(event)).rejects.toThrow(/failed: it answered 503/);
  });

  test("all pods together keep a channel's pace", async () => {
    const [one, other] = clients.map((redis) => pod([incoming(1_800_000)], { redis }));
    await one?.tell(reached("held", "a", "a"));
    const outcome = await other?.once(reached("held", "b", "b"));
    expect(outcome?.kind === "go-on" && outcome.afterMs).toBeGreaterThan(1_700_000);
    expect(hook.asked).toHaveLength(1);
  });
});

test("what was told can be looked up, and holds neither address nor text without end", async () => {
  hook.next({ status: 500, body: `sorry ${hook.url}/services/x` });
  const { once, tell } = pod([incoming()]);
  const event = reached("held", "e1");
  await once(event);
  await clients[0].del(keys.notifyHeld("slack"));
  await tell(event);
  const rows = await lastNotifications(clients[0], keys, 10);
  expect(rows).toMatchObject([
    { channel: "slack", event: "held", result: "sent", count: 1, improvements: ["0123456789abcdef"] },
    { channel: "slack", event: "held", result: "not-sent", because: "it answered 500: sorry …" },
  ]);
  // What is over is let go of.
  expect(await clients[0].hexists(keys.notifyTold("e1"), "notification")).toBe(0);
  expect(await clients[0].pttl(keys.notifyTold("e1"))).toBeGreaterThan(0);
});

test("a channel that is not there is a dead letter for whoever tries it", async () => {
  const notice = { about: "test" as const, text: "ann tries", facts: { channel: "pager" } };
  await expect(pod([incoming()]).once({ notice, event: "t" })).rejects.toThrow(
    "there is no channel pager; there are: slack",
  );
});
