/** What years leave behind beside the improvements: what the router learned from, what people did, who was told of what. */
import type { Redis } from "ioredis";
import { EXPERTS, type Expert } from "../../shared/domain/improvement.ts";
import { AUDIT_LENGTH } from "../../shared/pipeline/audit.ts";
import type { Keys } from "../../shared/pipeline/keys.ts";
import { MOST_ROWS, routerBook } from "../../shared/pipeline/router-book.ts";
import type { TrainingRow } from "../../shared/routing-ports.ts";
import { type Chance, chance, spokenLines, workloadName } from "./seed-text.ts";

const BATCH = 500;
const HOUR_MS = 3_600_000;
const NOTIFICATIONS = 1_000;
const ACTIONS = ["flag.set", "flag.clear", "session.begin", "session.end", "lock.open", "dead-letter.redrive"];
const PEOPLE = Array.from({ length: 40 }, (_, n) => `person:reviewer-${n}`);
/** The one action of which there are few. */
const RARE = "breaker.close";

/** As many of each as the school keeps at most, for the improvements `ids`. */
export async function seedBooks(redis: Redis, keys: Keys, ids: readonly string[]): Promise<void> {
  const by = chance(2);
  const lines = spokenLines();
  await seedRouterRows(redis, keys, ids.slice(-MOST_ROWS), lines, by);
  await seedAudit(redis, keys, Math.min(AUDIT_LENGTH, ids.length), by);
  const told = Array.from({ length: Math.min(NOTIFICATIONS, ids.length) }, (_, n) =>
    JSON.stringify({
      at: new Date(Date.now() - n * HOUR_MS).toISOString(),
      channel: "slack",
      event: "improvement.pending_review",
      result: "sent",
      headline: by.one(lines),
      count: 1,
      improvements: [ids[n]],
    }),
  );
  await redis.rpush(keys.notifyLog, ...told);
  await redis.hset(keys.metrics, counters(ids.length));
}

async function seedRouterRows(
  redis: Redis,
  keys: Keys,
  ids: readonly string[],
  lines: readonly string[],
  by: Chance,
): Promise<void> {
  const book = routerBook(redis, keys);
  for (let from = 0; from < ids.length; from += BATCH) {
    const some = ids.slice(from, from + BATCH);
    await Promise.all(some.map((id, i) => book.keepRow(row(id, from + i, ids.length, lines, by))));
  }
}

function row(id: string, n: number, count: number, lines: readonly string[], by: Chance): TrainingRow {
  const [chosen, label] = [by.one(EXPERTS), by.one(EXPERTS)];
  const right = by.below(10) < 8;
  const vote = (tier: string, expert: Expert | null) => ({ tier, expert, confidence: by.below(100) / 100 });
  const isJudged = by.below(3) > 0;
  return {
    id,
    source: `talk-${Math.floor(n / 40)}`,
    at: new Date(Date.now() - (count - n) * HOUR_MS).toISOString(),
    text: {
      title: `${by.one(lines)} ${workloadName(n)}`,
      description: Array.from({ length: 10 }, () => by.one(lines)).join(" "),
      implementation_notes: Array.from({ length: 6 }, () => by.one(lines)).join(" "),
      type: "resource-limits",
    },
    chosen,
    arm: n % 4 === 0 ? "learned" : "rules",
    tier: "keywords",
    confidence: by.below(100) / 100,
    arms: { rules: { ...vote("keywords", chosen), tier: "keywords" }, learned: vote("classifier", label) },
    votes: [
      vote("exact-repeat", null),
      vote("keywords", chosen),
      vote("neighbours", chosen),
      vote("classifier", label),
      vote("model", null),
    ],
    ...(isJudged ? { label: right ? chosen : label, right, by: by.one(["person", "expert", "outcome"] as const) } : {}),
    held: by.below(5) > 0,
    reached: "verified",
  };
}

async function seedAudit(redis: Redis, keys: Keys, count: number, by: Chance): Promise<void> {
  const start = Date.now() - count * 60_000;
  for (let from = 0; from < count; from += BATCH) {
    const batch = redis.pipeline();
    for (let n = from; n < Math.min(count, from + BATCH); n += 1) {
      const action = n % 20_000 === 0 ? RARE : by.one(ACTIONS);
      const facts = ["actor", by.one(PEOPLE), "by", "session", "action", action, "subject", "auto_approve_none"];
      batch.xadd(keys.audit, `${start + n * 60_000}-0`, ...facts, "reason", "as it was agreed", "facts", '{"of":"x"}');
    }
    for (const [error] of (await batch.exec()) ?? []) if (error !== null) throw error;
  }
}

/** What the stages counted on the way, as far as an answer reads it. */
function counters(count: number): Record<string, number> {
  const perExpert = EXPERTS.flatMap((expert) => [
    [`expert:${expert}`, Math.round(count / EXPERTS.length)],
    [`route_served:keywords:${expert}:rules`, Math.round(count / 10)],
    [`route_served:classifier:${expert}:learned`, Math.round(count / 20)],
  ]);
  const others = { "route_vote:keywords:decided": count, "route_similarity:hit": count, "conflict:duplicate": count };
  return { ...Object.fromEntries(perExpert), ...others, "route_confidence_sum:keywords": count * 800 };
}
