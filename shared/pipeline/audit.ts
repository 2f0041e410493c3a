/**
 * The audit: what people did that no improvement's trail tells of, who it was, how they proved it, and why. Appended to,
 * capped, never changed.
 */
import type { Redis } from "ioredis";
import type { Means } from "../runtime/tokens.ts";
import type { Keys } from "./keys.ts";
import { toRecord } from "./stage-queue.ts";

/** About so many of the newest entries are kept. */
export const AUDIT_LENGTH = 100_000;

const LONGEST = { subject: 300, reason: 1_000, facts: 4_000 } as const;

export interface Actor {
  readonly name: string;
  readonly by?: Means | undefined;
}

export interface AuditEntry {
  /** Id in the stream; entries are in its order. */
  readonly entry: string;
  /** ISO 8601, by Redis's clock. */
  readonly at: string;
  /** `person:<name>`; `nobody` where somebody could not prove who they are. */
  readonly actor: string;
  /** How they proved it: `token`, `session` or `proxy`; empty for nobody. */
  readonly by: string;
  /** What was done, e.g. `session.begin`, `flag.set`. */
  readonly action: string;
  /** To what: a flag, a lock, a stage, an address; may be empty. */
  readonly subject: string;
  /** Why, in that person's words; empty where nobody has to say. */
  readonly reason: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Where the audit is written. */
export interface AuditBook {
  readonly redis: Redis;
  readonly keys: Keys;
}

/** Writes one entry; long texts are cut. `facts` must hold no token, cookie or other secret. Rejects when Redis does. */
export async function audit(
  { redis, keys }: AuditBook,
  person: Actor | undefined,
  action: string,
  subject: string,
  reason: string,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const text = JSON.stringify(facts);
  const fields = {
    actor: person === undefined ? "nobody" : `person:${person.name}`,
    by: person?.by ?? "",
    action,
    subject: subject.slice(0, LONGEST.subject),
    reason: reason.slice(0, LONGEST.reason),
    facts: text.length > LONGEST.facts ? JSON.stringify({ left_out: `${text.length} signs of facts` }) : text,
  };
  await redis.xadd(keys.audit, "MAXLEN", "~", AUDIT_LENGTH, "*", ...Object.entries(fields).flat());
}

/** At most `limit` entries, newest first, older than the entry `before` when that is given. */
export async function auditPage(
  { redis, keys }: AuditBook,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<AuditEntry[]> {
  const newest = before === undefined ? "+" : `(${before}`;
  const entries = await redis.xrevrange(keys.audit, newest, "-", "COUNT", limit);
  return entries.map(([entry, flat]) => auditEntry(entry, flat));
}

/** One entry of the stream as it lies there. */
export function auditEntry(entry: string, flat: readonly string[]): AuditEntry {
  const { actor = "", by = "", action = "", subject = "", reason = "", facts } = toRecord(flat);
  const at = new Date(Number(entry.split("-", 1)[0])).toISOString();
  return { entry, at, actor, by, action, subject, reason, facts: factsOf(facts) };
}

/** Entries that somebody wrote by hand are shown without their facts. */
function factsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const facts: unknown = JSON.parse(text ?? "{}");
    return typeof facts === "object" && facts !== null ? (facts as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
