/** What holds improvements back besides computing power: locks, branches, the budget of commits. */
import type { Events } from "./events.ts";
import type { Gate } from "./report.ts";
import type { SimulationSettings } from "./settings.ts";

export type Gates = Readonly<Record<"commit budget" | "lock of the Application" | "branch", Gate>>;

export interface Lines {
  /** `then` runs when it is one's turn at the counter `n`; in the order of asking. */
  take(n: number, then: () => void): void;
  give(n: number): void;
  readonly waits: () => readonly number[];
  /** Seconds that counters were taken until then, added up. */
  readonly busyUntil: (horizon: number) => number;
}

export function lines(count: number, now: () => number): Lines {
  const waiting: { since: number; go: () => void }[][] = Array.from({ length: count }, () => []);
  const taken: (number | undefined)[] = Array.from({ length: count });
  const waits: number[] = [];
  const spans: [from: number, to: number][] = [];
  const clipped = (from: number, to: number, horizon: number) => Math.min(to, horizon) - Math.min(from, horizon);
  const busyUntil = (horizon: number) =>
    spans.reduce((sum, [from, to]) => sum + clipped(from, to, horizon), 0) +
    taken.reduce<number>((sum, since) => sum + (since === undefined ? 0 : clipped(since, now(), horizon)), 0);
  return {
    take(n, then) {
      if (taken[n] !== undefined) {
        waiting[n]?.push({ since: now(), go: then });
        return;
      }
      taken[n] = now();
      waits.push(0);
      then();
    },
    give(n) {
      spans.push([taken[n] ?? now(), now()]);
      const next = waiting[n]?.shift();
      taken[n] = next === undefined ? undefined : now();
      if (next === undefined) return;
      waits.push(now() - next.since);
      next.go();
    },
    waits: () => waits,
    busyUntil,
  };
}

/** Commits of the last hour and of the last day are counted; who comes too early comes when there is room, in order. */
export function budgetOf(
  events: Events,
  { commitsPerHour, commitsPerDay }: Pick<SimulationSettings, "commitsPerHour" | "commitsPerDay">,
) {
  const at: number[] = [];
  const waits: number[] = [];
  const waiting: { since: number; go: () => void }[] = [];
  /** When the next may go: the commit that many before it has to be that long ago. */
  const roomAt = () =>
    Math.max((at[at.length - commitsPerHour] ?? -3_600) + 3_600, (at[at.length - commitsPerDay] ?? -86_400) + 86_400);
  let called = false;
  function serve(): void {
    called = false;
    while (waiting.length > 0 && roomAt() <= events.now()) {
      const { since, go } = waiting.shift() as (typeof waiting)[number];
      waits.push(events.now() - since);
      at.push(events.now());
      go();
    }
    if (waiting.length > 0 && !called) {
      called = true;
      events.in(Math.max(0.001, roomAt() - events.now()), serve);
    }
  }
  return {
    take(then: () => void) {
      waiting.push({ since: events.now(), go: then });
      if (waiting.length === 1) serve();
    },
    waits: () => waits,
    utilisation: (horizon: number) =>
      at.filter((time) => time <= horizon).length / ((Math.min(24 * commitsPerHour, commitsPerDay) * horizon) / 86_400),
  };
}
