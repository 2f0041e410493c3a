/** Slack: what it gets, threads, and what is made of each of its faults. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { escaped, slackText } from "../../shared/adapters/notify/slack-blocks.ts";
import { slackBot } from "../../shared/adapters/notify/slack-bot.ts";
import { slackWebhook } from "../../shared/adapters/notify/slack-webhook.ts";
import { nobodyThere, startServer, type TestServer } from "../support/notify/http-server.ts";
import { HOSTILE, memoryThreads, message } from "../support/notify/messages.ts";
import { type SlackServer, startSlack, TOKEN } from "../support/notify/slack-server.ts";

const signal = () => new AbortController().signal;

describe("the text", () => {
  test("nobody is mentioned and nothing is a link but ours", () => {
    const { text, blocks } = slackText(message({ headline: HOSTILE, lines: [HOSTILE] }));
    const all = JSON.stringify(blocks) + text;
    expect(all).not.toMatch(/<!|<@|<script/);
    expect(all.match(/<[^>]*>/g)).toEqual([
      "<https://school.example.org/improvements/0123456789abcdef|Open in the school>",
    ]);
    expect(blocks.every((block) => JSON.stringify(block).includes('"verbatim":true'))).toBe(true);
  });

  test("no section is longer than Slack takes, nor are there too many", () => {
    const lines = Array.from({ length: 500 }, () => "&<>".repeat(400));
    const { text, blocks } = slackText(message({ headline: "&".repeat(5_000), lines }));
    const lengths = blocks.map((block) => (block.type === "section" ? block.text.text.length : 0));
    expect(Math.max(...lengths, text.length)).toBeLessThanOrEqual(3_000);
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(escaped("&&&", 9)).toBe("&amp;…");
  });

  test("a repeated message says so", () => {
    expect(JSON.stringify(slackText(message({ again: true })).blocks)).toContain("it may be here twice");
  });
});

describe("the incoming webhook", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer(() => ({ status: 200, body: "ok" }));
  });
  afterEach(() => server.close());
  const channel = (timeoutMs = 5_000) =>
    slackWebhook({ name: "slack", url: `${server.url}/services/T/B/secret`, timeoutMs });

  test("gets blocks with the plain text beside them", async () => {
    expect(await channel().send(message(), signal())).toEqual({ kind: "sent" });
    const [asked] = server.asked;
    expect(asked?.path).toBe("/services/T/B/secret");
    expect(JSON.parse(asked?.text ?? "")).toMatchObject({
      text: expect.stringContaining("Set limits"),
      unfurl_links: false,
    });
  });

  test.each([
    [
      { status: 429, headers: { "retry-after": "7" } },
      { kind: "not-sent", afterMs: 7_000 },
    ],
    [
      { status: 500, body: "oops" },
      { kind: "not-sent", because: "it answered 500: oops" },
    ],
    [{ status: 502 }, { kind: "unclear" }],
    [
      { status: 403, body: "invalid_token" },
      { kind: "refused", because: "it answered 403: invalid_token" },
    ],
    [{ status: 302, headers: { location: "http://evil.example" } }, { kind: "refused" }],
    ["reset" as const, { kind: "unclear" }],
    // The head said 200: Slack has it.
    ["cut" as const, { kind: "sent" }],
  ])("%j is %j", async (answer, receipt) => {
    server.next(answer);
    expect(await channel().send(message(), signal())).toMatchObject(receipt);
    expect(server.asked).toHaveLength(1);
  });

  test("silence is unclear, and nobody there is not sent; the address is in no receipt", async () => {
    server.next("stall");
    expect(await channel(50).send(message(), signal())).toEqual({
      kind: "unclear",
      because: "it did not answer in time",
    });
    const away = slackWebhook({ name: "slack", url: `${await nobodyThere()}/services/secret` });
    expect(await away.send(message(), signal())).toEqual({
      kind: "not-sent",
      because: "it cannot be reached (ECONNREFUSED)",
    });
    server.next({ status: 400, body: `no such hook ${server.url}/services/T/B/secret` });
    expect(JSON.stringify(await channel().send(message(), signal()))).not.toContain("secret");
  });
});

describe("the bot", () => {
  let slack: SlackServer;
  beforeEach(async () => {
    slack = await startSlack();
  });
  afterEach(() => slack.close());
  const threads = memoryThreads();
  const channel = (timeoutMs = 5_000) =>
    slackBot({ name: "slack", token: TOKEN, to: "#school", threads, apiUrl: slack.apiUrl, timeoutMs });
  beforeEach(() => threads.kept.clear());

  test("one thread per improvement, whose root has the newest state", async () => {
    await channel().send(message({ event: "pending_review", headline: "waits" }), signal());
    await channel().send(message({ event: "verified", headline: "verified" }), signal());
    await channel().send(message({ thread: "ffffffffffffffff", headline: "another" }), signal());
    const [root, reply, other] = slack.messages;
    expect(slack.messages).toHaveLength(3);
    expect(root).toMatchObject({ thread: undefined, text: expect.stringContaining("verified") });
    expect(reply).toMatchObject({ thread: root?.ts, text: expect.stringContaining("verified") });
    expect(other?.thread).toBeUndefined();
  });

  test("a root that somebody deleted begins anew", async () => {
    await channel().send(message(), signal());
    slack.messages.splice(0);
    expect(await channel().send(message({ headline: "later" }), signal())).toEqual({ kind: "sent" });
    expect(slack.messages).toMatchObject([{ thread: undefined }]);
    expect(threads.kept.get("slack 0123456789abcdef")?.root).toBe(slack.messages[0]?.ts);
  });

  test("an update that fails is surely no message, whatever became of it", async () => {
    await channel().send(message(), signal());
    slack.next("reset");
    expect(await channel().send(message({ headline: "later" }), signal())).toMatchObject({ kind: "not-sent" });
    expect(slack.messages).toHaveLength(1);
  });

  test.each([
    [
      { status: 429, headers: { "retry-after": "3" } },
      { kind: "not-sent", afterMs: 3_000 },
    ],
    [{ status: 429 }, { kind: "not-sent" }],
    [{ status: 503 }, { kind: "not-sent" }],
    [
      { status: 200, body: '{"ok":false,"error":"channel_not_found"}' },
      { kind: "refused", because: "Slack says channel_not_found" },
    ],
    [{ status: 200, body: '{"ok":false,"error":"internal_error"}' }, { kind: "not-sent" }],
    [{ status: 200, body: "<html>proxy</html>" }, { kind: "unclear" }],
    ["reset" as const, { kind: "unclear" }],
    ["cut" as const, { kind: "unclear" }],
  ])("%j is %j, asked once", async (answer, receipt) => {
    slack.next(answer);
    expect(await channel().send(message(), signal())).toMatchObject(receipt);
    expect(slack.asked).toHaveLength(1);
  });

  test("silence is unclear; a wrong token is refused and nowhere in the words", async () => {
    slack.next("stall");
    expect(await channel(50).send(message(), signal())).toMatchObject({ kind: "unclear" });
    const wrong = slackBot({ name: "slack", token: "xoxb-wrong", to: "#school", threads, apiUrl: slack.apiUrl });
    const receipt = await wrong.send(message({ thread: "eeeeeeeeeeeeeeee" }), signal());
    expect(receipt).toEqual({ kind: "refused", because: "Slack says invalid_auth" });
  });
});
