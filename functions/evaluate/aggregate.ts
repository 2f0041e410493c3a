/** Two opinions as one: the more careful word of both, and a person where they are too far apart. */
import type { Advice, Evaluation, Judgement, Level, Opinion, Risk } from "../../shared/domain/evaluation.ts";

export type Aggregated = Pick<Evaluation, keyof Opinion> & { readonly disagreement?: string };

const ORDER: Readonly<Record<Level, number>> = { low: 0, medium: 1, high: 2 };
/** Levels apart from which only a person can say who is right. */
const FAR = 2;

/**
 * Risks: all of both. Feasibility, impact: the lower (the median of two, rounded down). Effort, complexity: the higher.
 * Confidence: the lower. Priority: that of the expert who was chosen, since it only ranks. Unknown by one stays unknown.
 */
export function aggregated(first: Opinion, second: Opinion): Aggregated {
  const disagreement = disagreementOf(first, second);
  return {
    expert: first.expert,
    by: first.by === second.by ? first.by : `${first.by} and ${second.by}`,
    feasibility: lower(first.feasibility, second.feasibility),
    impact: lower(first.impact, second.impact),
    effort: higher(first.effort, second.effort),
    priority: first.priority,
    risks: allRisks(first.risks, second.risks),
    recommendations: adviceOf(first.recommendations, second.recommendations),
    dependencies: adviceOf(first.dependencies, second.dependencies),
    complexity: higher(given(first.complexity), given(second.complexity)),
    confidence: lower(given(first.confidence), given(second.confidence)),
    ...(first.out_of_scope === undefined ? {} : { out_of_scope: first.out_of_scope }),
    ...(disagreement === undefined ? {} : { disagreement }),
  };
}

/** What the two cannot settle between themselves, with both texts; undefined: nothing. */
function disagreementOf(first: Opinion, second: Opinion): string | undefined {
  const apart = (["feasibility", "impact"] as const).flatMap((field) => {
    const [one, other] = [first[field], second[field]];
    if (one.value === "unknown" || other.value === "unknown") return [];
    if (Math.abs(ORDER[one.value] - ORDER[other.value]) < FAR) return [];
    return [`${field}: ${voice(first)} says ${spoken(one)}, ${voice(second)} says ${spoken(other)}`];
  });
  const unseen = [
    ...graveIn(first, second).map((risk) => unseenBy(risk, first, second)),
    ...graveIn(second, first).map((risk) => unseenBy(risk, second, first)),
  ];
  const all = [...apart, ...unseen];
  return all.length === 0 ? undefined : all.join("; ");
}

/** Grave open risks of one where the other sees no grave open risk at all. */
function graveIn(one: Opinion, other: Opinion): readonly Risk[] {
  return other.risks.some(isGrave) ? [] : one.risks.filter(isGrave).slice(0, 1);
}

function isGrave({ mitigated, severity }: Risk): boolean {
  return !mitigated && severity === "high";
}

function unseenBy({ risk, evidence }: Risk, one: Opinion, other: Opinion): string {
  return `${voice(one)} sees a grave risk (${risk}: ${evidence}) that ${voice(other)} does not see (its feasibility is ${spoken(other.feasibility)})`;
}

function voice({ expert, by }: Opinion): string {
  return `${expert} (${by})`;
}

function spoken({ value, evidence }: Judgement<Level>): string {
  return `${value}, “${evidence}”`;
}

const UNSAID: Judgement<Level> = { value: "unknown", evidence: "it was not judged" };

function given(judgement: Judgement<Level> | undefined): Judgement<Level> {
  return judgement ?? UNSAID;
}

function lower(one: Judgement<Level>, other: Judgement<Level>): Judgement<Level> {
  if (one.value === "unknown") return one;
  return other.value === "unknown" || ORDER[other.value] < ORDER[one.value] ? other : one;
}

function higher(one: Judgement<Level>, other: Judgement<Level>): Judgement<Level> {
  if (one.value === "unknown") return one;
  return other.value === "unknown" || ORDER[other.value] > ORDER[one.value] ? other : one;
}

/** The same risk in the same words once, open when one of them says so. */
export function allRisks(first: readonly Risk[], second: readonly Risk[]): readonly Risk[] {
  const all = new Map<string, Risk>();
  for (const one of [...first, ...second]) {
    const known = all.get(one.risk.toLowerCase());
    if (known === undefined || (known.mitigated && !one.mitigated)) all.set(one.risk.toLowerCase(), one);
  }
  return [...all.values()];
}

function adviceOf(first: readonly Advice[] = [], second: readonly Advice[] = []): readonly Advice[] {
  return [...new Map([...second, ...first].map((one) => [one.text.toLowerCase(), one])).values()];
}
