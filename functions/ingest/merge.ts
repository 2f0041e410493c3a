/** One proposal per thing to do: what rules and model both found, and what a talk says several times. */
import type { Extraction, Quote } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import { judgePair } from "../../shared/knowledge/pairs/judge.ts";
import type { IdentifiedProposal } from "./propose.ts";

const MOST_QUOTES = 12;
const MOST_NOTES = 4_000;

/** `others` join `first` where they say the same; what is in `first` stays apart as it is. Order is kept. */
export function merged(
  first: readonly IdentifiedProposal[],
  others: readonly IdentifiedProposal[],
): readonly IdentifiedProposal[] {
  const all = [...first];
  for (const other of others) {
    const at = all.findIndex((one) => sameThing(one, other));
    const known = all[at];
    if (known === undefined) all.push(other);
    else all[at] = joined(known, other);
  }
  return all;
}

function sameThing(one: IdentifiedProposal, other: IdentifiedProposal): boolean {
  if (one.id === other.id) return true;
  const [ours, theirs] = [topicOf(one), topicOf(other)];
  if (ours !== undefined || theirs !== undefined) return ours?.id === theirs?.id;
  if (one.quotes.some(({ text }) => other.quotes.some((quote) => quote.text === text)) && one.type === other.type)
    return true;
  return judgePair(spokenIn(one), spokenIn(other)).verdict === "duplicate";
}

/** The first one's words, number and identity, with the evidence of both. */
function joined(one: IdentifiedProposal, other: IdentifiedProposal): IdentifiedProposal {
  const quotes = new Map<string, Quote>([...one.quotes, ...other.quotes].map((quote) => [quote.text, quote]));
  for (const quote of one.quotes) quotes.set(quote.text, quote);
  const notes = [one.implementation_notes, other.implementation_notes].filter((text) => text !== "");
  return {
    ...one,
    quotes: [...quotes.values()].slice(0, MOST_QUOTES),
    implementation_notes: [...new Set(notes)].join("\n").slice(0, MOST_NOTES),
    ...extractionOf(one.extraction, other.extraction),
  };
}

/** Two readers that came to it apart are surer than one; the same one twice is not. */
function extractionOf(
  one: Extraction | undefined,
  other: Extraction | undefined,
): { readonly extraction?: Extraction } {
  if (one === undefined || other === undefined) return {};
  if (one.by === other.by)
    return { extraction: { by: one.by, confidence: Math.max(one.confidence, other.confidence) } };
  const confidence = Math.round((1 - (1 - one.confidence) * (1 - other.confidence)) * 100) / 100;
  const by = one.by.includes(other.by) ? one.by : `${one.by} and ${other.by}`;
  return { extraction: { by, confidence: Math.min(0.99, confidence) } };
}
