/** Reciprocal rank fusion as the real server has it: only ranks count, and its default constant is 2, not 60. */
import { wrongInput } from "./errors.ts";

const DEFAULT_K = 2;

export interface Rrf {
  readonly k?: number | null;
  readonly weights?: readonly number[] | null;
}

/** `lists`: slots, best first. Sum of 1 / (k + (rank + 1) / weight - 1), with ranks from 0; a weight of 0 adds nothing. */
export function fuse(lists: readonly (readonly number[])[], { k, weights }: Rrf): Map<number, number> {
  if (weights != null && weights.length !== lists.length) {
    throw wrongInput(
      `Number of weights in RRF should match number of pre-fetches: got ${weights.length}, expected ${lists.length}`,
    );
  }
  const scores = new Map<number, number>();
  for (const [at, list] of lists.entries()) {
    const weight = weights?.[at] ?? 1;
    for (const [rank, slot] of list.entries()) {
      // Rounded at every step, as there: two points with the same ranks in other lists are then even.
      const score = weight <= 0 ? 0 : Math.fround(1 / ((rank + 1) / weight + (k ?? DEFAULT_K) - 1));
      scores.set(slot, Math.fround((scores.get(slot) ?? 0) + score));
    }
  }
  return scores;
}
