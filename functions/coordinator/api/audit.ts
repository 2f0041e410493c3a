/** /api/audit: who did what, when and why; as pages, and all of it as a file. */
import { Hono } from "hono";
import * as z from "zod";
import { allDeeds, type Deed, type DeedCursor, deedPage, movesSince } from "../../../shared/pipeline/audit-log.ts";
import { covers, type Person } from "../../../shared/runtime/tokens.ts";
import { nextLink } from "../cursor.ts";
import { linesOf } from "../lines-stream.ts";
import { type Env, Limit, Moment, needs, queryOf, Several } from "../request.ts";
import type { School } from "../school.ts";

const MALFORMED = "is not a cursor of the audit; take `next` of the page before, or leave it out";
const Cursor = z
  .string()
  .regex(/^[\w-]{2,200}$/, MALFORMED)
  .transform((text, context): DeedCursor => {
    const plain = Buffer.from(text, "base64url").toString();
    const [, audit, move] = /^(\d{1,16}-\d{1,20})?,(\d{1,16}-\d{1,20})?$/.exec(plain) ?? [];
    if (audit === undefined && move === undefined) context.addIssue({ code: "custom", message: MALFORMED });
    return { audit, move };
  })
  .optional();

const filters = {
  actor: Several(z.string().max(80)).describe("names of people; `nobody` for who could not prove who they are"),
  action: Several(z.string().max(200)).describe("actions, or what stands before their dot: `flag`, `session.begin`"),
  improvement: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "the id of an improvement")
    .optional()
    .describe("only what is about this one; then its whole trail is read, however old"),
  from: Moment("start").describe("since then"),
  to: Moment("end").describe("until then"),
};
export const AuditQuery = z.strictObject({
  ...filters,
  cursor: Cursor.describe("`next` of the page before"),
  limit: Limit(100, 1_000),
});
export const AuditExportQuery = z.strictObject(filters);

export function auditApi(school: School): Hono<Env> {
  const { redis, keys, tokens, log } = school;
  const book = { redis, keys };
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => {
      const { cursor: after, limit, ...query } = queryOf(context, AuditQuery);
      const [{ deeds, next }, since] = await Promise.all([
        deedPage(book, { ...asked(query), after, limit }),
        movesSince(book),
      ]);
      const cursor = next === null ? null : cursorText(next);
      nextLink(context, cursor);
      return context.json({ entries: shownTo(context.get("person"), deeds), next: cursor, decisions_since: since });
    })
    .get("/export", needs(tokens, "viewer"), (context) => {
      const query = queryOf(context, AuditExportQuery);
      const person = context.get("person");
      context.header("content-type", "application/x-ndjson");
      context.header("content-disposition", 'attachment; filename="audit.jsonl"');
      return context.body(linesOf(shownBatches(person, allDeeds(book, asked(query))), "An export of the audit", log));
    });
}

function asked({ actor, action, ...others }: z.infer<typeof AuditExportQuery>) {
  return { ...others, actors: actor, actions: action };
}

async function* shownBatches(person: Person, batches: AsyncGenerator<Deed[]>): AsyncGenerator<Deed[]> {
  for await (const batch of batches) yield shownTo(person, batch);
}

/** From where somebody signed in is for operators, as the list of sessions is. */
function shownTo(person: Person, deeds: readonly Deed[]): Deed[] {
  const all = covers(person.role, "operator");
  return deeds.map((deed) => (all || !deed.action.startsWith("session.") ? deed : { ...deed, facts: {} }));
}

function cursorText({ audit = "", move = "" }: DeedCursor): string {
  return Buffer.from(`${audit},${move}`).toString("base64url");
}
