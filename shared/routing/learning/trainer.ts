/** Training as the stage asks for it, wherever it is done: a candidate comes first, the word on it later. */
import type { Classifier, LabelledRow } from "../../routing-ports.ts";
import type { TrainedRouter } from "../classifier/train.ts";
import { type Judgement, judgeCandidate } from "./gate.ts";
import { frozenRows } from "./rows.ts";

export interface TrainingJob {
  /** What the candidate is called. */
  readonly version: string;
  /** The school's own rows; those written for it are added. */
  readonly training: readonly LabelledRow[];
  /** Own rows it must not see before it is judged. */
  readonly judging: readonly LabelledRow[];
  /** What serves now; absent: the model the school came with. */
  readonly current?: { readonly version: string; readonly checksum: string; readonly bytes: Uint8Array } | undefined;
}

export type Candidate = Pick<TrainedRouter, "bytes" | "checksum" | "kind" | "rows" | "rowsHash" | "figures" | "tookMs">;

export interface Trainer {
  /**
   * `found` gets the candidate while it is still being judged. Throws the signal's reason, what `found` throws, and an
   * Error when the training fails.
   */
  train(job: TrainingJob, found: (candidate: Candidate) => Promise<void>, signal: AbortSignal): Promise<Judgement>;
}

/** Takes a processor for seconds: not where others wait. Throws RangeError for rows that teach nothing. */
export async function makeCandidate({ training }: TrainingJob): Promise<Candidate> {
  const [{ seedRows }, { trainRouter }] = await Promise.all([
    import("../classifier/seed-rows.ts"),
    import("../classifier/train.ts"),
  ]);
  const { bytes, checksum, kind, rows, rowsHash, figures, tookMs } = await trainRouter([
    ...(await seedRows()),
    ...training,
  ]);
  return { bytes, checksum, kind, rows, rowsHash, figures, tookMs };
}

/** A current model that cannot be loaded does not serve either: then it is the seed model the candidate has to beat. */
export async function judge({ version, judging, current }: TrainingJob, candidate: Candidate): Promise<Judgement> {
  const { loadClassifier } = await import("../classifier/model-file.ts");
  const { seedClassifier } = await import("../classifier/seed.ts");
  const seed = await seedClassifier();
  const serving = await servingNow(current, seed);
  const rows = { frozen: await frozenRows(), own: judging };
  return judgeCandidate(loadClassifier(candidate.bytes, candidate.checksum, { version }), serving, seed, rows);
}

async function servingNow(current: TrainingJob["current"], seed: Classifier): Promise<Classifier> {
  if (current === undefined) return seed;
  const [{ loadClassifier }, { ModelDamaged }] = await Promise.all([
    import("../classifier/model-file.ts"),
    import("../classifier/model-bytes.ts"),
  ]);
  try {
    return loadClassifier(current.bytes, current.checksum, { version: current.version });
  } catch (error) {
    if (!(error instanceof ModelDamaged)) throw error;
    return seed;
  }
}
