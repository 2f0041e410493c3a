/** kNN: how far a sample is from the five nearest of the past, which may be of another hour or day. */

export const NEIGHBOURS = 5;

export interface Nearest {
  /** Mean distance to the nearest five, per square root of features. */
  score(vector: Float64Array): number;
  /** Their mean: what would have been usual beside the rest of this sample. */
  usual(vector: Float64Array): Float64Array;
}

/** Keeps the vectors; a thousand of them with fifty features are 400 KB. */
export function nearestTo(vectors: readonly Float64Array[]): Nearest {
  return {
    score(vector) {
      const near = nearest(vectors, vector);
      if (near.length === 0) return 0;
      const scale = Math.sqrt(Math.max(1, vector.length));
      return near.reduce((sum, { distance }) => sum + Math.sqrt(distance), 0) / near.length / scale;
    },
    usual(vector) {
      const near = nearest(vectors, vector);
      return vector.map((value, i) =>
        near.length === 0 ? value : near.reduce((sum, { at }) => sum + (vectors[at]?.[i] ?? 0), 0) / near.length,
      );
    },
  };
}

interface Near {
  readonly at: number;
  /** Squared. */
  readonly distance: number;
}

function nearest(vectors: readonly Float64Array[], vector: Float64Array): Near[] {
  const near: Near[] = [];
  let furthest = Number.POSITIVE_INFINITY;
  for (const [at, other] of vectors.entries()) {
    let distance = 0;
    for (let i = 0; i < vector.length && distance < furthest; i += 1)
      distance += ((vector[i] ?? 0) - (other[i] ?? 0)) ** 2;
    if (distance >= furthest) continue;
    near.push({ at, distance });
    near.sort((a, b) => a.distance - b.distance);
    if (near.length > NEIGHBOURS) near.pop();
    if (near.length === NEIGHBOURS) furthest = near.at(-1)?.distance ?? furthest;
  }
  return near;
}
