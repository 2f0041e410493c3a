/** A pod of `notify` on a real Redis, without its process. */
import { setTimeout as wait } from "node:timers/promises";
import type { Redis } from "ioredis";
import { type NotifyPorts, notify } from "../../../functions/notify/handle.ts";
import type { NotifyRule } from "../../../functions/notify/rules.ts";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import type { Channel } from "../../../shared/notify-ports.ts";
import { hostTurns } from "../../../shared/pipeline/host-turns.ts";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { notificationBook } from "../../../shared/pipeline/notification-book.ts";

export const keys = keysOf("{n}:");

export interface PodOptions {
  readonly groupMs?: number;
  readonly rules?: readonly NotifyRule[];
}

export function podOf(redis: Redis, channels: readonly Channel[], { groupMs = 0, rules = [{}] }: PodOptions = {}) {
  const book = notificationBook(redis, keys);
  const ports: NotifyPorts = {
    book,
    turns: hostTurns(redis, keys),
    channels,
    rules,
    groupMs,
    publicUrl: "https://school.example.org",
    announce: () => book.configured(channels),
    pause: (ms) => wait(ms),
    clock: () => performance.now(),
  };
  const context = { now: Date.now, signal: new AbortController().signal };
  const once = (input: Parameters<typeof notify>[0]) => notify(input, ports, context);
  const tell = async (input: Parameters<typeof notify>[0]): Promise<string> => {
    for (;;) {
      const outcome = await once(input);
      if (outcome.kind === "observed") return outcome.because;
      await wait(Math.min(outcome.afterMs, 50));
    }
  };
  return {
    once,
    /** As the stage's queue does: again and again until it is over. */
    tell,
  };
}

export type Pod = ReturnType<typeof podOf>;

export function reached(
  status: Status,
  event: string,
  id = "0123456789abcdef",
): { improvement: Improvement; reached: Status; event: string } {
  const improvement = {
    id,
    title: `Title ${id}`,
    category: "security",
    status,
    dead_reason: "no route",
    relevance: 0.8,
  };
  return { improvement: improvement as Improvement, reached: status, event };
}

/** What waits for others to come waits no longer. */
export async function endWindows(redis: Redis, channel: string): Promise<void> {
  const due = keys.notifyDue(channel);
  for (const id of await redis.zrange(due, 0, "-1")) await redis.zadd(due, "0", id);
}
