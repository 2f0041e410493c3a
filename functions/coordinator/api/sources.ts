/** /api/sources: hands in something to learn from, and shows what was read. */
import { type Context, Hono } from "hono";
import * as z from "zod";
import { SubmittedSource } from "../../../shared/domain/events.ts";
import { traceOf } from "../../../shared/domain/trace-context.ts";
import { pageOfSources, SOURCE_STATES, type SourceLine, sourceOf } from "../../../shared/pipeline/sources.ts";
import { Cursor, cursorText, nextLink } from "../cursor.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, Limit, needs, queryOf, Several } from "../request.ts";
import type { School } from "../school.ts";

/** Bytes of UTF-8. A day of speech is far below it. */
const LARGEST_CONTENT = 5_000_000;

/** Bodies that are the text itself, and the format they say they have. */
export const TEXT_TYPES = { "text/plain": undefined, "text/vtt": "vtt", "application/x-subrip": "srt" } as const;

export const SourcesQuery = z.strictObject({
  state: Several(z.enum(SOURCE_STATES, { error: `one of ${SOURCE_STATES.join(", ")}` })).describe("where it stands"),
  cursor: Cursor.describe("`next` of the page before"),
  limit: Limit(50, 1_000),
});
/** Beside a body that is the text itself. */
export const TextQuery = z.strictObject({
  title: z.string().trim().max(300).optional().describe("its title"),
  address: z.string().trim().max(2_000).optional().describe("where it comes from"),
  again: z.enum(["true", "false"]).optional().describe("read it although it was read before"),
});

export function sourcesApi(school: School): Hono<Env> {
  const { redis, keys, tokens, operations, listing, wake } = school;

  async function submit(context: Context<Env>, known?: SourceLine): Promise<Response> {
    const given = await submitted(context);
    if (known !== undefined && given.content === undefined) {
      throw new Problem(422, "The school keeps no text of what it read: send it again as `content`.");
    }
    // Of a source with an address that is what it is known by, whatever it is called now.
    const address = known?.address ?? given.address;
    const source = {
      ...given,
      ...(address === undefined ? {} : { address }),
      again: known !== undefined || given.again,
    };
    const by = `person/${encodeURIComponent(context.get("person").name)}`;
    const event = await operations.submit(source, by, traceOf(context.req.header()));
    wake("ingest");
    context.set("facts", { event, title: given.title, address });
    return context.json({ event }, 202);
  }
  async function find(id: string): Promise<SourceLine> {
    const source = await sourceOf(redis, keys, id);
    if (source === undefined) throw new Problem(404, `There is no source ${id}; \`GET /api/sources\` lists them.`);
    return source;
  }

  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => {
      const { state: states, cursor: after, limit } = queryOf(context, SourcesQuery);
      const { sources, next } = await pageOfSources(redis, keys, { states, after, limit });
      const cursor = next === null ? null : cursorText(next);
      nextLink(context, cursor);
      return context.json({ sources, next: cursor });
    })
    .get("/:id", needs(tokens, "viewer"), async (context) => {
      const source = await find(context.req.param("id"));
      return context.json({ ...source, improvements: await listing.lines(source.improvements) });
    })
    .post("/", needs(tokens, "reviewer"), (context) => submit(context))
    .post("/:id/again", needs(tokens, "reviewer"), async (context) =>
      submit(context, await find(context.req.param("id"))),
    );
}

/** From JSON, or from a body that is the text itself. Throws Problem 400, 413, 415 or 422. */
async function submitted(context: Context): Promise<SubmittedSource> {
  const media = (context.req.header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const source = Object.hasOwn(TEXT_TYPES, media)
    ? await textSource(context, TEXT_TYPES[media as keyof typeof TEXT_TYPES])
    : await bodyOf(context, SubmittedSource);
  const { content, address } = source;
  if (content !== undefined && Buffer.byteLength(content) > LARGEST_CONTENT) {
    throw new Problem(413, "The content is larger than 5 MB; hand it in as several sources.");
  }
  if ((content ?? address ?? "").trim() === "") {
    throw new Problem(422, "The source is empty: send its text as `content` or where to fetch it as `address`.");
  }
  return source;
}

async function textSource(context: Context, format: "vtt" | "srt" | undefined): Promise<SubmittedSource> {
  const { title, address, again } = queryOf(context, TextQuery);
  const bytes = await context.req.arrayBuffer();
  return {
    ...(title === undefined || title === "" ? {} : { title }),
    ...(address === undefined || address === "" ? {} : { address }),
    content: utf8(bytes),
    ...(format === undefined ? {} : { format }),
    again: again === "true",
  };
}

function utf8(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(422, "The body is not UTF-8 text; convert it, e.g. `iconv -t utf-8`.");
  }
}
