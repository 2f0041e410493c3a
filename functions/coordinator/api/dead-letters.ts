/** /api/dead-letters: events no stage could work on. Looked at by everybody, put back or discarded by operators. */
import { Hono } from "hono";
import * as z from "zod";
import type { Outcome } from "../../../shared/pipeline/dead-letters.ts";
import { STAGES, type StageName } from "../../../shared/stages.ts";
import { Cursor, cursorText, nextLink } from "../cursor.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, Limit, needs, queryOf, Reason } from "../request.ts";
import type { School } from "../school.ts";

export const LettersQuery = z.strictObject({
  stage: z
    .enum(STAGES, { error: `one of ${STAGES.join(", ")}` })
    .optional()
    .describe("only of this stage"),
  cursor: Cursor.describe("`next` of the page before"),
  limit: Limit(50, 200),
});
export const DiscardedQuery = z.strictObject({ limit: Limit(50, 200) });

const WHICH = "say which: `letter` with the id of one, or `all`: true";
export const LettersBody = z
  .object({
    reason: Reason,
    letter: z
      .string()
      .regex(/^[0-9a-f]{40}$/, "the id of a dead letter, 40 hexadecimal digits")
      .optional()
      .describe("id of the one"),
    all: z.literal(true).optional().describe("all that lie there now, at most 1,000, the oldest first"),
  })
  .refine(({ letter, all }) => (letter === undefined) !== (all === undefined), { error: WHICH });

export function deadLettersApi({ deadLetters, tokens, wake, log }: School): Hono<Env> {
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => {
      const { stage, cursor: after, limit } = queryOf(context, LettersQuery);
      const [{ letters, next }, counts] = await Promise.all([
        deadLetters.page({ stage, after, limit }),
        deadLetters.counts(),
      ]);
      const cursor = next === null ? null : cursorText(next);
      nextLink(context, cursor);
      return context.json({ letters, next: cursor, counts });
    })
    .get("/discarded", needs(tokens, "viewer"), async (context) => {
      const { limit } = queryOf(context, DiscardedQuery);
      return context.json({ discarded: await deadLetters.discarded(limit) });
    })
    .get("/:stage/:letter", needs(tokens, "viewer"), async (context) => {
      const stage = stageName(context.req.param("stage"));
      const id = context.req.param("letter");
      const letter = await deadLetters.one(stage, id);
      if (letter === undefined) throw new Problem(404, `${stage} has no dead letter ${id}; it may have gone back.`);
      const { entry: _, ...facts } = letter;
      return context.json({ id, ...facts });
    })
    .post("/:stage/redrive", needs(tokens, "operator"), async (context) => {
      const stage = stageName(context.req.param("stage"));
      const { reason, letter } = await bodyOf(context, LettersBody);
      const { name } = context.get("person");
      const outcome = await deadLetters.redrive(stage, letter, `person:${name}`, reason);
      if (outcome.done > 0) wake(stage);
      context.set("facts", { letter: letter ?? "all", ...counted(outcome) });
      log.warn({ stage, by: name, reason, ...counted(outcome) }, "Dead letters were put back");
      return context.json({ redriven: outcome.done, refused: outcome.refused, left: outcome.left });
    })
    .post("/:stage/discard", needs(tokens, "operator"), async (context) => {
      const stage = stageName(context.req.param("stage"));
      const { reason, letter } = await bodyOf(context, LettersBody);
      const { name } = context.get("person");
      const outcome = await deadLetters.discard(stage, letter, `person:${name}`, reason);
      context.set("facts", { letter: letter ?? "all", ...counted(outcome) });
      log.warn(
        { stage, by: name, reason, ...counted(outcome) },
        "Dead letters were discarded; the last 1,000 are kept",
      );
      return context.json({ discarded: outcome.done, refused: outcome.refused, left: outcome.left });
    });
}

function counted({ done, refused, left }: Outcome) {
  return { done, refused: refused.length, left };
}

function stageName(name: string): StageName {
  const known = STAGES.find((stage) => stage === name);
  if (known === undefined) throw new Problem(404, `There is no stage ${name}; the stages are ${STAGES.join(", ")}.`);
  return known;
}
