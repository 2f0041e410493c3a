/**
 * What waits for people, in the order in which they should look. However much waits, one look reads a bounded number of
 * records: of each status the newest and those that wait longest.
 */
import type { Redis } from "ioredis";
import type { Verdict } from "../domain/change-set.ts";
import { type Deferral, isDeferred } from "../domain/deferral.ts";
import type { Forecast } from "../domain/forecast.ts";
import type { Planning, StoredIntent } from "../domain/improvement.ts";
import type { Status } from "../domain/lifecycle.ts";
import { inReviewOrder, REVIEWED, type ReviewRank, reviewRank } from "../domain/review-order.ts";
import type { Keys } from "./keys.ts";

/** Read of each status; half of them the newest. */
const READ = 400;

const TEXTS = [
  "id",
  "status",
  "title",
  "category",
  "type",
  "expert",
  "source_title",
  "review_stage",
  "review_reason",
  "approval_rule",
  "rag_check_passed",
  "lock",
  "failure_reason",
  "dead_reason",
  "created_at",
  "updated_at",
] as const;
const OTHERS = ["relevance", "verdict", "planning", "intent", "forecast", "deferred"] as const;
type Text = (typeof TEXTS)[number];

export type ReviewRow = { readonly [F in Exclude<Text, "id" | "status">]?: string } & ReviewRank & {
    readonly id: string;
    readonly status: Status;
    readonly relevance?: number;
    readonly intent?: string;
    readonly decision?: Verdict["decision"];
    readonly reach?: number;
    readonly forecast?: Pick<Forecast, "holds" | "minutes" | "missing">;
    readonly deferred?: Deferral;
    /** Others that wait with the same title and kind; they stand with the first of them. */
    readonly alike: readonly { readonly id: string; readonly status: Status }[];
  };

export interface ReviewQueue {
  readonly rows: readonly ReviewRow[];
  /** How many stand in these statuses, and how many of them were read. */
  readonly total: number;
  readonly read: number;
  /** Of those that were read and fit. */
  readonly deferred: number;
  readonly fitting: number;
}

export type ReviewFilters = {
  readonly [F in "category" | "expert" | "review_stage" | "approval_rule" | "intent"]?: readonly string[] | undefined;
} & {
  readonly status?: readonly Status[] | undefined;
  /** True: only what is put off; otherwise only what is not. */
  readonly deferred?: boolean | undefined;
};

/** `now` in milliseconds since the epoch, by Redis's clock. Damaged records are passed over; doctor names them. */
export async function reviewQueue(
  redis: Redis,
  keys: Keys,
  filters: ReviewFilters,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<ReviewQueue> {
  const statuses = filters.status ?? REVIEWED;
  const { ids, total } = await candidates(redis, keys, statuses);
  const all = (await rowsOf(redis, keys, ids, now)).filter(
    (row) => statuses.includes(row.status) && fits(row, filters),
  );
  const isOff = (row: ReviewRow) => isDeferred(row.deferred, row.updated_at, now);
  const shown = all.filter((row) => isOff(row) === (filters.deferred === true)).sort(inReviewOrder);
  const rows = grouped(shown);
  return {
    rows: rows.slice(0, limit),
    total,
    read: ids.length,
    deferred: all.filter(isOff).length,
    fitting: rows.length,
  };
}

async function candidates(redis: Redis, keys: Keys, statuses: readonly Status[]) {
  const batch = redis.pipeline();
  for (const status of statuses) {
    const key = keys.byStatus(status);
    batch.zcard(key).zrevrange(key, 0, READ / 2 - 1);
    batch.zrange(key, 0, String(READ / 2 - 1));
  }
  const replies = ((await batch.exec()) ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
  const total = replies.reduce<number>((sum, reply) => sum + (typeof reply === "number" ? reply : 0), 0);
  return { ids: [...new Set(replies.flatMap((reply) => (Array.isArray(reply) ? (reply as string[]) : [])))], total };
}

async function rowsOf(redis: Redis, keys: Keys, ids: readonly string[], now: number): Promise<ReviewRow[]> {
  const batch = redis.pipeline();
  for (const id of ids) batch.hmget(keys.record(id), ...TEXTS, ...OTHERS);
  const replies = (await batch.exec()) ?? [];
  return replies.flatMap(([error, values]) => (error === null ? rowOf(values as (string | null)[], now) : []));
}

function rowOf(values: readonly (string | null)[], now: number): ReviewRow[] {
  const fields = Object.fromEntries([...TEXTS, ...OTHERS].map((name, i) => [name, values[i] ?? undefined]));
  const texts = Object.fromEntries(TEXTS.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
  const { id, status } = texts as { id?: string; status?: Status };
  if (id === undefined || status === undefined) return [];
  const verdict = parsed<Verdict>(fields["verdict"]);
  const planning = parsed<Planning>(fields["planning"]);
  const forecast = parsed<Forecast>(fields["forecast"]);
  const deferred = parsed<Deferral>(fields["deferred"]);
  const kind = parsed<StoredIntent>(fields["intent"])?.kind;
  const relevance = fields["relevance"] === undefined ? undefined : Number(fields["relevance"]);
  const radius = planning?.blast_radius;
  const facts = { ...texts, status, relevance, forecast, blast_radius: radius };
  const sound = Array.isArray(verdict?.rules) ? { ...facts, verdict } : facts;
  return [
    {
      ...texts,
      id,
      status,
      ...(relevance === undefined ? {} : { relevance }),
      ...(kind === undefined ? {} : { intent: kind }),
      ...(verdict === undefined ? {} : { decision: verdict.decision }),
      ...(radius === undefined ? {} : { reach: radius.direct + radius.transitive }),
      ...(forecast === undefined ? {} : { forecast: shortened(forecast) }),
      ...(deferred === undefined ? {} : { deferred }),
      ...reviewRank(sound, now),
      alike: [],
    },
  ];
}

function shortened({ holds, minutes, missing }: Partial<Forecast>): Pick<Forecast, "holds" | "minutes" | "missing"> {
  return {
    ...(holds === undefined ? {} : { holds }),
    ...(minutes === undefined ? {} : { minutes }),
    missing: missing ?? [],
  };
}

function parsed<T extends object>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as T | null;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // The record's own page says that it is damaged; here it stands without this fact.
    return undefined;
  }
}

function fits(row: ReviewRow, filters: ReviewFilters): boolean {
  const named = ["category", "expert", "review_stage", "approval_rule", "intent"] as const;
  return named.every((name) => filters[name] === undefined || filters[name].includes(row[name] ?? ""));
}

/** What says the same and asks for the same kind of change stands once, with the first of them. */
function grouped(rows: readonly ReviewRow[]): ReviewRow[] {
  const groups = Map.groupBy(rows, ({ id, title = id, intent = "", status, lock = "" }) =>
    [
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, " ")
        .trim(),
      intent,
      status,
      lock,
    ].join("\n"),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, alike: others.slice(0, 50).map(({ id, status }) => ({ id, status })) }],
  );
}
