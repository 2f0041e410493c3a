/** GitHub's webhook, signed as GitHub signs it. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startSchool, type TestSchool } from "./support.ts";

const SECRET = "what the webhook and the school know";
let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({ env: { GITHUB_WEBHOOK_SECRET: SECRET } });
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

function delivery(ref: string, repository = 1): string {
  const repo = { id: 1 };
  const pull_request = { head: { ref, repo: { id: repository } }, base: { repo } };
  return JSON.stringify({ action: "closed", pull_request, repository: repo });
}
function post(body: string, { secret = SECRET, event = "pull_request", signature = "" } = {}) {
  const signed = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const headers = { "x-hub-signature-256": signature === "" ? signed : signature, "x-github-event": event };
  return school.call("nobody", "POST", "/webhooks/github", body, headers);
}
/** Its request is open, and its next look is hours away. */
async function waiting(id: string): Promise<void> {
  await school.stand(id, "implementation", {
    request: { number: 7, url: "https://x.example", branch: `improvement/${id}` },
  });
  const queue = school.queue("sync");
  const { leases } = await queue.claim(10);
  const token = leases[0]?.token ?? "";
  await queue.settle([{ kind: "again", token, id, from: "implementation", delayMs: 9_000_000, patch: {} }], 0);
}
const list = () => school.redis.llen(school.keys.list("sync"));

test("what happened to its pull request has an improvement looked at now", async () => {
  await waiting("a");
  expect(await post(delivery("improvement/a"))).toMatchObject({ status: 200, json: { looked: true } });
  expect(await list()).toBe(1);
});

test("a second delivery of the same finds the first already at work, or looks once more", async () => {
  await waiting("a");
  await post(delivery("improvement/a"));
  await post(delivery("improvement/a"));
  const queue = school.queue("sync");
  expect((await queue.claim(10)).leases).toHaveLength(1);
});

describe("nothing is looked at", () => {
  test.each([
    ["an improvement nobody knows", delivery("improvement/none"), {}],
    ["somebody else's branch", delivery("feature/improvement/a"), {}],
    ["a branch of that name in a fork", delivery("improvement/a", 2), {}],
    ["another event", delivery("improvement/a"), { event: "push" }],
    ["a revert, while the change is not being taken back", delivery("improvement/a-revert"), {}],
    ["a name that would be another key", delivery("improvement/a:trail"), {}],
  ])("%s", async (_, body, options) => {
    await waiting("a");
    expect(await post(body, options)).toMatchObject({ status: 200, json: { looked: false } });
    expect(await list()).toBe(0);
  });

  test.each([
    ["another secret", { secret: "another secret than the school's" }],
    ["no signature", { signature: "sha256=" }],
    ["an older kind of signature", { signature: "sha1=0123456789012345678901234567890123456789" }],
  ])("%s", async (_, options) => {
    await waiting("a");
    expect(await post(delivery("improvement/a"), options)).toMatchObject({ status: 401 });
    expect(await list()).toBe(0);
  });

  test("a signed body that is no JSON", async () => {
    expect(await post("payload=%7B%7D")).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining("application/json") as string },
    });
  });
});

test("without a secret no webhook is taken", async () => {
  const other = await startSchool();
  try {
    const answer = await other.call("nobody", "POST", "/webhooks/github", delivery("improvement/a"));
    expect(answer).toMatchObject({
      status: 404,
      json: { detail: expect.stringContaining("GITHUB_WEBHOOK_SECRET") as string },
    });
  } finally {
    await other.close();
  }
});
