/** How relevant a finding is: computed from the talk's evidence and from the user's repository, never believed. */
import type { RelevanceBasis } from "../../shared/domain/improvement.ts";
import { technologiesNamed } from "../../shared/domain/lexicon/presence.ts";
import type { Topic } from "../../shared/domain/lexicon.ts";
import { intents } from "../../shared/intents/registry.ts";
import type { Platform } from "../../shared/repository/platform.ts";

export interface Evidence {
  /** 0..1, of the plainest sentence. */
  readonly explicitness: number;
  /** Distinct sentences for it; half of one for a mere suggestion. */
  readonly sentences: number;
  /** Distinct sentences against it. */
  readonly objections: number;
  /** 0..1, how precisely the thing to do is named. */
  readonly specificity: number;
}

export interface Applicability {
  /** 0..1; 0 means nothing in the repository has to do with it. */
  readonly value: number;
  /** Places a known intent applies to, or technologies of the topic found. */
  readonly count: number;
}

export const FORMULA =
  "evidence * (0.5 + 0.5 * applicability), evidence = (0.4 * explicitness + 0.35 * (1 - 0.4^sentences) + 0.25 * specificity) * (1 - 0.5 * objections / (sentences + objections))";

/** 0..1, three decimals, with its parts. */
export function relevanceOf(
  evidence: Evidence,
  applicability: Applicability,
): { relevance: number; basis: RelevanceBasis } {
  const { explicitness, sentences, objections, specificity } = evidence;
  const opposed = sentences + objections === 0 ? 0 : objections / (sentences + objections);
  const strength = (0.4 * explicitness + 0.35 * (1 - 0.4 ** sentences) + 0.25 * specificity) * (1 - 0.5 * opposed);
  const relevance = round(strength * (0.5 + 0.5 * applicability.value));
  const parts = {
    explicitness: round(explicitness),
    sentences,
    objections,
    specificity: round(specificity),
    evidence: round(strength),
    applicability: round(applicability.value),
    places: applicability.count,
  };
  return { relevance, basis: { formula: FORMULA, parts } };
}

/**
 * How much of the repository the topic concerns. With an intent: 1 - 0.04 / places it applies to. Without one: the
 * share of the topic's technologies that the repository names; a text of no known topic: nothing.
 */
export function applicabilityOf(topic: Topic | undefined, platform: Platform): Applicability {
  if (topic === undefined) return { value: 0, count: 0 };
  const intent = topic.intent === undefined ? undefined : intents.get(topic.intent);
  if (intent !== undefined) {
    const count = intent.candidates(platform).length;
    return { value: count === 0 ? 0 : 1 - 0.04 / count, count };
  }
  const count = technologiesNamed(topic, platform.files).length;
  return { value: topic.technologies.length === 0 ? 0 : count / topic.technologies.length, count };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
