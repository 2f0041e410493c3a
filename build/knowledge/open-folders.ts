/** The index of folders, in memory: the same indexer and reader as in a school, over the stand-in of Qdrant in this process. */
import { lstatSync } from "node:fs";
import path from "node:path";
import { knowledgeOf } from "../../shared/adapters/qdrant/reader.ts";
import type { SourceReader } from "../../shared/knowledge/indexing/ports.ts";
import { isProse, repositorySource } from "../../shared/knowledge/indexing/repository-source.ts";
import { CORPORA, type Corpus, type Knowledge } from "../../shared/knowledge-ports.ts";
import type { GitReader } from "../../shared/ports.ts";
import { UsageError } from "../cli/failure.ts";
import { folderGit } from "./folder-git.ts";
import { openIndex } from "./open-index.ts";

export interface Folders {
  /** Prose; of the GitOps folder too, where its own lies there. */
  readonly docs?: string | undefined;
  /** Manifests. */
  readonly gitops?: string | undefined;
}

export interface OpenFolders {
  readonly knowledge: Knowledge;
  /** The GitOps folder; undefined where none is given. */
  readonly git: GitReader | undefined;
  /** Corpora that hold anything. */
  readonly corpora: readonly Corpus[];
  /** What could not be indexed. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

export interface Opening {
  /** What is going on, for people. */
  readonly note: (text: string) => void;
  readonly stopped: AbortSignal;
  /** A folder to keep indexes in: what was indexed before is read from there. Without one nothing is kept. */
  readonly cache?: string | undefined;
}

/** Nothing leaves this machine. Throws UsageError for folders that are not there. */
export async function openFolders({ docs, gitops }: Folders, opening: Opening): Promise<OpenFolders> {
  if (docs === undefined && gitops === undefined)
    throw new UsageError("name a folder: --docs DIR, --gitops DIR or both");
  const git = gitops === undefined ? undefined : folderGit(folder(gitops, "--gitops"));
  const written = docs === undefined ? undefined : folderGit(folder(docs, "--docs"));
  const index = await openIndex(readersOf(git, written), opening);
  const { env, book, failures } = index;
  const states = await book.states();
  const corpora = CORPORA.filter((corpus) => states.some((one) => one.corpus === corpus && (one.chunks ?? 0) > 0));
  const notes = [
    ...failures.map(({ corpus, source, error }) => `${corpus} of ${source}: ${(error as Error).message}`),
    ...states.flatMap(({ state, source, corpus, because }) =>
      state === "ready" && because !== undefined ? [`${corpus} of ${source}: ${because}`] : [],
    ),
  ];
  return { knowledge: knowledgeOf(env, book), git, corpora, notes, close: () => index.close() };
}

function readersOf(git: GitReader | undefined, docs: GitReader | undefined): readonly SourceReader[] {
  const ofDocs =
    docs === undefined ? [] : [repositorySource({ git: docs, corpus: "documents", source: "docs", takes: () => true })];
  if (git === undefined) return ofDocs;
  return [
    ...ofDocs,
    repositorySource({ git, corpus: "documents", source: "gitops", takes: isProse }),
    repositorySource({ git, corpus: "manifests", source: "gitops", takes: (file) => !isProse(file) }),
  ];
}

function folder(given: string, option: string): string {
  const place = path.resolve(given);
  if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`${option} ${given}: there is no such folder`);
  }
  return place;
}
