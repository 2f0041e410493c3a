/** What is told of a source of a corpus, from what the indexer remembers of it. */
import type { Corpus, CorpusState, Embedder, IndexLedger } from "../../knowledge-ports.ts";

/** Files that are named; of more only the number is told. */
const NAMED = 5;
const LONGEST_REASON = 400;

export interface Place {
  readonly corpus: Corpus;
  readonly source: string;
}

/**
 * Being built or brought up to date; what answers meanwhile still answers. Why the last try failed stays until one ends
 * well: while the next one runs, that is all that is known.
 */
export function buildingState({ corpus, source }: Place, before: CorpusState | undefined, now: number): CorpusState {
  const { because, ...facts } = before ?? {};
  const failed = before?.state === "failed" || before?.state === "building" ? because : undefined;
  const state = { ...facts, corpus, source, state: "building", at: at(now) } as const;
  return failed === undefined ? state : { ...state, because: failed };
}

export function failedState(
  { corpus, source }: Place,
  before: CorpusState | undefined,
  error: unknown,
  now: number,
): CorpusState {
  const said = error instanceof Error ? error.message : String(error);
  const because = said.replace(/\s+/g, " ").trim().slice(0, LONGEST_REASON);
  return { ...before, corpus, source, state: "failed", at: at(now), because };
}

export function readyState(
  { corpus, source }: Place,
  ledger: IndexLedger,
  embedder: Pick<Embedder, "id">,
  now: number,
): CorpusState {
  const because = leftOutSentence(ledger.leftOut);
  const redacted = Object.values(ledger.redacted).reduce((sum, count) => sum + count, 0);
  return {
    corpus,
    source,
    state: "ready",
    at: at(now),
    collection: ledger.collection,
    embedder: embedder.id,
    redacted,
    ...(ledger.version === undefined ? {} : { commit: ledger.version }),
    ...(ledger.files === undefined ? {} : { files: ledger.files }),
    ...(ledger.chunks === undefined ? {} : { chunks: ledger.chunks }),
    ...(because === undefined ? {} : { because }),
  };
}

/** Equal but for the moment. */
export function sameState(one: CorpusState | undefined, other: CorpusState): boolean {
  return one !== undefined && JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(state: CorpusState): [string, unknown][] {
  return Object.entries(state)
    .filter(([name, value]) => name !== "at" && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function leftOutSentence(leftOut: Readonly<Record<string, string>>): string | undefined {
  const files = Object.entries(leftOut).sort(([a], [b]) => (a < b ? -1 : 1));
  if (files.length === 0) return undefined;
  const named = files.slice(0, NAMED).map(([path, why]) => `${path} (${why})`);
  const more = files.length > NAMED ? ` and ${files.length - NAMED} more` : "";
  return `${files.length} ${files.length === 1 ? "file" : "files"} left out: ${named.join(", ")}${more}`;
}

function at(now: number): string {
  return new Date(now).toISOString();
}
