/**
 * Do two proposals say the same? The pairwise model on pairs it was not made from, most of the others near misses on
 * purpose, and whether the search that finds candidates finds them, through the product's own index.
 */

import { startQdrant } from "../../../build/local/qdrant/qdrant.ts";
import { knowledgeOf } from "../../../shared/adapters/qdrant/reader.ts";
import { knowledgeWriterOf } from "../../../shared/adapters/qdrant/writer.ts";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import { hashingEmbedder } from "../../../shared/knowledge/embedding/hashing.ts";
import { keepImprovement } from "../../../shared/knowledge/indexing/keep-improvement.ts";
import { memoryBook } from "../../../shared/knowledge/memory-book.ts";
import { type Judgement, judgePair } from "../../../shared/knowledge/pairs/judge.ts";
import { areaUnderCurve, bootstrap, shuffled, wilson } from "../intervals.ts";
import type { Figure, Suite } from "../suite.ts";
import { type Pair, pairsOf } from "../train-duplicates.ts";

export const suite: Suite = {
  name: "duplicates",
  async run({ seed }) {
    const judged = judgedPairs();
    return [...figuresOf(judged, seed), await candidates(pairsOf("held"))];
  },
};

export interface Judged {
  readonly pair: Pair;
  readonly judgement: Judgement;
}

export function judgedPairs(split: Pair["split"] = "held"): readonly Judged[] {
  return pairsOf(split).map((pair) => ({ pair, judgement: judgePair(pair.a, pair.b) }));
}

/** Without what needs the index. */
export function figuresOf(judged: readonly Judged[], seed: number): readonly Figure[] {
  const isSame = ({ pair }: Judged) => pair.verdict === "duplicate";
  const labels = judged.map(isSame);
  const wrong = shuffled(labels, seed);
  const blocked = judged.filter(({ judgement }) => judgement.verdict === "duplicate");
  const right = blocked.filter(isSame);
  const duplicates = judged.filter(isSame);
  const seen = duplicates.filter(({ judgement }) => judgement.verdict === "duplicate" || judgement.unsure);
  const others = judged.filter((one) => !isSame(one));
  const cut = others.filter(({ judgement, pair }) => judgement.verdict === pair.verdict);
  const own = { better: "higher", text: "own" } as const;
  const auc = (given: readonly boolean[]) => curve(judged, given, seed);
  return [
    { name: "duplicates/AUC", ...auc(labels), ...own, goal: 0.85, note: "near misses on purpose" },
    { name: "duplicates/precision at block", ...wilson(right.length, blocked.length), ...own, goal: 0.95 },
    { name: "duplicates/recall at block", ...wilson(right.length, duplicates.length), ...own, goal: 0.3 },
    { name: "duplicates/recall with doubts", ...wilson(seen.length, duplicates.length), ...own },
    { name: "duplicates/related or distinct", ...wilson(cut.length, others.length), ...own },
    { name: "duplicates/calibration error", ...calibration(judged, seed), better: "lower", text: "own" },
    { name: "duplicates/AUC of shuffled labels", ...auc(wrong), ...own, control: { atMost: 0.65 } },
  ];
}

function curve(judged: readonly Judged[], labels: readonly boolean[], seed: number) {
  const figure = (rows: readonly number[]) => {
    const scores = (isTrue: boolean) =>
      rows.filter((row) => labels[row] === isTrue).map((row) => judged[row]?.judgement.probability ?? 0);
    const [same, others] = [scores(true), scores(false)];
    return same.length === 0 || others.length === 0 ? 0.5 : areaUnderCurve(same, others);
  };
  return bootstrap([...judged.keys()], seed, figure);
}

const BINS = 10;

/** Mean distance between what the model says and what is so, over bins of its probability. */
function calibration(judged: readonly Judged[], seed: number) {
  return bootstrap([...judged.keys()], seed, (rows) => {
    const bins = Map.groupBy(rows, (row) => Math.min(BINS - 1, Math.floor(probabilityOf(judged, row) * BINS)));
    return [...bins.values()].reduce((sum, bin) => {
      const said = bin.reduce((all, row) => all + probabilityOf(judged, row), 0);
      const so = bin.filter((row) => judged[row]?.pair.verdict === "duplicate").length;
      return sum + Math.abs(said - so) / rows.length;
    }, 0);
  });
}

function probabilityOf(judged: readonly Judged[], row: number): number {
  return judged[row]?.judgement.probability ?? 0;
}

const TOP = 10;

/** One half of every duplicate pair is kept as a past improvement, with all other texts of the set beside it; the other asks. */
async function candidates(pairs: readonly Pair[]): Promise<Figure> {
  const duplicates = pairs.filter(({ verdict }) => verdict === "duplicate");
  const questions = new Set(duplicates.map(({ b }) => b));
  const texts = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].filter((text) => !questions.has(text));
  const qdrant = await startQdrant();
  try {
    const env = { QDRANT_URL: qdrant.url, EMBEDDING_MODEL: "offline" };
    const book = memoryBook();
    const embedder = hashingEmbedder(1_024);
    const tools = {
      writer: knowledgeWriterOf(env),
      book,
      embedder: async () => embedder,
      now: Date.now,
      signal: new AbortController().signal,
    };
    for (const [i, text] of texts.entries()) await keepImprovement(improvementOf(`i${i}`, text), tools);
    const knowledge = knowledgeOf(env, book);
    let found = 0;
    for (const { a, b } of duplicates) {
      const answer = await knowledge.search({ text: b, corpora: ["improvements"], limit: TOP });
      if (answer.kind === "unknown") throw new Error(`the index has no answer: ${answer.because}`);
      found += Number(answer.hits.some(({ chunk }) => chunk.path === `i${texts.indexOf(a)}`));
    }
    const note = `${texts.length} past improvements`;
    const share = wilson(found, duplicates.length);
    return { name: "duplicates/candidates in top 10", ...share, better: "higher", text: "own", goal: 0.95, note };
  } finally {
    await qdrant.close();
  }
}

function improvementOf(id: string, text: string): Improvement {
  return {
    id,
    title: text.slice(0, 200),
    description: text,
    category: "architecture",
    type: "pattern",
    implementation_notes: "",
    relevance: 0.5,
    quotes: [{ text }],
    source_id: id,
    source_title: id,
    status: "verified",
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:00.000Z",
  };
}
