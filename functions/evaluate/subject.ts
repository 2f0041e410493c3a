/** Who judges an improvement and what it is about, or why a person has to say so. */
import { EXPERTS, type Expert, type Improvement } from "../../shared/domain/improvement.ts";
import { type Topic, topicOf } from "../../shared/domain/lexicon.ts";
import type { Judged } from "./rubric.ts";
import { SCOPE } from "./rubric.ts";

export interface Subject {
  readonly expert: Expert;
  /** Undefined: the text names nothing of the lexicon. */
  readonly topic: Topic | undefined;
}

/** A sentence: nobody here may judge it. */
export function subjectOf(improvement: Improvement): Subject | string {
  const expert = improvement.expert ?? EXPERTS.find((name) => name === improvement.category);
  if (expert === undefined) return `no expert was chosen and ${improvement.category} names none`;
  if (!SCOPE[expert].includes(improvement.category)) {
    return `out of scope: the ${expert} expert does not judge the category ${improvement.category}`;
  }
  const topic = topicOf(improvement);
  if (topic !== undefined && topic.expert !== expert) {
    return `out of scope: ${topic.id} is for the ${topic.expert} expert, not for ${expert}`;
  }
  return { expert, topic };
}

export function noRules(expert: Expert): string {
  return `the ${expert} expert has no rules for this: the text names nothing of the lexicon`;
}

/** What rules say that know nothing of it. */
export function unjudged(evidence: string): Judged {
  const judgement = { value: "unknown", evidence } as const;
  return {
    feasibility: judgement,
    impact: judgement,
    effort: judgement,
    priority: judgement,
    risks: [],
    recommendations: [],
    dependencies: [],
    complexity: judgement,
    confidence: judgement,
  };
}
