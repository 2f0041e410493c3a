/** GET /api/improvements: the list, one with everything, its trail, its diff, and what a rollback would do. */
import { Hono } from "hono";
import * as z from "zod";
import { CATEGORIES, EXPERTS } from "../../../shared/domain/improvement.ts";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import type { Fact } from "../../../shared/pipeline/search/words.ts";
import { Cursor, cursorText, nextLink } from "../cursor.ts";
import { describeChange } from "../diff.ts";
import { findImprovement } from "../find.ts";
import { type Env, Limit, Moment, needs, queryOf, Several } from "../request.ts";
import { previewRollback } from "../rollback-preview.ts";
import type { School } from "../school.ts";

const Name = z.string().trim().min(1).max(300);

export const ListQuery = z.strictObject({
  status: Several(z.enum(STATUSES, { error: `one of ${STATUSES.join(", ")}` })).describe("where it stands"),
  category: Several(z.enum(CATEGORIES, { error: `one of ${CATEGORIES.join(", ")}` })).describe("its category"),
  type: Several(Name).describe("its type, as the source's proposal has it"),
  expert: Several(z.enum(EXPERTS, { error: `one of ${EXPERTS.join(", ")}` })).describe("the expert it was routed to"),
  source: Several(Name).describe("id of the source it was proposed from"),
  review_stage: Several(Name).describe("the stage that asks for a person"),
  approval_rule: Several(Name).describe(
    "the rule that decided about its approval; auto-approve-none and freeze-window are an operator's flags",
  ),
  application: Several(Name).describe("the Argo CD Application it changes, or the name of that one's lock"),
  created_from: Moment("start").describe("created then or later"),
  created_to: Moment("end").describe("created then or earlier"),
  updated_from: Moment("start").describe("last moved then or later"),
  updated_to: Moment("end").describe("last moved then or earlier"),
  q: z
    .string()
    .trim()
    .max(200)
    .optional()
    .describe(
      "words, each the beginning of a word in title, description, type or source title; or the beginning of an id",
    ),
  cursor: Cursor.describe("`next` of the page before"),
  limit: Limit(50, 1_000),
});
type ListQuery = z.infer<typeof ListQuery>;

export function improvementsApi(school: School): Hono<Env> {
  const { records, tokens, listing } = school;
  return new Hono<Env>()
    .use(needs(tokens, "viewer"))
    .get("/", async (context) => {
      const query = queryOf(context, ListQuery);
      const [{ improvements, next, filling }, counts] = await Promise.all([
        listing.page({
          statuses: query.status ?? [],
          facts: factsOf(query),
          text: query.q === "" ? undefined : query.q,
          created: spanOf(query.created_from, query.created_to),
          updated: spanOf(query.updated_from, query.updated_to),
          after: query.cursor,
          limit: query.limit,
        }),
        records.counts(),
      ]);
      const cursor = next === null ? null : cursorText(next);
      nextLink(context, cursor);
      return context.json({ improvements, next: cursor, counts, ...(filling ? { filling } : {}) });
    })
    .get("/:id", async (context) => context.json(await findImprovement(school, context.req.param("id"))))
    .get("/:id/trail", async (context) => {
      const { id } = await findImprovement(school, context.req.param("id"));
      return context.json({ id, trail: await records.trail(id) });
    })
    .get("/:id/diff", async (context) => {
      const improvement = await findImprovement(school, context.req.param("id"));
      return context.json(await describeChange(improvement, school.git));
    })
    .get("/:id/rollback", async (context) => {
      const improvement = await findImprovement(school, context.req.param("id"));
      return context.json(await previewRollback(improvement, school));
    });
}

function factsOf(query: ListQuery) {
  const all: Readonly<Record<Fact, readonly string[] | undefined>> = {
    category: query.category,
    type: query.type,
    expert: query.expert,
    source: query.source,
    reviewStage: query.review_stage,
    approvalRule: query.approval_rule,
    application: query.application,
  };
  return Object.fromEntries(Object.entries(all).flatMap(([fact, values]) => (values ? [[fact, values]] : [])));
}

function spanOf(from: number | undefined, to: number | undefined) {
  return from === undefined && to === undefined ? undefined : { from, to };
}
