/**
 * The header Idempotency-Key: a request that succeeded is not carried out a second time within a day, its answer is given
 * again. So a caller who does not know whether an answer was lost can simply ask again.
 */
import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { Problem } from "./problem.ts";
import type { Env } from "./request.ts";
import type { School } from "./school.ts";

const KEPT_SECONDS = 86_400;
/** A coordinator that died at work lets the next one try after so long. */
const RUNNING_SECONDS = 60;

interface Kept {
  /** Hash of the request's body: another request must not get this answer. */
  readonly body: string;
  /** Absent while the first request is still being carried out. */
  readonly answer?: { readonly status: number; readonly type: string; readonly text: string };
}

export function idempotent({ redis, keys }: Pick<School, "redis" | "keys">): MiddlewareHandler<Env> {
  return async function onceOnly(context, next) {
    const key = context.req.header("idempotency-key");
    const caller = context.get("caller");
    // Strangers are refused by the route itself, and nothing is kept for them; an answer with a cookie is kept for nobody.
    if (key === undefined || context.req.method !== "POST" || caller === undefined) return next();
    if (context.req.path === "/api/session") return next();
    if (!/^[\x21-\x7E]{1,200}$/.test(key)) {
      throw new Problem(400, "Idempotency-Key: 1 to 200 visible ASCII signs, e.g. a UUID.");
    }
    const { pathname, search } = new URL(context.req.url);
    const slot = `${keys.prefix}school:replies:${hash(JSON.stringify([caller.key, pathname, key]))}`;
    const body = hash(Buffer.concat([Buffer.from(`${search}\n`), Buffer.from(await context.req.arrayBuffer())]));
    const running: Kept = { body };
    if ((await redis.set(slot, JSON.stringify(running), "EX", RUNNING_SECONDS, "NX")) === null) {
      return again(body, await redis.get(slot));
    }
    await next();
    const { res } = context;
    if (!res.ok) {
      await redis.del(slot);
      return undefined;
    }
    const answer = { status: res.status, type: res.headers.get("content-type") ?? "", text: await res.clone().text() };
    const kept: Kept = { body, answer };
    await redis.set(slot, JSON.stringify(kept), "EX", KEPT_SECONDS);
    return undefined;
  };
}

function again(body: string, stored: string | null): Response {
  const busy = new Problem(
    409,
    "The same request is being carried out; ask again in a moment.",
    {},
    { "retry-after": "1" },
  );
  // Ended between the two looks, and not well: the next try begins anew.
  if (stored === null) throw busy;
  const kept = JSON.parse(stored) as Kept;
  if (kept.body !== body) throw new Problem(422, "This Idempotency-Key was used for another request; take a new one.");
  if (kept.answer === undefined) throw busy;
  const { status, type, text } = kept.answer;
  return new Response(text, { status, headers: { "content-type": type, "idempotency-replayed": "true" } });
}

function hash(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}
