/**
 * A model as the stages ask it: the same question is answered from what is kept, or goes out once however many ask, is paid
 * from a budget and leaves a record. Exact cache, coalescing, budget, model, record, in this order.
 */
import { hash } from "node:crypto";
import type { ModelCall } from "../domain/model-call.ts";
import type { ModelServices } from "../ledger-ports.ts";
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../model-ports.ts";
import { cacheKey } from "./cache-key.ts";
import { coalescing } from "./coalesce.ts";
import { countsOf, overBudgetCount, unavailableCount } from "./counts.ts";
import { mostOf, pricedCost, spentOn, times } from "./estimate.ts";
import { overBudgetText } from "./over-budget.ts";
import { priceOf } from "./prices.ts";
import type { LedgerSettings } from "./settings.ts";
import { inTurn } from "./turn.ts";

/** Requests a pool may have to pay for one question: the answered one, a second one beside it, and one that was lost before. */
export const MOST_REQUESTS = 3;

export interface NamedModel {
  readonly model: LanguageModel;
  /** `vendor:model` of all that may answer; see `modelNames`. */
  readonly names: readonly string[];
}

export interface LedgerOptions {
  /** Who asks, for records and metrics: `evaluate/security`, `plan`, … Pays unless the question says who does. */
  readonly purpose: string;
  readonly names: readonly string[];
  /** Asked when the budget does not suffice for the first. */
  readonly cheap?: NamedModel | undefined;
  readonly settings: LedgerSettings;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** `by` is the vendor, unless the answer was kept or another process asked for it. */
interface Done {
  readonly answer: ModelAnswer;
  readonly by: ModelCall["answered_by"];
}

export function withLedger(model: LanguageModel, services: ModelServices, options: LedgerOptions): LanguageModel {
  const { purpose, names, cheap, settings, clock } = options;
  const { limits, prices, ttlMs, waitMs } = settings;
  const fallback =
    cheap === undefined
      ? undefined
      : withLedger(cheap.model, services, { ...options, names: cheap.names, cheap: undefined });

  const ask = coalescing(
    async (key: string, question: ModelQuestion, signal: AbortSignal) => {
      const done = await inTurn(services, key, { ttlMs, waitMs, clock }, signal, () => askPaying(question, signal));
      return { value: done.value, isKept: done.isKept };
    },
    { ttlMs },
  );

  return {
    async answer(question, signal) {
      const started = clock();
      const { value, how } = await ask(cacheKey({ purpose, models: names }, question), question, signal);
      const { answer } = value;
      const by = how === "asked" ? value.by : how === "joined" ? "shared" : "cache";
      if (answer.kind === "unavailable") {
        await services.count(unavailableCount(purpose));
        return answer;
      }
      // The cheap model has a record of its own, and was counted.
      if (answer.call !== undefined && by === "vendor") return answer;
      const call = recordOf(question, answer, by, clock() - started);
      await services.count(countsOf(call, answer.kind === "answered"));
      return { ...answer, call };
    },
  };

  async function askPaying(question: ModelQuestion, signal: AbortSignal): Promise<{ value: Done; kept: boolean }> {
    const { payer = purpose } = question;
    const most = mostOf(question, names, prices);
    for (const requests of [MOST_REQUESTS, 1]) {
      const reserved = await services.reserve({ payer, most: times(most, requests), limits });
      if (reserved.kind === "reserved") {
        // When it throws, the reservation stays: what was sent may have to be paid.
        const answer = await model.answer({ ...question, mostRequests: requests }, signal);
        await services.settle(reserved.id, spentOn(answer, most, prices));
        const isKept = answer.kind === "answered" && (question.accepts?.(answer.value) ?? true);
        return { value: { answer, by: "vendor" }, kept: isKept };
      }
      if (requests > 1) continue;
      await services.count(overBudgetCount(payer, fallback === undefined ? "nobody" : "cheap"));
      const answer: ModelAnswer =
        fallback === undefined
          ? { kind: "unavailable", because: overBudgetText(reserved, payer, most) }
          : await fallback.answer(question, signal);
      return { value: { answer, by: "vendor" }, kept: false };
    }
    throw new Error("a question needs at least one request");
  }

  function recordOf(
    { from, name, system }: ModelQuestion,
    { model: answered, usage, call }: Exclude<ModelAnswer, { kind: "unavailable" }>,
    by: ModelCall["answered_by"],
    ms: number,
  ): ModelCall {
    if (call !== undefined) return { ...call, cost: 0, ms: Math.round(ms), answered_by: by };
    const { cost, priced } = pricedCost(usage, priceOf(answered, prices));
    return {
      purpose,
      model: answered,
      prompt: from === undefined ? name : `${from.name}@${from.version}`,
      prompt_hash: from?.hash ?? hash("sha256", system, "hex").slice(0, 12),
      input: usage.input,
      output: usage.output,
      cache_read: usage.cacheRead ?? 0,
      cache_write: usage.cacheWrite ?? 0,
      // An answer that was there already is not paid again.
      cost: by === "vendor" ? cost : 0,
      priced,
      ms: Math.round(ms),
      answered_by: by,
    };
  }
}
