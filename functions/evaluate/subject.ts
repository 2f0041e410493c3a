/** Who judges an improvement and what it is about, or why a person has to say so. */
import { EXPERTS, type Expert, type Improvement } from "../../shared/domain/improvement.ts";
import { type Topic, topicOf } from "../../shared/domain/lexicon.ts";
import type { PassedOn } from "./pass-on.ts";
import type { Judged } from "./rubric.ts";
import { foreignTo, otherField } from "./scope.ts";

export interface Subject {
  readonly expert: Expert;
  /** Undefined: the text names nothing of the lexicon. */
  readonly topic: Topic | undefined;
  /** Rules say that it is not the field of the expert who was chosen. */
  readonly passed?: Omit<PassedOn, "risks">;
  /** Why a person decides in the end. */
  readonly doubt?: string;
}

/** A sentence: nobody here may judge it. */
export function subjectOf(improvement: Improvement): Subject | string {
  const expert = improvement.expert ?? EXPERTS.find((name) => name === improvement.category);
  if (expert === undefined) return `no expert was chosen and ${improvement.category} names none`;
  const topic = topicOf(improvement);
  const other = otherField(expert, improvement, topic);
  if (other === undefined) return foreignTo(expert, improvement, topic) ?? { expert, topic };
  const doubt = foreignTo(other.better, improvement, topic);
  const passed = { from: expert, because: other.because };
  return { expert: other.better, topic, passed, ...(doubt === undefined ? {} : { doubt }) };
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
