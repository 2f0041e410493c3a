/** Measures, on rows whose right expert is known, from which cosine on their neighbours agree about it. */
import type { Expert } from "../../domain/improvement.ts";
import { slices } from "../../knowledge/embedding/slices.ts";
import { familyOf } from "./thresholds.ts";
import { VOTE_SETTINGS } from "./vote.ts";
import { wilson } from "./wilson.ts";

export interface MeasuredRow {
  readonly expert: Expert;
  /** Rows of one source are about one thing, and are not held against each other. */
  readonly source: string;
  /** Of length 1. */
  readonly vector: Float32Array;
}

export interface Calibration {
  readonly threshold: number;
  /** Rows whose neighbours agreed on somebody, and how many of them on the right one. */
  readonly votes: number;
  readonly right: number;
}

/** Fewer votes prove nothing. */
export const FEWEST_VOTES = 30;
const AGREEMENT = 0.95;
/** Wilson's lower bound: 30 of 30 have .89, 57 of 60 .86, 38 of 40 .84. */
const BOUND = 0.85;
const STEP = 0.01;
const HIGHEST = 0.99;
/** As many as a neighbourhood has. */
const NEIGHBOURS = 50;

interface Near {
  readonly expert: Expert;
  readonly cosine: number;
}

/**
 * The lowest cosine at which, and over which, neighbours' votes are right in 95 %; never under the floor of the embedder's
 * family. Where even the strictest that can be judged is not, and is over the family's usual one, it is the next stricter.
 * Undefined: there are too few votes to say. Throws the signal's reason.
 */
export async function calibrated(
  embedder: string,
  rows: readonly MeasuredRow[],
  signal?: AbortSignal,
): Promise<Calibration | undefined> {
  const { floor, usual } = familyOf(embedder);
  const neighbourhoods = await neighbourhoodsOf(rows, floor, signal);
  let last: Calibration | undefined;
  const steps = Math.round((HIGHEST - floor) / STEP);
  for (let step = steps; step >= 0; step -= 1) {
    const threshold = Math.round((floor + step * STEP) * 100) / 100;
    const measured = { threshold, ...votesAt(threshold, rows, neighbourhoods) };
    if (measured.votes < FEWEST_VOTES) continue;
    if (!isRight(measured)) return last ?? stricter(measured, usual);
    last = measured;
  }
  return last;
}

function isRight({ votes, right }: Calibration): boolean {
  return right / votes >= AGREEMENT && wilson(right, votes).low >= BOUND;
}

function stricter(refuted: Calibration, usual: number): Calibration | undefined {
  if (refuted.threshold < usual) return undefined;
  return { ...refuted, threshold: Math.round((refuted.threshold + STEP) * 100) / 100 };
}

function votesAt(threshold: number, rows: readonly MeasuredRow[], neighbourhoods: readonly (readonly Near[])[]) {
  let [votes, right] = [0, 0];
  for (const [at, { expert }] of rows.entries()) {
    const named = namedBy(neighbourhoods[at] ?? [], threshold);
    if (named === undefined) continue;
    votes += 1;
    if (named === expert) right += 1;
  }
  return { votes, right };
}

/** The expert of enough neighbours and of most of their weight; all of them went well. */
function namedBy(neighbours: readonly Near[], threshold: number): Expert | undefined {
  const counts = new Map<Expert, { samples: number; weight: number }>();
  let all = 0;
  for (const { expert, cosine } of neighbours) {
    if (cosine < threshold) break;
    const count = counts.get(expert) ?? { samples: 0, weight: 0 };
    counts.set(expert, { samples: count.samples + 1, weight: count.weight + cosine });
    all += cosine;
  }
  for (const [expert, { samples, weight }] of counts) {
    if (samples >= VOTE_SETTINGS.successes && weight > all - weight) return expert;
  }
  return undefined;
}

/** Of each row the others from the floor on, nearest first. */
async function neighbourhoodsOf(
  rows: readonly MeasuredRow[],
  floor: number,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly Near[])[]> {
  signal?.throwIfAborted();
  const work = slices(signal);
  const found: Near[][] = rows.map(() => []);
  for (const [at, row] of rows.entries()) {
    for (let other = at + 1; other < rows.length; other += 1) {
      const { expert, source, vector } = rows[other] as MeasuredRow;
      if (source === row.source) continue;
      const cosine = dot(row.vector, vector);
      if (cosine < floor) continue;
      found[at]?.push({ expert, cosine });
      found[other]?.push({ expert: row.expert, cosine });
    }
    if (work.isOver()) await work.next();
  }
  return found.map((near) => near.sort((a, b) => b.cosine - a.cosine).slice(0, NEIGHBOURS));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] as number) * (b[at] as number);
  return sum;
}
