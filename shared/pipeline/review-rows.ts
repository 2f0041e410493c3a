/**
 * What the review queue shows of an improvement. A look at the queue asks of each record only whether it is still the one
 * that was read, so that a queue nobody moves costs no more than its order.
 */
import type { Redis } from "ioredis";
import type { Verdict } from "../domain/change-set.ts";
import type { Deferral } from "../domain/deferral.ts";
import type { Forecast } from "../domain/forecast.ts";
import type { Planning, StoredIntent } from "../domain/improvement.ts";
import type { Status } from "../domain/lifecycle.ts";
import type { ReviewFacts } from "../domain/review-order.ts";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import { reviewMarksScript } from "./scripts/review-marks.ts";

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

/** What is shown of it at any time. */
export type ReviewLine = { readonly [F in Exclude<Text, "id" | "status">]?: string } & {
  readonly id: string;
  readonly status: Status;
  readonly relevance?: number;
  readonly intent?: string;
  readonly decision?: Verdict["decision"];
  readonly reach?: number;
  readonly forecast?: Pick<Forecast, "holds" | "minutes" | "missing">;
  readonly deferred?: Deferral;
};

export interface ReviewRecord {
  readonly line: ReviewLine;
  /** What its place in the order depends on, besides the time. */
  readonly facts: ReviewFacts;
  /** Others of the same ask for the same. */
  readonly kind: string;
}

/** Records kept beyond those asked for; then these go. */
const MOST_KEPT = 4_000;
/** Records read at once; each may bring a verdict and a graph's reach along. */
const BATCH = 200;

/** Reads the records of `ids`, in the order given, without those that are damaged or gone. */
export function reviewRecords(redis: Redis, keys: Keys): (ids: readonly string[]) => Promise<ReviewRecord[]> {
  const { schoolReviewMarks } = defineScripts(redis, keys.prefix, { schoolReviewMarks: reviewMarksScript });
  let kept = new Map<string, { readonly mark: string; readonly record: ReviewRecord | undefined }>();

  return async (ids) => {
    if (ids.length === 0) return [];
    // Before the records: who moves in between is read as it is now, and once more at the next look.
    const marks = (await schoolReviewMarks(...ids)) as string[];
    const stale = ids
      .map((id, i) => ({ id, mark: marks[i] ?? "" }))
      .filter(({ id, mark }) => kept.get(id)?.mark !== mark);
    for (let from = 0; from < stale.length; from += BATCH) {
      const some = stale.slice(from, from + BATCH);
      const batch = redis.pipeline();
      for (const { id } of some) batch.hmget(keys.record(id), ...TEXTS, ...OTHERS);
      const replies = (await batch.exec()) ?? [];
      some.forEach(({ id, mark }, i) => {
        const [error, values] = replies[i] ?? [new Error("no reply"), []];
        kept.set(id, { mark, record: error === null ? recordOf(values as (string | null)[]) : undefined });
      });
    }
    const found = ids.flatMap((id) => kept.get(id)?.record ?? []);
    if (kept.size > ids.length + MOST_KEPT) {
      const asked = new Set(ids);
      kept = new Map([...kept].filter(([id]) => asked.has(id)));
    }
    return found;
  };
}

function recordOf(values: readonly (string | null)[]): ReviewRecord | undefined {
  const fields = Object.fromEntries([...TEXTS, ...OTHERS].map((name, i) => [name, values[i] ?? undefined]));
  const texts = Object.fromEntries(TEXTS.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
  const { id, status } = texts as { id?: string; status?: Status };
  if (id === undefined || status === undefined) return undefined;
  const verdict = parsed<Verdict>(fields["verdict"]);
  const planning = parsed<Planning>(fields["planning"]);
  const forecast = parsed<Forecast>(fields["forecast"]);
  const deferred = parsed<Deferral>(fields["deferred"]);
  const intent = parsed<StoredIntent>(fields["intent"])?.kind;
  const relevance = fields["relevance"] === undefined ? undefined : Number(fields["relevance"]);
  const radius = planning?.blast_radius;
  const short = forecast === undefined ? undefined : shortened(forecast);
  const facts: ReviewFacts = { ...texts, status, relevance, forecast: short, blast_radius: radius };
  const line: ReviewLine = {
    ...texts,
    id,
    status,
    ...(relevance === undefined ? {} : { relevance }),
    ...(intent === undefined ? {} : { intent }),
    ...(verdict === undefined ? {} : { decision: verdict.decision }),
    ...(radius === undefined ? {} : { reach: radius.direct + radius.transitive }),
    ...(short === undefined ? {} : { forecast: short }),
    ...(deferred === undefined ? {} : { deferred }),
  };
  return { line, facts: { ...facts, ...decisive(verdict) }, kind: kindOf(line) };
}

/** Of a verdict only what the order looks at: most rules of most changes have nothing to say. */
function decisive(verdict: Verdict | undefined): Pick<ReviewFacts, "verdict"> {
  if (verdict === undefined || !Array.isArray(verdict.rules)) return {};
  return { verdict: { ...verdict, rules: verdict.rules.filter(({ decision }) => decision === "human") } };
}

/** What says the same and asks for the same kind of change. */
function kindOf({ id, title = id, intent = "", status, lock = "" }: ReviewLine): string {
  const words = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");
  return [words.trim(), intent, status, lock].join("\n");
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
