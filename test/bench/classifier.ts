/**
 * The classifier that routes: made anew from as many rows as a school keeps, loaded, and asked. Beside each stands the
 * least that has to be done: every feature of every row multiplied once, the bytes hashed, one row's features summed up.
 */
import { createHash } from "node:crypto";
import { EXPERTS } from "../../shared/domain/improvement.ts";
import { featuresOf } from "../../shared/routing/classifier/features.ts";
import { checksumOf, readModel } from "../../shared/routing/classifier/model-bytes.ts";
import { loadClassifier, scorerOf } from "../../shared/routing/classifier/model-file.ts";
import { seedModel } from "../../shared/routing/classifier/seed.ts";
import { seedRows } from "../../shared/routing/classifier/seed-rows.ts";
import { trainRouter } from "../../shared/routing/classifier/train.ts";
import { keywordVote } from "../../shared/routing/keywords/vote.ts";
import type { LabelledRow } from "../../shared/routing-ports.ts";
import { median, percentile, type Row } from "./rows.ts";

export interface ClassifierSizes {
  /** Rows to learn from. */
  readonly rows: number;
  /** Questions, and loadings. */
  readonly rounds: number;
}

export async function classifier({ rows: count, rounds }: ClassifierSizes): Promise<Row[]> {
  const seed = await seedRows();
  const rows = manifold(seed, count);
  const { tookMs } = await trainRouter(rows);
  const { bytes } = await seedModel();
  const { head } = readModel(bytes);
  const scorer = scorerOf(head);
  const scores = new Float64Array(EXPERTS.length);
  const asked = loadClassifier(bytes);
  const vectors = seed.map(({ text }) => featuresOf(text, head.bits, keywordVote));
  const pass = timed(count, (i) => {
    const { indices, values } = vectors[i % vectors.length] ?? {
      indices: new Int32Array(),
      values: new Float32Array(),
    };
    scorer(indices, values, 0, indices.length, scores);
  });
  const onePass = pass.reduce((sum, ms) => sum + ms, 0);
  const loading = timed(Math.min(rounds, 50), () => void loadClassifier(bytes, checksumOf(bytes)));
  const hashing = timed(Math.min(rounds, 50), () => void createHash("sha256").update(bytes).digest());
  const asking = timed(rounds, (i) => void asked.predict((seed[i % seed.length] as LabelledRow).text));
  const rules = timed(rounds, (i) => void keywordVote((seed[i % seed.length] as LabelledRow).text));
  return [
    {
      name: `router retrained on ${count} rows, both kinds cross-validated`,
      value: tookMs / 1_000,
      unit: "s",
      peer: `one pass over the features (${onePass.toFixed(0)} ms)`,
      ratio: tookMs / onePass,
    },
    {
      name: "p95 of one prediction, keyword tier included",
      value: percentile(asking, 0.95),
      unit: "ms",
      median: median(asking),
      peer: `keyword tier alone (${percentile(rules, 0.95).toFixed(2)} ms)`,
      ratio: percentile(asking, 0.95) / percentile(rules, 0.95),
    },
    {
      name: `shipped classifier loaded (${Math.round(bytes.length / 1024)} KB)`,
      value: median(loading),
      unit: "ms",
      peer: `its checksum alone (${median(hashing).toFixed(2)} ms)`,
      ratio: median(loading) / median(hashing),
    },
  ];
}

/** As many rows as are wanted, of as many groups as a school would have. */
function manifold(rows: readonly LabelledRow[], count: number): readonly LabelledRow[] {
  return Array.from({ length: count }, (_, i) => {
    const row = rows[i % rows.length] as LabelledRow;
    const copy = Math.floor(i / rows.length);
    const title = copy === 0 ? row.text.title : `${row.text.title} for team ${copy}`;
    return { ...row, id: `${row.id}-${copy}`, group: `${row.group}-${copy}`, text: { ...row.text, title } };
  });
}

/** Milliseconds of each. */
function timed(times: number, work: (i: number) => void): number[] {
  return Array.from({ length: times }, (_, i) => {
    const started = performance.now();
    work(i);
    return performance.now() - started;
  });
}
