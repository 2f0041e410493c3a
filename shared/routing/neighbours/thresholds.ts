/** From which cosine two improvements count as the same kind. A cosine means something else with every embedder. */

export interface Family {
  /** Until the school has measured its own. */
  readonly usual: number;
  /** No measurement goes below it: a school's first rows may be more alike than its later ones. */
  readonly floor: number;
}

/**
 * Of the school's own embedders: where a vote of three neighbours or more names the label of a row of the seed set, with its
 * own group left out, in 95 %. Words alone: 59 of 62 votes at 0.44 (at 0.35 397 of 429). Words and a platform's fit: 64 of 67
 * at 0.51 (at 0.41 410 of 441). The seed set holds many rows that differ in what is asked for and in little else; a school's
 * own rows repeat themselves more, and may take it down to the floor. Of OpenAI's nothing was measured: these are cautious.
 */
const FAMILIES: readonly (Family & { readonly ids: RegExp })[] = [
  { ids: /^hash-/, usual: 0.44, floor: 0.35 },
  { ids: /^lsa-.+-hash-/, usual: 0.51, floor: 0.41 },
  { ids: /(^|-)text-embedding-3-/, usual: 0.75, floor: 0.5 },
  { ids: /(^|-)text-embedding-ada-/, usual: 0.92, floor: 0.82 },
];
/** The platform's own number ("Threshold: 0.92 cosine similarity"), for embedders nobody has measured. */
const ANY: Family = { usual: 0.92, floor: 0.5 };

export function familyOf(embedder: string): Family {
  return FAMILIES.find(({ ids }) => ids.test(embedder)) ?? ANY;
}

export interface Threshold {
  readonly threshold: number;
  /** It was measured on the school's own rows. */
  readonly calibrated: boolean;
}

/** `chosen` by an operator wins over what was `measured`, that over the family's. What is no cosine counts as absent. */
export function thresholdOf(
  embedder: string,
  { chosen, measured }: { readonly chosen?: number | undefined; readonly measured?: number | undefined },
): Threshold {
  if (isCosine(chosen)) return { threshold: chosen, calibrated: false };
  const { usual, floor } = familyOf(embedder);
  if (!isCosine(measured)) return { threshold: usual, calibrated: false };
  return { threshold: Math.max(floor, measured), calibrated: true };
}

function isCosine(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 1;
}
