/** /api/flags: what operators switch by hand; permissive flags must end by themselves. */
import { Hono } from "hono";
import * as z from "zod";
import { clearFlag } from "../../../shared/pipeline/flag-removal.ts";
import { FLAGS, type FlagName, PERMISSIVE, RESTRICTING, readFlags, writeFlag } from "../../../shared/pipeline/flags.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { endOf } from "../expiry.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, needs, Reason } from "../request.ts";
import type { School } from "../school.ts";

export const FlagBody = z.object({ reason: Reason, expires_in: z.string().max(40).optional() });
/** To clear a flag is to go back to what is usual: a reason is welcome, not asked for. */
export const ClearBody = z.object({ reason: Reason.optional() });

export function flagsApi({ redis, keys, tokens, log }: School): Hono<Env> {
  async function state() {
    const { on, details, warnings } = await readFlags(redis, keys, await redisNow(redis));
    return { on: [...on], details, warnings, restricting: RESTRICTING, permissive: PERMISSIVE };
  }
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => context.json(await state()))
    .get("/:name", needs(tokens, "viewer"), async (context) => {
      const name = flagName(context.req.param("name"));
      const { on, details } = await state();
      return context.json({ name, on: on.includes(name), ...details[name] });
    })
    .put("/:name", needs(tokens, "operator"), async (context) => {
      const name = flagName(context.req.param("name"));
      const { reason, expires_in: expiresIn } = await bodyOf(context, FlagBody);
      const now = await redisNow(redis);
      const ends = expiresIn === undefined ? undefined : endOf(expiresIn, now);
      if (ends === null) {
        throw new Problem(422, "expires_in: a time from now (30m, 2h, 7d) or a moment to come (ISO 8601).");
      }
      if (ends === undefined && (PERMISSIVE as readonly string[]).includes(name)) {
        throw new Problem(422, `expires_in: ${name} lets changes through, so it must end: e.g. "2h".`);
      }
      const author = context.get("person").name;
      const flag = { value: true, author, reason, ...(ends === undefined ? {} : { expires_at: ends }) };
      await writeFlag(redis, keys, name, flag);
      context.set("facts", ends === undefined ? {} : { expires_at: new Date(ends).toISOString() });
      log.warn({ flag: name, by: author, reason, expires_at: ends }, "A flag was set; `school flags` shows it");
      return context.json({ name, on: true, ...flag });
    })
    .delete("/:name", needs(tokens, "operator"), async (context) => {
      const name = flagName(context.req.param("name"));
      const { reason } = await bodyOf(context, ClearBody);
      await clearFlag(redis, keys, name);
      log.warn(
        { flag: name, by: context.get("person").name, reason },
        "A flag was cleared; `school flags` shows the rest",
      );
      return context.json({ name, on: false });
    });
}

function flagName(name: string): FlagName {
  const known = FLAGS.find((flag) => flag === name);
  if (known === undefined) throw new Problem(404, `There is no flag ${name}; the flags are ${FLAGS.join(", ")}.`);
  return known;
}
