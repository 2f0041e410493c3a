/** What may be spent on models and how long answers are kept, from the environment. */
import * as z from "zod";
import type { BudgetLimits } from "../ledger-ports.ts";
import { type Environment, readSettings } from "../runtime/config.ts";
import { microsOf, type Prices, pricesSetting } from "./prices.ts";

const limit = z.coerce.number().positive();

const Variables = z.object({
  /** US dollars a day (UTC), all payers together, and of one payer. */
  LLM_BUDGET_DAY: limit.default(20),
  LLM_BUDGET_EXPERT: z.optional(limit),
  /** Tokens likewise; of models whose price nobody knows, nothing else counts. */
  LLM_TOKENS_DAY: limit.default(20_000_000),
  LLM_TOKENS_EXPERT: z.optional(limit),
  /** Seconds an answer is used again for the very same question; 0: never. */
  LLM_CACHE_TTL: z.coerce
    .number()
    .nonnegative()
    .max(90 * 86_400)
    .default(7 * 86_400),
  LLM_TIMEOUT: z.coerce.number().positive().max(50).default(45),
  LLM_PRICES: pricesSetting,
});

export interface LedgerSettings {
  readonly limits: BudgetLimits;
  readonly prices: Prices;
  /** Milliseconds. 0: answers are not kept. */
  readonly ttlMs: number;
  /** Milliseconds somebody waits for the answer another process is asking for. */
  readonly waitMs: number;
}

/** Throws ConfigurationError. */
export function ledgerSettings(env: Environment): LedgerSettings {
  const read = readSettings(Variables, env);
  return {
    limits: {
      all: { micros: microsOf(read.LLM_BUDGET_DAY), tokens: Math.floor(read.LLM_TOKENS_DAY) },
      payer: {
        ...(read.LLM_BUDGET_EXPERT === undefined ? {} : { micros: microsOf(read.LLM_BUDGET_EXPERT) }),
        ...(read.LLM_TOKENS_EXPERT === undefined ? {} : { tokens: Math.floor(read.LLM_TOKENS_EXPERT) }),
      },
    },
    prices: read.LLM_PRICES,
    ttlMs: Math.round(read.LLM_CACHE_TTL * 1_000),
    waitMs: Math.round(read.LLM_TIMEOUT * 1_000),
  };
}
