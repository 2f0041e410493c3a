/** A Git repository as a source: which of its files belong to which corpus, and what of them cannot be used. */
import type { Chunk, Corpus } from "../../knowledge-ports.ts";
import type { GitReader } from "../../ports.ts";
import type { SourceReader } from "./ports.ts";

export type ChunkFile = (file: {
  readonly corpus: Corpus;
  readonly source: string;
  readonly path: string;
  readonly text: string;
}) => readonly Chunk[];

export interface RepositorySource {
  readonly git: Pick<GitReader, "head" | "tree" | "notFiles" | "read" | "isAncestor">;
  readonly corpus: Corpus;
  readonly source: string;
  /** Whether a file of this path belongs to the corpus. */
  readonly takes: (path: string) => boolean;
  readonly chunk: ChunkFile;
}

/** Characters; above that a file is data, not something to read. */
const LARGEST = 8_000_000;
/** In place of a blob's id. */
const NOT_A_FILE = "no file: ";

/** Prose that people write; everything else of a GitOps repository says what runs. */
export function isProse(path: string): boolean {
  const [name = ""] = path.split("/").slice(-1);
  if (/(^|\/)templates\/[^/]+$/.test(path)) return false;
  return (
    /\.(md|mdx|markdown|txt|rst|adoc|asciidoc|org)$/i.test(name) ||
    /^(readme|changelog|notes|contributing|license|todo|runbook)$/i.test(name)
  );
}

/** By their names no text: they are not even read. */
const BINARY =
  /\.(png|jpe?g|gif|webp|ico|bmp|tiff?|pdf|docx?|xlsx?|pptx?|odt|zip|t?gz|tar|bz2|xz|zst|7z|jar|war|woff2?|ttf|otf|eot|mp[34]|mov|avi|webm|wav|ogg|exe|dll|so|dylib|bin|class|pyc|wasm|sqlite|db|parquet|onnx|pt|gguf)$/i;

export function repositorySource({ git, corpus, source, takes, chunk }: RepositorySource): SourceReader {
  return {
    corpus,
    source,
    version: (signal) => git.head(signal),

    async files(version) {
      // Equal to itself: the commit is there. History may have been rewritten since it was noted.
      if (!(await git.isAncestor(version, version))) return undefined;
      const [files, others] = await Promise.all([git.tree(version), git.notFiles?.(version)]);
      const all = new Map<string, string>();
      for (const [path, blob] of files) if (takes(path)) all.set(path, blob);
      for (const [path, why] of others ?? []) if (takes(path)) all.set(path, `${NOT_A_FILE}${why}`);
      return all;
    },

    async chunks(files) {
      const done = new Map<string, readonly Chunk[] | string>();
      const readable = [...files].filter(([path, blob]) => {
        const why = blob.startsWith(NOT_A_FILE) ? blob.slice(NOT_A_FILE.length) : BINARY.test(path) && "not text";
        if (why) done.set(path, why);
        return !why;
      });
      const texts = await git.read([...new Set(readable.map(([, blob]) => blob))]);
      for (const [path, blob] of readable) done.set(path, chunksOf(path, texts.get(blob) ?? null));
      return done;
    },
  };

  function chunksOf(path: string, text: string | null): readonly Chunk[] | string {
    if (text === null) return "not text";
    if (text.length > LARGEST) return `longer than ${LARGEST} characters`;
    try {
      return chunk({ corpus, source, path, text });
    } catch (error) {
      return `cannot be read: ${(error instanceof Error ? error.message : String(error)).slice(0, 100)}`;
    }
  }
}
