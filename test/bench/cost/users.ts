/** Those who use the counted school: they hand in, approve, and wait until all is at rest. */
import { setTimeout as wait } from "node:timers/promises";
import type { Redis } from "ioredis";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { STAGES } from "../../../shared/stages.ts";
import type { CountedSchool } from "./school.ts";

/** Of one kind of change no second one is begun while the first is not decided. */
const TOPICS = [
  ["a readiness probe", "architecture"],
  ["a pod disruption budget", "architecture"],
  ["a network policy", "security"],
] as const;
const MOST_QUESTIONS = 3;
const PATIENCE_MS = 300_000;
const keys = keysOf();

export async function answering({ url }: CountedSchool): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await wait(200)) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error("the coordinator does not answer");
}

export async function handIn(
  { url, tokens }: CountedSchool,
  id: string,
  { name, application }: { name: string; application: string },
  n: number,
): Promise<void> {
  const [topic, category] = TOPICS[n % TOPICS.length] as (typeof TOPICS)[number];
  const improvement = {
    title: `Set ${topic} on ${name} (${n})`,
    description: `The ${name} deployment of ${application} has no ${topic}; observation ${n} says that its pods need it.`,
    category,
    type: "enhancement",
    relevance: 0.95,
    source_id: id,
    source_title: "What came",
    quotes: [{ text: `set ${topic} on ${name}` }],
  };
  const type = "ai.cortex.school.improvement.raw";
  const event = { specversion: "1.0", id, source: "/bench", type, data: { id, improvement } };
  const response = await fetch(`${url}/stages/route`, {
    method: "POST",
    headers: { authorization: `Bearer ${tokens.operator}`, "content-type": "application/cloudevents+json" },
    body: JSON.stringify(event),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

const ENDS = ["verified", "failed", "rejected", "conflicts", "held", "rollback_blocked", "dead"];

/** Approves what waits for a person, until all have come to an end. */
export async function ended(
  { url, tokens, redis }: CountedSchool,
  ids: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const asked = new Map<string, number>();
  for (; performance.now() < until; await wait(250)) {
    const now = await Promise.all(ids.map((id) => redis.hget(keys.record(id), "status")));
    if (now.every((status) => status !== null && ENDS.includes(status))) {
      for (const [n, id] of ids.entries()) say(`${id} ${now[n]} ${await lastWord(redis, id)}`);
      return;
    }
    for (const [n, status] of now.entries()) {
      if (status !== "pending_review") continue;
      // Whether it may be planned, and whether the plan may be carried out; who asks again has nothing to be approved.
      const id = ids[n] as string;
      const times = (asked.get(id) ?? 0) + 1;
      asked.set(id, times);
      const action = times > MOST_QUESTIONS ? "reject" : "approve";
      const response = await fetch(`${url}/api/improvements/${id}/${action}`, {
        method: "POST",
        headers: { authorization: `Bearer ${tokens.reviewer}`, "content-type": "application/json" },
        body: JSON.stringify({ reason: "for the bench" }),
      });
      if (!response.ok && response.status !== 409) throw new Error(`${response.status}: ${await response.text()}`);
    }
  }
  const now = await Promise.all(ids.map((id) => redis.hget(keys.record(id), "status")));
  throw new Error(`they do not come to an end: ${now.join()}`);
}

export async function statuses(redis: Redis, ids: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const id of ids) {
    const status = (await redis.hget(keys.record(id), "status")) ?? "gone";
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** Until no stage has anything, `index` and the observers included. */
export async function atRest(redis: Redis): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await wait(200)) {
    const sizes = await Promise.all(
      STAGES.flatMap((stage) => [
        redis.llen(keys.list(stage)),
        redis.zcard(keys.leases(stage)),
        redis.zcard(keys.delayed(stage)),
      ]),
    );
    if (sizes.every((size) => size === 0)) return;
  }
  throw new Error("the school does not come to rest");
}

async function lastWord(redis: Redis, id: string): Promise<string> {
  const [last] = await redis.xrevrange(keys.trail(id), "+", "-", "COUNT", 1);
  return last?.[1].join(" ").slice(0, 200) ?? "";
}
