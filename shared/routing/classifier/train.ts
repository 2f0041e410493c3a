/**
 * A router from labelled rows. Both kinds of head are cross-validated on the same folds (groups stay together); the one
 * that is right more often on rows it has not seen is fitted on all rows and written out with its temperature and
 * threshold. The same rows, seed and keyword rules give the same bytes.
 */
import { setImmediate } from "node:timers/promises";
import { EXPERTS } from "../../domain/improvement.ts";
import type { LabelledRow } from "../../routing-ports.ts";
import { keywordVote } from "../keywords/vote.ts";
import { crossValidate, type Trial } from "./cross-validation.ts";
import { type Dataset, encode, folded, foldsOf, labelOf } from "./dataset.ts";
import type { KeywordVoter } from "./features.ts";
import { type Fit, KINDS, type Kind } from "./head.ts";
import { fitMlp, MLP } from "./mlp.ts";
import { checksumOf, writeModel } from "./model-bytes.ts";
import { rowsHashOf } from "./rows-hash.ts";
import { fitSoftmax, SOFTMAX } from "./softmax.ts";

export interface TrainOptions {
  /** 1 unless given. */
  readonly seed?: number;
  /** How much more a row of the school's own (one with `at`) counts than a shipped one; 3 unless given. */
  readonly ownWeight?: number;
  /** The keyword tier, and the version of its rules; the school's own unless given. */
  readonly keywords?: { readonly version: string; readonly vote: KeywordVoter };
  /** Kinds to try; all unless given. */
  readonly kinds?: readonly Kind[];
  readonly signal?: AbortSignal;
  /** 0..1 */
  readonly onProgress?: (done: number, what: string) => void;
}

export interface TrainedRouter {
  readonly bytes: Uint8Array;
  /** SHA-256 (hex) of the bytes. */
  readonly checksum: string;
  readonly kind: Kind;
  /** Rows, and their hash. */
  readonly rows: number;
  readonly rowsHash: string;
  /** On rows not seen: of the kind that serves by name, of each kind as `<kind>.<name>`. */
  readonly figures: Readonly<Record<string, number>>;
  readonly threshold: number;
  readonly tookMs: number;
}

const FITS: Readonly<Record<Kind, { readonly fit: Fit; readonly bits: number }>> = {
  softmax: { fit: fitSoftmax, bits: SOFTMAX.bits },
  mlp: { fit: fitMlp, bits: MLP.bits },
};
const OWN_WEIGHT = 3;
const FOLDS = 5;
/** With this many rows fewer folds say as much. */
const MANY = 4_000;
const FOLDS_OF_MANY = 3;
/** Fewer teach nothing, and judge nothing. */
const FEWEST_ROWS = 30;

/** Throws RangeError for too few rows, groups or labels, and the signal's reason. */
export async function trainRouter(rows: readonly LabelledRow[], options: TrainOptions = {}): Promise<TrainedRouter> {
  const started = performance.now();
  const { seed = 1, kinds = KINDS, signal, onProgress = () => undefined } = options;
  const folds = rows.length > MANY ? FOLDS_OF_MANY : FOLDS;
  check(rows, folds);
  // Whatever order the rows come in, the model is the same.
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const keywords = options.keywords ?? { version: rulesVersion(), vote: keywordVote };
  const weights = weightsOf(sorted, options.ownWeight ?? OWN_WEIGHT);
  const pause = async () => {
    await setImmediate();
    signal?.throwIfAborted();
  };
  onProgress(0, "reading the rows");
  const bits = Math.max(...kinds.map((kind) => FITS[kind].bits));
  const data = await encode(sorted, { bits, keywords: keywords.vote, weights, pause });
  const foldOf = foldsOf(sorted, folds, seed);
  const isOwn = Uint8Array.from(sorted, ({ at }) => (at === undefined ? 0 : 1));
  const trials: { readonly kind: Kind; readonly trial: Trial }[] = [];
  for (const kind of kinds) {
    onProgress((trials.length + 1) / (kinds.length + 2), `trying ${kind}`);
    const { fit, bits: own } = FITS[kind];
    const how = { seed, folds, foldOf, isOwn, fit, pause };
    const trial = await crossValidate(folded(data, own), how);
    trials.push({ kind, trial });
  }
  const { kind, trial } = bestOf(trials);
  onProgress((kinds.length + 1) / (kinds.length + 2), `fitting ${kind}`);
  const head = await FITS[kind].fit(folded(data, FITS[kind].bits), { seed, among: allOf(data), pause });
  const { temperature, threshold } = trial;
  const rowsHash = rowsHashOf(rows);
  const figures = allFigures(trials, trial);
  const facts = { temperature, threshold, keywords: keywords.version, seed, rows: rows.length, rowsHash, figures };
  const bytes = writeModel({ head, facts });
  onProgress(1, "done");
  const tookMs = Math.round(performance.now() - started);
  return { bytes, checksum: checksumOf(bytes), kind, rows: rows.length, rowsHash, figures, threshold, tookMs };
}

function check(rows: readonly LabelledRow[], folds: number): void {
  if (rows.length < FEWEST_ROWS)
    throw new RangeError(`${rows.length} rows are too few to learn from: ${FEWEST_ROWS} are needed`);
  const labels = new Set(rows.map(labelOf)).size;
  if (labels < 2) throw new RangeError("rows of one expert teach nothing: at least two are needed");
  const groups = new Set(rows.map(({ group }) => group)).size;
  if (groups < folds) throw new RangeError(`${groups} groups are too few for ${folds} folds`);
}

/** What each row counts, 1 on average: its own weight, the school's own more, and rare experts' more. */
function weightsOf(rows: readonly LabelledRow[], ownWeight: number): Float64Array {
  const plain = rows.map(({ weight = 1, at }) => weight * (at === undefined ? 1 : ownWeight));
  const ofLabel = EXPERTS.map(() => 0);
  rows.forEach((row, i) => {
    const label = labelOf(row);
    ofLabel[label] = (ofLabel[label] ?? 0) + (plain[i] ?? 0);
  });
  const balanced = rows.map((row, i) => (plain[i] ?? 0) / Math.sqrt(ofLabel[labelOf(row)] ?? 1));
  const total = balanced.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError("the rows weigh nothing");
  return Float64Array.from(balanced, (weight) => (weight * rows.length) / total);
}

/** Right more often; where they are as good, the less wrong; then the simpler. */
function bestOf(trials: readonly { readonly kind: Kind; readonly trial: Trial }[]) {
  const [best] = [...trials].sort(
    ({ trial: a }, { trial: b }) =>
      (b.figures["accuracy"] ?? 0) - (a.figures["accuracy"] ?? 0) ||
      (a.figures["logLoss"] ?? 0) - (b.figures["logLoss"] ?? 0),
  );
  if (best === undefined) throw new RangeError("no kind of model to try");
  return best;
}

function allFigures(
  trials: readonly { readonly kind: Kind; readonly trial: Trial }[],
  chosen: Trial,
): Record<string, number> {
  const figures: Record<string, number> = { ...chosen.figures };
  for (const { kind, trial } of trials) {
    for (const [name, value] of Object.entries(trial.figures)) figures[`${kind}.${name}`] = value;
  }
  return figures;
}

function allOf({ rows }: Dataset): Int32Array {
  return Int32Array.from(rows.keys());
}

/** What the keyword tier calls its rules; it says so with every vote. */
function rulesVersion(): string {
  const nothing = { title: "", description: "", implementation_notes: "", type: "enhancement" };
  return keywordVote(nothing).vote.by ?? "unversioned";
}
