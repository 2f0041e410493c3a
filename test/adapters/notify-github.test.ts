/** GitHub: a commit status that follows the improvement, and one comment on its request. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gitHubChannel } from "../../shared/adapters/notify/github.ts";
import type { Notification, Told } from "../../shared/domain/notification.ts";
import { type Answer, type Asked, startServer, type TestServer } from "../support/notify/http-server.ts";
import { HOSTILE, message, notification } from "../support/notify/messages.ts";

const SHA = "c".repeat(40);
const signal = () => new AbortController().signal;
let server: TestServer;
let comments: { id: number; body: string }[];

function gitHub({ method, path, text }: Asked): Answer {
  const said = (body: object, status = 200) => ({
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const body = text === "" ? {} : (JSON.parse(text) as { context?: string; body?: string });
  if (method === "POST" && path === `/repos/o/r/statuses/${SHA}`) return said({ context: body.context }, 201);
  if (method === "GET" && path.startsWith("/repos/o/r/issues/7/comments")) return said(comments);
  if (method === "POST" && path === "/repos/o/r/issues/7/comments") {
    comments.push({ id: 100 + comments.length, body: body.body ?? "" });
    return said({ id: 1 }, 201);
  }
  const id = Number(/^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(path)?.[1]);
  const known = comments.find((comment) => comment.id === id);
  if (method !== "PATCH" || known === undefined) return said({ message: "Not Found" }, 404);
  known.body = body.body ?? "";
  return said({ id });
}
beforeEach(async () => {
  comments = [{ id: 1, body: "<!-- cortex-school:0123456789abcdef --> mine, says somebody" }];
  server = await startServer(gitHub);
});
afterEach(() => server.close());

const channel = (timeoutMs = 5_000) =>
  gitHubChannel({
    name: "github",
    settings: {
      owner: "o",
      name: "r",
      apiUrl: server.url,
      author: "School <s@example.org>",
      identity: { kind: "token", token: "ghp_secret" },
      timeoutMs,
    },
  });
const about = (event: Told, more: Partial<NonNullable<Notification["subject"]>> = { commit: SHA }) => {
  const one = notification({ event });
  return { ...one, subject: { id: "0123456789abcdef", title: "t", category: "security", ...more } };
};
const told = (...notifications: Notification[]) => message({ notifications });
const statuses = () =>
  server.asked
    .filter(({ path }) => path.includes("/statuses/"))
    .map(({ text }) => JSON.parse(text) as { state: string });

test.each([
  ["implementation", "pending"],
  ["verified", "success"],
  ["failed", "failure"],
  ["rollback_blocked", "failure"],
  ["held", "pending"],
  ["dead", "error"],
] as const)("%s is the status %s", async (event, state) => {
  expect(await channel().send(told(about(event)), signal())).toEqual({ kind: "sent" });
  expect(statuses()).toMatchObject([
    { state, context: "cortex-school/verification", target_url: expect.stringContaining("https://school") },
  ]);
  expect(server.asked[0]?.headers.authorization).toBe("token ghp_secret");
});

test("of several states only the newest is set, and what has no commit needs nothing", async () => {
  await channel().send(told(about("implementation"), about("verified")), signal());
  expect(statuses()).toMatchObject([{ state: "success" }]);
  expect(await channel().send(told(about("pending_review", {})), signal())).toMatchObject({ kind: "sent" });
  expect(server.asked).toHaveLength(1);
});

test("a request has one comment, brought up to date, beside whatever others write", async () => {
  const one = { ...about("pending_review", { request: { number: 7 } }), headline: HOSTILE };
  await channel().send(told(one), signal());
  await channel().send(told({ ...one, headline: "later" }), signal());
  expect(comments).toHaveLength(2);
  expect(comments[0]?.body).toContain("mine, says somebody");
  expect(comments[1]?.body).toContain("later");
});

test("a comment mentions nobody and holds no markup of others", async () => {
  await channel().send(told({ ...about("held", { request: { number: 7 } }), headline: HOSTILE }), signal());
  const { body = "" } = comments[1] ?? {};
  expect(body).not.toMatch(/(^|[^\\])<(?!!-- cortex)/);
  expect(body).not.toMatch(/@(here|U123)/);
});

describe("faults", () => {
  test.each([
    [
      { status: 403, headers: { "retry-after": "9" }, body: '{"message":"secondary rate limit"}' },
      { kind: "not-sent", afterMs: 9_000 },
    ],
    [{ status: 500 }, { kind: "not-sent" }],
    [{ status: 404, body: '{"message":"No commit found"}' }, { kind: "refused" }],
    [{ status: 401, body: '{"message":"Bad credentials"}' }, { kind: "not-sent" }],
    ["reset" as const, { kind: "not-sent" }],
    ["cut" as const, { kind: "not-sent" }],
  ])("%j is %j", async (answer, receipt) => {
    server.next(answer);
    const result = await channel(500).send(told(about("verified")), signal());
    expect(result).toMatchObject(receipt);
    expect(JSON.stringify(result)).not.toContain("ghp_secret");
  });
});
