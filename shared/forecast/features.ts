/** What is known of a change before it is made, as numbers for a regression. */
import type { Circumstances } from "./rows.ts";

/** A word of fewer rows than this says nothing by itself. */
const RARE = 10;
const MOST_WORDS = 12;
const WORDS = ["expert", "kind", "category", "verdict"] as const;
const LEVELS: Readonly<Record<string, number>> = { low: 0, medium: 0.5, high: 1 };

/** One number per feature, in a fixed order; the first is always 1. */
export interface Vectors {
  readonly names: readonly string[];
  of(circumstances: Circumstances): Float64Array;
}

/** Words that are common among the rows become features; amounts are scaled to those of the rows. */
export function vectorsOf(rows: readonly Circumstances[]): Vectors {
  const words = WORDS.flatMap((name) => commonWords(rows.map((row) => row[name])).map((word) => [name, word] as const));
  const scales = scalesOf(rows.map(amountsOf));
  return {
    names: ["1", ...words.map(([name, word]) => `${name}:${word}`), ...AMOUNTS],
    of(circumstances) {
      const amounts = amountsOf(circumstances).map((value, i) => {
        const { mean, deviation } = scales[i] ?? { mean: 0, deviation: 1 };
        return Math.max(-5, Math.min(5, (value - mean) / deviation));
      });
      return Float64Array.from([1, ...words.map(([name, word]) => (circumstances[name] === word ? 1 : 0)), ...amounts]);
    },
  };
}

const AMOUNTS = ["relevance", "complexity", "files", "radius", "feasibility", "effort"] as const;

/** What nobody judged stands in the middle. */
function amountsOf({ relevance, complexity, files, radius, feasibility, effort }: Circumstances): number[] {
  const level = (word: string | undefined): number => LEVELS[word ?? ""] ?? 0.5;
  return [relevance, complexity ?? 0.2, Math.log1p(files), Math.log1p(radius), level(feasibility), level(effort)];
}

/** Those that are in enough rows, but not in nearly all: they would say the same as the constant. */
function commonWords(words: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= RARE && count <= words.length - RARE)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_WORDS)
    .map(([word]) => word);
}

function scalesOf(rows: readonly number[][]): { mean: number; deviation: number }[] {
  return AMOUNTS.map((_, i) => {
    const values = rows.map((row) => row[i] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
}
