/** Whether another expert is asked as well, and which. */
import type { Opinion } from "../../shared/domain/evaluation.ts";
import { EXPERTS, type Expert, type Improvement } from "../../shared/domain/improvement.ts";
import { matchTopics } from "../../shared/domain/lexicon.ts";

/** Categories where one pair of eyes is not enough (their threshold of approval is the higher one, too). */
const HIGH_RISK: readonly string[] = ["security", "database"];
/** Who knows the neighbouring field best, where the text names no other. */
const NEIGHBOUR: Readonly<Record<Expert, Expert>> = {
  architecture: "database",
  integration: "security",
  security: "networking",
  database: "architecture",
  networking: "security",
  monitoring: "architecture",
};
/** Share of its points the second field has from which it might as well have been chosen. */
const CLOSE = 0.7;

/** `experts`: all who had it. To pass it on makes it no harmless one. */
export function isHighRisk({ category }: Pick<Improvement, "category">, ...experts: readonly Expert[]): boolean {
  return [category, ...experts].some((name) => HIGH_RISK.includes(name));
}

/** Undefined: one opinion is enough. `from`: who passed it on. */
export function secondAsked(
  improvement: Improvement,
  first: Opinion,
  from?: Expert,
): { readonly expert: Expert; readonly because: string } | undefined {
  const { expert, confidence } = first;
  const next = runnerUp(improvement, expert);
  const other = next?.expert ?? NEIGHBOUR[expert];
  if (isHighRisk(improvement, expert)) return { expert: other, because: `${improvement.category} is judged by two` };
  if (from !== undefined && isHighRisk(improvement, from)) {
    return { expert: other, because: `it came from the ${from} expert, and ${from} is judged by two` };
  }
  if (next !== undefined && next.share >= CLOSE) {
    return {
      expert: other,
      because: `${other} might as well have been chosen (${Math.round(next.share * 100)} % of the points of ${expert})`,
    };
  }
  if (confidence?.value === "low" || confidence?.value === "unknown") {
    return {
      expert: other,
      because: `the confidence of the ${expert} expert is ${confidence.value}: ${confidence.evidence}`,
    };
  }
  return undefined;
}

/** The expert the text speaks of most beside the one that was chosen; the title counts double, as in routing. */
function runnerUp({ title, description }: Improvement, chosen: Expert) {
  const points = new Map<Expert, number>();
  for (const [text, weight] of [
    [title, 2],
    [description.slice(0, 1_500), 1],
  ] as const) {
    for (const { topic, score } of matchTopics(text)) {
      points.set(topic.expert, (points.get(topic.expert) ?? 0) + score * weight);
    }
  }
  const own = points.get(chosen) ?? 0;
  const [next] = [...points]
    .filter(([expert]) => expert !== chosen)
    .sort(([a, x], [b, y]) => y - x || EXPERTS.indexOf(a) - EXPERTS.indexOf(b));
  if (next === undefined) return undefined;
  return { expert: next[0], share: own === 0 ? 1 : next[1] / own };
}
