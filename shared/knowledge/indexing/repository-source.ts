/** A Git repository as a source: which of its files belong to which corpus, and what of them cannot be used. */
import { setImmediate } from "node:timers/promises";
import type { Corpus } from "../../knowledge-ports.ts";
import type { GitReader } from "../../ports.ts";
import { redactText } from "../../repository/redact.ts";
import type { chunksOfFile } from "../chunking/chunk-file.ts";
import { leftOutByContent, leftOutByName } from "../chunking/readable.ts";
import type { FileRead, SourceReader } from "./ports.ts";

type ChunksOfFile = typeof chunksOfFile;

export interface RepositorySource {
  readonly git: Pick<GitReader, "head" | "tree" | "notFiles" | "read" | "isAncestor">;
  readonly corpus: Corpus;
  readonly source: string;
  /** Whether a file of this path belongs to the corpus. */
  readonly takes: (path: string) => boolean;
}

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

export function repositorySource({ git, corpus, source, takes }: RepositorySource): SourceReader {
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
      const done = new Map<string, FileRead>();
      const readable = [...files].filter(([path, blob]) => {
        const why = blob.startsWith(NOT_A_FILE) ? blob.slice(NOT_A_FILE.length) : leftOutByName(path);
        if (why !== undefined) done.set(path, { chunks: [], leftOut: why });
        return why === undefined;
      });
      // Loaded by the first file: who only looks at versions needs no parsers.
      const { chunksOfFile: cut } = await import("../chunking/chunk-file.ts");
      const texts = await git.read([...new Set(readable.map(([, blob]) => blob))]);
      for (const [path, blob] of readable) {
        // A heartbeat must not wait for twenty large files.
        await setImmediate();
        done.set(path, readFile(path, texts.get(blob) ?? null, cut));
      }
      return done;
    },
  };

  function readFile(path: string, text: string | null, cut: ChunksOfFile): FileRead {
    const why = leftOutByContent(text);
    if (text === null || why !== undefined) return { chunks: [], leftOut: why ?? "not text" };
    try {
      return { chunks: cut({ corpus, source, path, text }) };
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return { chunks: [], leftOut: `cannot be read: ${redactText(said).slice(0, 100)}` };
    }
  }
}
