/** Turns findings and a producer's claims into proposals: our words around the speaker's quoted ones. */
import {
  CATEGORIES,
  type Category,
  type Extraction,
  type Improvement,
  improvementId,
  type Proposal,
  type Quote,
} from "../../shared/domain/improvement.ts";
import { type ProposalType, type Topic, topicsIn } from "../../shared/domain/lexicon.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { type Finding, type Support, weightOf } from "./extract.ts";
import { orderIn } from "./orders.ts";
import { applicabilityOf, relevanceOf } from "./relevance.ts";
import { type Claim, clock } from "./transcript.ts";

export type IdentifiedProposal = Proposal & Pick<Improvement, "id" | "model_calls">;

/** What all proposals of one source share. */
export interface Origin {
  readonly id: string;
  readonly title: string;
  readonly address?: string;
  readonly videoId?: string;
}

/** More proposals than this from one source are noise. */
export const MOST_PROPOSALS = 50;
const MOST_QUOTES = 5;
/** Who found it, where no model did. */
export const RULE_BASED = "rule-based";

/** Best first, at most 50, every id once. */
export function propose(
  findings: readonly Finding[],
  claims: readonly Claim[],
  origin: Origin,
  platform: Platform,
): IdentifiedProposal[] {
  const fromTalk = findings.map((finding) => fromFinding(finding, origin, platform));
  const taken = new Set(findings.map(({ topic }) => topic.id));
  const fromClaims = claims.flatMap((claim) => {
    const description = withoutOrders(claim.description);
    if (description === "") return [];
    const topic = topicsIn(description)[0];
    // One change per intent and source: the speaker's own words are better evidence than a producer's summary.
    if (topic !== undefined && taken.has(topic.id)) return [];
    if (topic?.intent !== undefined) taken.add(topic.id);
    return [fromClaim({ ...claim, description }, topic, origin, platform)];
  });
  const unique = new Map([...fromTalk, ...fromClaims].map((proposal) => [proposal.id, proposal]));
  return [...unique.values()].sort((a, b) => b.relevance - a.relevance).slice(0, MOST_PROPOSALS);
}

function fromFinding({ topic, supports, objections }: Finding, origin: Origin, platform: Platform): IdentifiedProposal {
  const best = supports[0] as Support;
  const phrases = new Set(supports.flatMap(({ match }) => match.mentions.map(({ phrase }) => phrase)));
  const acts = supports.some(({ match }) => match.mentions.some(({ tier }) => tier === "action" || tier === "warning"));
  const evidence = {
    explicitness: best.advice.explicitness,
    sentences: count(supports),
    objections: count(objections),
    specificity: Math.min(1, (acts ? 0.4 : 0.1) + 0.15 * phrases.size),
  };
  const { relevance, basis } = relevanceOf(evidence, applicabilityOf(topic, platform));
  const type = typeOf(topic, supports);
  const quotes = supports.slice(0, MOST_QUOTES).map(quoteOf);
  const more = supports.length === 1 ? "" : ` Supported by ${supports.length} sentences of the talk.`;
  const notes = objections
    .slice(0, 3)
    .map((objection) => `The speaker also warns${at(objection)}: “${objection.text}”`);
  return {
    id: improvementId(origin.id, best.text, type),
    title: topic.title,
    description: `${topic.advice} The speaker says${at(best)}: “${best.text}”${more}`,
    category: topic.category,
    type,
    implementation_notes: notes.join("\n"),
    relevance,
    relevance_basis: basis,
    quotes,
    extraction: byRules(basis.parts["evidence"] ?? 0),
    ...shared(origin),
  };
}

function fromClaim(claim: Claim, topic: Topic | undefined, origin: Origin, platform: Platform): IdentifiedProposal {
  const concept = ["concept", "knowledge"].includes(claim.type.toLowerCase());
  const notes = withoutOrders(claim.notes).slice(0, 2_000);
  const evidence = {
    explicitness: concept ? 0.4 : 0.8,
    sentences: 1,
    objections: 0,
    specificity: topic === undefined ? 0.2 : notes === "" ? 0.5 : 0.8,
  };
  const { relevance, basis } = relevanceOf(evidence, applicabilityOf(topic, platform));
  const type = claimedType(claim.type) ?? topic?.type ?? "concept";
  const text = claim.description.slice(0, 1_500);
  return {
    id: improvementId(origin.id, text, type),
    title: topic?.title ?? shortened(text),
    description: topic === undefined ? text : `${topic.advice} The source says: “${text}”`,
    category: topic?.category ?? claimedCategory(claim.category),
    type,
    implementation_notes: notes,
    relevance,
    relevance_basis: basis,
    quotes: [{ text }],
    extraction: byRules((basis.parts["evidence"] ?? 0) * SECOND_HAND),
    ...shared(origin),
  };
}

export function shared({
  id,
  title,
  address,
  videoId,
}: Origin): Pick<Proposal, "source_id" | "source_title" | "source_url" | "video_id"> {
  return {
    source_id: id,
    source_title: title,
    ...(address === undefined ? {} : { source_url: address }),
    ...(videoId === undefined ? {} : { video_id: videoId }),
  };
}

/** Rules know words, not what is meant: never surer than this. */
const SUREST = 0.85;
/** Of a producer's summary: nobody can look the words up in the talk. */
const SECOND_HAND = 0.6;

function byRules(strength: number): Extraction {
  return { by: RULE_BASED, confidence: Math.round(SUREST * strength * 100) / 100 };
}

/** Sentences that give orders to the reader are dropped from a producer's text, as from the talk. */
export function withoutOrders(text: string): string {
  const flat = text
    .replaceAll(/```[\s\S]*?(?:```|$)/gu, " ")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return flat
    .split(/(?<=[.!?])\s+/u)
    .filter((sentence) => orderIn(sentence) === undefined)
    .join(" ");
}

/** A suggestion counts half: half a dozen "you could" make no rule. */
function count(supports: readonly Support[]): number {
  return Math.round(supports.reduce((sum, { advice }) => sum + (advice.explicitness >= 0.6 ? 1 : 0.5), 0) * 10) / 10;
}

function typeOf(topic: Topic, supports: readonly Support[]): ProposalType {
  if (weightOf(supports) < 0.5) return "concept";
  const words = supports.map(({ text }) => text).join(" ");
  if (/\bpatterns?\b/iu.test(words) && topic.type === "technique") return "pattern";
  return topic.type;
}

const types: readonly ProposalType[] = ["pattern", "technique", "tool", "integration", "enhancement", "concept"];

function claimedType(type: string): ProposalType | undefined {
  return types.find((known) => known === type.trim().toLowerCase());
}

/** A producer's category is only a claim; what is no category of ours is knowledge, which a person decides on. */
function claimedCategory(category: string): Category {
  return CATEGORIES.find((known) => known === category.trim().toLowerCase()) ?? "knowledge";
}

function quoteOf({ text, start }: Support): Quote {
  return { text, ...(start === undefined ? {} : { at: clock(start) }) };
}

export function at({ start }: { readonly start?: number }): string {
  return start === undefined ? "" : ` at ${clock(start)}`;
}

export function shortened(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 120).replace(/\s+\S*$/u, "")}…`;
}
