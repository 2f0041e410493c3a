/** Which channels the environment gives, and what is said about one that cannot work. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { logChannel } from "../../shared/adapters/notify/log.ts";
import { configuredKinds, openChannels } from "../../shared/adapters/notify/open.ts";
import { notifyRulesText } from "../../shared/adapters/notify/rules-text.ts";
import { isAddress } from "../../shared/adapters/notify/settings.ts";
import { resolveEnvironment } from "../../shared/runtime/config.ts";
import { memoryThreads, message } from "../support/notify/messages.ts";

const ALL = {
  SLACK_BOT_TOKEN: "xoxb-secret-token",
  SLACK_CHANNEL: "#school",
  NOTIFY_WEBHOOK_URL: "http://hooks.tools:8080/in",
  NOTIFY_WEBHOOK_SECRET: "sixteen-signs-or-more",
  SMTP_URL: "smtps://ann:pa55@mail.example.org",
  NOTIFY_MAIL_FROM: "The School <school@example.org>",
  NOTIFY_MAIL_TO: "ann@example.org, Bob <bob@example.org>",
  NOTIFY_GITHUB_TOKEN: "ghp_secret_token",
  GITOPS_REPO: "https://github.com/o/r",
};
const tools = { log: { info: () => undefined }, threads: memoryThreads() };

test("without any setting there is the log, and the founding name of Slack's webhook counts", () => {
  expect(configuredKinds({})).toEqual(["log"]);
  const env = resolveEnvironment({ ALERT_SLACK_WEBHOOK: "https://hooks.slack.com/services/T/B/x" });
  expect(openChannels(env, tools).map(({ name, threads }) => [name, threads])).toEqual([
    ["log", true],
    ["slack", false],
  ]);
});

test("all of them, with the pace of each, and nothing is opened", () => {
  expect(openChannels(ALL, tools).map(({ name, everyMs }) => [name, everyMs])).toEqual([
    ["log", 0],
    ["slack", 1_000],
    ["webhook", 100],
    ["mail", 1_000],
    ["github", 500],
  ]);
});

test("channels of the rules' own names stand beside them, one of the same name in its place", () => {
  const wanted = [
    { name: "on-call", kind: "slack" as const, to: "#on-call" },
    { name: "mail", kind: "mail" as const, to: "ops@example.org", perMinute: 6 },
  ];
  const channels = openChannels(ALL, tools, wanted);
  expect(channels.map(({ name }) => name)).toEqual(["log", "slack", "webhook", "github", "on-call", "mail"]);
  expect(channels.at(-1)?.everyMs).toBe(10_000);
});

describe("what cannot work is said at the start, and no secret with it", () => {
  test.each<[object, string]>([
    [{ SLACK_CHANNEL: undefined }, "SLACK_CHANNEL: SLACK_BOT_TOKEN needs it"],
    [{ NOTIFY_WEBHOOK_SECRET: undefined }, "NOTIFY_WEBHOOK_SECRET: NOTIFY_WEBHOOK_URL needs it"],
    [{ NOTIFY_WEBHOOK_SECRET: "short" }, "NOTIFY_WEBHOOK_SECRET: needs 16 signs or more"],
    [{ NOTIFY_MAIL_FROM: undefined, NOTIFY_MAIL_TO: undefined }, "NOTIFY_MAIL_TO: SMTP_URL needs it"],
    [{ NOTIFY_MAIL_TO: "ann@example.org\nBcc: all@example.org" }, "NOTIFY_MAIL_TO: must be addresses"],
    [{ SMTP_URL: "http://ann:pa55@mail" }, "SMTP_URL: must be smtp://"],
    [{ SLACK_WEBHOOK_URL: "http://hooks.slack.com/services/pa55" }, "SLACK_WEBHOOK_URL: must be the https address"],
    [{ GITOPS_REPO: undefined }, "GITOPS_REPO: NOTIFY_GITHUB_TOKEN needs it"],
  ])("%j", (change, problem) => {
    const env = Object.fromEntries(Object.entries({ ...ALL, ...change }).filter(([, value]) => value !== undefined));
    expect(() => openChannels(env, tools)).toThrow(problem);
    expect(() => openChannels(env, tools)).not.toThrow(/pa55|xoxb|ghp_/);
  });

  test.each([
    [{ name: "x", kind: "slack" as const, to: "#a" }, "only SLACK_BOT_TOKEN can choose"],
    [{ name: "x", kind: "mail" as const }, "nothing in the environment gives a channel of kind mail"],
    [{ name: "x", kind: "log" as const, to: "a" }, "has no such choice"],
  ])("%j", (wanted, problem) => {
    const env = { SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/x" };
    expect(() => openChannels(env, tools, [wanted])).toThrow(problem);
  });
});

test.each([
  ["ann@example.org", true],
  ["Ann B. <ann@example.org>", true],
  ["Ann <ann@example.org", false],
  ["ann@example.org>", false],
  ["ann", false],
  ["a@b.c, d@e.f", false],
  ["Ann\r\nBcc: <x@y.z>", false],
])("%j is an address: %s", (text, expected) => expect(isAddress(text)).toBe(expected));

describe("the rules' file", () => {
  let folder = "";
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("is read, and what hinders that is said", async () => {
    folder = await mkdtemp(path.join(tmpdir(), "school-rules-"));
    const file = path.join(folder, "r.yaml");
    expect(await notifyRulesText({})).toBeUndefined();
    await expect(notifyRulesText({ NOTIFY_RULES: file })).rejects.toThrow("there is no such file");
    await expect(notifyRulesText({ NOTIFY_RULES: folder })).rejects.toThrow("it is a folder");
    await writeFile(file, "rules: [{}]\n");
    expect(await notifyRulesText({ NOTIFY_RULES: file })).toBe("rules: [{}]\n");
    await writeFile(file, Buffer.from([0xff, 0xfe, 0x00]));
    await expect(notifyRulesText({ NOTIFY_RULES: file })).rejects.toThrow("not text in UTF-8");
  });
});

test("the log gets one JSON line per message", async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const receipt = await logChannel(log).send(
    message({ event: "held", severity: "page" }),
    new AbortController().signal,
  );
  expect(receipt).toEqual({ kind: "sent" });
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { improvement: "0123456789abcdef", reached: "held", severity: "page", msg: "notification" },
  ]);
});
