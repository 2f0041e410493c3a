/** GET /api/review: what waits for people, in the order to look; POST /api/review/decide: several of one kind together. */
import { Hono } from "hono";
import * as z from "zod";
import { CATEGORIES, EXPERTS, type Improvement } from "../../../shared/domain/improvement.ts";
import { REVIEWED } from "../../../shared/domain/review-order.ts";
import { Refused } from "../../../shared/pipeline/operations.ts";
import { reviewQueue } from "../../../shared/pipeline/review-queue.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { aloneBecause, commonKind, MOST_TOGETHER } from "../bulk.ts";
import { findImprovement } from "../find.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, Limit, needs, queryOf, Reason, Several } from "../request.ts";
import type { School } from "../school.ts";
import { carryOut } from "./decisions.ts";

const Name = z.string().trim().min(1).max(300);
export const ReviewQuery = z.strictObject({
  status: Several(z.enum(REVIEWED, { error: `one of ${REVIEWED.join(", ")}` })).describe("where it stands"),
  category: Several(z.enum(CATEGORIES, { error: `one of ${CATEGORIES.join(", ")}` })).describe("its category"),
  expert: Several(z.enum(EXPERTS, { error: `one of ${EXPERTS.join(", ")}` })).describe("the expert who judged it"),
  review_stage: Several(Name).describe("the stage that asks for a person"),
  approval_rule: Several(Name).describe("the rule that asks for a person"),
  intent: Several(Name).describe("the kind of change"),
  deferred: z.enum(["yes", "no"]).default("no").describe("yes: what is put off, instead of what is not"),
  limit: Limit(100, 500),
});

const One = z.strictObject({
  id: z.string().min(1).max(100),
  hash: z.string().min(1).max(100).describe("of the change set that was read"),
  reason: Reason,
});
export const TogetherBody = z.strictObject({
  action: z.enum(["approve", "reject"], { error: "approve or reject" }),
  items: z.array(One).min(1).max(MOST_TOGETHER, `at most ${MOST_TOGETHER} together`),
});

export function reviewApi(school: School): Hono<Env> {
  const { redis, keys, tokens, log } = school;
  const look = reviewQueue(redis, keys);
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => {
      const { deferred, limit, ...filters } = queryOf(context, ReviewQuery);
      const now = await redisNow(redis);
      const queue = await look({ ...filters, deferred: deferred === "yes" }, { now, limit });
      return context.json({ time: new Date(now).toISOString(), ...queue });
    })
    .post("/decide", needs(tokens, "reviewer"), async (context) => {
      const { action, items } = await bodyOf(context, TogetherBody);
      if (new Set(items.map(({ id }) => id)).size < items.length)
        throw new Problem(422, "An improvement is named twice.");
      const found = new Map<string, Improvement | string>();
      for (const { id } of items) found.set(id, await findImprovement(school, id).catch(problemText));
      const known = [...found.values()].filter((one) => typeof one !== "string");
      if (known.length > 0 && commonKind(known) === undefined) {
        throw new Problem(409, "Only changes of the same kind of intent are decided together.");
      }
      const person = context.get("person");
      const decided: { id: string; status: string }[] = [];
      const refused: { id: string; because: string }[] = [];
      for (const { id, hash, reason } of items) {
        const because = await refusal(found.get(id), hash);
        const result =
          because ?? (await carryOut(school, action, id, { reason, hash }, person).then(asStatus, problemText));
        if (typeof result === "string") refused.push({ id, because: result });
        else decided.push({ id, ...result });
      }
      log.info(
        { action, decided: decided.length, refused: refused.length, by: person.name },
        "a person decided several",
      );
      return context.json({ decided, refused });
    });
}

async function refusal(one: Improvement | string | undefined, hash: string): Promise<string | undefined> {
  if (one === undefined || typeof one === "string") return one;
  if (one.change_set !== undefined && one.change_set.hash !== hash) {
    return "its change set is another one than you looked at; read the new diff and decide again";
  }
  return aloneBecause(one);
}

function asStatus(status: string) {
  return { status };
}

/** A refusal of one stands beside it; anything else is a failure of the whole request. */
function problemText(error: unknown): string {
  if (error instanceof Refused || (error instanceof Problem && error.status < 500)) return error.message;
  throw error;
}
