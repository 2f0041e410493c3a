/**
 * Does it contradict what the platform's owners decided? The documents that may govern it are retrieved, read into typed
 * facts and compared with it. What could not be searched, read or compared is unknown, with the words for a person.
 */
import type { Citation, Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";
import { documentsOf, readDocuments } from "../../shared/knowledge/decisions/documents.ts";
import { type Judged, judge } from "../../shared/knowledge/decisions/judge.ts";
import { isDecisionChunk } from "../../shared/knowledge/decisions/looks.ts";
import type { CorpusState, Found, Knowledge, KnowledgeQuery, StoredChunk } from "../../shared/knowledge-ports.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { secondOpinion } from "./contradiction-judge.ts";

const CHECK = "contradiction";
/** Hits looked at, and files of which all is read: a status may stand far from the sentence that was found. */
const GOVERNING = 10;
const DECISIONS = 50;
const FILES = 12;
const WHOLE_FILE = 50;
const SHOWN = 5;
const QUERY = 2_000;

export type Text = Pick<Improvement, "title" | "description" | "implementation_notes" | "quotes">;

export interface ContradictionPorts {
  readonly knowledge: Knowledge;
  /** A second judge that may only add doubts; absent: the rules alone. */
  readonly model?: LanguageModel | undefined;
  /** Hears of every question to it. */
  readonly onCall?: ((call: ModelCall) => void) | undefined;
}

/** Throws only the signal's reason. */
export async function findContradictions(
  improvement: Text,
  { knowledge, model, onCall = () => undefined }: ContradictionPorts,
  signal: AbortSignal,
): Promise<ValidationFinding> {
  const gathered = await gather(improvement, knowledge, signal);
  if (typeof gathered === "string") return { check: CHECK, result: "unknown", because: gathered, evidence: [] };
  const { hits, chunks } = gathered;
  const read = readDocuments(documentsOf(chunks));
  const judged = judge(improvement, read, (source) => hits.some((hit) => isWithin(hit, source)));
  const finding = findingOf(judged, chunks, hits);
  if (finding.result !== "pass" || model === undefined || hits.length === 0) return finding;
  return secondOpinion(finding, improvement, chunks, hits, model, signal, onCall);
}

interface Gathered {
  readonly hits: readonly StoredChunk[];
  /** Those, decisions like them, and the rest of their files. */
  readonly chunks: readonly StoredChunk[];
}

/** A sentence says why nothing can be said. */
async function gather(improvement: Text, knowledge: Knowledge, signal: AbortSignal): Promise<Gathered | string> {
  const text = [improvement.title, improvement.description, improvement.implementation_notes]
    .join("\n")
    .slice(0, QUERY);
  const ask = (query: Partial<KnowledgeQuery>): Promise<Found> =>
    knowledge.search({ text, corpora: ["documents"], ...query }, signal);
  const [found, decisions] = await Promise.all([ask({ limit: GOVERNING }), ask({ limit: DECISIONS, decision: true })]);
  if (found.kind === "unknown") return `the documents could not be searched: ${found.because}`;
  if (decisions.kind === "unknown") return `the decisions could not be searched: ${decisions.because}`;
  const missing = missingOf(found.states);
  if (missing !== undefined) return missing;
  const hits = found.hits.map(({ chunk }) => chunk).filter(isDocument);
  const decided = decisions.hits
    .map(({ chunk }) => chunk)
    .filter((chunk) => isDocument(chunk) && (chunk.decision === true || isDecisionChunk(chunk)));
  const paths = [...new Set([...hits, ...decided].map(({ path }) => path))].slice(0, FILES);
  const later = laterThan([...hits, ...decided]);
  const rest = await Promise.all([
    ...paths.map((path) => ask({ path, limit: WHOLE_FILE })),
    ...(later === undefined ? [] : [ask({ text: later, decision: true, limit: DECISIONS })]),
  ]);
  const lost = rest.find((one) => one.kind === "unknown");
  if (lost !== undefined && lost.kind === "unknown") return `the documents could not be read whole: ${lost.because}`;
  const more = rest
    .flatMap((one) => (one.kind === "found" ? one.hits.map(({ chunk }) => chunk) : []))
    .filter(isDocument);
  return { hits, chunks: unique([...hits, ...decided, ...more]) };
}

function isDocument({ corpus }: StoredChunk): boolean {
  return corpus === "documents";
}

/** Passing needs documents that were really searched: all sources answer, and they hold something. */
function missingOf(states: readonly CorpusState[]): string | undefined {
  const documents = states.filter(({ corpus }) => corpus === "documents");
  if (documents.length === 0) return "no documents are indexed: set DOCS_REPO and run the index";
  const silent = documents.find(({ collection, state }) => state !== "ready" && collection === undefined);
  if (silent !== undefined) {
    const why = silent.because === undefined ? "" : `: ${silent.because}`;
    return `the documents of ${silent.source} are not indexed (${silent.state})${why}`;
  }
  if (documents.every(({ chunks }) => chunks === 0)) return "the index of documents is empty";
  return undefined;
}

/** What a later decision that replaces one of these would say. */
function laterThan(chunks: readonly StoredChunk[]): string | undefined {
  const titles = chunks.flatMap(({ decision, place }) => (decision === true ? [place.split(" > ")[0] ?? ""] : []));
  const named = [...new Set(titles)].filter((title) => title !== "").slice(0, SHOWN);
  return named.length === 0 ? undefined : `supersedes ${named.join(", ")}`.slice(0, QUERY);
}

function unique(chunks: readonly StoredChunk[]): readonly StoredChunk[] {
  return [...new Map(chunks.map((chunk) => [chunk.id, chunk])).values()];
}

function isWithin({ path, from, to }: StoredChunk, source: Judged["source"]): boolean {
  return path === source.path && from <= source.to && to >= source.from;
}

function findingOf(
  judged: readonly Judged[],
  chunks: readonly StoredChunk[],
  hits: readonly StoredChunk[],
): ValidationFinding {
  const worst = judged.filter(({ result }) => result === judged[0]?.result).slice(0, SHOWN);
  const [first] = worst;
  const evidence = [...new Set(worst.map(({ source }) => `${source.path}:${source.from}`))];
  const citations = worst.map(({ source }): Citation => {
    const { path, place, from, to, quote } = source;
    return { corpus: "documents", path, place, from, to, quote };
  });
  if (first === undefined) {
    const files = new Set(chunks.map(({ path }) => path)).size;
    const because =
      hits.length === 0
        ? "nothing that is written governs it"
        : `none of the decisions in ${files} documents governs it`;
    return { check: CHECK, result: "pass", because, evidence: [] };
  }
  const { source, because, claim } = first;
  const place = `${source.path}:${source.from}`;
  const more = worst.length > 1 ? ` (and ${worst.length - 1} more)` : "";
  switch (first.result) {
    case "conflict":
      return {
        check: CHECK,
        result: "conflict",
        because: `${because}: “${source.quote}” (${place}); it says “${claim}”${more}`,
        evidence,
        citations,
      };
    case "unknown":
      return {
        check: CHECK,
        result: "unknown",
        because: `${because}: “${source.quote}” (${place})${more}`,
        evidence,
        citations,
      };
    case "compatible":
      return {
        check: CHECK,
        result: "pass",
        because: `it keeps to “${source.quote}” (${place})${more}`,
        evidence,
        citations,
      };
  }
}
