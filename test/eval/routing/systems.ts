/** What is compared: the product's tiers and their cascade, and the baselines beside them, behind one form. */
import { EXPERTS, type Expert, type RoutingVote } from "../../../shared/domain/improvement.ts";
import { hashed } from "../../../shared/knowledge/embedding/hashing.ts";
import { termsOf } from "../../../shared/knowledge/embedding/terms.ts";
import { choicesOf } from "../../../shared/routing/cascade.ts";
import { classifierVote } from "../../../shared/routing/classifier-vote.ts";
import { complexityOf } from "../../../shared/routing/complexity.ts";
import { keywordVote } from "../../../shared/routing/keywords/vote.ts";
import type { Classifier, LabelledRow, RoutableText } from "../../../shared/routing-ports.ts";
import { routeToExpert } from "./seed-rule.ts";

export interface Answer {
  /** What it says when it has to say something. */
  readonly forced: Expert;
  /** Null: it abstains, and a model or a person decides. */
  readonly decided: Expert | null;
  /** Of `forced`, 0..1. */
  readonly confidence: number;
  /** Who decided, or `none`. */
  readonly tier: string;
}

export interface System {
  readonly name: string;
  readonly answer: (text: RoutableText) => Answer;
}

export type KeywordVoter = typeof keywordVote;

/** Undefined: nothing is remembered. */
export type NeighbourVoter = (text: RoutableText) => RoutingVote | undefined;

/** What a school does without a model to ask; on its first day nothing is remembered. */
export function cascade(classifier: Classifier, neighbours?: NeighbourVoter): System {
  return {
    name: neighbours === undefined ? "cascade" : "cascade with memory",
    answer(text) {
      const { vote, sure } = keywordVote(text);
      const learned = classifierVote({ classifier }, text);
      const { score } = complexityOf(`${text.title}\n${text.description}`, text.implementation_notes.length);
      const repeat = { tier: "exact-repeat", expert: null, confidence: 0, because: "nothing was routed before" };
      const near = neighbours?.(text);
      const votes = { repeat, keywords: vote, keywordsSure: sure, neighbours: near, classifier: learned };
      const settings = { rag: true, neural: true, hasModel: false, complexity: score };
      const choice = choicesOf(votes, settings).learned;
      if (choice.expert !== null) {
        const { expert, confidence, tier } = choice;
        return { forced: expert, decided: expert, confidence, tier };
      }
      const [best] = classifier.predict(text);
      return { forced: best?.expert ?? "architecture", decided: null, confidence: best?.share ?? 0, tier: "none" };
    },
  };
}

export function keywordsAlone(voter: KeywordVoter = keywordVote): System {
  return {
    name: "keywords",
    answer(text) {
      const { vote, ranked } = voter(text);
      const [best] = ranked;
      const forced = vote.expert ?? best?.expert ?? "architecture";
      return {
        forced,
        decided: vote.expert,
        confidence: vote.confidence,
        tier: vote.expert === null ? "none" : "keywords",
      };
    },
  };
}

export function classifierAlone(classifier: Classifier): System {
  return {
    name: "classifier",
    answer(text) {
      const [best] = classifier.predict(text);
      const forced = best?.expert ?? "architecture";
      const confidence = best?.share ?? 0;
      const isEnough = confidence >= classifier.threshold;
      return { forced, decided: isEnough ? forced : null, confidence, tier: isEnough ? "classifier" : "none" };
    },
  };
}

/** Forced to say something where nothing is near enough, it says architecture. */
export function neighboursAlone(voter: NeighbourVoter): System {
  return {
    name: "neighbours",
    answer(text) {
      const vote = voter(text);
      const expert = vote?.expert ?? null;
      const forced = expert ?? vote?.ranked?.[0]?.expert ?? "architecture";
      return {
        forced,
        decided: expert,
        confidence: vote?.confidence ?? 0,
        tier: expert === null ? "none" : "neighbours",
      };
    },
  };
}

export const seedRule: System = { name: "seed rule", answer: (text) => certain(routeToExpert(text)) };

/** Where nobody claims a category, or one that is no expert's: architecture, as in the seed rule. */
export const claimedCategory: System = {
  name: "claimed category",
  answer: ({ category }) => certain(EXPERTS.find((expert) => expert === category) ?? "architecture"),
};

export function majority(rows: readonly LabelledRow[]): System {
  const counts = Map.groupBy(rows, ({ label }) => label);
  const [most] = [...counts].sort(([, a], [, b]) => b.length - a.length);
  return { name: "majority class", answer: () => certain(most?.[0] ?? "architecture") };
}

const NEAREST = 7;
const DIMENSION = 1_024;

/** The seven nearest rows by cosine of hashed words; votes are weighed by it. Nothing is calibrated, nothing abstains. */
export function nearest(rows: readonly LabelledRow[]): System {
  const kept = rows.map(({ label, text }) => ({ label, vector: vectorOf(text) }));
  return {
    name: "kNN-7",
    answer(text) {
      const asked = vectorOf(text);
      const best = kept
        .map(({ label, vector }) => ({ label, cosine: dot(asked, vector) }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, NEAREST);
      const all = best.reduce((sum, { cosine }) => sum + Math.max(0, cosine), 0);
      const share = (expert: Expert) =>
        best.reduce((sum, { label, cosine }) => sum + (label === expert ? Math.max(0, cosine) : 0), 0) / (all || 1);
      const [first] = EXPERTS.map((expert) => ({ expert, share: share(expert) })).sort((a, b) => b.share - a.share);
      const forced = first?.expert ?? "architecture";
      return { forced, decided: forced, confidence: first?.share ?? 0, tier: "kNN" };
    },
  };
}

function certain(expert: Expert): Answer {
  return { forced: expert, decided: expert, confidence: 1, tier: "rule" };
}

function vectorOf({ title, description, implementation_notes }: RoutableText): Float32Array {
  return hashed(termsOf(`${title}\n${description}\n${implementation_notes}`), DIMENSION);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/** A voter that names the wrong expert each time: what stands on it must fall. */
export function broken(voter: KeywordVoter): KeywordVoter {
  const next = (expert: Expert): Expert => EXPERTS[(EXPERTS.indexOf(expert) + 1) % EXPERTS.length] ?? expert;
  return (text) => {
    const { vote, ranked, sure } = voter(text);
    const turned = ranked.map(({ expert, share }) => ({ expert: next(expert), share }));
    return { vote: { ...vote, expert: vote.expert === null ? null : next(vote.expert) }, ranked: turned, sure };
  };
}
