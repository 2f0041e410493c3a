/**
 * What is usual, learned from past samples by three detectors of different kinds, and how surprising a new one is. Each
 * detector's score counts by how rare it is among samples it was not fitted on, so that none of them outvotes the others.
 */
import { type Autoencoder, trainAutoencoder } from "./autoencoder.ts";
import type { Breathe } from "./breather.ts";
import { type Nearest, nearestTo } from "./nearest.ts";
import type { Sample } from "./sample.ts";
import { distinctOf, type Scaling, scalingOf, vectorOf } from "./scaling.ts";
import { type Tail, tailOf } from "./tail.ts";

export const DETECTORS = ["nearest", "autoencoder", "robust-z"] as const;
export type Detector = (typeof DETECTORS)[number];

/** Below this nobody knows what is usual. */
export const ENOUGH_DISTINCT = 200;

export interface Usual {
  readonly samples: number;
  readonly distinct: number;
  readonly scaling: Scaling;
  judge(sample: Pick<Sample, "values">): Judged;
}

export interface Judged {
  /** -log10 of how often usual samples are like this; 0 to 8. */
  readonly surprise: number;
  readonly detectors: Readonly<Record<Detector, number>>;
  /** What differs most from what would be usual beside the rest; most first. */
  readonly standing: readonly Standing[];
}
export interface Standing {
  readonly feature: string;
  readonly value: number;
  readonly usual: number;
  /** In spreads of the feature. */
  readonly by: number;
}

/** Why nobody can say what is usual. */
export interface Refusal {
  readonly because: string;
  readonly samples: number;
  readonly distinct: number;
}

/** The more recent half of these are the newest samples, the others are drawn from those before. */
const MOST_FITTED = 720;
const FOLDS = 3;
/** Neighbours in time are alike: they are on the same side of a split. */
const BLOCK = 20;
const WEIGHTS: Readonly<Record<Detector, number>> = { nearest: 0.5, autoencoder: 0.25, "robust-z": 0.25 };
const MOST_STANDING = 5;
/** Spreads from which a feature stands out. */
const STANDS_OUT = 1.5;

/** `samples` newest first. The same for the same samples and seed. */
export async function learnUsual(
  samples: readonly Sample[],
  { seed, breathe }: { readonly seed: number; readonly breathe: Breathe },
): Promise<Usual | Refusal> {
  const scaling = scalingOf(samples);
  const vectors: Float64Array[] = [];
  for (const sample of samples) {
    vectors.push(vectorOf(scaling, sample));
    await breathe();
  }
  const distinct = scaling.names.length === 0 ? Math.min(1, samples.length) : distinctOf(vectors);
  const size = { samples: samples.length, distinct };
  if (samples.length > 0 && scaling.names.length === 0)
    return { because: "all features are constant: nothing can be unusual", ...size };
  if (distinct < ENOUGH_DISTINCT)
    return { because: `not enough data: ${distinct} of ${ENOUGH_DISTINCT} distinct samples`, ...size };

  const chosen = choose(vectors);
  const scores: Scores[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const seen = chosen.filter((_, at) => foldOf(at) !== fold);
    const detectors = await fitDetectors(seen, seed, breathe);
    for (const [at, vector] of chosen.entries()) {
      if (foldOf(at) !== fold) continue;
      scores.push(scoresOf(detectors, vector));
      await breathe();
    }
  }
  const tails = Object.fromEntries(
    DETECTORS.map((name) => [name, tailOf(scores.map((score) => score[name]))]),
  ) as Record<Detector, Tail>;
  const together = tailOf(scores.map((score) => combined(tails, score)));
  const detectors = await fitDetectors(chosen, seed, breathe);
  return {
    ...size,
    scaling,
    judge(sample) {
      const vector = vectorOf(scaling, sample);
      const score = scoresOf(detectors, vector);
      const surprise = together.surprise(combined(tails, score));
      const each = DETECTORS.map((name) => [name, tails[name].surprise(score[name])] as const);
      return {
        surprise,
        detectors: Object.fromEntries(each) as Record<Detector, number>,
        // Nobody asks it of what is usual.
        standing: surprise < 1 ? [] : standing(scaling, detectors.nearest, vector, sample),
      };
    },
  };
}

type Scores = Readonly<Record<Detector, number>>;
interface Detectors {
  readonly nearest: Nearest;
  readonly autoencoder: Autoencoder;
}

async function fitDetectors(vectors: readonly Float64Array[], seed: number, breathe: Breathe): Promise<Detectors> {
  return { nearest: nearestTo(vectors), autoencoder: await trainAutoencoder(vectors, seed, breathe) };
}

function scoresOf({ nearest, autoencoder }: Detectors, vector: Float64Array): Scores {
  return { nearest: nearest.score(vector), autoencoder: autoencoder.score(vector), "robust-z": robustZ(vector) };
}

/** The largest deviation of any feature. */
function robustZ(vector: Float64Array): number {
  let largest = 0;
  for (const z of vector) largest = Math.max(largest, Math.abs(z));
  return largest;
}

function combined(tails: Readonly<Record<Detector, Tail>>, scores: Scores): number {
  return DETECTORS.reduce((sum, name) => sum + WEIGHTS[name] * tails[name].surprise(scores[name]), 0);
}

function standing(scaling: Scaling, nearest: Nearest, vector: Float64Array, sample: Pick<Sample, "values">) {
  const usual = nearest.usual(vector);
  return scaling.names
    .map((feature, i): Standing => {
      const expected = usual[i] ?? 0;
      const spread = (expected > 0 ? scaling.above[i] : scaling.below[i]) ?? 1;
      return {
        feature,
        value: sample.values[feature] ?? 0,
        usual: Math.max(0, Math.expm1(expected * spread + (scaling.centres[i] ?? 0))),
        by: (vector[i] ?? 0) - expected,
      };
    })
    .filter(({ by }) => Math.abs(by) >= STANDS_OUT)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
    .slice(0, MOST_STANDING);
}

function foldOf(at: number): number {
  return Math.floor(at / BLOCK) % FOLDS;
}

/** All of few; of many the newest half, and the others evenly from those before. */
function choose(vectors: readonly Float64Array[]): readonly Float64Array[] {
  if (vectors.length <= MOST_FITTED) return vectors;
  const newest = vectors.slice(0, MOST_FITTED / 2);
  const before = vectors.slice(MOST_FITTED / 2);
  const step = before.length / (MOST_FITTED / 2);
  const drawn = Array.from({ length: MOST_FITTED / 2 }, (_, i) => before[Math.floor(i * step)] as Float64Array);
  return [...newest, ...drawn];
}
