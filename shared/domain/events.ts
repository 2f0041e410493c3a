/** The CloudEvents the school speaks: one type per thing that happens, one schema each. */
import { randomUUID } from "node:crypto";
import type { CloudEventV1 } from "cloudevents";
import * as z from "zod";
import { CATEGORIES } from "./improvement.ts";
import { STATUSES, type Status } from "./lifecycle.ts";
import type { NewerSchema } from "./schema/chain.ts";
import { DATA_SCHEMA, newerThanRead } from "./schema/event.ts";
import { SOURCE_KINDS } from "./source-kinds.ts";
import { cleanLine, cleanText } from "./text.ts";
import { isTraceparent, type TraceContext } from "./trace-context.ts";

const PREFIX = "ai.cortex.school";
export const SOURCE_SUBMITTED = `${PREFIX}.source.submitted`;
/** A repository or another source of knowledge may hold something new. */
export const REPOSITORY_CHANGED = `${PREFIX}.repository.changed`;
/** Something an observer should know or do that is not about one improvement. */
export const NOTICE = `${PREFIX}.notice`;
/** Every event about an improvement: this and the status it reached. */
export const IMPROVEMENT_PREFIX = `${PREFIX}.improvement.`;

/** The event type that says an improvement reached `status`. */
export function improvementEvent(status: Status): string {
  return `${IMPROVEMENT_PREFIX}${status}`;
}

/** Text from outside: hidden characters are taken out here, at the entrance, so that no later stage meets them. */
const line = (max: number) => z.string().transform(cleanLine).pipe(z.string().min(1).max(max));
const text = (min: number, max: number) =>
  z
    .string()
    .transform((raw) => cleanText(raw).trim())
    .pipe(z.string().min(min).max(max));

export const Proposal = z.object({
  title: line(160),
  description: text(1, 4_000),
  category: z.enum(CATEGORIES),
  type: line(40),
  implementation_notes: text(0, 4_000).default(""),
  relevance: z.number().min(0).max(1),
  relevance_basis: z.object({ formula: z.string(), parts: z.record(z.string(), z.number()) }).optional(),
  quotes: z
    .array(z.object({ text: line(2_000), at: z.string().max(20).optional() }))
    .max(20)
    .default([]),
  source_id: line(200),
  source_title: line(300),
  source_url: z.string().max(2_000).optional(),
  video_id: z.string().max(100).optional(),
});

/** Of a watched source. */
export const WATCH_NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,59}$/;

/** A source to learn from. Exactly one of `content` (the text itself) and `address` (where to fetch it) is needed. */
export const SubmittedSource = z
  .object({
    title: line(300).optional(),
    address: z.string().max(2_000).optional(),
    content: z.string().optional(),
    /** Only a hint; the format is recognised from the content. */
    format: z.enum(["vtt", "srt", "text", "json"]).optional(),
    /** Read it although it was read before. */
    again: z.boolean().default(false),
    /** How its address is read; recognised from the address unless given. */
    kind: z.enum(SOURCE_KINDS).optional(),
    /** The watched source of this name is looked at; address, limits and options are those of its configuration. */
    watch: z.string().regex(WATCH_NAME, "letters, digits and dashes, at most 60").optional(),
    /** The listing it stands in, which is a source itself: what is listed lists nothing more. */
    listed_by: z.string().max(100).optional(),
  })
  .refine((source) => source.content !== undefined || source.address !== undefined, {
    message: "a source needs `content` or `address`",
  });
export type SubmittedSource = z.infer<typeof SubmittedSource>;

export const SourceData = z.object({ source: SubmittedSource });
export type SourceData = z.infer<typeof SourceData>;

/** What may hold something new; `school`: the past improvements. */
export const KNOWLEDGE_SOURCES = ["gitops", "docs", "issues", "school", "all"] as const;
export const RepositoryData = z.object({ source: z.enum(KNOWLEDGE_SOURCES), because: line(300) });
export type RepositoryData = z.infer<typeof RepositoryData>;

/** `retrain` is for `learn`; the others are for people, by `notify`. `test`: whether they reach anybody. */
export const NOTICES = ["retrain", "anomaly", "router", "test"] as const;
export const Notice = z.object({
  about: z.enum(NOTICES),
  text: line(600),
  /** What to go by, for machines; numbers and short texts. */
  facts: z.record(z.string().max(100), z.union([z.number(), z.string().max(300)])).default({}),
});
export type Notice = z.infer<typeof Notice>;

/** No colon: `improvement:<id>` must never be another improvement's trail or index. */
const IMPROVEMENT_ID = /^[\w.-]{1,64}$/;
const improvementIdentifier = z.string().regex(IMPROVEMENT_ID, "may hold letters, digits, _ . and - only, at most 64");
export const ImprovementData = z.object({ id: improvementIdentifier, improvement: Proposal.optional() });
export type ImprovementData = z.infer<typeof ImprovementData>;

/** A structured-mode CloudEvent 1.0 as lists carry it (CloudEvents JSON format 1.0). */
const Envelope = z.object({
  specversion: z.literal("1.0"),
  id: line(300),
  source: line(300),
  type: line(200),
  subject: z.string().max(300).optional(),
  time: z.string().optional(),
  datacontenttype: z.string().optional(),
  /** Says the version of the data, see schema/event.ts. */
  dataschema: z.string().max(2_000).optional().catch(undefined),
  /** Distributed tracing; what cannot be understood is left out. */
  traceparent: z.string().refine(isTraceparent).optional().catch(undefined),
  tracestate: z.string().max(512).optional().catch(undefined),
  data: z.unknown(),
});
export type SchoolEvent<Data = unknown> = Pick<CloudEventV1<Data>, "id" | "source" | "type" | "specversion"> & {
  readonly subject?: string | undefined;
  readonly time?: string | undefined;
  readonly datacontenttype?: string | undefined;
  readonly dataschema?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  readonly data: Data;
};

const schemas: Readonly<Record<string, z.ZodType>> = {
  [SOURCE_SUBMITTED]: SourceData,
  [REPOSITORY_CHANGED]: RepositoryData,
  [NOTICE]: Notice,
  ...Object.fromEntries(STATUSES.map((status) => [improvementEvent(status), ImprovementData])),
};

/**
 * Parses one list entry or HTTP body. Returns the event, or one sentence per problem: not JSON, not a CloudEvent,
 * unknown type, data that does not fit the type's schema. `newer`: only a newer version of the school can tell.
 */
export function parseEvent(raw: string): { event: SchoolEvent } | { problems: string[]; newer?: NewerSchema } {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch (error) {
    return { problems: [`not JSON: ${(error as Error).message}`] };
  }
  if (isOurs(json)) return { event: json };
  const newer = newerThanRead(json);
  if (newer !== undefined) return { problems: [newer.message], newer };
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) return { problems: sentences(envelope.error, "not a CloudEvent 1.0") };
  const schema = Object.hasOwn(schemas, envelope.data.type) ? schemas[envelope.data.type] : undefined;
  if (schema === undefined) return { problems: [`unknown event type ${envelope.data.type}`] };
  const data = schema.safeParse(envelope.data.data);
  if (!data.success) return { problems: sentences(data.error, `data of ${envelope.data.type}`) };
  return { event: { ...envelope.data, data: data.data } };
}

const OUR_TYPES: ReadonlySet<unknown> = new Set(STATUSES.map(improvementEvent));
const OUR_SOURCE = /^\/cortex-online-school\/[\w:.-]+$/;
const OUR_ID = /^[\w:.-]{1,300}$/;

/** An event as the settle script writes it. It needs no schema, and a busy stage reads thousands of them a second. */
function isOurs(json: unknown): json is SchoolEvent<ImprovementData> {
  if (typeof json !== "object" || json === null) return false;
  const { specversion, id, source, type, data, ...rest } = json as Partial<SchoolEvent<Partial<ImprovementData>>>;
  if (specversion !== "1.0" || typeof id !== "string" || typeof source !== "string" || !OUR_TYPES.has(type))
    return false;
  if (typeof data !== "object" || data === null || typeof data.id !== "string") return false;
  const traced = rest.traceparent !== undefined;
  if (traced && !isTraceparent(rest.traceparent)) return false;
  if (rest.dataschema !== undefined && rest.dataschema !== DATA_SCHEMA) return false;
  const optional = (traced ? 1 : 0) + (rest.dataschema === undefined ? 0 : 1);
  const plain = Object.keys(data).length === 1 && IMPROVEMENT_ID.test(data.id);
  const known = typeof rest.time === "string" && rest.subject === data.id && Object.keys(rest).length === 3 + optional;
  return plain && known && rest.datacontenttype === "application/json" && OUR_ID.test(id) && OUR_SOURCE.test(source);
}

/** One event about an improvement, ready for a list. */
export function improvementMoved(id: string, status: Status, from: string, now: number): SchoolEvent<ImprovementData> {
  return newEvent(improvementEvent(status), from, now, { id }, id);
}

/** A new event by `from` (a stage's name); `now` in milliseconds since the epoch. */
export function newEvent<Data>(
  type: string,
  from: string,
  now: number,
  data: Data,
  subject?: string,
  trace?: TraceContext,
): SchoolEvent<Data> {
  return {
    specversion: "1.0",
    id: randomUUID(),
    source: `/cortex-online-school/${from}`,
    type,
    ...(subject === undefined ? {} : { subject }),
    time: new Date(now).toISOString(),
    datacontenttype: "application/json",
    dataschema: DATA_SCHEMA,
    ...trace,
    data,
  };
}

function sentences(error: z.ZodError, what: string): string[] {
  return error.issues.map(({ path, message }) => `${what}: ${path.join(".") || "value"}: ${message}`);
}
