/** Labelled rows as the heads learn from them: sparse rows one behind the other, and folds that keep groups together. */
import { EXPERTS } from "../../domain/improvement.ts";
import type { LabelledRow, RoutableText } from "../../routing-ports.ts";
import { type Blindness, featuresOf, type KeywordVoter, type SparseVector } from "./features.ts";
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
export interface View {
  readonly row: number;
  readonly text: RoutableText;
  readonly blind: Blindness;
  /** Of the row's weight; all views of a row sum to 1. */
  readonly share: number;
}

/** How often the classifier has to do without the claim, and without the keyword tier. */
const WITHOUT = { category: 0.5, keywords: 0.25 } as const;

/** What a row teaches: as it came, and by its title alone. Claims and keywords are kept back at random. */
export function teachingViews(rows: readonly LabelledRow[], seed: number): readonly View[] {
  const random = seeded(seed);
  return rows.flatMap(({ text }, row): View[] => {
    const blind = () => ({ category: random() < WITHOUT.category, keywords: random() < WITHOUT.keywords });
    if (isTerse(text)) return [{ row, text, blind: blind(), share: 1 }];
    return [
      { row, text, blind: blind(), share: 0.5 },
      { row, text: titleOf(text), blind: blind(), share: 0.5 },
    ];
  });
}

/** What a row is judged by, when it is not seen in training: as it came, and by its title alone without a claim. */
export function judgingViews(rows: readonly LabelledRow[]): readonly View[] {
  return rows.flatMap(({ text }, row): View[] => {
    if (isTerse(text)) return [{ row, text, blind: {}, share: 1 }];
    return [
      { row, text, blind: {}, share: 0.5 },
      { row, text: titleOf(text), blind: {}, share: 0.5 },
    ];
  });
}

function isTerse({ description, implementation_notes }: RoutableText): boolean {
  return description === "" && implementation_notes === "";
}

function titleOf({ title, type }: RoutableText): RoutableText {
  return { title, description: "", implementation_notes: "", type };
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

export async function encode(
  rows: readonly LabelledRow[],
  views: readonly View[],
  { bits, keywords, weights, pause }: EncodeOptions,
): Promise<Dataset> {
  const vectors: SparseVector[] = [];
  for (const { text, blind } of views) {
    vectors.push(featuresOf(text, bits, keywords, blind));
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
  const filled = new Array<number>(count).fill(0);
  const foldOf = new Map<string, number>();
  for (const { group, size } of order) {
    const fold = filled.indexOf(Math.min(...filled));
    foldOf.set(group, fold);
    filled[fold] = (filled[fold] ?? 0) + size;
  }
  return Int32Array.from(rows, ({ group }) => foldOf.get(group) ?? 0);
}
