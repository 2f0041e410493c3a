/** Labelled rows as the heads learn from them: sparse rows one behind the other, and folds that keep groups together. */
import { EXPERTS } from "../../domain/improvement.ts";
import type { LabelledRow, RoutableText } from "../../routing-ports.ts";
import { featuresOf, type KeywordVoter, type SparseVector } from "./features.ts";
import { seeded } from "./random.ts";

/** Compressed sparse rows: row `i` has the features from `starts[i]` to before `starts[i + 1]`. */
export interface Dataset {
  readonly bits: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
  /** Places in EXPERTS. */
  readonly labels: Int32Array;
  readonly weights: Float64Array;
  /** Of each sparse row: which labelled row it is a view of. */
  readonly rows: Int32Array;
  /** Of each sparse row: 1 where there is a title and nothing else. */
  readonly isTerse: Uint8Array;
}

/** One way to look at a row: as it came, or as somebody in a hurry would have written it. */
interface View {
  readonly row: number;
  readonly text: RoutableText;
  /** Of the row's weight; all views of a row sum to 1. */
  readonly share: number;
}

function viewsOf(rows: readonly LabelledRow[]): readonly View[] {
  return rows.flatMap(({ text }, row): View[] => {
    if (isTerse(text)) return [{ row, text, share: 1 }];
    const { title, type } = text;
    const terse = { title, description: "", implementation_notes: "", type };
    return [
      { row, text, share: 0.5 },
      { row, text: terse, share: 0.5 },
    ];
  });
}

function isTerse({ description, implementation_notes }: RoutableText): boolean {
  return description === "" && implementation_notes === "";
}

export interface EncodeOptions {
  readonly bits: number;
  readonly keywords: KeywordVoter;
  /** Of each labelled row. */
  readonly weights: Float64Array;
  readonly pause: () => Promise<void>;
}

/** Views read between two pauses. */
const SLICE = 250;

/** Each row as it came, and by its title alone. */
export async function encode(
  rows: readonly LabelledRow[],
  { bits, keywords, weights, pause }: EncodeOptions,
): Promise<Dataset> {
  const views = viewsOf(rows);
  const vectors: SparseVector[] = [];
  for (const { text } of views) {
    vectors.push(featuresOf(text, bits, keywords));
    if (vectors.length % SLICE === 0) await pause();
  }
  return {
    ...packed(vectors),
    bits,
    labels: Int32Array.from(views, ({ row }) => labelOf(rows[row])),
    weights: Float64Array.from(views, ({ row, share }) => share * (weights[row] ?? 0)),
    rows: Int32Array.from(views, ({ row }) => row),
    isTerse: Uint8Array.from(views, ({ text }) => (isTerse(text) ? 1 : 0)),
  };
}

/** The same rows with fewer hashed features: what fell apart with more bits falls together. */
export function folded(data: Dataset, bits: number): Dataset {
  const buckets = 2 ** data.bits;
  const fewer = 2 ** bits;
  if (fewer > buckets) throw new RangeError(`${bits} bits are more than ${data.bits}`);
  const indices = data.indices.map((index) => (index < buckets ? index & (fewer - 1) : index - buckets + fewer));
  return { ...data, bits, indices };
}

function packed(vectors: readonly SparseVector[]): Pick<Dataset, "starts" | "indices" | "values"> {
  const starts = new Int32Array(vectors.length + 1);
  vectors.forEach(({ indices }, i) => {
    starts[i + 1] = (starts[i] ?? 0) + indices.length;
  });
  const total = starts[vectors.length] ?? 0;
  const indices = new Int32Array(total);
  const values = new Float32Array(total);
  vectors.forEach((vector, i) => {
    indices.set(vector.indices, starts[i]);
    values.set(vector.values, starts[i]);
  });
  return { starts, indices, values };
}

/** Throws RangeError for a label nobody knows. */
export function labelOf(row: LabelledRow | undefined): number {
  const label = row === undefined ? -1 : EXPERTS.indexOf(row.label);
  if (label < 0) throw new RangeError(`row ${row?.id}: ${row?.label} is no expert`);
  return label;
}

/** Fold of each row, 0 to `count - 1`: groups stay together, and each fold gets about the same number of rows. */
export function foldsOf(rows: readonly LabelledRow[], count: number, seed: number): Int32Array {
  const sizes = new Map<string, number>();
  for (const { group } of rows) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const random = seeded(seed);
  const order = [...sizes].map(([group, size]) => ({ group, size, lot: random() }));
  order.sort((a, b) => b.size - a.size || a.lot - b.lot);
  const filled = Array.from({ length: count }, () => 0);
  const foldOf = new Map<string, number>();
  for (const { group, size } of order) {
    const fold = filled.indexOf(Math.min(...filled));
    foldOf.set(group, fold);
    filled[fold] = (filled[fold] ?? 0) + size;
  }
  return Int32Array.from(rows, ({ group }) => foldOf.get(group) ?? 0);
}
