/**
 * Reads are asked again when the server throttles, stumbles or drops the connection: an API server does so for seconds
 * while etcd elects a leader or a node is replaced, and one lost call of a round of twenty would lose the round. client-go
 * does the same (rest.Request, WithRetry). What lasts longer is the caller's to wait for.
 */
import { setTimeout as wait } from "node:timers/promises";
import { RetryLater } from "../runtime/errors.ts";

interface Answered {
  readonly status: number;
  /** Seconds, as the header has it. */
  readonly retryAfter: string | undefined;
}

const TRIES = 4;
const FIRST_WAIT_MS = 100;
/** Who asks for more time than this is left alone; the caller sets a timer. */
const LONGEST_WAIT_MS = 1_000;

/** `ask` throws RetryLater when there is no answer. The last answer, or the last such error, is the result. */
export async function askAgain<Answer extends Answered>(
  ask: () => Promise<Answer>,
  withinMs: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (let tries = 1; ; tries += 1) {
    const last = tries === TRIES;
    const answer = await ask().catch((error: unknown) => {
      if (!(error instanceof RetryLater) || last || performance.now() >= deadline) throw error;
      return undefined;
    });
    if (answer !== undefined && (last || !passes(answer.status))) return answer;
    const backOff = FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + Math.random());
    const wanted = Math.max(backOff, 1_000 * (Number(answer?.retryAfter) || 0));
    if (answer !== undefined && (wanted > LONGEST_WAIT_MS || performance.now() + wanted >= deadline)) return answer;
    await wait(wanted, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
  }
}

function passes(status: number): boolean {
  return status === 429 || status >= 500;
}
