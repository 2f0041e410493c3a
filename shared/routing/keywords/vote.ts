/** The keyword tier of the cascade: what a text asks for, by rules anybody can read, and abstention where they do not say. */
import type { RoutingVote } from "../../domain/improvement.ts";
import type { Ranked, RoutableText } from "../../routing-ports.ts";
import { SCHOOL_RULES } from "./generated.ts";
import type { Rule, Rules, Settings } from "./rule.ts";
import { type Score, scoresOf } from "./score.ts";

export interface KeywordVote {
  readonly vote: RoutingVote;
  /** All experts any rule speaks for, best first; empty when none does. */
  readonly ranked: readonly Ranked[];
  /** The cascade need not ask anybody else. */
  readonly sure: boolean;
}

/**
 * Abstains (null) where the best has too little, or another is too near. The confidence is how often votes by such a
 * margin were right when they were measured, and no more than the deciding rule's. What the source claims
 * (`text.category`) does not count: it was right too seldom.
 */
export function keywordVote(text: RoutableText, rules: Rules = SCHOOL_RULES): KeywordVote {
  const { settings } = rules;
  const own = decidedByOwn(text, rules);
  const scores = own ?? scoresOf(text, allRules(rules), settings);
  const total = scores.reduce((sum, { points }) => sum + points, 1);
  const ranked = scores.map(({ expert, points }) => ({ expert, share: Math.round((points / total) * 1000) / 1000 }));
  const [best, second] = scores;
  const tier = "keywords";
  if (best === undefined) {
    const vote = { tier, expert: null, confidence: 0, because: "no rule matches", by: rules.version, ranked };
    return { vote, ranked, sure: false };
  }
  const margin = Math.round((best.points - (second?.points ?? 0)) * 100) / 100;
  const confidence = own === undefined ? calibrated(best, margin, settings) : best.confidence;
  // What an operator's rule says counts however few its points are; two that differ decide nothing.
  const enough = own !== undefined || (best.points >= settings.least && confidence >= settings.decided);
  const decided = enough && margin > 0;
  const found = `${best.rules.slice(0, 3).join(", ")}: ${best.points} points, ${margin} ahead of ${second?.expert ?? "none"}`;
  const because = decided ? found : `${found}; right too seldom by so little`;
  const expert = decided ? best.expert : null;
  const vote = { tier, expert, confidence, because, by: rules.version, ranked: ranked.slice(0, 3) };
  return { vote, ranked, sure: decided && confidence >= settings.sure };
}

function calibrated({ confidence }: Score, margin: number, { calibration }: Settings): number {
  const step = calibration.findLast((one) => margin >= one.margin);
  return Math.min(step?.precision ?? 0, confidence);
}

const merged = new WeakMap<Rules, readonly Rule[]>();

/** An operator's rules come first, so that they keep the words both know. */
function allRules(rules: Rules): readonly Rule[] {
  if (rules.own === undefined) return rules.rules;
  const known = merged.get(rules);
  if (known !== undefined) return known;
  const replaced = new Set(rules.own.map(({ id }) => id));
  const all = [...rules.own, ...rules.rules.filter(({ id }) => !replaced.has(id))];
  merged.set(rules, all);
  return all;
}

/** The scores by an operator's actions, verbs and warnings alone, where one of them matches title or description. */
function decidedByOwn(text: RoutableText, { own, settings }: Rules): readonly Score[] | undefined {
  const deciding = ownDeciding(own ?? []);
  if (deciding.length === 0) return undefined;
  const scores = scoresOf({ ...text, implementation_notes: "" }, deciding, settings);
  return scores.length === 0 ? undefined : scores;
}

const decidingOf = new WeakMap<readonly Rule[], readonly Rule[]>();

function ownDeciding(own: readonly Rule[]): readonly Rule[] {
  let deciding = decidingOf.get(own);
  if (deciding === undefined) {
    deciding = own.filter(({ kind }) => kind === "action" || kind === "verb" || kind === "warning");
    decidingOf.set(own, deciding);
  }
  return deciding;
}
