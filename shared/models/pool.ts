/**
 * LanguageModel over several endpoints (or one): a question goes where its beginning is known and there is room, again to
 * another one when that fails, and a second time elsewhere when the answer takes unusually long. What is wrong in the end is
 * an answer that names the reason of every endpoint.
 */
import { setTimeout as wait } from "node:timers/promises";
import { isTaskCancelledError, TaskCancelledError, TimeoutStrategy, timeout } from "cockatiel";
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../model-ports.ts";
import { type Asked, askOnce, Bill, type CallReport } from "./attempt.ts";
import type { EndpointFailure } from "./endpoint.ts";
import { HedgeBudget } from "./hedge.ts";
import type { Member } from "./member.ts";
import { type Blocks, beginningOf, prefixBlocks } from "./prefix.ts";

export interface PoolSettings {
  /** Milliseconds for one question, with all that is tried for it. */
  readonly timeoutMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** 0..1 */
  readonly random: () => number;
  readonly hedges?: boolean;
}

/** Failures of one question before it is given up; one that says how long to wait counts half. */
const MOST_FAILURES = 4;
/** A question that may have been paid for is asked once more, not again and again. */
const MOST_PERHAPS_PAID = 2;
const FIRST_WAIT_MS = 200;

/**
 * `members`: at least one; several pools may share them. `onCall` hears of every single request, also of those whose answers
 * were not waited for.
 */
export function poolOf(
  members: readonly Member[],
  settings: PoolSettings,
  onCall: (call: CallReport) => void = () => undefined,
): LanguageModel {
  const budget = new HedgeBudget();
  const { timeoutMs } = settings;
  // Returns when the time is over, whether what was begun listens or not, and leaves no timer behind when it is not.
  const within = timeout(timeoutMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: true });
  return {
    async answer(question, signal) {
      signal.throwIfAborted();
      budget.asked();
      const round = new Round(members, question, settings, budget, onCall);
      try {
        return await within.execute(async ({ signal: limit }) => {
          try {
            return await round.answer(limit);
          } catch (error) {
            // Whatever else is thrown once the time is over, it is because of that.
            if (limit.aborted) throw new TaskCancelledError();
            throw error;
          }
        }, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!isTaskCancelledError(error)) throw error;
        return round.unavailable(`did not answer within ${timeoutMs / 1_000} s`);
      }
    },
  };
}

/** All that is tried for one question. */
class Round {
  readonly #members: readonly Member[];
  readonly #question: ModelQuestion;
  readonly #blocks: Blocks;
  readonly #settings: PoolSettings;
  readonly #budget: HedgeBudget;
  readonly #onCall: (call: CallReport) => void;
  readonly #deadline: number;
  /** What each endpoint said of this question. */
  readonly #said = new Map<Member, EndpointFailure>();
  readonly #refused = new Set<Member>();
  /** Failed since the last pause: others come first. */
  readonly #tired = new Set<Member>();
  readonly #bill = new Bill();
  #failures = 0;
  #perhapsPaid = 0;

  constructor(
    members: readonly Member[],
    question: ModelQuestion,
    settings: PoolSettings,
    budget: HedgeBudget,
    onCall: (call: CallReport) => void,
  ) {
    this.#members = members;
    this.#question = question;
    this.#blocks = prefixBlocks(beginningOf(question));
    this.#settings = settings;
    this.#budget = budget;
    this.#onCall = onCall;
    this.#deadline = settings.now() + settings.timeoutMs;
  }

  async answer(limit: AbortSignal): Promise<ModelAnswer> {
    for (;;) {
      const left = this.#members.filter((member) => !this.#refused.has(member));
      if (left.length === 0) return this.unavailable();
      const open = left.filter((member) => member.closedFor() === 0);
      if (open.length === 0) {
        const pause = Math.min(...left.map((member) => member.closedFor()));
        if (!(await this.#pause(pause, limit))) return this.unavailable();
        continue;
      }
      const fresh = open.filter((member) => !this.#tired.has(member));
      if (fresh.length === 0) {
        this.#tired.clear();
        const pause = FIRST_WAIT_MS * 2 ** Math.max(0, this.#failures - 1) * (0.5 + this.#settings.random());
        if (!(await this.#pause(pause, limit))) return this.unavailable();
        continue;
      }
      const unspent = fresh.filter((member) => !member.isSpent());
      const asked = await this.#ask(unspent.length === 0 ? fresh : unspent, limit);
      if (asked.kind === "answered") return { ...asked.answer, ...perhapsPaid(this.#bill.open - 1) };
      const given = this.#giveUp(asked.failures);
      if (given !== undefined) return given;
    }
  }

  #ask(places: readonly Member[], limit: AbortSignal): Promise<Asked> {
    const { random, now, hedges = true } = this.#settings;
    const { mostRequests = MOST_PERHAPS_PAID } = this.#question;
    const budget = hedges && mostRequests > 1 ? this.#budget : undefined;
    const circumstances = { random, now, bill: this.#bill, budget, onCall: this.#onCall };
    return askOnce(this.#question, this.#blocks, places, circumstances, limit);
  }

  /** False: the time there is ends before. */
  async #pause(milliseconds: number, limit: AbortSignal): Promise<boolean> {
    if (this.#settings.now() + milliseconds >= this.#deadline) return false;
    await wait(milliseconds, undefined, { signal: limit });
    return true;
  }

  /** Takes note of what failed; an answer when there is no use in trying on. */
  #giveUp(failures: readonly (readonly [Member, EndpointFailure])[]): ModelAnswer | undefined {
    for (const [member, failure] of failures) {
      const { kind, waitMs, perhapsPaid } = failure.facts;
      this.#said.set(member, failure);
      // It is closed for as long as it says; that is wait enough.
      if (waitMs === undefined) this.#tired.add(member);
      if (kind === "refused" || kind === "closed") this.#refused.add(member);
      else this.#failures += waitMs === undefined ? 1 : 0.5;
      if (perhapsPaid) this.#perhapsPaid += 1;
    }
    const mostLost = Math.min(MOST_PERHAPS_PAID, this.#question.mostRequests ?? MOST_PERHAPS_PAID);
    if (this.#perhapsPaid < mostLost && this.#failures < MOST_FAILURES) return undefined;
    return this.unavailable();
  }

  /** `otherwise`: of endpoints nothing else is known of. */
  unavailable(otherwise = "was not asked"): ModelAnswer {
    const reasons = this.#members.map((member) => ({
      endpoint: member.endpoint.name,
      because: (this.#said.get(member) ?? member.last)?.message ?? otherwise,
    }));
    const [only] = reasons;
    if (only !== undefined && reasons.length === 1) {
      const because = `${only.endpoint} ${only.because}`;
      return { kind: "unavailable", because, endpoints: reasons, ...perhapsPaid(this.#bill.open) };
    }
    const each = reasons.map(({ endpoint, because }) => `${endpoint} ${because}`);
    return {
      kind: "unavailable",
      because: `none of the ${reasons.length} endpoints answers: ${each.join("; ")}`,
      endpoints: reasons,
      ...perhapsPaid(this.#bill.open),
    };
  }
}

function perhapsPaid(requests: number): Pick<ModelAnswer, "perhapsPaid"> {
  return requests > 0 ? { perhapsPaid: requests } : {};
}
