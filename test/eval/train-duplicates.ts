/** Writes the pairwise model from the tuning half of the set: `npm run eval -- --train duplicates`. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { type PairModel, trainPairs, VERDICTS } from "../../shared/knowledge/pairs/train.ts";

const Pair = z.object({
  id: z.string(),
  group: z.string(),
  split: z.enum(["tune", "held"]),
  verdict: z.enum(VERDICTS),
  a: z.string(),
  b: z.string(),
});
export type Pair = z.infer<typeof Pair>;

const modelFile = path.join(import.meta.dirname, "../../shared/knowledge/pairs/model.json");

/** Throws SyntaxError or ZodError for a damaged line. */
export function pairsOf(split: Pair["split"]): readonly Pair[] {
  const file = path.join(import.meta.dirname, "sets", `duplicates-${split}.jsonl`);
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => Pair.parse(JSON.parse(line)));
}

/** What the committed file must say. */
export function textOf(model: PairModel): string {
  return `${JSON.stringify(model, null, 2)}\n`;
}

export function train(): string {
  const model = trainPairs(pairsOf("tune"));
  writeFileSync(modelFile, textOf(model));
  return `${modelFile}: ${model.pairs} pairs, block ${model.block}, doubt ${model.doubt}`;
}
