/**
 * One endpoint of the pool with all that is known of it: its queue, its breaker, what it asked for and how long its answers
 * take. Only what this process saw counts; every process has its own view.
 */
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
} from "cockatiel";
import PQueue from "p-queue";
import type { ModelQuestion } from "../model-ports.ts";
import { type Endpoint, EndpointFailure, type EndpointReply } from "./endpoint.ts";
import { RecentLatencies } from "./hedge.ts";
import type { Place } from "./picker.ts";
import { beginningOf, PrefixIndex } from "./prefix.ts";

/** Outages in a row after which it is left alone, and for how long at first and at most. */
export const OUTAGES = 5;
const FIRST_REST_MS = 2_000;
const LONGEST_REST_MS = 60_000;
/** While somebody tries whether it is back. */
const TRIAL_MS = 100;
/** A key or a model's name does not get better by asking again at once. */
const CLOSED_MS = 30_000;

/** Of the question's text, the part that may be kept. */
function shareOfBeginning(question: ModelQuestion): number {
  const beginning = beginningOf(question).length;
  return beginning / (beginning + question.prompt.length);
}

/** It was closed while the question waited for its turn; nothing was sent. */
export class TurnedAway extends Error {}

export class Member implements Place {
  readonly endpoint: Endpoint;
  readonly slots: number;
  readonly prefixes = new PrefixIndex();
  readonly latencies = new RecentLatencies();
  coldAt = 0;
  /** What was wrong the last time, in words that follow the endpoint's name; undefined after an answer. */
  last: EndpointFailure | undefined;
  readonly #queue: PQueue;
  readonly #now: () => number;
  readonly #breaker;
  #restsUntil = 0;
  #closedUntil = 0;
  #spentUntil = 0;

  /** `now`: Unix milliseconds. */
  constructor(endpoint: Endpoint, slots: number, now: () => number) {
    this.endpoint = endpoint;
    this.slots = slots;
    this.#now = now;
    this.#queue = new PQueue({ concurrency: slots });
    const backoff = new DelegateBackoff<unknown, number>((_context, before) => {
      const delay = before === undefined ? FIRST_REST_MS : Math.min(before * 2, LONGEST_REST_MS);
      this.#restsUntil = now() + delay;
      return { delay, state: delay };
    });
    const isOutage = (error: unknown) => error instanceof EndpointFailure && error.facts.kind === "outage";
    this.#breaker = circuitBreaker(handleWhen(isOutage), {
      breaker: new ConsecutiveBreaker(OUTAGES),
      halfOpenAfter: backoff,
    });
    // What comes back after an outage has lost what it kept.
    this.#breaker.onBreak(() => this.prefixes.forget());
  }

  get running(): number {
    return this.#queue.pending;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Milliseconds until it may be asked again; 0: now. */
  closedFor(): number {
    const now = this.#now();
    const { state } = this.#breaker;
    const rest = state === CircuitState.Open ? this.#restsUntil - now : 0;
    return Math.max(0, rest, this.#closedUntil - now, state === CircuitState.HalfOpen ? TRIAL_MS : 0);
  }

  /** It announced that nothing is left of a limit; it may be asked, others better. */
  isSpent(): boolean {
    return this.#spentUntil > this.#now();
  }

  /**
   * Waits for its turn and asks once. `matched`: the share of the question's beginning that it is thought to know. Throws
   * EndpointFailure, TurnedAway, or the signal's reason.
   */
  async ask(question: ModelQuestion, matched: number, signal: AbortSignal): Promise<EndpointReply> {
    return this.#queue.add(
      () => {
        if (this.closedFor() > 0) throw new TurnedAway();
        return this.#breaker
          .execute(() => this.#try(question, matched, signal), signal)
          .catch((error: unknown) => {
            throw error instanceof BrokenCircuitError ? new TurnedAway() : error;
          });
      },
      { signal },
    );
  }

  async #try(question: ModelQuestion, matched: number, signal: AbortSignal): Promise<EndpointReply> {
    const started = this.#now();
    try {
      const reply = await this.endpoint.ask(question, signal);
      this.last = undefined;
      this.latencies.record(this.#now() - started);
      if (reply.spentForMs !== undefined) this.#spentUntil = this.#now() + reply.spentForMs;
      const { input, cacheRead } = reply.answer.usage;
      // Only of a question that begins alike for the most part; a vendor that caches nothing teaches nothing.
      if (cacheRead !== undefined && input > 0)
        this.prefixes.learn(matched * shareOfBeginning(question), cacheRead / input);
      return reply;
    } catch (error) {
      if (error instanceof EndpointFailure) this.#note(error);
      throw error;
    }
  }

  #note(failure: EndpointFailure): void {
    const { kind, waitMs } = failure.facts;
    // A question it does not take says nothing about the next one.
    if (kind === "refused") return;
    this.last = failure;
    const wait = waitMs ?? (kind === "closed" ? CLOSED_MS : 0);
    this.#closedUntil = Math.max(this.#closedUntil, this.#now() + wait);
  }
}
