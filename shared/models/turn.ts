/** One process asks, the others wait for what it gets. Who holds the turn renews it; who dies frees it by not doing so. */
import { setTimeout as wait } from "node:timers/promises";
import type { ModelCall } from "../domain/model-call.ts";
import type { KeptAnswer, ModelServices } from "../ledger-ports.ts";
import type { ModelAnswer } from "../model-ports.ts";
import { RetryLater } from "../runtime/errors.ts";

/** How long a process may say nothing before others take it for dead. */
const LEASE_MS = 15_000;
const FIRST_LOOK_MS = 25;
const LATER_LOOKS_MS = 400;
/** Characters; larger answers are given to whoever asked and kept by nobody. */
const MOST_KEPT = 200_000;

interface Waiting {
  readonly ttlMs: number;
  /** Milliseconds until waiting is given up. */
  readonly waitMs: number;
  readonly clock: () => number;
}
interface Turned {
  readonly value: { readonly answer: ModelAnswer; readonly by: ModelCall["answered_by"] };
  readonly isKept: boolean;
}

/**
 * What is kept under `key`, or what `ask` gets in its turn; it is kept when `ask` says so. Throws RetryLater when another
 * process asks for longer than `waitMs`, the signal's reason, and what `ask` throws.
 */
export async function inTurn(
  services: ModelServices,
  key: string,
  { ttlMs, waitMs, clock }: Waiting,
  signal: AbortSignal,
  ask: () => Promise<{ readonly value: Turned["value"]; readonly kept: boolean }>,
): Promise<Turned> {
  const started = clock();
  for (let look = 0; ; look += 1) {
    signal.throwIfAborted();
    const turn = await services.take(key, LEASE_MS);
    if (turn.kind === "kept") {
      return {
        value: { answer: { kind: "answered", ...turn.answer }, by: look === 0 ? "cache" : "shared" },
        isKept: true,
      };
    }
    if (turn.kind === "taken") return hold(services, key, turn.token, ttlMs, ask);
    if (clock() - started >= waitMs) {
      throw new RetryLater("another process is asking the model the same", Math.max(1_000, turn.leftMs), {
        free: true,
      });
    }
    await pause(Math.min(LATER_LOOKS_MS, FIRST_LOOK_MS * 2 ** look), signal);
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function hold(
  services: ModelServices,
  key: string,
  token: string,
  ttlMs: number,
  ask: () => Promise<{ readonly value: Turned["value"]; readonly kept: boolean }>,
): Promise<Turned> {
  // A renewal that fails is no reason to give up a question that is being answered; the next one may not fail.
  const renewal = setInterval(() => void services.renew(key, token, LEASE_MS).catch(() => undefined), LEASE_MS / 3);
  renewal.unref();
  let answer: KeptAnswer | undefined;
  try {
    const { value, kept } = await ask();
    if (kept && value.answer.kind === "answered") answer = keepable(value.answer);
    return { value, isKept: kept && ttlMs > 0 };
  } finally {
    clearInterval(renewal);
    await services.finish(key, token, answer === undefined || ttlMs === 0 ? undefined : { answer, ttlMs });
  }
}

function keepable({ value, model, usage }: KeptAnswer): KeptAnswer | undefined {
  return (JSON.stringify(value)?.length ?? Number.POSITIVE_INFINITY) > MOST_KEPT ? undefined : { value, model, usage };
}
