/** The most one question can cost, before it is asked, and what it did cost afterwards. */
import type { ModelUsage } from "../domain/model-call.ts";
import type { Amount } from "../ledger-ports.ts";
import type { ModelAnswer, ModelQuestion } from "../model-ports.ts";
import { costOf, microsOf, mostCostOf, type Price, type Prices, priceOf } from "./prices.ts";

/** Tokens of the vendor's own words around ours: how tools are called, marks between messages. */
const AROUND = 2_000;

/**
 * Of one request to whichever of `models` is the dearest. By the characters, and not by how many of them usually make a
 * token: no tokenizer makes more tokens of a text than it has bytes, and nobody stays below a budget by a rule of thumb.
 */
export function mostOf(question: ModelQuestion, models: readonly string[], prices: Prices): Amount {
  const { shared = [], system, prompt, name, schema, maxTokens } = question;
  const input =
    AROUND + bytesOf([...shared, system, prompt, name, name].join("\n\n")) + bytesOf(JSON.stringify(schema));
  const known = models.flatMap((model) => priceOf(model, prices) ?? []);
  const costs = known.map((price) => mostCostOf(input, maxTokens, price));
  return { micros: microsOf(Math.max(0, ...costs)), tokens: input + maxTokens };
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

export function times({ micros, tokens }: Amount, requests: number): Amount {
  return { micros: micros * requests, tokens: tokens * requests };
}

/** What an answer cost, by the vendor's count; requests nobody knows the price of cost the most they can. */
export function spentOn(answer: ModelAnswer, most: Amount, prices: Prices): Amount {
  const unknown = times(most, answer.perhapsPaid ?? 0);
  if (answer.kind === "unavailable") return unknown;
  // A server that counts nothing may still want money.
  if (answer.usage.input + answer.usage.output === 0)
    return { micros: most.micros + unknown.micros, tokens: most.tokens + unknown.tokens };
  const { cost } = pricedCost(answer.usage, priceOf(answer.model, prices));
  const { input, output } = answer.usage;
  return { micros: microsOf(cost) + unknown.micros, tokens: input + output + unknown.tokens };
}

/** US dollars. */
export function pricedCost(
  usage: ModelUsage,
  price: Price | undefined,
): { readonly cost: number; readonly priced: boolean } {
  return price === undefined ? { cost: 0, priced: false } : { cost: costOf(usage, price), priced: true };
}
