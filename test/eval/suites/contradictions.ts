/**
 * Contradictions with what owners decided: the product's own index, search and check over two invented platforms. The rules were
 * written with the one (`tune`) in view; figures come from the other (`held`), whose documents and improvements they never saw.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { openFolders } from "../../../build/knowledge/open-folders.ts";
import { findContradictions } from "../../../functions/validate/contradictions.ts";
import type { Knowledge } from "../../../shared/knowledge-ports.ts";
import { shuffled, wilson } from "../intervals.ts";
import type { Figure, Suite } from "../suite.ts";

const Split = z.enum(["tune", "held"]);
const Document = z.object({ platform: z.string(), split: Split, path: z.string(), text: z.string() });
const Result = z.enum(["conflict", "pass", "unknown"]);
const Case = z.object({
  id: z.string(),
  split: Split,
  kind: z.string(),
  expect: Result,
  /** Path of the document that governs it; null: none does. */
  governing: z.string().nullable(),
  title: z.string(),
  description: z.string(),
  implementation_notes: z.string(),
});
type Case = z.infer<typeof Case>;
type Result = z.infer<typeof Result>;

export interface Answered {
  readonly of: Case;
  readonly got: Result;
  readonly because: string;
  /** Rank of the governing document among the files found, from 1; undefined: not among them, or none governs. */
  readonly rank: number | undefined;
}

const FOUND_WITHIN = 3;

export const suite: Suite = {
  name: "contradictions",
  async run({ seed }) {
    return figuresOf(await answersOf("held"), seed);
  },
};

/** Every case of a split, or the first `most`, through index, search and check. */
export async function answersOf(
  split: z.infer<typeof Split>,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly Answered[]> {
  const documents = (await rowsOf("contradictions-documents", Document)).filter((one) => one.split === split);
  const cases = (await rowsOf("contradictions", Case)).filter((one) => one.split === split);
  const folder = await mkdtemp(path.join(tmpdir(), "contradictions-"));
  const stopped = new AbortController();
  try {
    for (const { path: file, text } of documents) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    const folders = await openFolders({ docs: folder }, { note: () => undefined, stopped: stopped.signal });
    try {
      const answers: Answered[] = [];
      for (const one of cases.slice(0, most)) answers.push(await answerTo(one, folders.knowledge, stopped.signal));
      return answers;
    } finally {
      await folders.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function answerTo(of: Case, knowledge: Knowledge, signal: AbortSignal): Promise<Answered> {
  const { result: got, because } = await findContradictions({ ...of, quotes: [] }, { knowledge }, signal);
  const text = [of.title, of.description].join("\n");
  const found =
    of.governing === null ? undefined : await knowledge.search({ text, corpora: ["documents"], limit: 10 }, signal);
  const paths = found?.kind === "found" ? [...new Set(found.hits.map(({ chunk }) => chunk.path))] : [];
  const rank = of.governing === null ? 0 : paths.indexOf(of.governing) + 1;
  return { of, got, because, rank: rank === 0 ? undefined : rank };
}

export function figuresOf(answers: readonly Answered[], seed: number): readonly Figure[] {
  const governed = answers.filter(({ of }) => of.governing !== null);
  const alarms = answers.filter(({ got }) => got === "conflict");
  const wrongs = answers.filter(({ of }) => of.expect === "conflict");
  const rights = answers.filter(({ of }) => of.expect === "pass");
  const isConflict = ({ of }: Answered): boolean => of.expect === "conflict";
  const wrongly = shuffled(
    answers.map(({ of }) => of.expect),
    seed,
  );
  const lucky = answers.filter(({ got }, at) => got === "conflict" && wrongly[at] === "conflict").length;
  const share = (name: string, yes: number, n: number, more: Partial<Figure> = {}): Figure => ({
    name: `contradictions/${name}`,
    ...(n === 0 ? { value: 0, n, low: 0, high: 1 } : wilson(yes, n)),
    better: "higher",
    text: "own",
    ...more,
  });
  const count = (rows: readonly Answered[], holds: (row: Answered) => boolean): number => rows.filter(holds).length;
  return [
    share(
      "governing decision in top 3",
      count(governed, ({ rank = 99 }) => rank <= FOUND_WITHIN),
      governed.length,
      { goal: 0.95 },
    ),
    share("typed rule precision", count(alarms, isConflict), alarms.length, { goal: 0.9 }),
    share(
      "typed rule recall",
      count(wrongs, ({ got }) => got === "conflict"),
      wrongs.length,
      { goal: 0.8 },
    ),
    share(
      "let through",
      count(wrongs, ({ got }) => got === "pass"),
      wrongs.length,
      { better: "lower" },
    ),
    share(
      "compatible ones that pass",
      count(rights, ({ got }) => got === "pass"),
      rights.length,
    ),
    share(
      "left to a person",
      count(answers, ({ got }) => got === "unknown"),
      answers.length,
      { better: "lower" },
    ),
    share("precision with shuffled labels", lucky, alarms.length, {
      control: { atMost: 0.7 },
      note: "labels in another order",
    }),
  ];
}

async function rowsOf<Row>(name: string, schema: z.ZodType<Row>): Promise<readonly Row[]> {
  const text = await readFile(new URL(`../sets/${name}.jsonl`, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)));
}
