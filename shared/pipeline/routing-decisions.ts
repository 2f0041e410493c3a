/** Every decision of the router that is still on record, one after another, however many there are. */
import type { Redis } from "ioredis";
import { CATEGORIES, type Expert, type RoutingDecision, type RoutingFeedback } from "../domain/improvement.ts";
import { END_STATUSES } from "../domain/lifecycle.ts";
import type { Arm, TrainingRow } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";

/** The first six fields are the founding platform's. */
export interface ExportedDecision {
  /** ISO 8601 */
  readonly timestamp: string;
  readonly task_id: string;
  /** `rule-based`, `rag`, `neural`, `model`, `person` */
  readonly method: string;
  readonly selected_master: Expert | null;
  readonly confidence: number;
  readonly ab_test_group: "control" | "treatment";
  readonly arm: Arm;
  readonly share: number;
  readonly tier: string;
  readonly complexity: number;
  readonly ms: number;
  /** What each arm would have done. */
  readonly arms: RoutingDecision["arms"];
  readonly votes: readonly { readonly tier: string; readonly expert: Expert | null; readonly confidence: number }[];
  /** Who judges or judged it. */
  readonly expert: Expert | null;
  /** The right expert, where it is known, and who says so. */
  readonly label: Expert | null;
  readonly label_by: string | null;
  readonly right: boolean | null;
  /** The status it ended in; null while it is under way. */
  readonly outcome: string | null;
}
/** A record that cannot be read is named, not left out. */
export interface DamagedDecision {
  readonly task_id: string;
  readonly damaged: string;
}

const METHODS: Readonly<Record<string, string>> = {
  "exact-repeat": "rule-based",
  keywords: "rule-based",
  neighbours: "rag",
  classifier: "neural",
};
const FIELDS = ["id", "status", "expert", "routing", "routing_decision", "routing_feedback"] as const;
/** Members of a set looked at in one step. */
const STEP = 200;

/**
 * In no particular order. An improvement stays in the set of its category for ever, so that whatever moves meanwhile is
 * there once; only its id is remembered.
 */
export async function* routingDecisions(redis: Redis, keys: Keys): AsyncGenerator<readonly Line[]> {
  const seen = new Set<string>();
  for (const category of CATEGORIES) {
    let cursor = "0";
    do {
      const [next, members] = await redis.sscan(keys.categorySet(category), cursor, "COUNT", STEP);
      cursor = next;
      const fresh = members.filter((id) => !seen.has(id));
      for (const id of fresh) seen.add(id);
      if (fresh.length > 0) yield await decisionsOf(redis, keys, fresh);
    } while (cursor !== "0");
  }
}

type Line = ExportedDecision | DamagedDecision;

async function decisionsOf(redis: Redis, keys: Keys, ids: readonly string[]): Promise<Line[]> {
  const batch = redis.pipeline();
  for (const id of ids) batch.hmget(keys.record(id), ...FIELDS);
  const [rows, replies] = await Promise.all([redis.hmget(keys.routerRows, ...ids), batch.exec()]);
  return (replies ?? []).flatMap(([error, fields], i) => {
    const id = ids[i] ?? "";
    // Damage of one key: an outage has failed the call as a whole.
    if (error !== null) return [{ task_id: id, damaged: error.message }];
    return exported(id, fields as (string | null)[], rows[i] ?? null);
  });
}

function exported(id: string, fields: readonly (string | null)[], row: string | null): Line[] {
  const [known, status, expert, routing, decided, feedback] = fields;
  if (known === null || decided === null || decided === undefined) return [];
  try {
    const decision = JSON.parse(decided) as RoutingDecision;
    const votes = JSON.parse(routing ?? "[]") as ExportedDecision["votes"];
    const word = feedback === null || feedback === undefined ? undefined : (JSON.parse(feedback) as RoutingFeedback);
    const learned = row === null ? undefined : (JSON.parse(row) as TrainingRow);
    return [
      {
        timestamp: decision.at,
        task_id: id,
        method: METHODS[decision.tier] ?? decision.tier,
        selected_master: decision.expert,
        confidence: decision.confidence,
        ab_test_group: decision.arm === "learned" ? "treatment" : "control",
        arm: decision.arm,
        share: decision.share,
        tier: decision.tier,
        complexity: decision.complexity,
        ms: decision.ms,
        arms: decision.arms,
        votes: votes.map(({ tier, expert: chosen, confidence }) => ({ tier, expert: chosen, confidence })),
        expert: (expert ?? null) as Expert | null,
        ...labelOf(word, learned),
        outcome: (END_STATUSES as readonly (string | null | undefined)[]).includes(status) ? (status ?? null) : null,
      },
    ];
  } catch (error) {
    return [{ task_id: id, damaged: error instanceof Error ? error.message.slice(0, 200) : String(error) }];
  }
}

/** A person's or an expert's word is newer than the row that is made of it. */
function labelOf(
  word: RoutingFeedback | undefined,
  learned: TrainingRow | undefined,
): Pick<ExportedDecision, "label" | "label_by" | "right"> {
  if (word !== undefined) return { label: word.expert ?? null, label_by: word.by, right: word.right };
  return { label: learned?.label ?? null, label_by: learned?.by ?? null, right: learned?.right ?? null };
}
