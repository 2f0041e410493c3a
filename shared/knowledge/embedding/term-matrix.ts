/** Texts as rows of weighted terms (tf-idf), in the compressed form of sparse matrices. */
import type { Slices } from "./slices.ts";
import { termsOf } from "./terms.ts";

export interface TermMatrix {
  /** In the order of the columns, each seen in some text. */
  readonly terms: readonly string[];
  readonly idf: Float64Array;
  readonly rows: number;
  /** Where each row begins in `columns` and `values`, and where the last one ends. */
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** From so many texts on, a term counts that is neither in one text alone nor in most of them. */
const ENOUGH_TEXTS = 20;

/** Rows of length 1 in the order of `texts`; texts without a known term are left out. `most`: of terms. */
export async function termMatrix(texts: readonly string[], most: number, work: Slices): Promise<TermMatrix> {
  const counted: Map<string, number>[] = [];
  const frequencies = new Map<string, number>();
  for (const text of texts) {
    const counts = countsOf(termsOf(text));
    for (const term of counts.keys()) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
    counted.push(counts);
    if (work.isOver()) await work.next();
  }
  const known = vocabularyOf(frequencies, texts.length, most);
  const numbers = new Map(known.map(([term], number) => [term, number]));
  const idf = Float64Array.from(known, ([, seen]) => Math.log((1 + texts.length) / (1 + seen)) + 1);
  await work.next();
  return { terms: known.map(([term]) => term), idf, ...(await rowsOf(counted, numbers, idf, work)) };
}

export function countsOf(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** A term ten times over is not ten times as much about it. */
export function frequencyWeight(count: number): number {
  return 1 + Math.log(count);
}

/** The most frequent: what is in few texts shows with nothing else. */
function vocabularyOf(frequencies: ReadonlyMap<string, number>, texts: number, most: number): [string, number][] {
  const [from, to] = texts < ENOUGH_TEXTS ? [1, texts] : [2, texts / 2];
  return [...frequencies]
    .filter(([, seen]) => seen >= from && seen <= to)
    .sort(([a, seenA], [b, seenB]) => seenB - seenA || (a < b ? -1 : 1))
    .slice(0, most);
}

async function rowsOf(
  counted: readonly ReadonlyMap<string, number>[],
  numbers: ReadonlyMap<string, number>,
  idf: Float64Array,
  work: Slices,
): Promise<Pick<TermMatrix, "rows" | "starts" | "columns" | "values">> {
  const starts: number[] = [0];
  const columns: number[] = [];
  const values: number[] = [];
  for (const counts of counted) {
    const from = columns.length;
    let squares = 0;
    for (const [term, count] of counts) {
      const number = numbers.get(term);
      if (number === undefined) continue;
      const value = frequencyWeight(count) * (idf[number] ?? 0);
      squares += value * value;
      columns.push(number);
      values.push(value);
    }
    if (columns.length === from) continue;
    const length = Math.sqrt(squares);
    for (let i = from; i < values.length; i += 1) values[i] = (values[i] ?? 0) / length;
    starts.push(columns.length);
    if (work.isOver()) await work.next();
  }
  return {
    rows: starts.length - 1,
    starts: Uint32Array.from(starts),
    columns: Uint32Array.from(columns),
    values: Float64Array.from(values),
  };
}
