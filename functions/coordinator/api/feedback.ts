/** POST /api/improvements/:id/feedback: what a person says of the expert that was chosen. It moves nothing. */
import { Hono } from "hono";
import * as z from "zod";
import { EXPERTS } from "../../../shared/domain/improvement.ts";
import { feedbackOf } from "../feedback.ts";
import { findImprovement } from "../find.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, needs, Reason } from "../request.ts";
import type { School } from "../school.ts";

export const FeedbackBody = z.strictObject({
  right: z.boolean({ error: "is needed: true when the expert it has is the right one, else false" }),
  expert: z
    .enum(EXPERTS, { error: `one of ${EXPERTS.join(", ")}` })
    .optional()
    .describe("who would have been right, where that is known"),
  reason: Reason,
});

export function feedbackApi(school: School): Hono<Env> {
  const { operations, tokens, wake, log } = school;
  return new Hono<Env>().post("/:id/feedback", needs(tokens, "reviewer"), async (context) => {
    const { right, expert, reason } = await bodyOf(context, FeedbackBody);
    const { name } = context.get("person");
    const improvement = await findImprovement(school, context.req.param("id"));
    const { id, expert: current } = improvement;
    const feedback = feedbackOf(improvement, { right, expert, reason, name });
    if ("refused" in feedback) throw new Problem(409, `Improvement ${id}: ${feedback.refused}.`);
    const { status, learns } = await operations.giveFeedback(id, current as string, feedback);
    if (learns) wake("learn");
    log.info({ improvement: id, right, expert, by: name }, "a person said whether the expert was the right one");
    return context.json({ id, status, learns, routing_feedback: feedback });
  });
}
