/** Writes the classifier the project ships from the shipped rows: `npm run eval -- --train routing`. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { labelledRows } from "../../shared/routing/classifier/seed-rows.ts";
import { type TrainedRouter, trainRouter } from "../../shared/routing/classifier/train.ts";

const routing = path.join(import.meta.dirname, "../../shared/routing");
const modelFile = path.join(routing, "classifier/seed-model.json");

/** What the committed file must say. */
export function textOf({ bytes, checksum, kind, rows, rowsHash, threshold, figures }: TrainedRouter): string {
  const model = Buffer.from(bytes).toString("base64");
  return `${JSON.stringify({ kind, rows, rowsHash, threshold, checksum, figures, model }, null, 2)}\n`;
}

export async function train(): Promise<string> {
  const rows = labelledRows(JSON.parse(readFileSync(path.join(routing, "seed/rows.json"), "utf8")) as unknown[]);
  const trained = await trainRouter(rows);
  const text = textOf(trained);
  writeFileSync(modelFile, text);
  const { kind, figures, threshold, tookMs } = trained;
  const of = (name: string) => (figures[name] ?? Number.NaN).toFixed(3);
  return [
    `${modelFile}: ${rows.length} rows, ${Math.round(text.length / 1024)} KB, ${(tookMs / 1_000).toFixed(1)} s`,
    `serves: ${kind}, from ${threshold.toFixed(2)}; on rows not seen (5 folds by group)`,
    ...["softmax", "mlp"].map(
      (each) =>
        `${each}: accuracy ${of(`${each}.accuracy`)}, of titles alone ${of(`${each}.terse.accuracy`)}, ` +
        `ECE ${of(`${each}.ece`)}, Brier ${of(`${each}.brier`)}, coverage at 90 % ${of(`${each}.coverageAt90`)}`,
    ),
  ].join("\n");
}
