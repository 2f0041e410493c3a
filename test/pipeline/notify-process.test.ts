/** The stage as its pod runs it: killed, started again, and told apart from another pod by nothing. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { sendNotice } from "../../shared/pipeline/notices.ts";
import { tellingOf } from "../../shared/pipeline/notification-overview.ts";
import { startServer, type TestServer } from "../support/notify/http-server.ts";
import { startSlack, TOKEN } from "../support/notify/slack-server.ts";
import { type SmtpServer, startSmtp } from "../support/notify/smtp-server.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";

const PATIENCE = { timeout: 60_000 };
const keys = keysOf();
let server: TestRedis;
let redis: Redis;
let hook: TestServer;
let smtp: SmtpServer;
let slack: Awaited<ReturnType<typeof startSlack>>;
let folder: string;
const running: StageProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "school-notify-"));
  [server, hook, smtp, slack] = await Promise.all([
    startTestRedis(),
    startServer(() => ({ status: 200 })),
    startSmtp(),
    startSlack(),
  ]);
  redis = new Redis(server.url);
});
afterEach(async () => {
  for (const one of running.splice(0)) one.kill("SIGKILL");
  redis.disconnect();
  await Promise.all([server.close(), hook.close(), smtp.close(), slack.close(), rm(folder, { recursive: true })]);
});

function start(env: Record<string, string> = {}): StageProcess {
  const one = startStage("notify", {
    REDIS_URL: server.url,
    LEASE_SECONDS: "1",
    NOTIFY_GROUP_SECONDS: "0",
    NOTIFY_WEBHOOK_URL: `${hook.url}/machines?key=k3y`,
    NOTIFY_WEBHOOK_SECRET: "sixteen-signs-or-more",
    SMTP_URL: smtp.url,
    NOTIFY_MAIL_FROM: "school@example.org",
    NOTIFY_MAIL_TO: "ann@example.org",
    SLACK_BOT_TOKEN: TOKEN,
    SLACK_CHANNEL: "#school",
    SLACK_API_URL: slack.apiUrl,
    SCHOOL_PUBLIC_URL: "https://school.example.org/",
    ...env,
  });
  running.push(one);
  return one;
}
const ids = async () =>
  (await redis.lrange(keys.list("notify"), 0, -1)).map((text) => (JSON.parse(text) as { id: string }).id);

test("every channel hears of it once, and no secret is in what the process writes", { timeout: 120_000 }, async () => {
  await sendNotice(redis, keys, { about: "anomaly", text: "retries of evaluate @here", facts: {} });
  const [id = ""] = await ids();
  const one = start();
  await expect
    .poll(async () => (await tellingOf(redis, keys, id))?.map(({ state }) => state), PATIENCE)
    .toEqual(["sent", "sent", "sent", "sent"]);
  expect([hook.asked.length, smtp.mails.length, slack.messages.length]).toEqual([1, 1, 1]);
  expect(slack.messages[0]?.text).not.toContain("@here");
  expect(one.lines.filter(({ msg }) => msg === "notification")).toHaveLength(1);
  expect(await one.stop()).toBe(0);
  expect(one.output()).not.toMatch(/k3y|xoxb|sixteen-signs/);
});

test("killed while a channel did not answer, the next process sends it once more and says so", {
  timeout: 120_000,
}, async () => {
  await writeFile(path.join(folder, "rules.yaml"), "rules:\n  - events: [router]\n    channels: [webhook, mail]\n");
  const env = { NOTIFY_RULES: path.join(folder, "rules.yaml") };
  hook.next("stall");
  await sendNotice(redis, keys, { about: "router", text: "another model serves", facts: {} });
  const [id = ""] = await ids();
  const first = start(env);
  await expect.poll(async () => [hook.asked.length, smtp.mails.length], PATIENCE).toEqual([1, 1]);
  // Mail's answer is put down before the process dies; the webhook's never comes.
  await expect
    .poll(async () => (await tellingOf(redis, keys, id))?.map(({ state }) => state), PATIENCE)
    .toEqual(["sent", "sending"]);
  first.kill("SIGKILL");
  await first.exit;
  // The event and the right to send come back when their leases end; nobody has to wait for that here.
  for (const key of await redis.keys("school:notify:turn:*")) await redis.del(key);
  const entries = await redis.hgetall(keys.leased("notify"));
  expect(Object.keys(entries)).toHaveLength(1);
  await redis.del(keys.leased("notify"), keys.leases("notify"));
  const event = Object.values(entries)[0] ?? "";
  await redis.lpush(keys.list("notify"), event.slice(event.indexOf("{")));
  start(env);
  await expect
    .poll(async () => (await tellingOf(redis, keys, id))?.map(({ state }) => state), PATIENCE)
    .toEqual(["sent", "sent"]);
  expect(smtp.mails).toHaveLength(1);
  expect(hook.asked).toHaveLength(2);
  expect(JSON.parse(hook.asked[1]?.text ?? "")).toMatchObject({ id, data: { again: true } });
  expect(slack.messages).toEqual([]);
});

test("rules that cannot be used end the process with their lines", { timeout: 60_000 }, async () => {
  const file = path.join(folder, "rules.yaml");
  await writeFile(file, "rules:\n  - events: [verfied]\n  - channels: [pager]\n");
  const one = start({ NOTIFY_RULES: file });
  expect(await one.exit).toBe(1);
  expect(one.output()).toContain(`NOTIFY_RULES: ${file}: line 2: rules.0.events.0: must be one of implementation`);
});
