/**
 * Asks for cold layers: fire and forget, a few at a time, each stage once until its pause is over. Whoever finds layers
 * cold keeps asking for as long as they are, so what is refused here is not lost, and nothing waits.
 */
import type { Logger } from "pino";
import type { Layers } from "../../../shared/ports.ts";
import type { StageName } from "../../../shared/stages.ts";
import { askedFor, concernsAll, pauseAfter, troubleOf, type WakeOutcome } from "./outcomes.ts";

/** Calls to the API server at a time. */
const AT_ONCE = 4;
/** A cold layer is asked for twice a second. Who was not for so long had a worker meanwhile: its pause is over. */
const EPISODE_MS = 1_500;
/** A trouble that is so much older than its pause is another one. */
const FORGET_MS = 60_000;

export interface Waker {
  ask(stage: StageName): void;
  /** Gives up what is under way and asks for nothing any more. */
  close(): void;
}

export interface WakerParts {
  readonly log: Logger;
  readonly count: (stage: StageName, outcome: WakeOutcome) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly clock?: () => number;
  /** Random share 0..1. */
  readonly share?: () => number;
}

/** Where the API as a whole stands in the table of the layers. */
const API = "the API server";
type Scope = StageName | typeof API;
interface Standing {
  readonly outcome: WakeOutcome;
  readonly times: number;
  readonly until: number;
}

export function waker(layers: Layers, parts: WakerParts): Waker {
  const { log, count, clock = () => performance.now(), share = Math.random } = parts;
  const standing = new Map<Scope, Standing>();
  const seen = new Map<StageName, number>();
  const waiting = new Set<StageName>();
  const running = new Set<StageName>();
  const stopping = new AbortController();

  const rests = (stage: StageName) =>
    [stage, API].some((scope) => clock() < (standing.get(scope as Scope)?.until ?? 0));

  function next(): void {
    for (const stage of waiting) {
      // An API server in trouble is tried with one call.
      if (running.size >= (standing.has(API) ? 1 : AT_ONCE)) return;
      waiting.delete(stage);
      if (rests(stage)) continue;
      running.add(stage);
      void call(stage).finally(() => {
        running.delete(stage);
        next();
      });
    }
  }

  async function call(stage: StageName): Promise<void> {
    try {
      const outcome = await layers.wake(stage, stopping.signal);
      if (outcome === "woken") log.info({ woken: stage }, "woke a cold layer");
      settled(stage, outcome);
      recovered(API);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const outcome = troubleOf(error);
      settled(stage, outcome, error);
      // It answered, so it is this layer alone.
      if (!concernsAll(outcome)) recovered(API);
    }
  }

  function settled(stage: StageName, outcome: WakeOutcome, error?: unknown): void {
    count(stage, outcome);
    const scope = concernsAll(outcome) ? API : stage;
    const before = standing.get(scope);
    if (error === undefined) recovered(scope);
    else if (before?.outcome !== outcome) {
      log.warn({ err: error, stage, outcome }, "Cold layers cannot be woken; KEDA's next poll starts them");
    }
    const now = clock();
    const again = before?.outcome === outcome && now < before.until + FORGET_MS;
    // Calls that were under way together are one attempt.
    const times = !again ? 1 : now < before.until ? before.times : before.times + 1;
    const pause = Math.max(pauseAfter(outcome, times, share()), askedFor(error));
    standing.set(scope, { outcome, times, until: now + pause });
  }

  function recovered(scope: Scope): void {
    const before = standing.get(scope);
    if (before === undefined || !isTrouble(before)) return;
    standing.delete(scope);
    log.info({ scope, after: before.outcome }, "layers can be woken again");
  }

  return {
    ask(stage) {
      const last = seen.get(stage);
      seen.set(stage, clock());
      const own = standing.get(stage);
      if (own !== undefined && !isTrouble(own) && last !== undefined && clock() - last > EPISODE_MS) {
        standing.delete(stage);
      }
      if (stopping.signal.aborted || running.has(stage) || rests(stage)) return;
      waiting.add(stage);
      next();
    },
    close: () => stopping.abort(),
  };
}

function isTrouble({ outcome }: Standing): boolean {
  return outcome === "forbidden" || outcome === "failed" || concernsAll(outcome);
}
