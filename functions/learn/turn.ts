/** The turn to train, kept for as long as the training takes. */
import type { TrainingTurns } from "../../shared/routing-ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";

/** A process that dies leaves the turn to the others after this long. */
export const TURN_MS = 20_000;
const RENEW_MS = 5_000;

export interface HeldTurn {
  /** Aborted when somebody else has the turn. */
  readonly lost: AbortSignal;
  /** Before anything is written: throws RetryLater when somebody else has the turn. */
  confirm(): Promise<void>;
  end(): Promise<void>;
}

export function holdTurn(turns: TrainingTurns, token: string): HeldTurn {
  const lost = new AbortController();
  const reason = () => new RetryLater("the turn to train was lost to another process", TURN_MS, { free: true });
  async function confirm(): Promise<void> {
    if (await turns.renew(token, TURN_MS)) return;
    lost.abort(reason());
    throw reason();
  }
  const renewal = setInterval(() => {
    // Redis may be away for a moment; `confirm` finds out whether the turn has outlived that.
    confirm().catch(() => undefined);
  }, RENEW_MS);
  return {
    lost: lost.signal,
    confirm,
    async end() {
      clearInterval(renewal);
      // Where Redis is away it ends by itself, and what went wrong before is what counts.
      await turns.end(token).catch(() => undefined);
    },
  };
}
