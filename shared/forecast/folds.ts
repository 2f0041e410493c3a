/** Cross-validation: rows are told by models that have not seen them, nor any other row of the same source. */

const FOLDS = 5;
/** Where one source has most of the rows, splitting by source leaves nothing to learn from. */
const LARGEST_SHARE = 0.5;

/** For each row what `fit` on the rows of the other folds says of it. */
export function outOfFold<Row extends { readonly id: string; readonly source: string }, Said>(
  rows: readonly Row[],
  fit: (rows: readonly Row[]) => (row: Row) => Said,
): Said[] {
  const folds = foldsOf(rows);
  const said: Said[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    if (!folds.includes(fold)) continue;
    const tell = fit(rows.filter((_, at) => folds[at] !== fold));
    for (const [at, row] of rows.entries()) if (folds[at] === fold) said[at] = tell(row);
  }
  return said;
}

/** `better` is less than `than` by more than chance: paired, by one standard error. */
export function isLess(better: readonly number[], than: readonly number[]): boolean {
  const gains = better.map((loss, at) => (than[at] ?? 0) - loss);
  const mean = average(gains);
  const variance = average(gains.map((gain) => (gain - mean) ** 2));
  return mean > Math.sqrt(variance / Math.max(1, gains.length));
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function foldsOf(rows: readonly { readonly id: string; readonly source: string }[]): number[] {
  const bySource = rows.map(({ source }) => hash(source) % FOLDS);
  const counts = Array.from({ length: FOLDS }, (_, fold) => bySource.filter((one) => one === fold).length);
  if (Math.max(...counts) <= rows.length * LARGEST_SHARE) return bySource;
  return rows.map(({ id }) => hash(id) % FOLDS);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
