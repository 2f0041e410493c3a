/** Takes a sentence apart into words, signs and numbers with their units: `30s`, `512 Mi`, `80%`, `100 requests per second`. */
import type { Dimension } from "./aspects.ts";
import { NUMBERS, secondsOf, withUnit } from "./quantities.ts";
import { LONGEST, stemOf } from "./words.ts";

export interface NumberToken {
  readonly kind: "number";
  readonly text: string;
  readonly amount: number;
  readonly values: Readonly<Partial<Record<Dimension, number>>>;
  readonly written: string;
  /** Of the first token behind the number and its unit. */
  readonly to: number;
  /** Of a rate: "requests". */
  readonly counts: readonly string[];
}
export type Token = NumberToken | { readonly kind: "word" | "sign"; readonly text: string };

/** No part of an address, a date, a version, a range or a name. */
const TOKEN =
  /(?<![\p{L}\p{N}_./-]|\d,)(\d{1,3}(?:,\d{3}){1,3}|\d{1,12}(?:\.\d{1,6})?)(%|\p{L}{1,12})?(?![\p{L}\p{N}_%]|[.,/:–-]\d|-\p{L})|(\p{L}[\p{L}\p{N}]*(?:[_-][\p{L}\p{N}]+)*)|(>=|<=|==|[:=<>≥≤~≈,;()|.!?])/gu;
const POSSESSIVE = /['’]s\b/gu;
const HYPHENED = /(\d)-(?=(?:second|minute|hour|day|week|month|year)s?\b)/gu;

export function tokensOf(text: string): readonly Token[] {
  const bounded = text.slice(0, LONGEST).replaceAll(POSSESSIVE, "").replaceAll(HYPHENED, "$1 ");
  const raw = [...bounded.matchAll(TOKEN)];
  const tokens: Token[] = raw.map(([, , , word, sign = ""]) =>
    word === undefined ? { kind: "sign", text: sign } : { kind: "word", text: word },
  );
  for (const [at, [, digits, glued, word]] of raw.entries()) {
    const spelled = word === undefined ? undefined : spelledAt(tokens, at, word);
    if (digits === undefined && spelled === undefined) continue;
    const amount = digits === undefined ? (spelled ?? 0) : Number(digits.replaceAll(",", ""));
    const token = numberAt(tokens, at, amount, digits ?? word ?? "", glued);
    if (token !== undefined) tokens[at] = token;
  }
  return tokens;
}

export function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === "word" && token.text.toLowerCase() === text;
}

/** "One" and "a" are numbers only where a number is expected. */
function spelledAt(tokens: readonly Token[], at: number, word: string): number | undefined {
  const lower = word.toLowerCase();
  if (lower === "zero") return 0;
  const amount = Object.hasOwn(NUMBERS, lower) ? NUMBERS[lower] : undefined;
  if (amount === undefined || lower === "a" || lower === "an" || lower === "single") return undefined;
  const before = tokens[at - 1];
  if (amount === 1 && !(before?.kind === "word" && /^(?:of|to|least|most|is|than)$/iu.test(before.text)))
    return undefined;
  return isWord(tokens[at + 1], "of") ? undefined : amount;
}

function numberAt(
  tokens: readonly Token[],
  at: number,
  amount: number,
  digits: string,
  glued: string | undefined,
): Token | undefined {
  if (glued !== undefined) {
    if (/^rps$/iu.test(glued)) return number(digits + glued, amount, { rate: amount }, at + 1);
    const values = withUnit(amount, stemOf(glued), glued);
    return values === undefined
      ? { kind: "word", text: digits + glued }
      : number(digits + glued, amount, values, at + 1);
  }
  const next = tokens[at + 1];
  if (next?.kind === "word") {
    const unit = withUnit(amount, stemOf(next.text), next.text);
    if (unit !== undefined) return number(`${digits} ${next.text}`, amount, unit, at + 2);
    if (/^rps$/iu.test(next.text)) return number(`${digits} ${next.text}`, amount, { rate: amount }, at + 2);
  }
  const rate = rateOf(tokens, at + 1, amount) ?? rateOf(tokens, at + 2, amount);
  if (rate === undefined) return number(digits, amount, { count: amount }, at + 1);
  const behind = tokens.slice(at + 1, rate.to).map(({ text }) => text);
  return {
    ...number([digits, ...behind].join(" "), amount, { rate: rate.amount }, rate.to),
    counts: behind.slice(0, -2),
  };
}

/** "per second", "a minute", "each hour" at `at`. */
function rateOf(
  tokens: readonly Token[],
  at: number,
  amount: number,
): { readonly amount: number; readonly to: number } | undefined {
  const [per, unit] = [tokens[at], tokens[at + 1]];
  if (per?.kind !== "word" || unit?.kind !== "word" || !/^(?:per|a|an|each|every)$/iu.test(per.text)) return undefined;
  const seconds = secondsOf(stemOf(unit.text));
  return seconds === undefined ? undefined : { amount: amount / seconds, to: at + 2 };
}

function number(written: string, amount: number, values: NumberToken["values"], to: number): NumberToken {
  return { kind: "number", text: written, amount, values, written, to, counts: [] };
}
