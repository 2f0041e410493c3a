/** What it means that several sources say the same: a place further up, and nothing else. */
import type { Improvement, RelevanceBasis } from "./improvement.ts";

/** Added to the formula that gave the improvement's own relevance. */
export const CORROBORATED = "own + (1 - own) * 0.5 * (1 - 0.7^corroborations), own = ";

type Ranked = Pick<Improvement, "relevance" | "relevance_basis">;

/** What its own source gave it. Whatever permits something looks at this: sources are cheap to make. */
export function ownRelevance({ relevance, relevance_basis: basis }: Ranked): number {
  const own = basis?.parts["own"];
  return own === undefined ? relevance : Math.min(relevance, own);
}

/** `sources`: others that say the same. */
export function corroborated(
  improvement: Ranked,
  sources: number,
): { readonly relevance: number; readonly relevance_basis: RelevanceBasis } {
  const own = ownRelevance(improvement);
  const basis = improvement.relevance_basis ?? { formula: "as it was given", parts: {} };
  const formula = basis.formula.startsWith(CORROBORATED) ? basis.formula : `${CORROBORATED}${basis.formula}`;
  const relevance = Math.round((own + (1 - own) * 0.5 * (1 - 0.7 ** sources)) * 1000) / 1000;
  return { relevance, relevance_basis: { formula, parts: { ...basis.parts, own, corroborations: sources } } };
}
