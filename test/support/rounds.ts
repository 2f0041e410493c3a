/** Runs a stage as the pipeline would: applies patches, moves the clock by every timer, until the stage moves on. */
import { pino } from "pino";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { Again, BehindLock, MoveTo } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";

export interface Rounds<To extends string> {
  readonly outcome: MoveTo<To>;
  readonly record: Improvement;
  readonly rounds: number;
  /** Milliseconds by the stage's clock. */
  readonly took: number;
  /** Why it looked again, in order. */
  readonly reasons: readonly string[];
}

export interface Drive {
  /** Called before each round, with its number from 1 and the milliseconds since the first. */
  readonly before?: (round: number, elapsed: number) => void;
  /** Milliseconds the event waits on top of every timer: a busy or sleeping stage. */
  readonly late?: (round: number) => number;
  /** Thrown by `save` instead of storing anything. */
  readonly onSave?: (patch: Patch) => void;
}

export const START = Date.UTC(2026, 2, 1, 10);

type Handle<To extends string> = (
  input: { readonly improvement: Improvement },
  context: Context,
) => Promise<MoveTo<To> | Again | BehindLock>;

/** Errors of the handler are thrown; `record` keeps what was saved until then. */
export async function drive<To extends string>(
  handle: Handle<To>,
  record: { improvement: Improvement },
  { before, late, onSave }: Drive = {},
): Promise<Rounds<To>> {
  const reasons: string[] = [];
  let clock = START;
  for (let round = 1; round <= 1_000; round += 1) {
    before?.(round, clock - START);
    const now = clock;
    const context: Context = {
      log: pino({ level: "silent" }),
      now: () => now,
      signal: new AbortController().signal,
      attempt: 1,
      async save(patch) {
        onSave?.(patch);
        record.improvement = applied(record.improvement, patch);
      },
    };
    const outcome = await handle({ improvement: record.improvement }, context);
    if (outcome.kind === "behind-lock") throw new Error(outcome.because);
    record.improvement = applied(record.improvement, outcome.patch);
    if (outcome.kind === "move") {
      return { outcome, record: record.improvement, rounds: round, took: clock - START, reasons };
    }
    reasons.push(outcome.because);
    clock += outcome.afterMs + (late?.(round) ?? 0);
  }
  throw new Error(`never decided: ${reasons.at(-1)}`);
}

/** As the record store does it: null removes, everything passes through JSON. */
export function applied(improvement: Improvement, patch: Patch): Improvement {
  const merged = Object.entries({ ...improvement, ...patch }).filter(([, value]) => value !== null);
  return JSON.parse(JSON.stringify(Object.fromEntries(merged))) as Improvement;
}
