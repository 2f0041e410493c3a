/** GET /api/locks: which improvement holds which Application. POST /api/locks/:name/unlock: an operator opens one. */
import { Hono } from "hono";
import { listLocks } from "../../../shared/pipeline/locks.ts";
import { bodyOf, type Env, Justified, needs } from "../request.ts";
import type { School } from "../school.ts";

export function locksApi({ redis, keys, tokens, operations, log }: School): Hono<Env> {
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => context.json({ locks: await listLocks(redis, keys) }))
    .post("/:name/unlock", needs(tokens, "operator"), async (context) => {
      const lock = context.req.param("name");
      const { reason } = await bodyOf(context, Justified);
      const { name } = context.get("person");
      const holder = await operations.unlock(lock, `person:${name}`, reason);
      context.set("facts", { holder });
      log.warn(
        { lock, improvement: holder, by: name, reason },
        "A lock was opened by hand; the next that waits goes on",
      );
      return context.json({ lock, holder });
    });
}
