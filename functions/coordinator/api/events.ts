/** GET /api/events: transitions after a point in the stream, for those who follow the school. */
import { Hono } from "hono";
import * as z from "zod";
import { transitions } from "../../../shared/pipeline/event-stream.ts";
import { type Env, Limit, needs, queryOf } from "../request.ts";
import type { School } from "../school.ts";

const Query = z.object({
  after: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}$/, "the `entry` of an event, e.g. 1767225600000-0")
    .optional(),
  limit: Limit(100, 1_000),
});

export function eventsApi({ redis, keys, tokens }: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(tokens, "viewer"), async (context) => {
    const query = queryOf(context, Query);
    return context.json({ events: await transitions(redis, keys, query) });
  });
}
