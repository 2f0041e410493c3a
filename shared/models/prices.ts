/** What tokens cost, in US dollars per million. Vendors change it: LLM_PRICES overrides and adds. */
import * as z from "zod";
import type { ModelUsage } from "../domain/model-call.ts";

/**
 * List prices of the vendors' own APIs as read in November 2026 (https://platform.claude.com/docs/en/about-claude/pricing,
 * https://developers.openai.com/api/docs/pricing), without batch, priority or regional rates. Never below what is charged: reads from a
 * cache at a tenth of the input also where they are cheaper, writes at the price of the longest-lived, for answers do not tell
 * how long they keep it. A model is known by its name or by what stands before a dash and a date.
 */
const LISTED = {
  "claude-fable-5-1": anthropic(10, 50),
  "claude-opus-5-5": anthropic(4, 20),
  "claude-opus-5": anthropic(5, 25),
  "claude-opus-4-5": anthropic(5, 25),
  "claude-sonnet-5-5": anthropic(2, 10),
  "claude-sonnet-5": anthropic(2, 10),
  "claude-sonnet-4-6": anthropic(3, 15),
  "claude-sonnet-4-5": anthropic(3, 15),
  "claude-haiku-5-5": { ...anthropic(0.1, 0.5), long: { above: 100_000, ...anthropic(0.5, 2.5) } },
  "claude-haiku-4-5": anthropic(1, 5),
  "gpt-6-sol": openai(2, 10),
  "gpt-6-luna": openai(0.1, 0.5),
  "gpt-5.6-sol": openai(5, 30),
  "gpt-5.6-terra": openai(2, 12),
  "gpt-5.6-luna": openai(0.2, 1.2),
} as const satisfies Readonly<Record<string, Price>>;

interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}
export interface Price extends Rates {
  /** All of a question with more input tokens than `above` costs this. */
  readonly long?: Rates & { readonly above: number };
}
/** By model or `vendor:model`. */
export type Prices = Readonly<Record<string, Price>>;

function anthropic(input: number, output: number): Rates {
  return { input, output, cacheRead: input / 10, cacheWrite: input * 2 };
}

/** Long prompts cost twice for what is read and half as much again for what is said. */
function openai(input: number, output: number): Price {
  const rates = { input, output, cacheRead: input / 10, cacheWrite: input * 1.25 };
  const long = {
    above: 272_000,
    input: input * 2,
    output: output * 1.5,
    cacheRead: input / 5,
    cacheWrite: input * 2.5,
  };
  return { ...rates, long };
}

const amount = z.number().nonnegative();
const Own = z.record(
  z.string().min(1),
  z.strictObject({ input: amount, output: amount, cacheRead: amount.optional(), cacheWrite: amount.optional() }),
);

/** LLM_PRICES: `{"my-model": {"input": 0.5, "output": 2}}`, dollars per million tokens; what is cached costs as `input` unless said. */
export const pricesSetting = z
  .string()
  .transform((text, context): Prices => {
    const parsed = Own.safeParse(parsedJson(text));
    if (parsed.success) {
      const own = Object.entries(parsed.data).map(
        ([model, { input, output, cacheRead = input, cacheWrite = input }]) => {
          return [model, { input, output, cacheRead, cacheWrite }] as const;
        },
      );
      return Object.fromEntries(own);
    }
    context.addIssue({
      code: "custom",
      message: 'must be JSON like {"my-model": {"input": 0.5, "output": 2}}, dollars per million tokens',
    });
    return z.NEVER;
  })
  .default({});

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of `vendor:model`; undefined where nobody knows. Only a vendor's own API has its list prices: others may serve a model of that name. */
export function priceOf(name: string, own: Prices): Price | undefined {
  const [, vendor = "", model = ""] = /^([^:]*):(.*)$/s.exec(name) ?? [];
  const said = own[name] ?? own[model];
  if (said !== undefined) return said;
  if (vendor === "llmd") return undefined;
  const undated = model.replace(/-\d{4}-?\d{2}-?\d{2}$/, "");
  return Object.hasOwn(LISTED, undated) ? LISTED[undated as keyof typeof LISTED] : undefined;
}

/** US dollars. */
export function costOf({ input, output, cacheRead = 0, cacheWrite = 0 }: ModelUsage, price: Price): number {
  const rates = price.long !== undefined && input > price.long.above ? price.long : price;
  const plain = Math.max(0, input - cacheRead - cacheWrite);
  const sum = plain * rates.input + output * rates.output + cacheRead * rates.cacheRead + cacheWrite * rates.cacheWrite;
  return sum / 1e6;
}

/** The most so many tokens can cost, whichever of them come from or go to a cache. */
export function mostCostOf(input: number, output: number, price: Price): number {
  const ofRates = ({ input: plain, output: said, cacheRead, cacheWrite }: Rates) =>
    input * Math.max(plain, cacheRead, cacheWrite) + output * said;
  const short = ofRates(price);
  return (price.long !== undefined && input > price.long.above ? Math.max(short, ofRates(price.long)) : short) / 1e6;
}

/** Millionths of a dollar, never less than it was. */
export function microsOf(dollars: number): number {
  return Math.ceil(dollars * 1e6 - 1e-6);
}
