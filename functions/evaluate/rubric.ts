/** What every expert's rubric is given, what it answers, and the judgements they share. Each names its evidence. */
import type { Advice, Judgement, Level, Opinion, Risk } from "../../shared/domain/evaluation.ts";
import type { Expert, Improvement, Quote } from "../../shared/domain/improvement.ts";
import type { Topic } from "../../shared/domain/lexicon.ts";

export type { Risk } from "../../shared/domain/evaluation.ts";

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
  /** What the first place needs, and how many things need it. */
  readonly surroundings: { readonly needs: readonly Advice[]; readonly dependents: number };
  /** Similar improvements that were taken back. */
  readonly takenBack: readonly { readonly id: string; readonly title: string; readonly because: string }[];
}

export type Judged = Required<Omit<Opinion, "expert" | "by" | "out_of_scope">>;

export interface Rubric {
  readonly criteria: readonly Criterion[];
  judge(facts: Facts): Judged;
}
export interface Criterion {
  readonly concern: string;
  /** A question, without its question mark. */
  readonly asks: string;
}

export interface Rules {
  readonly criteria: readonly Criterion[];
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
  return {
    criteria: rules.criteria,
    judge(facts) {
      const impact = impactOf(facts, rules);
      const risks = risksOf(facts, rules);
      return {
        feasibility: feasibilityOf(facts),
        impact,
        effort: effortOf(facts),
        priority: priorityOf(facts, impact, rules),
        risks,
        recommendations: recommendationsOf(facts, rules),
        dependencies: facts.surroundings.needs,
        complexity: complexityOf(facts, rules),
        confidence: confidenceOf(facts, risks),
      };
    },
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

function risksOf({ topic, improvement, objections, takenBack }: Facts, { risks, delicate }: Rules): Risk[] {
  const reason = delicate[topic.id];
  const warned = objections.map((text) => ({
    risk: "the source itself warns of it",
    mitigated: false,
    evidence: `“${text}”`,
  }));
  const own = topic.intent === undefined ? [] : (risks[topic.intent] ?? []);
  const judged = reason === undefined ? [] : [{ risk: reason, mitigated: false, evidence: improvement.title }];
  const tried = takenBack.map(({ id, title, because }) => ({
    risk: `something similar was rolled back: improvement ${id}`,
    mitigated: false,
    evidence: `“${title}”: ${because}`,
  }));
  return [...own, ...judged, ...warned, ...tried];
}

/** How far a change reaches, from where it is one thing among few. */
const REACH = { high: 6, medium: 2 };

function complexityOf({ topic, targets, surroundings }: Facts, { delicate }: Rules): Judgement<Level> {
  const reason = delicate[topic.id];
  if (reason !== undefined) return { value: "high", evidence: reason };
  if (targets === undefined) return { value: "unknown", evidence: "no known kind of change carries it out" };
  const [first] = targets;
  if (first === undefined) return { value: "low", evidence: "there is nothing to change" };
  const { dependents } = surroundings;
  const value = dependents >= REACH.high ? "high" : dependents >= REACH.medium ? "medium" : "low";
  return { value, evidence: `${dependents} things in the repository depend on ${first.target} directly` };
}

/** Of the rules in themselves: how much of their judgement rests on the repository alone. */
function confidenceOf({ targets, objections, takenBack }: Facts, risks: readonly Risk[]): Judgement<Level> {
  if (targets === undefined) return { value: "low", evidence: "the rules know no kind of change for it" };
  if (objections.length > 0) return { value: "medium", evidence: "the source speaks for it and against it" };
  if (takenBack.length > 0) return { value: "medium", evidence: `improvement ${takenBack[0]?.id} did not hold` };
  const open = risks.find(({ mitigated }) => !mitigated);
  if (open !== undefined) return { value: "medium", evidence: `open risk: ${open.risk}` };
  return { value: "high", evidence: `${targets.length} places looked at in the repository, no open risk` };
}

function recommendationsOf({ targets, objections, takenBack }: Facts, { criteria }: Rules): Advice[] {
  const [first] = targets ?? [];
  const begin = first === undefined ? [] : [{ text: `begin with ${first.target}`, evidence: first.because }];
  const tried = takenBack.map(({ id, because }) => ({
    text: `find out first what is different from improvement ${id}`,
    evidence: because,
  }));
  const heed = objections.map((text) => ({ text: "weigh what the source warns of", evidence: `“${text}”` }));
  const open =
    targets !== undefined
      ? []
      : criteria.map(({ concern, asks }) => ({
          text: `answer before it is designed (${concern}): ${asks}?`,
          evidence: "no rule answers it: no known kind of change carries it out",
        }));
  return [...begin, ...tried, ...heed, ...open];
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
