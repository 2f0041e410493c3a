/**
 * Who did what, when and why, from both books in which the school writes it down: the audit, and what people decided about
 * improvements, which the stream of transitions tells (of one improvement its own trail, which is never cut). Newest first.
 */
import type { Means } from "../runtime/tokens.ts";
import { type AuditBook, auditEntry } from "./audit.ts";
import { type Book, type DeedFilter, deedIndex, fits } from "./deed-index.ts";
import { compareEntries } from "./event-stream.ts";
import { trailEntry } from "./records.ts";
import { toRecord } from "./stage-queue.ts";

export interface Deed {
  /** `audit:<entry>` or `move:<entry>`: where it is written. */
  readonly entry: string;
  /** ISO 8601, by Redis's clock. */
  readonly at: string;
  /** `person:<name>`, or `nobody`. */
  readonly actor: string;
  /** How they proved who they are; empty where that is not known. */
  readonly by: Means | "" | (string & {});
  /** `flag.set`, `session.begin`; of a decision `improvement.<status it went to>`. */
  readonly action: string;
  readonly subject: string;
  /** The improvement it is about; null when it is about none. */
  readonly improvement: string | null;
  readonly reason: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface DeedQuery extends DeedFilter {
  /** Milliseconds since the epoch, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Up to where each book was read: the last entry of it, absent before the first. */
export interface DeedCursor {
  readonly audit?: string | undefined;
  readonly move?: string | undefined;
}

export interface DeedPage {
  readonly deeds: readonly Deed[];
  /** Where to go on; null when this was the end. */
  readonly next: DeedCursor | null;
}

const BATCH = 500;
/** Entries read at once by their ids. */
const AT_ONCE = 100;
/** One page looks at no more; of rare deeds it may come back short and still have a next. */
const MOST_LOOKED_AT = 20_000;

export async function deedPage(
  book: AuditBook,
  query: DeedQuery & { readonly limit: number; readonly after?: DeedCursor | undefined },
): Promise<DeedPage> {
  const deeds: Deed[] = [];
  let next: DeedCursor = query.after ?? {};
  let looked = 0;
  for await (const { deed, cursor } of deedsOf(book, query, query.after)) {
    if (deed !== undefined) {
      // One more than there is room for, so that the last page knows that it is.
      if (deeds.length === query.limit) return { deeds, next };
      deeds.push(deed);
    }
    next = cursor;
    looked += 1;
    if (looked >= MOST_LOOKED_AT) return { deeds, next };
  }
  return { deeds, next: null };
}

/** All of them in batches; no more than two batches are in memory at once, however slowly they are taken. */
export async function* allDeeds(book: AuditBook, query: DeedQuery): AsyncGenerator<Deed[]> {
  let batch: Deed[] = [];
  for await (const { deed } of deedsOf(book, query, {})) {
    if (deed === undefined) continue;
    batch.push(deed);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The first moment the stream of transitions tells of, ISO 8601; null when it holds nothing. */
export async function movesSince({ redis, keys }: AuditBook): Promise<string | null> {
  const [oldest] = await redis.xrange(keys.events, "-", "+", "COUNT", 1);
  return oldest === undefined ? null : timeOf(oldest[0]);
}

interface Step {
  /** Absent: the entry does not fit the question. */
  readonly deed: Deed | undefined;
  readonly cursor: DeedCursor;
}

async function* deedsOf(book: AuditBook, query: DeedQuery, after: DeedCursor = {}): AsyncGenerator<Step> {
  const { keys } = book;
  const { improvement, actors, actions } = query;
  const isAsked = improvement !== undefined || actors !== undefined || actions !== undefined;
  // A trail is short, and of the audit every entry is a deed; of all transitions few are, and few of anything fit a filter.
  const audits = isAsked
    ? chosen(book, keys.audit, "audit", query, after.audit)
    : backwards(book, keys.audit, query, after.audit);
  const moved =
    improvement === undefined
      ? chosen(book, keys.events, "moves", query, after.move)
      : backwards(book, keys.trail(improvement), query, after.move);
  let cursor = after;
  let [audit, move] = await Promise.all([audits.next(), moved.next()]);
  while (audit.done !== true || move.done !== true) {
    const isAudit = move.done === true || (audit.done !== true && compareEntries(audit.value[0], move.value[0]) >= 0);
    if (isAudit && audit.done !== true) {
      const [entry, flat] = audit.value;
      cursor = { ...cursor, audit: entry };
      yield { deed: fitting(audited(entry, flat), query), cursor };
      audit = await audits.next();
    } else if (move.done !== true) {
      const [entry, flat] = move.value;
      cursor = { ...cursor, move: entry };
      yield { deed: fitting(decided(entry, flat, improvement), query), cursor };
      move = await moved.next();
    }
  }
}

type Entry = readonly [entry: string, flat: readonly string[]];

/** What may fit, by the index of the book. */
async function* chosen(
  { redis }: AuditBook,
  key: string,
  book: Book,
  query: DeedQuery,
  after?: string,
): AsyncGenerator<Entry> {
  const index = deedIndex(redis, key, book);
  await index.catchUp();
  const { from, to } = query;
  const oldest = from === undefined ? undefined : `${Math.max(0, from)}-0`;
  const behind = to === undefined ? undefined : `${Math.max(0, to) + 1}-0`;
  const isEarlier = behind === undefined || (after !== undefined && compareEntries(after, behind) < 0);
  let ids: string[] = [];
  for (const id of index.candidates(query, isEarlier ? after : behind)) {
    if (oldest !== undefined && compareEntries(id, oldest) < 0) break;
    ids.push(id);
    if (ids.length < AT_ONCE) continue;
    yield* await entriesOf(redis, key, ids);
    ids = [];
  }
  yield* await entriesOf(redis, key, ids);
}

/** Those that are still there. */
async function entriesOf(redis: AuditBook["redis"], key: string, ids: readonly string[]): Promise<Entry[]> {
  const batch = redis.pipeline();
  for (const id of ids) batch.xrange(key, id, id);
  const replies = (await batch.exec()) ?? [];
  return replies.flatMap(([error, entries]) => {
    if (error !== null) throw error;
    return entries as Entry[];
  });
}

async function* backwards({ redis }: AuditBook, key: string, { from, to }: DeedQuery, after?: string) {
  const oldest = from === undefined ? "-" : String(Math.max(0, from));
  let newest = to === undefined ? "+" : String(Math.max(0, to));
  if (after !== undefined && (to === undefined || Number(after.split("-", 1)[0]) <= to)) newest = `(${after}`;
  for (;;) {
    const entries: Entry[] = await redis.xrevrange(key, newest, oldest, "COUNT", BATCH);
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < BATCH) return;
    newest = `(${last[0]}`;
  }
}

function audited(entry: string, flat: readonly string[]): Deed {
  const { actor, by, action, subject, reason, facts } = auditEntry(entry, flat);
  const about = action.startsWith("improvement.")
    ? subject
    : [facts["holder"], facts["improvement"]].find((value) => typeof value === "string");
  return {
    entry: `audit:${entry}`,
    at: timeOf(entry),
    actor,
    by,
    action,
    subject,
    improvement: (about as string | undefined) ?? null,
    reason,
    facts,
  };
}

/**
 * Undefined for what a stage did, and for what moved nothing: the audit has that under its own name. Only of a discarded letter
 * it does not say whose it was.
 */
function decided(entry: string, flat: readonly string[], own: string | undefined): Deed | undefined {
  const fields = toRecord([...flat]);
  if (fields["by"]?.startsWith("person:") !== true) return undefined;
  // The evidence is the trail's; a list of deeds would grow by every diff.
  const { from, to, by, because, at } = trailEntry(entry, { ...fields, evidence: "null" });
  if (from === to && to !== "dead") return undefined;
  const improvement = own ?? fields["improvement"] ?? "";
  const action = `improvement.${to}`;
  const facts = { from, to };
  return {
    entry: `move:${entry}`,
    at,
    actor: by,
    by: "",
    action,
    subject: improvement,
    improvement,
    reason: because,
    facts,
  };
}

function fitting(deed: Deed | undefined, { actors, actions, improvement }: DeedQuery): Deed | undefined {
  if (deed === undefined) return undefined;
  const name = deed.actor.replace(/^person:/, "");
  if (actors !== undefined && !actors.includes(name)) return undefined;
  if (actions !== undefined && !fits(deed.action, actions)) return undefined;
  const isAbout = improvement === undefined || deed.improvement === improvement || deed.subject === improvement;
  return isAbout ? deed : undefined;
}

function timeOf(entry: string): string {
  return new Date(Number(entry.split("-", 1)[0])).toISOString();
}
