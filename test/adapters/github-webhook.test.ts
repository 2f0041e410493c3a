/** Webhooks: genuine or not, and whose branch they are about. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { pullRequestBranch, verifyWebhook } from "../../shared/adapters/github/webhook.ts";

const body = Buffer.from('{"action":"closed","title":"größer"}');
const signed = (secret: string, bytes: Uint8Array = body) =>
  `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`;

describe("a webhook is genuine", () => {
  test("when it is signed by the secret, as in GitHub's own example", () => {
    expect(verifyWebhook("s3cret", signed("s3cret"), body)).toBe(true);
    const example = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    expect(verifyWebhook("It's a Secret to Everybody", example, Buffer.from("Hello, World!"))).toBe(true);
  });

  test.each<[string, string, string | undefined]>([
    ["with another secret", "s3cret", signed("other")],
    ["of another body", "s3cret", signed("s3cret", Buffer.from("{}"))],
    ["without a signature", "s3cret", undefined],
    ["by an empty secret", "", signed("")],
    ["by SHA-1", "s3cret", `sha1=${createHmac("sha1", "s3cret").update(body).digest("hex")}`],
    ["cut short", "s3cret", signed("s3cret").slice(0, -2)],
    ["in letters that are no hex", "s3cret", `sha256=${"zz".repeat(32)}`],
    ["with something after it", "s3cret", `${signed("s3cret")}\n`],
  ])("but not %s", (_name, secret, signature) => {
    expect(verifyWebhook(secret, signature, body)).toBe(false);
  });
});

describe("the branch of a pull request", () => {
  const repository = { id: 7 };
  const delivery = (head: object = {}, more: object = {}) => ({
    action: "closed",
    pull_request: { head: { ref: "improvement/x", repo: repository, ...head }, base: { repo: repository } },
    repository,
    ...more,
  });

  test.each(["pull_request", "pull_request_review"])("is in a %s", (event) => {
    expect(pullRequestBranch(event, delivery())).toEqual({ branch: "improvement/x", action: "closed" });
  });

  test.each<[string, string, unknown]>([
    ["another event", "push", delivery()],
    ["a fork, whose branches may be called anything", "pull_request", delivery({ repo: { id: 8 } })],
    ["a fork that is gone", "pull_request", delivery({ repo: null })],
    ["another repository", "pull_request", delivery({}, { repository: { id: 9 } })],
    ["no action", "pull_request", delivery({}, { action: "" })],
    ["nothing", "pull_request", null],
    ["a text", "pull_request", "improvement/x"],
    ["a branch that is no text", "pull_request", delivery({ ref: ["improvement/x"] })],
  ])("is not in %s", (_name, event, content) => {
    expect(pullRequestBranch(event, content)).toBeUndefined();
  });
});
