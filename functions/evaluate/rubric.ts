/** What every expert's rubric is given, what it answers, and the judgements they share. Each names its evidence. */
import type { Evaluation, Expert, Improvement, Judgement, Level, Quote } from "../../shared/domain/improvement.ts";
import type { Topic } from "../../shared/domain/lexicon.ts";

/** The deterministic facts a rubric may use. */
export interface Facts {
  readonly improvement: Improvement;
  readonly topic: Topic;
  /** Places in the repository the topic's intent applies to, best first; undefined: no intent carries the topic out. */
  readonly targets: readonly { readonly target: string; readonly because: string }[] | undefined;
  /** Technologies of the topic that the repository names. */
  readonly technologies: readonly string[];
  /** The sentence that best supports the improvement. */
  readonly quote: Quote | undefined;
  /** Sentences of the source that warn against it. */
  readonly objections: readonly string[];
}

export type Judged = Pick<Evaluation, "feasibility" | "impact" | "effort" | "priority" | "risks">;
export type Risk = Evaluation["risks"][number];
export type Rubric = (facts: Facts) => Judged;

export interface Rules {
  /** Number of affected places from which the impact is high, and from which it is medium. */
  readonly impact: { readonly high: number; readonly medium: number };
  /** Words in the talk's quotes that make it urgent for this expert. */
  readonly urgent: RegExp;
  /** What can go wrong with this topic's intent, by intent kind. */
  readonly risks: Readonly<Record<string, readonly Risk[]>>;
  /** Topics whose change needs a person's judgement however it is built, with the reason. */
  readonly delicate: Readonly<Record<string, string>>;
}

/** A rubric out of an expert's rules. */
export function rubric(rules: Rules): Rubric {
  return (facts) => {
    const impact = impactOf(facts, rules);
    return {
      feasibility: feasibilityOf(facts),
      impact,
      effort: effortOf(facts),
      priority: priorityOf(facts, impact, rules),
      risks: risksOf(facts, rules),
    };
  };
}

function feasibilityOf({ topic, targets, technologies }: Facts): Judgement<Level> {
  if (targets !== undefined) {
    const [first] = targets;
    if (first === undefined) return { value: "low", evidence: `nothing in the repository needs it (${topic.intent})` };
    return { value: "high", evidence: `${listed(targets.map(({ target }) => target))}: ${first.because}` };
  }
  if (technologies.length === 0) return { value: "unknown", evidence: "the repository names none of its technologies" };
  return {
    value: "medium",
    evidence: `the repository names ${technologies.join(", ")}; a person has to design the change`,
  };
}

function impactOf({ targets, technologies }: Facts, { impact }: Rules): Judgement<Level> {
  if (targets === undefined) {
    const seen = technologies.length === 0 ? "none of its technologies is" : `${technologies.join(", ")} are`;
    return {
      value: "unknown",
      evidence: `${seen} named in the repository; how many workloads it touches is not known`,
    };
  }
  const evidence = `${targets.length} places in the repository: ${listed(targets.map(({ target }) => target))}`;
  const value = targets.length >= impact.high ? "high" : targets.length >= impact.medium ? "medium" : "low";
  return { value: targets.length === 0 ? "low" : value, evidence };
}

function effortOf({ topic, targets }: Facts): Judgement<Level> {
  if (targets === undefined) return { value: "unknown", evidence: "no known kind of change carries it out" };
  return { value: "low", evidence: `a known kind of change (${topic.intent}), one place at a time` };
}

function priorityOf({ quote, targets }: Facts, impact: Judgement<Level>, { urgent }: Rules): Judgement<Level> {
  if (impact.value === "unknown") return { value: "unknown", evidence: "follows from the impact, which is not known" };
  const word = quote === undefined ? null : urgent.exec(quote.text);
  if (word !== null && (targets?.length ?? 0) > 0)
    return { value: "high", evidence: `the speaker names the harm (“${word[0]}”): “${quote?.text ?? ""}”` };
  return { value: impact.value, evidence: `follows from the impact: ${impact.evidence}` };
}

function risksOf({ topic, improvement, objections }: Facts, { risks, delicate }: Rules): Risk[] {
  const reason = delicate[topic.id];
  const warned = objections.map((text) => ({
    risk: "the source itself warns of it",
    mitigated: false,
    evidence: `“${text}”`,
  }));
  const own = topic.intent === undefined ? [] : (risks[topic.intent] ?? []);
  const judged = reason === undefined ? [] : [{ risk: reason, mitigated: false, evidence: improvement.title }];
  return [...own, ...judged, ...warned];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

/** The experts' scopes: the categories each may judge beside its own. */
export const SCOPE: Readonly<Record<Expert, readonly string[]>> = {
  architecture: ["architecture", "capability", "knowledge"],
  integration: ["integration", "capability", "knowledge"],
  security: ["security", "knowledge"],
  database: ["database", "knowledge"],
  networking: ["networking", "knowledge"],
  monitoring: ["monitoring", "capability", "knowledge"],
};
