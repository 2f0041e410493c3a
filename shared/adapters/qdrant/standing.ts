/**
 * Whether a corpus can answer: what the book says of it, compared with what Qdrant holds. A collection that is lost or half
 * built answers like a whole one, with fewer hits; only a count tells.
 */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Corpus, CorpusState, Embedder } from "../../knowledge-ports.ts";
import { aliasOf, madeWith } from "./names.ts";

export type Standing =
  | {
      readonly kind: "ready";
      readonly corpus: Corpus;
      readonly made: Pick<Embedder, "id" | "dimension">;
      /** Something a person should know although it answers. */
      readonly note?: string;
    }
  /** There is nothing to find, and nothing is wrong with it: `absent` is not configured, `empty` holds no text. */
  | { readonly kind: "absent" | "empty"; readonly corpus: Corpus; readonly because: string; readonly soon?: true }
  /** It should answer and cannot. */
  | { readonly kind: "broken"; readonly corpus: Corpus; readonly because: string; readonly soon?: true };

/** Names of the corpora in sentences. */
const spoken: Readonly<Record<Corpus, string>> = {
  documents: "the documents",
  manifests: "the manifests",
  issues: "the known issues",
  improvements: "the past improvements",
};
const AGAIN = "run `school index` to build it again";

/**
 * `states` are those of the corpus, `collection` what its alias leads to. Throws what the client throws.
 */
export async function standingOf(
  corpus: Corpus,
  states: readonly CorpusState[],
  collection: string | undefined,
  qdrant: Pick<QdrantClient, "count">,
): Promise<Standing> {
  const before = beforeCounting(corpus, states, collection);
  if (before !== undefined || collection === undefined) return before ?? broken(corpus, "has no collection");
  const made = madeWith(collection);
  if (made === undefined) {
    return broken(corpus, `alias ${aliasOf(corpus)} leads to ${collection}, which this school did not make: ${AGAIN}`);
  }
  for (const { source, state, chunks = 0 } of states) {
    // While it is built its count moves.
    if (state !== "ready" || chunks === 0) continue;
    const filter = { must: [{ key: "source", match: { value: source } }] };
    const { count } = await qdrant.count(collection, { filter, exact: true });
    if (count < chunks) {
      const because = `${collection} holds ${count} of ${chunks} chunks of ${source}: it is half built or was lost; ${AGAIN}`;
      return broken(corpus, because);
    }
  }
  if ((await qdrant.count(collection, { exact: true })).count === 0) return empty(corpus, states);
  const note = noteOf(corpus, states);
  return { kind: "ready", corpus, made, ...(note === undefined ? {} : { note }) };
}

/** What the book alone decides. */
function beforeCounting(
  corpus: Corpus,
  states: readonly CorpusState[],
  collection: string | undefined,
): Standing | undefined {
  const configured = states.filter(({ state }) => state !== "absent");
  if (configured.length === 0) return absent(corpus, states);
  const failed = configured.find((one) => one.state === "failed" && one.collection === undefined);
  if (failed !== undefined) {
    return broken(
      corpus,
      `${spoken[corpus]} of ${failed.source} could not be indexed: ${failed.because ?? "no reason was kept"}`,
    );
  }
  const building = configured.find((one) => one.state === "building" && one.collection === undefined);
  if (building?.because !== undefined) {
    const because = `${spoken[corpus]} of ${building.source} could not be indexed, and it is tried again: ${building.because}`;
    return broken(corpus, because);
  }
  if (building !== undefined) {
    const because = `${spoken[corpus]} of ${building.source} are being indexed for the first time: ask again when that is done`;
    return { kind: "broken", corpus, because, soon: true };
  }
  if (configured.every(({ state, chunks }) => state === "ready" && chunks === 0)) return empty(corpus, states);
  if (collection !== undefined) return undefined;
  return broken(corpus, `the index of ${spoken[corpus]} is lost: alias ${aliasOf(corpus)} does not exist; ${AGAIN}`);
}

function absent(corpus: Corpus, states: readonly CorpusState[]): Standing {
  const reason = states.find(({ because }) => because !== undefined)?.because;
  const advice = { documents: "DOCS_REPO", manifests: "GITOPS_REPO", issues: "KNOWN_ISSUES", improvements: "" }[corpus];
  const what = advice === "" ? "nothing has ended yet" : `set ${advice}, or wait for the first indexing`;
  // Every school has these two, so nobody has begun yet.
  const soon = states.length === 0 && (corpus === "documents" || corpus === "manifests");
  const because = `${spoken[corpus]} are not indexed: ${reason ?? what}`;
  return { kind: "absent", corpus, because, ...(soon ? { soon } : {}) };
}

function empty(corpus: Corpus, states: readonly CorpusState[]): Standing {
  const from = states.filter(({ state }) => state !== "absent").map(({ source }) => source);
  const where = from.length === 0 ? "" : ` (${from.join(", ")})`;
  return {
    kind: "empty",
    corpus,
    because: `the index of ${spoken[corpus]} is empty: its sources${where} have no text`,
  };
}

function broken(corpus: Corpus, because: string): Standing {
  return { kind: "broken", corpus, because };
}

function noteOf(corpus: Corpus, states: readonly CorpusState[]): string | undefined {
  const failed = states.find(({ state }) => state === "failed");
  if (failed === undefined) return undefined;
  const commit = failed.commit === undefined ? "before" : `at ${failed.commit.slice(0, 12)}`;
  return `${spoken[corpus]} are as they were ${commit}: ${failed.because ?? "the last indexing failed"}`;
}
