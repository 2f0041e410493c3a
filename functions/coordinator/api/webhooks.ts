/**
 * POST /webhooks/github: something happened to a pull request, so its improvement is looked at now; or to what the school
 * knows its platform by, so the index is. Says nothing, shows nothing.
 */
import { Hono } from "hono";
import { changedRepository, pullRequestBranch, verifyWebhook } from "../../../shared/adapters/github/webhook.ts";
import { Problem } from "../problem.ts";
import type { Env } from "../request.ts";
import type { School } from "../school.ts";

/** Names the school gives its branches; anybody may call theirs so, which only costs one look. */
const BRANCH = /^improvement\/([\w.-]{1,64}?)(-revert)?$/;

export function webhooksApi({ settings, operations, index, wake, log }: School): Hono<Env> {
  /** What it says is not believed: `index` asks the remote itself. */
  async function lookAt({ addresses, branch }: NonNullable<ReturnType<typeof changedRepository>>): Promise<boolean> {
    const sources = index.isKept ? index.about(addresses, branch) : [];
    for (const source of sources) {
      await index.request({ source, because: branch === undefined ? "its issues changed" : "a push", by: "webhook" });
    }
    if (sources.length > 0) wake("index");
    return sources.length > 0;
  }

  return new Hono<Env>().post("/github", async ({ req, json }) => {
    const secret = settings.GITHUB_WEBHOOK_SECRET;
    if (secret === undefined) throw new Problem(404, "No webhook is expected here: GITHUB_WEBHOOK_SECRET is not set.");
    const body = new Uint8Array(await req.arrayBuffer());
    if (!verifyWebhook(secret, req.header("x-hub-signature-256"), body)) {
      throw new Problem(401, "The signature does not fit the body: is the webhook's secret GITHUB_WEBHOOK_SECRET?");
    }
    const event = req.header("x-github-event") ?? "";
    const content = parsed(body);
    const change = changedRepository(event, content);
    if (change !== undefined) return json({ looked: await lookAt(change) });
    const request = pullRequestBranch(event, content);
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
