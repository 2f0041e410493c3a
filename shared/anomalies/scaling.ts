/** Samples as vectors: the features that move at all, on a logarithmic scale, by their median and spread. */
import { MEASURES, measureOf, type Sample } from "./sample.ts";

export interface Scaling {
  /** Features that move; the others say nothing about what is usual. */
  readonly names: readonly string[];
  /** Those that hardly ever do. */
  readonly constant: readonly string[];
  /** Median in the feature's own unit, for people. */
  readonly usual: readonly number[];
  readonly centres: Float64Array;
  /** Above and below the median: what is often nothing and sometimes a lot has two very different sides. */
  readonly above: Float64Array;
  readonly below: Float64Array;
}

/** Standard deviations beyond which further is only further. */
const FURTHEST = 12;
/** MAD of a normal distribution to its standard deviation. */
const MAD_TO_DEVIATION = 1.4826;
/** That share of a normal distribution lies further above its median than that many deviations. */
const FAR_SHARE = 0.01;
const FAR_DEVIATIONS = 2.326;
/** On the logarithmic scale: a difference of a twentieth is none. */
const LEAST_SPREAD = 0.05;
/** A feature that left its usual value in fewer samples is constant. */
const LEAST_MOVES = 5;
const LEAST_SHARE = 0.01;

export function scalingOf(samples: readonly Sample[]): Scaling {
  const all = new Set(samples.flatMap(({ values }) => Object.keys(values)));
  const names: string[] = [];
  const constant: string[] = [];
  const usual: number[] = [];
  const centres: number[] = [];
  const above: number[] = [];
  const below: number[] = [];
  const needed = Math.max(LEAST_MOVES, samples.length * LEAST_SHARE);
  for (const name of [...all].sort()) {
    const column = samples.flatMap(({ values }) => rawOf(values, name)).sort((a, b) => a - b);
    const centre = middle(column);
    const moved = column.filter((value) => value !== centre).length;
    if (moved < needed) {
      constant.push(name);
      continue;
    }
    names.push(name);
    usual.push(Math.expm1(centre));
    centres.push(centre);
    const up = column.filter((value) => value >= centre).map((value) => value - centre);
    const down = column.filter((value) => value <= centre).map((value) => centre - value);
    above.push(spreadOf(up, column.length));
    below.push(spreadOf(down.reverse(), column.length));
  }
  const [centre, up, down] = [centres, above, below].map((list) => Float64Array.from(list));
  return { names, constant, usual, centres: centre, above: up, below: down } as Scaling;
}

/** Of one side's distances from the median, least first; `all`: of both sides. */
function spreadOf(distances: readonly number[], all: number): number {
  // Where most samples are alike the MAD is nothing, and the ninety-ninth percentile says how far the others go.
  const far = distances[Math.min(distances.length - 1, distances.length - Math.ceil(all * FAR_SHARE))] ?? 0;
  return Math.max(MAD_TO_DEVIATION * middle(distances), far / FAR_DEVIATIONS, LEAST_SPREAD);
}

/** Robust z of each feature, clipped; what is unknown is usual. */
export function vectorOf({ names, centres, above, below }: Scaling, { values }: Pick<Sample, "values">): Float64Array {
  return Float64Array.from(names, (name, i) => {
    const [raw = centres[i] ?? 0] = rawOf(values, name);
    const off = raw - (centres[i] ?? 0);
    const z = off / ((off > 0 ? above[i] : below[i]) ?? 1);
    return Math.max(-FURTHEST, Math.min(FURTHEST, z));
  });
}

/** Vectors that differ, to two digits; by a hash of 53 bits. */
export function distinctOf(vectors: readonly Float64Array[]): number {
  const seen = new Set<number>();
  for (const vector of vectors) {
    let one = 0x811c9dc5;
    let other = 0x1b873593;
    for (const value of vector) {
      const digits = Math.round(value * 100);
      one = Math.imul(one ^ digits, 0x01000193);
      other = Math.imul(other + digits, 0x85ebca6b) ^ (other >>> 13);
    }
    seen.add((one >>> 0) * 0x200000 + ((other >>> 0) & 0x1fffff));
  }
  return seen.size;
}

function rawOf(values: Sample["values"], name: string): number[] {
  const value = values[name];
  if (value !== undefined) return [Math.log1p(value)];
  return MEASURES[measureOf(name)]?.unknown === true ? [] : [0];
}

/** Of a sorted list; 0 of an empty one. */
export function middle(sorted: readonly number[]): number {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
