/** POST /api/improvements/:id/<action>: what a person decides. Every decision needs a reason and leaves a trail. */
import { Hono } from "hono";
import * as z from "zod";
import { EXPERTS } from "../../../shared/domain/improvement.ts";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import { countPersonMove } from "../../../shared/pipeline/counters.ts";
import { handedInBy, injectedBy } from "../../../shared/pipeline/injected.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import type { Person } from "../../../shared/runtime/tokens.ts";
import { discardLetter, retryDead } from "../dead-letter.ts";
import { ACTIONS, type Action, decide, IN_FLIGHT } from "../decisions.ts";
import { findImprovement } from "../find.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, needs, Reason } from "../request.ts";
import type { School } from "../school.ts";

export const DecisionBody = z.object({
  reason: Reason,
  expert: z.enum(EXPERTS, { error: `one of ${EXPERTS.join(", ")}` }).optional(),
  /** Of the change set the person looked at; when it is another one by now, nothing is decided. */
  hash: z.string().max(100).optional(),
});
type DecisionBody = z.infer<typeof DecisionBody>;

/** Whoever says that the expert is the wrong one names the right one. */
export const RerouteBody = DecisionBody.extend({
  expert: z.enum(EXPERTS, { error: `is needed: the right one of ${EXPERTS.join(", ")}` }),
});

export function decisionsApi(school: School): Hono<Env> {
  const app = new Hono<Env>();
  for (const action of [...ACTIONS, "retry"] as const) {
    app.post(`/:id/${action}`, needs(school.tokens, "reviewer"), async (context) => {
      const id = context.req.param("id");
      const body = await bodyOf(context, action === "reroute" ? RerouteBody : DecisionBody);
      const person = context.get("person");
      const to =
        action === "retry" ? await retry(school, id, body, person) : await carryOut(school, action, id, body, person);
      // A stage is at work on it, and takes it back at its next look.
      if (action === "rollback" && IN_FLIGHT.includes(to)) context.set("unmoved", true);
      school.log.info({ improvement: id, action, to, by: person.name }, "a person decided");
      return context.json({ id, status: to });
    });
  }
  return app;
}

export async function carryOut(
  school: School,
  action: Action,
  id: string,
  { reason, expert, hash }: DecisionBody,
  { name }: Person,
): Promise<Status> {
  const { redis, keys, operations, settings } = school;
  const improvement = await findImprovement(school, id);
  if (action === "rollback" && IN_FLIGHT.includes(improvement.status)) {
    const status = await operations.askRollback(id, `person:${name}`, reason);
    await operations.hurry(id, status, `person:${name}`);
    return status;
  }
  const decision = decide(action, improvement, {
    name,
    reason,
    expert,
    hash,
    injectedBy: await injectedBy(redis, keys, id),
    handedInBy: settings.APPROVE_OWN_SOURCES === "yes" ? null : await handedInBy(redis, keys, id),
    now: await redisNow(redis),
    secret: settings.APPROVAL_SECRET,
  });
  if ("refused" in decision) {
    const { refused, rules } = decision;
    throw new Problem(409, `Improvement ${id}: ${refused}.`, rules === undefined ? {} : { rules });
  }
  const { to, patch } = decision;
  await operations.decide({ id, from: improvement.status, to, actor: `person:${name}`, reason, patch });
  await countPersonMove(redis, keys, to);
  if (improvement.status === "dead") await discardLetter(school, improvement, `person:${name}`, reason);
  return to;
}

async function retry(school: School, id: string, { reason }: DecisionBody, { name }: Person): Promise<Status> {
  const to = await retryDead(school, await findImprovement(school, id), `person:${name}`, reason);
  await countPersonMove(school.redis, school.keys, to);
  return to;
}
