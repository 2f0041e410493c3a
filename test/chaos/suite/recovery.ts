/** How long the school takes to be at work again after each kind of fault. */
import { setTimeout as wait } from "node:timers/promises";
import type { Redis } from "ioredis";
import { keysOf } from "../../../shared/pipeline/keys.ts";

export interface Recovery {
  /** Says that a fault of this kind is over. */
  ended(kind: string): void;
  readonly settled: () => number;
  figures(): Readonly<Record<string, RecoveryFigures>>;
  stop(): Promise<void>;
}

export interface RecoveryFigures {
  readonly faults: number;
  /** Milliseconds from the end of a fault to the next event that was settled. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

const LOOK_MS = 25;

/** Watches the counters of what was settled; `redis` leads past every proxy. */
export function watchRecovery(redis: Redis): Recovery {
  const took = new Map<string, number[]>();
  const waiting: { kind: string; since: number }[] = [];
  let known = 0;
  let stopping = false;
  async function look(): Promise<void> {
    while (!stopping) {
      const asked = performance.now();
      const counters = await redis.hgetall(keysOf().metrics).catch(() => ({}));
      const now = Object.entries(counters).reduce(
        (sum, [name, n]) => sum + (name.startsWith("settled:") ? Number(n) : 0),
        0,
      );
      if (now > known) {
        // A question that was on its way when the fault ended may have counted what came before.
        for (const { kind, since } of waiting.filter((one) => one.since < asked)) {
          took.set(kind, [...(took.get(kind) ?? []), performance.now() - since]);
        }
        waiting.splice(0, waiting.length, ...waiting.filter((one) => one.since >= asked));
        known = now;
      }
      await wait(LOOK_MS);
    }
  }
  const looking = look();
  return {
    ended: (kind) => void waiting.push({ kind, since: performance.now() }),
    settled: () => known,
    figures() {
      const kinds = [...took].sort(([a], [b]) => a.localeCompare(b));
      return Object.fromEntries(kinds.map(([kind, all]) => [kind, figuresOf(all)]));
    },
    async stop() {
      stopping = true;
      await looking;
    },
  };
}

export function figuresOf(all: readonly number[]): RecoveryFigures {
  const sorted = [...all].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { faults: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
