/** A proposal from what a model read: its words around the speaker's quoted ones, our numbers. */
import { improvementId } from "../../shared/domain/improvement.ts";
import { adviceIn } from "../../shared/domain/lexicon/advice.ts";
import { stanceOn } from "../../shared/domain/lexicon/stance.ts";
import { matchTopics, type Topic, topicOf } from "../../shared/domain/lexicon.ts";
import { readStatement } from "../../shared/knowledge/pairs/statement.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { type Known, plainWords } from "./harmless.ts";
import type { Evidenced } from "./model-extract.ts";
import { at, type IdentifiedProposal, type Origin, shared } from "./propose.ts";
import type { FoundQuote } from "./quotes.ts";
import { applicabilityOf, type Evidence, relevanceOf } from "./relevance.ts";
import { clock } from "./transcript.ts";

/** Advice only the model sees in a sentence: as plain as a suggestion. */
const UNSEEN = 0.35;
const MOST_QUOTES = 8;

/** Undefined: nothing of it is left that its quotes bear out. */
export function fromModel(
  { reading, quotes, model }: Evidenced,
  known: Known,
  origin: Origin,
  platform: Platform,
): IdentifiedProposal | undefined {
  const description = plainWords(reading.description, known, 1_500);
  const title = plainWords(reading.title, known, 120) || plainWords(description, known, 120);
  if (title === "" || description === "") return undefined;
  const topic = topicOf({ title, description });
  const about = readStatement(`${title} ${description}`).concepts;
  const on = quotes.filter(({ text }) => [...readStatement(text).concepts].some((concept) => about.has(concept)));
  const against = on.filter((quote) => isAgainst(quote, topic));
  const support = on.filter((quote) => !against.includes(quote)).slice(0, MOST_QUOTES);
  const [best] = support;
  // A quote about something else proves nothing, and one that warns of it proves the opposite.
  if (best === undefined || against.length > support.length) return undefined;
  const evidence = evidenceOf(support, against, topic);
  const { relevance, basis } = relevanceOf(evidence, applicabilityOf(topic, platform));
  const type = topic?.type ?? reading.type;
  const warnings = against.slice(0, 3).map((quote) => `The speaker also warns${at(quote)}: “${quote.text}”`);
  return {
    id: improvementId(origin.id, best.text, type),
    title,
    description: `${description} The speaker says${at(best)}: “${best.text}”`,
    category: topic?.category ?? reading.category,
    type,
    implementation_notes: [plainWords(reading.implementation_notes, known, 1_500), ...warnings]
      .filter((note) => note !== "")
      .join("\n"),
    relevance,
    relevance_basis: basis,
    quotes: support.map(({ text, start }) => ({ text, ...(start === undefined ? {} : { at: clock(start) }) })),
    extraction: { by: model, confidence: confidenceOf(basis.parts["evidence"] ?? 0, quotes.length, on.length) },
    ...shared(origin),
  };
}

/** The same measures as for what the rules find, taken from the quotes alone: the model's own words count for nothing. */
function evidenceOf(
  support: readonly FoundQuote[],
  against: readonly FoundQuote[],
  topic: Topic | undefined,
): Evidence {
  const plainness = support.map(({ meant }) => adviceIn(meant)?.explicitness ?? UNSEEN);
  const mentions = support.flatMap(({ meant }) => mentionsOf(meant, topic));
  const acts = mentions.some(({ tier }) => tier === "action" || tier === "warning");
  return {
    explicitness: Math.max(...plainness),
    sentences: plainness.reduce((sum, plain) => sum + (plain >= 0.6 ? 1 : 0.5), 0),
    objections: against.length,
    specificity:
      mentions.length === 0
        ? 0.1
        : Math.min(1, (acts ? 0.4 : 0.1) + 0.15 * new Set(mentions.map(({ phrase }) => phrase)).size),
  };
}

function mentionsOf(text: string, topic: Topic | undefined) {
  return matchTopics(text).find((match) => match.topic.id === topic?.id)?.mentions ?? [];
}

function isAgainst({ meant }: FoundQuote, topic: Topic | undefined): boolean {
  const match = matchTopics(meant).find((one) => one.topic.id === topic?.id);
  if (match === undefined) return false;
  const stance = stanceOn(meant, match);
  return stance.against && !stance.for;
}

/** Never sure: the strength of what the rules can see in its quotes, less what of them is beside the point. */
function confidenceOf(strength: number, given: number, on: number): number {
  return Math.round((0.3 + 0.5 * strength) * (on / given) * 100) / 100;
}
