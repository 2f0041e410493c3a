/**
 * List mode: claim, work, settle, until told to stop. All that finished since the last look is settled in one script
 * call, which also claims the next events, so a busy stage makes one round trip per batch.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { NewerLayout } from "../domain/schema/layout.ts";
import { isPassingRefusal } from "../pipeline/refusal.ts";
import type { Claims, Lease, Settlement, SettleResult, StageQueue } from "../pipeline/stage-queue.ts";
import { aboutLease } from "./about.ts";
import { BUILD } from "./build-info.ts";
import { LeaseLost } from "./errors.ts";
import { heartbeats } from "./heartbeat.ts";
import type { Work } from "./work.ts";

export interface ConsumerOptions {
  readonly queue: StageQueue;
  /** Key of the list, to wait on. */
  readonly list: string;
  /** A second connection, opened only when the list is empty: a blocked connection cannot settle. */
  readonly blocking: () => Redis;
  readonly perPod: number;
  readonly leaseMs: number;
  /** A handler that runs longer than this is given up: its lease is no longer extended. */
  readonly limitMs: number;
  readonly log: Logger;
  readonly perform: (work: Work) => Promise<Settlement | undefined>;
}

export interface Consumer {
  /**
   * Resolves when the consumer has stopped; rejects when Redis refuses a script (a damaged key, a wrong type), and with
   * NewerLayout.
   */
  readonly stopped: Promise<void>;
  /** Stop claiming, let running handlers finish for at most `graceMs`, give back the rest. */
  drain(graceMs: number): Promise<void>;
}

interface Running {
  readonly abort: AbortController;
  readonly startedAt: number;
  readonly lease: Lease;
}

const DEAD_LETTERED =
  "An event was dead-lettered; nothing of it is lost: `school dead-letters` shows it, `school redrive` puts it back";
const NEWER =
  "Records were written by a newer version of the school than this worker reads; their events are given back untouched, no " +
  "attempt counted, until a worker of that version takes them: finish the upgrade, or go back to a backup of Redis";
/** Longest wait on an empty list before looking again for expired leases of dead workers. */
const IDLE_SECONDS = 5;
/** Until the next try while Redis refuses for a reason that will pass. */
const REFUSED_MS = 500;

export function consume(options: ConsumerOptions): Consumer {
  const { queue, log, perPod, leaseMs, limitMs } = options;
  const running = new Map<string, Running>();
  const finished: Settlement[] = [];
  /** Until what became of them was told. */
  const leases = new Map<string, Lease>();
  let draining = false;
  /** The last claim left nothing behind. */
  let empty = false;
  let refused = false;
  let quietUntil = 0;
  let tooOld: NewerLayout | undefined;
  let dueTimer: NodeJS.Timeout | undefined;
  let blocked: Redis | undefined;
  let waiting: Promise<void> | undefined;
  let wake: () => void = () => undefined;
  const clock = { redis: Date.now(), local: performance.now() };
  const now = () => clock.redis + (performance.now() - clock.local);
  const beat = heartbeats(queue, leaseMs, limitMs, running, log, (token) => {
    running.delete(token);
    leases.delete(token);
    wake();
  });

  function start(lease: Lease): void {
    const abort = new AbortController();
    running.set(lease.token, { abort, startedAt: performance.now(), lease });
    leases.set(lease.token, lease);
    void options.perform({ lease, signal: abort.signal, now }).then((settlement) => {
      running.delete(lease.token);
      if (settlement === undefined) leases.delete(lease.token);
      else finished.push(settlement);
      wake();
    });
  }

  function receive(claims: Claims): void {
    clock.redis = claims.now;
    clock.local = performance.now();
    for (const lease of claims.leases) start(lease);
    tellNewer(claims.newer);
    // What runs is finished: a step to another layout leaves the way its settlements are written as it was.
    if (claims.newerLayout !== undefined) {
      tooOld ??= new NewerLayout(claims.newerLayout, BUILD);
      draining = true;
    }
    for (const buried of claims.buried) log.error({ ...buried, list: options.list }, DEAD_LETTERED);
    empty = claims.dueMs !== 0;
    clearTimeout(dueTimer);
    if (claims.dueMs > 0) dueTimer = setTimeout(lookAgain, claims.dueMs);
  }

  /** Once a minute: they are offered again every few seconds. */
  function tellNewer(newer: Claims["newer"]): void {
    if (newer.length === 0 || performance.now() < quietUntil) return;
    quietUntil = performance.now() + 60_000;
    log.warn({ newer: newer.slice(0, 5), list: options.list }, NEWER);
  }

  function lookAgain(): void {
    empty = false;
    wake();
  }

  /** Blocks until the list has an entry and changes nothing (BLMOVE onto itself), then wakes. */
  function waitForWork(): void {
    blocked ??= options.blocking();
    waiting ??= blocked
      .blmove(options.list, options.list, "RIGHT", "RIGHT", IDLE_SECONDS)
      .then(
        () => undefined,
        (error: Error) => log.debug({ err: error }, "waiting for work was interrupted"),
      )
      .then(() => {
        waiting = undefined;
        lookAgain();
      });
  }

  async function settle(batch: readonly Settlement[], claimMax: number): Promise<void> {
    const { results, claims } = await queue.settle(batch, claimMax);
    results.forEach((result, i) => {
      const settlement = batch[i] as Settlement;
      report(result, settlement, leases.get(settlement.token), log);
      leases.delete(settlement.token);
    });
    if (claims !== undefined) receive(claims);
  }

  /** What Redis refuses for now is kept and tried again; a worker that drains leaves it to the end of its leases. */
  async function unlessRefused(batch: readonly Settlement[], call: () => Promise<void>): Promise<void> {
    try {
      await call();
      refused = false;
    } catch (error) {
      if (draining || !isPassingRefusal(error)) throw error;
      if (!refused) log.warn({ err: error }, "Redis refuses for now; the worker waits until it accepts again");
      refused = true;
      finished.unshift(...batch);
      await delay(REFUSED_MS);
    }
  }

  async function loop(): Promise<void> {
    for (;;) {
      const free = draining ? 0 : perPod - running.size;
      if (finished.length > 0) {
        const batch = finished.splice(0);
        await unlessRefused(batch, () => settle(batch, Math.max(0, free)));
      } else if (free > 0 && !empty) await unlessRefused([], async () => receive(await queue.claim(free)));
      else if (draining && running.size === 0) {
        if (tooOld !== undefined) throw tooOld;
        return;
      } else {
        if (free > 0) waitForWork();
        await new Promise<void>((resolve) => {
          wake = resolve;
          // Something may have finished between the look above and this line.
          if (finished.length > 0 || (draining && running.size === 0)) resolve();
        });
        // Let everything that finishes in this turn share one settle.
        await Promise.resolve();
      }
    }
  }

  const stopped = loop().finally(() => {
    beat.stop();
    clearTimeout(dueTimer);
    blocked?.disconnect();
  });
  return {
    stopped,
    async drain(graceMs) {
      draining = true;
      wake();
      const late = setTimeout(() => {
        for (const [token, { abort }] of running) {
          abort.abort(new LeaseLost("the process is stopping"));
          running.delete(token);
          finished.push({ kind: "handback", token });
        }
        wake();
      }, graceMs);
      await stopped.finally(() => clearTimeout(late));
    },
  };
}

function report(result: SettleResult, settlement: Settlement, lease: Lease | undefined, log: Logger): void {
  if (result === "ok" && settlement.kind !== "dead") return;
  const { kind, token } = settlement;
  const about = aboutLease(lease);
  if (result === "lost")
    log.warn(
      { kind, token, ...about },
      "A settlement came too late: the lease or the status had changed, nothing was written",
    );
  if (result === "illegal")
    log.error(
      { kind, token, ...about, settlement },
      "A settlement was refused: the lifecycle forbids this move; report it",
    );
  if (result.startsWith("error")) {
    log.error(
      { kind, token, ...about, result },
      "A settlement failed on a damaged key; nothing was written and the event comes back",
    );
  }
  if (result === "dead" || (result === "ok" && kind === "dead")) {
    log.error({ reason: "reason" in settlement ? settlement.reason : kind, token, ...about }, DEAD_LETTERED);
  }
}
