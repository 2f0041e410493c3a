/** Figures that count rows. */
import { wilson } from "./intervals.ts";
import type { Figure } from "./suite.ts";

/** More is better, and the text is the project's own, unless said otherwise. Throws RangeError for no rows. */
export function share(name: string, hits: number, n: number, said: Partial<Figure> = {}): Figure {
  return { name, ...wilson(hits, n), better: "higher", text: "own", ...said };
}
