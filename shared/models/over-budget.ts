/** Which budget is used up, in words for the person who reads why no model was asked. */
import type { Amount, Reserved } from "../ledger-ports.ts";

type Over = Extract<Reserved, { kind: "over" }>;

const SETTINGS = {
  all: { micros: "LLM_BUDGET_DAY", tokens: "LLM_TOKENS_DAY" },
  payer: { micros: "LLM_BUDGET_EXPERT", tokens: "LLM_TOKENS_EXPERT" },
} as const;

/** `most`: what the question could cost. */
export function overBudgetText({ whose, unit, spent, limit, renewsAt }: Over, payer: string, most: Amount): string {
  const amount = (value: number) => (unit === "micros" ? `$${dollars(value)}` : `${value} tokens`);
  const of = whose === "all" ? "the day's budget for models" : `today's budget of ${payer} for models`;
  const when = new Date(renewsAt).toISOString().slice(0, 16).replace("T", " ");
  return `${of} does not suffice: ${amount(spent)} of ${amount(limit)} (${SETTINGS[whose][unit]}) is spent or reserved, and this question may cost ${amount(
    most[unit],
  )}; it is renewed at ${when} UTC`;
}

/** Rounded up to what can be told apart: small questions cost less than a cent. */
function dollars(micros: number): string {
  return (Math.ceil(micros / 100) / 10_000).toFixed(micros < 1e6 ? 4 : 2);
}
