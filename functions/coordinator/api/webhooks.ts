/** POST /webhooks/github: something happened to a pull request, so its improvement is looked at now. Says nothing, shows nothing. */
import { Hono } from "hono";
import { pullRequestBranch, verifyWebhook } from "../../../shared/adapters/github/webhook.ts";
import { Problem } from "../problem.ts";
import type { Env } from "../request.ts";
import type { School } from "../school.ts";

/** Names the school gives its branches; anybody may call theirs so, which only costs one look. */
const BRANCH = /^improvement\/([\w.-]{1,64}?)(-revert)?$/;

export function webhooksApi({ settings, operations, wake, log }: School): Hono<Env> {
  return new Hono<Env>().post("/github", async ({ req, json }) => {
    const secret = settings.GITHUB_WEBHOOK_SECRET;
    if (secret === undefined) throw new Problem(404, "No webhook is expected here: GITHUB_WEBHOOK_SECRET is not set.");
    const body = new Uint8Array(await req.arrayBuffer());
    if (!verifyWebhook(secret, req.header("x-hub-signature-256"), body)) {
      throw new Problem(401, "The signature does not fit the body: is the webhook's secret GITHUB_WEBHOOK_SECRET?");
    }
    const request = pullRequestBranch(req.header("x-github-event") ?? "", parsed(body));
    const [, id, revert] = BRANCH.exec(request?.branch ?? "") ?? [];
    if (request === undefined || id === undefined) return json({ looked: false });
    const [status, stage] =
      revert === undefined ? (["implementation", "sync"] as const) : (["rolling_back", "rollback"] as const);
    const looked = await operations.hurry(id, status, "webhook");
    if (looked) wake(stage);
    log.info({ improvement: id, action: request.action, looked }, "a pull request changed on the forge");
    return json({ looked });
  });
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new Problem(400, "The body is not JSON: choose the content type application/json for the webhook.");
  }
}
