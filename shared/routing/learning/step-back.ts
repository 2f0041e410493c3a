/** Whether the model that serves has lost what it was promoted for, on rows that were labelled since. Pure. */
import type { Classifier, LabelledRow } from "../../routing-ports.ts";
import { mcNemar } from "../report/intervals.ts";
import { percent } from "../rounding.ts";
import { calibrationBound, hasDrifted } from "./drift.ts";
import { discordant, eceOf, rightOf, type Scored, scoresOf } from "./measures.ts";

/** Pairs of which one is right, from which a test says anything. */
export const LEAST_PAIRS = 6;
const SIGNIFICANT = 0.05;
/** Newest labelled rows, and how much more often the answer may be wrong on them. */
const WINDOW = 30;
const MORE_ERRORS = 0.15;

export type Finding =
  /** The model before would do better. */
  | { readonly kind: "step-back"; readonly because: string; readonly figures: Readonly<Record<string, number>> }
  /** Its confidence means nothing any more, and that of the model before means no more. */
  | { readonly kind: "drift"; readonly because: string; readonly figures: Readonly<Record<string, number>> };

/**
 * `rows`: labelled since `current` serves, newest first. `before`: what would serve instead, the seed model where there is
 * none. Undefined: all is well, or nobody can tell yet.
 */
export function judgeServing(
  current: Classifier,
  before: Classifier,
  rows: readonly Pick<LabelledRow, "text" | "label">[],
): Finding | undefined {
  const now = scoresOf(current, rows);
  const then = scoresOf(before, rows);
  return (
    worsened(now, then, before.version) ?? moreErrors(now, then, before.version) ?? drifted(now, then, before.version)
  );
}

function worsened(now: readonly Scored[], then: readonly Scored[], version: string): Finding | undefined {
  const only = discordant(now, then);
  const p = mcNemar(only.first, only.second);
  if (only.first + only.second < LEAST_PAIRS || only.first >= only.second || p >= SIGNIFICANT) return undefined;
  const said = `${only.second} that only ${version} gets right, ${only.first} that only it does (McNemar p ${p.toFixed(3)})`;
  return {
    kind: "step-back",
    because: `of ${now.length} rows labelled since it serves: ${said}`,
    figures: { rows: now.length, only_current: only.first, only_before: only.second, p },
  };
}

function moreErrors(now: readonly Scored[], then: readonly Scored[], version: string): Finding | undefined {
  if (now.length < WINDOW) return undefined;
  const errors = (scores: readonly Scored[]) => (WINDOW - rightOf(scores.slice(0, WINDOW))) / WINDOW;
  const [current, before] = [errors(now), errors(then)];
  if (current <= before + MORE_ERRORS) return undefined;
  return {
    kind: "step-back",
    because: `of the last ${WINDOW} labelled rows ${percent(current)} are wrong, ${percent(before)} with ${version}`,
    figures: { rows: WINDOW, errors: current, errors_before: before },
  };
}

function drifted(now: readonly Scored[], then: readonly Scored[], version: string): Finding | undefined {
  if (!hasDrifted(now)) return undefined;
  const { ece, low } = calibrationBound(now);
  const before = eceOf(then);
  const kind = before < ece ? "step-back" : "drift";
  return {
    kind,
    because: `its calibration error on ${now.length} rows labelled since it serves is ${ece.toFixed(2)} (surely over ${low.toFixed(2)}), that of ${version} ${before.toFixed(2)}`,
    figures: { rows: now.length, ece, ece_low: low, ece_before: before },
  };
}
