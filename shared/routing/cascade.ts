/**
 * The cascade: of the tiers' votes, the one that decides. Both arms are worked out of the same votes, so that they can be
 * compared in pairs on all traffic, whoever serves.
 */
import type { Expert, RoutingVote } from "../domain/improvement.ts";
import type { Arm } from "../routing-ports.ts";
import { COMPLEX } from "./complexity.ts";
import { thousandths } from "./rounding.ts";

/** Votes of the tiers that were asked; each may have abstained. */
export interface Votes {
  readonly repeat: RoutingVote;
  readonly keywords: RoutingVote;
  /** Nothing that was learned is more certain than these keywords. */
  readonly keywordsSure: boolean;
  readonly neighbours?: RoutingVote | undefined;
  readonly classifier?: RoutingVote | undefined;
  readonly model?: RoutingVote | undefined;
}

export interface CascadeSettings {
  /** ENABLE_RAG: neighbours may serve. */
  readonly rag: boolean;
  /** ENABLE_NEURAL: the classifier may serve. */
  readonly neural: boolean;
  /** There is a model to ask. */
  readonly hasModel: boolean;
  /** 0..100 */
  readonly complexity: number;
}

export interface Choice {
  readonly expert: Expert | null;
  /** `model` without an expert: it is to be asked, or had no answer. `person`: nobody else can say. */
  readonly tier: string;
  readonly confidence: number;
  readonly because: string;
}

export function choicesOf(votes: Votes, settings: CascadeSettings): Record<Arm, Choice> {
  return { rules: choiceOf("rules", votes, settings), learned: choiceOf("learned", votes, settings) };
}

function choiceOf(arm: Arm, votes: Votes, settings: CascadeSettings): Choice {
  const decisive = orderOf(arm, votes, settings).find((vote) => vote !== undefined && vote.expert !== null);
  if (decisive !== undefined) {
    const isPooled = arm === "learned" && settings.neural && decisive === votes.keywords;
    return isPooled ? { ...chosen(decisive), confidence: pooled(decisive, votes.classifier) } : chosen(decisive);
  }
  if (votes.model !== undefined) return { ...chosen(votes.model), tier: "person" };
  const tier = settings.hasModel ? "model" : "person";
  return { expert: null, tier, confidence: 0, because: "no tier could choose an expert" };
}

function orderOf(arm: Arm, votes: Votes, { rag, neural, hasModel, complexity }: CascadeSettings) {
  const { repeat, keywords, keywordsSure, neighbours, classifier, model } = votes;
  if (arm === "rules") return [repeat, keywords, model];
  // What a difficult text needs is somebody who reads it; where nobody can, the classifier is better than nothing.
  const isForModel = hasModel && complexity >= COMPLEX;
  // Sure words win over an experience that says otherwise; one that says the same is the better reason.
  const isBacked = rag && neighbours?.expert === keywords.expert;
  return [
    repeat,
    keywordsSure && !isBacked ? keywords : undefined,
    rag ? neighbours : undefined,
    keywords,
    neural && !isForModel ? classifier : undefined,
    model,
  ];
}

function chosen({ expert, tier, confidence, because }: RoutingVote): Choice {
  return { expert, tier, confidence, because };
}

/** Experts the classifier's vote does not list share what is left of it. */
const UNLISTED = 3;

/**
 * Two opinions of one text that know different things of it: their geometric mean (a logarithmic opinion pool with equal
 * weights, Genest and Zidek 1986). On rows of the frozen set it is better calibrated than either.
 */
function pooled({ expert, confidence }: RoutingVote, classifier: RoutingVote | undefined): number {
  const { ranked = [] } = classifier ?? {};
  if (ranked.length === 0) return confidence;
  const left = Math.max(0, 1 - ranked.reduce((sum, { share }) => sum + share, 0));
  const share = ranked.find((one) => one.expert === expert)?.share ?? left / UNLISTED;
  return thousandths(Math.sqrt(confidence * share));
}
