/**
 * Whether a candidate may serve: a model is promoted when it wins somewhere and loses nowhere. The frozen rows nobody trains
 * on speak for the world, the newest rows of the school for itself. Pure.
 */
import type { Classifier, LabelledRow } from "../../routing-ports.ts";
import { mcNemar } from "../report/intervals.ts";
import { agreement, brierOf, discordant, eceOf, rightOf, type Scored, scoresOf } from "./measures.ts";
import { type FrozenRow, LEAST_OWN } from "./rows.ts";

/** Accuracy it may lose on the frozen rows at most, where the loss may be chance (McNemar). */
export const MARGIN = 0.03;
const SIGNIFICANT = 0.05;
/** Calibration error on the frozen rows. */
export const MOST_ECE = 0.1;
/** A smaller difference of Brier scores is rounding. */
const LESS_BRIER = 0.001;
/** One-sided, 95 %. */
const CHANCE = 1.645;

export interface GateRows {
  readonly frozen: readonly FrozenRow[];
  /** The school's newest groups, which the candidate has not seen. */
  readonly own: readonly LabelledRow[];
}

export interface Judgement {
  readonly promoted: boolean;
  /** With all the figures it rests on. */
  readonly because: string;
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * `current`: what serves now, the seed model where nothing was promoted. `seed`: the model the school came with, that many
 * promotions must not fall behind by small steps.
 */
export function judgeCandidate(
  candidate: Classifier,
  current: Classifier,
  seed: Classifier,
  rows: GateRows,
): Judgement {
  const frozen = pairOf(candidate, current, rows.frozen);
  const adversarial = subsetOf(frozen, rows.frozen);
  const own = pairOf(candidate, current, rows.own);
  const anchor = { candidate: frozen.candidate, current: scoresOf(seed, rows.frozen) };
  const facts = { frozen, adversarial, own, anchor, agrees: agreesWithChance(rows.own, own.candidate) };
  const lost = losses(facts);
  const wins = lost.length > 0 ? [] : winsOf(facts);
  const promoted = lost.length === 0 && wins.length > 0;
  const reasons = promoted ? wins : lost.length > 0 ? lost : ["it is better nowhere"];
  const against = `against ${current.version}`;
  return {
    promoted,
    because: `${promoted ? "won" : "lost"} ${against}: ${reasons.join("; ")} (${summary(facts)})`,
    figures: figuresOf(facts),
  };
}

interface Pair {
  readonly candidate: readonly Scored[];
  readonly current: readonly Scored[];
}
interface Facts {
  readonly frozen: Pair;
  readonly adversarial: Pair;
  readonly own: Pair;
  readonly anchor: Pair;
  readonly agrees: { readonly kappa: number; readonly isChance: boolean } | undefined;
}

function losses({ frozen, adversarial, own, anchor, agrees }: Facts): string[] {
  const lost: string[] = [];
  if (frozen.candidate.length === 0) lost.push("there are no frozen rows to judge it by");
  if (isWorse(frozen)) lost.push(`it is worse on the frozen rows${chanceOf(frozen)}`);
  else if (isWorse(anchor)) lost.push(`it is worse than the seed model on the frozen rows${chanceOf(anchor)}`);
  if (isWorse(adversarial)) lost.push(`it is worse on the adversarial rows${chanceOf(adversarial)}`);
  const ece = eceOf(frozen.candidate);
  if (ece > MOST_ECE) lost.push(`its calibration error is ${ece.toFixed(3)}, at most ${MOST_ECE} is allowed`);
  if (own.candidate.length < LEAST_OWN) return lost;
  if (rightOf(own.candidate) < rightOf(own.current)) lost.push("it is worse on the school's own newest rows");
  if (agrees?.isChance === true) {
    lost.push(
      `the labels of the school's newest rows agree with it no better than chance would (kappa ${agrees.kappa.toFixed(2)}): they may be mixed up`,
    );
  }
  return lost;
}

/** Worse by more than the margin, or by less and not by chance. */
function isWorse({ candidate, current }: Pair): boolean {
  const only = discordant(candidate, current);
  const lost = only.second - only.first;
  return lost > MARGIN * candidate.length || (lost > 0 && mcNemar(only.first, only.second) < SIGNIFICANT);
}

function winsOf({ frozen, own }: Facts): string[] {
  const wins: string[] = [];
  if (own.candidate.length >= LEAST_OWN) {
    const more = rightOf(own.candidate) - rightOf(own.current);
    if (more > 0) wins.push(`${more} more of the school's own newest rows are right`);
    else if (isLess(own)) wins.push("it is as often right on the school's own newest rows, and closer to the truth");
    return wins;
  }
  const more = rightOf(frozen.candidate) - rightOf(frozen.current);
  if (more > 0) wins.push(`${more} more of the frozen rows are right`);
  else if (more === 0 && isLess(frozen)) wins.push("it is as often right on the frozen rows, and closer to the truth");
  return wins;
}

function isLess({ candidate, current }: Pair): boolean {
  return brierOf(candidate) <= brierOf(current) - LESS_BRIER;
}

/** Shuffled labels agree with nobody; a model that is only less sure of itself must not win by them. */
function agreesWithChance(rows: readonly LabelledRow[], scores: readonly Scored[]): Facts["agrees"] {
  if (rows.length < LEAST_OWN) return undefined;
  const found = agreement(
    rows.map(({ label }) => label),
    scores.map(({ answer }) => answer),
  );
  return found === undefined ? undefined : { kappa: found.kappa, isChance: found.z <= CHANCE };
}

function pairOf(candidate: Classifier, current: Classifier, rows: readonly LabelledRow[]): Pair {
  return { candidate: scoresOf(candidate, rows), current: scoresOf(current, rows) };
}

function subsetOf({ candidate, current }: Pair, rows: readonly FrozenRow[]): Pair {
  const isIn = (_: unknown, i: number) => rows[i]?.adversarial === true;
  return { candidate: candidate.filter(isIn), current: current.filter(isIn) };
}

function chanceOf({ candidate, current }: Pair): string {
  const only = discordant(candidate, current);
  const p = mcNemar(only.first, only.second);
  return `: ${only.second} only the current one gets right, ${only.first} only this one, McNemar p ${p.toFixed(3)}`;
}

function summary({ frozen, adversarial, own }: Facts): string {
  const parts = [
    ["frozen", frozen],
    ["adversarial", adversarial],
    ["own", own],
  ] as const;
  const said = parts.map(([name, { candidate, current }]) => {
    return `${name} ${rightOf(candidate)} to ${rightOf(current)} of ${candidate.length}`;
  });
  const brier = `Brier ${brierOf(frozen.candidate).toFixed(3)} to ${brierOf(frozen.current).toFixed(3)}`;
  return `${said.join(", ")}, ${brier}, ECE ${eceOf(frozen.candidate).toFixed(3)}`;
}

function figuresOf({ frozen, adversarial, own, agrees }: Facts): Record<string, number> {
  const share = (scores: readonly Scored[]) => rightOf(scores) / Math.max(1, scores.length);
  return {
    frozen_rows: frozen.candidate.length,
    frozen_accuracy: share(frozen.candidate),
    frozen_accuracy_before: share(frozen.current),
    frozen_brier: brierOf(frozen.candidate),
    frozen_ece: eceOf(frozen.candidate),
    adversarial_rows: adversarial.candidate.length,
    adversarial_accuracy: share(adversarial.candidate),
    own_rows: own.candidate.length,
    ...(own.candidate.length === 0
      ? {}
      : {
          own_accuracy: share(own.candidate),
          own_accuracy_before: share(own.current),
          own_brier: brierOf(own.candidate),
        }),
    ...(agrees === undefined ? {} : { own_kappa: agrees.kappa }),
  };
}
