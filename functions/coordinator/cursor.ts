/** Where a next page begins, as a text that callers hand back and do not read. */
import type { Context } from "hono";
import * as z from "zod";
import type { Place } from "../../shared/pipeline/time-order.ts";

const MALFORMED = "is not a cursor of this list; take `next` of the page before, or leave it out";

export function cursorText({ at, id }: Place): string {
  return Buffer.from(`${at} ${id}`).toString("base64url");
}

/** A place: a time in milliseconds since the epoch and a name. */
export const Cursor = z
  .string()
  .regex(/^[\w-]{2,700}$/, MALFORMED)
  .transform((text, context): Place => {
    const [, at = "", id] = /^(\d{1,16}(?:\.\d{1,6})?) (.*)$/s.exec(Buffer.from(text, "base64url").toString()) ?? [];
    if (id === undefined) context.addIssue({ code: "custom", message: MALFORMED });
    return { at: Number(at), id: id ?? "" };
  })
  .optional();

/** The header that says the same as the field `next` (RFC 8288). */
export function nextLink(context: Context, cursor: string | null): void {
  if (cursor === null) return;
  const query = new URLSearchParams(context.req.query());
  for (const [name, values] of Object.entries(context.req.queries())) {
    query.delete(name);
    for (const value of values) query.append(name, value);
  }
  query.set("cursor", cursor);
  context.header("link", `<${context.req.path}?${query.toString()}>; rel="next"`);
}
