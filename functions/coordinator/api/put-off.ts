/** POST /api/improvements/:id/defer, /edit and /allow-again: what a reviewer may do besides a yes or no. */
import { Hono } from "hono";
import * as z from "zod";
import { LONGEST_DEFERRAL_MS, SHORTEST_DEFERRAL_MS } from "../../../shared/domain/deferral.ts";
import { countPersonMove } from "../../../shared/pipeline/counters.ts";
import { allowAgain, defer } from "../../../shared/pipeline/put-off.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { editMove } from "../editing.ts";
import { findImprovement } from "../find.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, Justified, needs, Reason } from "../request.ts";
import type { School } from "../school.ts";

const DAY = 86_400_000;
export const DeferBody = z
  .strictObject({
    reason: Reason,
    until: z.iso
      .datetime({ offset: true, error: "a moment in ISO 8601, such as 2026-01-31T08:00:00Z" })
      .optional()
      .describe("when it is to come back"),
    minutes: z.number().int().positive().optional().describe("or in how many minutes"),
  })
  .refine(({ until, minutes }) => (until === undefined) !== (minutes === undefined), {
    error: "give either `until` or `minutes`",
  });
export const EditBody = z.strictObject({
  reason: Reason,
  intent: z
    .looseObject({ kind: z.string({ error: "is needed: which kind of change" }).min(1).max(100) })
    .refine((intent) => JSON.stringify(intent).length <= 20_000, { error: "is longer than 20,000 characters" })
    .describe("all fields of the intent, as its kind's schema has them"),
  hash: z.string().max(100).optional().describe("of the change set that was looked at"),
});

export function putOffApi(school: School): Hono<Env> {
  const { redis, tokens, scripts, operations, keys } = school;
  return new Hono<Env>()
    .post("/:id/defer", needs(tokens, "reviewer"), async (context) => {
      const { reason, until, minutes } = await bodyOf(context, DeferBody);
      const improvement = await findImprovement(school, context.req.param("id"));
      const now = await redisNow(redis);
      const end = until === undefined ? now + (minutes ?? 0) * 60_000 : Date.parse(until);
      if (end - now < SHORTEST_DEFERRAL_MS || end - now > LONGEST_DEFERRAL_MS) {
        throw new Problem(422, `It can be put off for a minute up to ${LONGEST_DEFERRAL_MS / DAY} days.`);
      }
      const by = `person:${context.get("person").name}`;
      const deferral = await defer(scripts, improvement, { until: end, by, because: reason });
      return context.json({ id: improvement.id, status: improvement.status, deferred: deferral });
    })
    .post("/:id/edit", needs(tokens, "reviewer"), async (context) => {
      const body = await bodyOf(context, EditBody);
      const improvement = await findImprovement(school, context.req.param("id"));
      const { name } = context.get("person");
      const move = await editMove(improvement, { ...body, name, now: await redisNow(redis) });
      if ("problems" in move) throw new Problem(422, move.problems.join("; "), { problems: move.problems });
      if ("refused" in move) throw new Problem(409, `Improvement ${improvement.id}: ${move.refused}.`);
      const { id, status: from } = improvement;
      await operations.decide({ id, from, ...move, actor: `person:${name}`, reason: body.reason });
      await countPersonMove(redis, keys, move.to);
      return context.json({ id, status: move.to });
    })
    .post("/:id/allow-again", needs(tokens, "operator"), async (context) => {
      const { reason } = await bodyOf(context, Justified);
      const { id } = await findImprovement(school, context.req.param("id"));
      const status = await allowAgain(scripts, id, `person:${context.get("person").name}`, reason);
      return context.json({ id, status });
    });
}
