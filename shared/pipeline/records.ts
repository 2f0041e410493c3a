/** Reading improvements: one, many, by status; and their audit trail. Never writes. */
import type { Redis } from "ioredis";
import type { Improvement } from "../domain/improvement.ts";
import { decodeImprovement } from "../domain/improvement-fields.ts";
import { STATUSES, type Status } from "../domain/lifecycle.ts";
import { NewerSchema } from "../domain/schema/chain.ts";
import { type Fields, recordForward } from "../domain/schema/record.ts";
import type { Keys } from "./keys.ts";
import { toRecord } from "./stage-queue.ts";

/** One entry of the audit trail: a transition with who, why and on what evidence. */
export interface TrailEntry {
  readonly entry: string;
  readonly at: string;
  /** When its stage first took the improvement up: until then it was queued. Absent where no stage had it. */
  readonly taken_at?: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly because: string;
  readonly evidence?: unknown;
}

export interface Records {
  /** Throws SyntaxError when it is damaged. */
  get(id: string): Promise<Improvement | undefined>;
  /** Those that exist, in the order asked for; of a damaged one what can be read, so that it hides no other. */
  many(ids: readonly string[]): Promise<Improvement[]>;
  trail(id: string): Promise<TrailEntry[]>;
  /** Ids that stand in `status`, newest first. */
  idsByStatus(status: Status, limit: number, offset?: number): Promise<string[]>;
  counts(): Promise<Record<Status, number>>;
}

export function records(redis: Redis, keys: Keys): Records {
  return {
    async many(ids) {
      if (ids.length === 0) return [];
      const batch = redis.pipeline();
      for (const id of ids) batch.hgetall(keys.record(id));
      const replies = (await batch.exec()) ?? [];
      return replies.flatMap(([error, hash]) => {
        // A key of another type is no record, and doctor's to report.
        if (error?.message.startsWith("WRONGTYPE") === true) return [];
        if (error !== null) throw error;
        const fields = hash as Record<string, string>;
        return fields["id"] === undefined ? [] : [forShowing(fields, "leave out")];
      });
    },
    async get(id) {
      const fields = await redis.hgetall(keys.record(id));
      return fields["id"] === undefined ? undefined : forShowing(fields, "throw");
    },
    async trail(id) {
      const entries = await redis.xrange(keys.trail(id), "-", "+");
      return entries.map(([entry, flat]) => trailEntry(entry, toRecord(flat)));
    },
    idsByStatus: (status, limit, offset = 0) => redis.zrevrange(keys.byStatus(status), offset, offset + limit - 1),
    async counts() {
      const batch = redis.pipeline();
      for (const status of STATUSES) batch.zcard(keys.byStatus(status));
      const replies = (await batch.exec()) ?? [];
      return Object.fromEntries(STATUSES.map((status, i) => [status, Number(replies[i]?.[1] ?? 0)])) as Record<
        Status,
        number
      >;
    },
  };
}

/** What a newer version wrote is shown as far as it can be; only nobody decides about it (the decide script refuses). */
function forShowing(fields: Fields, damaged: "throw" | "leave out"): Improvement {
  try {
    return decodeImprovement(recordForward(fields), damaged);
  } catch (error) {
    const isShown = error instanceof NewerSchema || (error instanceof SyntaxError && damaged === "leave out");
    if (!isShown) throw error;
    return decodeImprovement(fields, "leave out");
  }
}

export function trailEntry(entry: string, fields: Readonly<Record<string, string>>): TrailEntry {
  const at = new Date(Number(entry.split("-", 1)[0])).toISOString();
  const { from = "", to = "", by = "", because = "", evidence, taken_at } = fields;
  return {
    entry,
    at,
    ...(taken_at === undefined ? {} : { taken_at }),
    from,
    to,
    by,
    because,
    ...(evidence === undefined ? {} : { evidence: JSON.parse(evidence) as unknown }),
  };
}
