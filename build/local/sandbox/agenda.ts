/** Everything the stand-in does later; closing it cancels all of it, so that no timer outlives the server. */

export interface Agenda {
  /** Milliseconds since the epoch. */
  now(): number;
  after(milliseconds: number, task: () => void): void;
  close(): void;
}

export function createAgenda(): Agenda {
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;
  return {
    now: () => Date.now(),
    after(milliseconds, task) {
      if (closed) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        task();
      }, milliseconds);
      timers.add(timer);
    },
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** How fast the stand-in behaves, all in milliseconds. */
export interface Pace {
  /** From a pod's creation until it is ready. */
  readonly podStartMs: number;
  /** First wait of a crashing container; it doubles up to eight times this. */
  readonly crashBackoffMs: number;
  /** How long Argo CD takes to compare. */
  readonly compareMs: number;
  /** How long a sync operation runs. */
  readonly syncMs: number;
  /** First wait before a failed operation is tried again; doubles up to 36 times this, as 5 s and 3 min do. */
  readonly retryMs: number;
  /** How long self-healing waits after it has noticed drift. */
  readonly selfHealMs: number;
}

export const DEFAULT_PACE: Pace = {
  podStartMs: 2_000,
  crashBackoffMs: 3_000,
  compareMs: 100,
  syncMs: 800,
  retryMs: 5_000,
  selfHealMs: 5_000,
};
