/**
 * What the school remembers about an improvement: parts of documents, manifests and issues, and how similar ones ended. Context
 * for whoever judges; an index that is away is noted and keeps nobody from judging.
 */
import type { ShownSource } from "../../shared/domain/evaluation.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { topicOf } from "../../shared/domain/lexicon.ts";
import { judgePair, type Readable, readable } from "../../shared/knowledge/pairs/judge.ts";
import type { Corpus, Found, Knowledge, StoredChunk } from "../../shared/knowledge-ports.ts";
import type { Facts } from "./rubric.ts";

export interface Memory {
  readonly parts: readonly Part[];
  readonly takenBack: Facts["takenBack"];
  /** What could not be remembered, and why. */
  readonly notes: readonly string[];
}
export type Part = ShownSource & { readonly text: string };

export const NOTHING: Memory = { parts: [], takenBack: [], notes: [] };

/** Characters of a question to the index, and of a part that is shown. */
const QUERY = 2_000;
const PART = 1_800;
const REASON = 400;
/** Parts shown of each; of the past more are looked at than are similar. */
const SHOWN: readonly (readonly [corpora: readonly Corpus[], asked: number, shown: number])[] = [
  [["documents", "issues"], 6, 6],
  [["manifests"], 5, 5],
  [["improvements"], 15, 5],
];

/** Throws only the signal's reason. */
export async function remember(
  improvement: Improvement,
  knowledge: Knowledge | undefined,
  signal: AbortSignal,
): Promise<Memory> {
  if (knowledge === undefined) return NOTHING;
  const { title, description, quotes } = improvement;
  const text = [title, description, ...quotes.map((quote) => quote.text)].join("\n").slice(0, QUERY);
  const found = await Promise.all(SHOWN.map(([corpora, limit]) => knowledge.search({ text, corpora, limit }, signal)));
  const [written, manifests, past] = found.map(chunksOf);
  const similar = (past ?? []).filter((chunk) => chunk.path !== improvement.id && isSimilar(chunk, improvement));
  const shown = [written ?? [], manifests ?? [], similar].flatMap((chunks, index) =>
    chunks.slice(0, SHOWN[index]?.[2] ?? 0),
  );
  return {
    parts: shown.map(partOf),
    takenBack: similar
      .filter(({ status }) => TAKEN_BACK.has(status ?? ""))
      .slice(0, 3)
      .map((chunk) => ({ id: chunk.path, title: chunk.place, because: reasonOf(chunk) })),
    notes: notesOf(found),
  };
}

/** Statuses of what was live and had to go. */
const TAKEN_BACK: ReadonlySet<string> = new Set(["failed", "rolling_back", "rollback_blocked"]);

function chunksOf(found: Found): readonly StoredChunk[] {
  return found.kind === "found" ? found.hits.map(({ chunk }) => chunk) : [];
}

function notesOf(found: readonly Found[]): string[] {
  const reasons = found.flatMap((one) => (one.kind === "unknown" ? [one.because] : []));
  return [...new Set(reasons)].map((reason) => `not everything could be remembered: ${reason}`);
}

/** What is nearest may still be far: it has to say the same, or want the same kind of change. */
function isSimilar({ text, place }: StoredChunk, improvement: Improvement): boolean {
  const said = saidIn(text);
  const topic = topicOf(improvement);
  if (topic !== undefined && topicOf({ title: place, description: said })?.id === topic.id) return true;
  const ours = readable(`${improvement.title}\n${improvement.description}`);
  const { verdict, unsure } = judgePair(ours, readable(said) satisfies Readable);
  return verdict === "duplicate" || unsure;
}

/** A kept improvement without the lines about its category and its end. */
function saidIn(text: string): string {
  const lines = text.split("\n");
  const outcome = lines.findIndex((line) => line.startsWith("Outcome: "));
  return (outcome < 1 ? lines : lines.slice(0, outcome - 1)).join("\n");
}

function reasonOf({ text, status }: StoredChunk): string {
  const line = text.split("\n").findLast((one) => one.startsWith("Reason: "));
  return line === undefined ? `it ended as ${status ?? "unknown"}` : line.slice("Reason: ".length).slice(0, REASON);
}

function partOf({ corpus, path, place, from, to, text, status }: StoredChunk, index: number): Part {
  const outcome = status === undefined ? {} : { outcome: status };
  return { label: `S${index + 1}`, corpus, path, place, from, to, ...outcome, text: text.slice(0, PART) };
}
