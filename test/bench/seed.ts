/**
 * A school with years behind it, written straight into Redis: the keys, indexes, trails, stream and events are those the
 * pipeline's scripts make, which doctor confirms. Through the stages it would take minutes.
 */
import { type ChainableCommander, Redis } from "ioredis";
import { improvementMoved } from "../../shared/domain/events.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { encodePatch } from "../../shared/domain/improvement-fields.ts";
import { RELEASES_LOCK, type Status } from "../../shared/domain/lifecycle.ts";
import { RECORD_SCHEMA, SCHEMA_FIELD } from "../../shared/domain/schema/record.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { ownerOf } from "../../shared/stages.ts";
import { seedBooks } from "./seed-books.ts";
import { CATEGORY_WEIGHTS, STATUS_WEIGHTS, seedImprovement, WAY } from "./seed-improvement.ts";
import { chance, spokenLines } from "./seed-text.ts";

const BATCH = 500;
const PER_SOURCE = 40;
const APPLICATIONS = 40;
const SPAN_MS = 400 * 86_400_000;
const STEP_MS = 20_000;
const LONGEST_REVIEW_MS = 3 * 86_400_000;
/** As many as the stream keeps. */
const EVENTS = 10_000;

interface Step {
  readonly at: number;
  readonly id: string;
  readonly from: Status | "";
  readonly to: Status;
}

/** Into an empty Redis. Resolves with all ids, oldest first. */
export async function seedSchool(url: string, count: number): Promise<string[]> {
  const redis = new Redis(url);
  const keys = keysOf();
  const make = maker(count);
  const ids: string[] = [];
  const recent: Step[] = [];
  const moved: Record<string, number> = {};
  for (let from = 0; from < count; from += BATCH) {
    const batch = redis.pipeline();
    const shared = new Map<string, [add: "zadd" | "sadd" | "lpush", key: string, members: (string | number)[]]>();
    const gather = (add: "zadd" | "sadd" | "lpush", key: string, ...members: (string | number)[]) => {
      const known = shared.get(key);
      if (known === undefined) shared.set(key, [add, key, members]);
      else known[2].push(...members);
    };
    for (let n = from; n < Math.min(count, from + BATCH); n += 1) {
      const improvement = make(n);
      const { id, status, category, source_id: source, lock } = improvement;
      const movedAt = Date.parse(improvement.updated_at);
      const steps = stepsOf(improvement);
      ids.push(id);
      recent.push(...steps);
      batch.hset(keys.record(id), fieldsOf(improvement));
      for (const step of steps) {
        batch.xadd(keys.trail(id), `${step.at}-0`, ...entry(step));
        moved[`moved:${step.to}`] = (moved[`moved:${step.to}`] ?? 0) + 1;
      }
      gather("zadd", keys.byStatus(status), movedAt, id);
      gather("sadd", keys.statusSet(status), id);
      gather("sadd", keys.categorySet(category), id);
      gather("sadd", keys.videoSet(source), id);
      const event = JSON.stringify(improvementMoved(id, status, mover(steps.at(-1)), movedAt));
      const owner = ownerOf(status);
      if (owner !== undefined) gather("lpush", keys.list(owner), event);
      if (status === "dead") gather("lpush", keys.dead("evaluate"), deadLetter(improvement, event));
      if (lock !== undefined && holdsLock(status)) batch.set(keys.lock(lock), id);
    }
    for (const [add, key, members] of shared.values()) batch[add](key, ...(members as [string, string]));
    await done(batch);
    recent.splice(0, recent.length - 2 * EVENTS);
  }
  const last = redis.pipeline();
  for (let from = 0; from < ids.length; from += PER_SOURCE) {
    const { id, title } = sourceOf(from);
    const readAt = Date.parse((await redis.hget(keys.record(ids[from] as string), "created_at")) as string);
    const improvements = JSON.stringify(ids.slice(from, from + PER_SOURCE));
    last.hset(keys.source(id), {
      id,
      title,
      state: "read",
      read_at: new Date(readAt).toISOString(),
      known: 0,
      improvements,
    });
    last.zadd(keys.sources, readAt, id);
  }
  recent.sort((a, b) => a.at - b.at);
  recent.slice(-EVENTS).forEach((step, i, all) => {
    let sequence = 0;
    while (all[i - sequence - 1]?.at === step.at) sequence += 1;
    last.xadd(keys.events, `${step.at}-${sequence}`, "improvement", step.id, ...entry(step));
  });
  last.hset(keys.metrics, moved);
  await done(last);
  await seedBooks(redis, keys, ids);
  redis.disconnect();
  return ids;
}

function maker(count: number): (n: number) => Improvement {
  const lines = spokenLines();
  const by = chance(1);
  const now = Date.now() - 60_000;
  return (n) => {
    const status = by.weighted(STATUS_WEIGHTS);
    const least = WAY[status].length * STEP_MS;
    const createdAt = now - least - Math.floor(((count - n) / count) * SPAN_MS);
    const movedAt = Math.min(now, createdAt + least + by.below(LONGEST_REVIEW_MS));
    // One improvement at a time per Application.
    const application = holdsLock(status) ? `team-${n}` : `team-${by.below(APPLICATIONS)}`;
    const category = by.weighted(CATEGORY_WEIGHTS);
    return seedImprovement(n, { status, category, source: sourceOf(n), application, createdAt, movedAt }, lines, by);
  };
}

function sourceOf(n: number) {
  const number = Math.floor(n / PER_SOURCE);
  return { id: `talk-${number}`, title: `Talk ${number} of the platform meeting` };
}

function stepsOf({ id, status, created_at: createdAt, updated_at: updatedAt }: Improvement): Step[] {
  const way = WAY[status];
  return way.map((to, i) => {
    const at = i === way.length - 1 ? Date.parse(updatedAt) : Date.parse(createdAt) + i * STEP_MS;
    return { at, id, from: way[i - 1] ?? "", to };
  });
}

function entry({ from, to }: Step): string[] {
  return ["from", from, "to", to, "by", mover({ from }), "because", "what was found there"];
}

function mover(step: Pick<Step, "from"> | undefined): string {
  const from = step?.from ?? "";
  return from === "" ? "ingest" : (ownerOf(from) ?? "person:bench");
}

function fieldsOf({ id, status, ...facts }: Improvement): Record<string, string> {
  return { id, status, [SCHEMA_FIELD]: String(RECORD_SCHEMA), ...encodePatch(facts).set };
}

function deadLetter({ updated_at: at, dead_reason: reason }: Improvement, event: string): string {
  return `${JSON.stringify({ stage: "evaluate", reason, attempts: 5, at }).slice(0, -1)},"event":${event}}`;
}

function holdsLock(status: Status): boolean {
  const releases: readonly Status[] = RELEASES_LOCK;
  return WAY[status].includes("implementation") && !releases.includes(status);
}

async function done(batch: ChainableCommander): Promise<void> {
  for (const [error] of (await batch.exec()) ?? []) if (error !== null) throw error;
}
