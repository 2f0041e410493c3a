/** The change set as a unified diff against the blobs it replaces. They live in Git, the record holds new text only. */
import type { FileChange } from "../../shared/domain/change-set.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { GitReader } from "../../shared/ports.ts";
import { Problem } from "./problem.ts";

export interface FileDiff {
  readonly path: string;
  readonly effect: "create" | "change" | "delete";
  /** Unified diff; null when the old text could not be read. */
  readonly diff: string | null;
  /** New content, only where there is no diff to show it. */
  readonly content?: string;
}

export interface ChangeDescription {
  readonly id: string;
  readonly application: string;
  readonly hash: string;
  readonly files: readonly FileDiff[];
  /** Why diffs are missing. */
  readonly note?: string;
}

/** Git may take this long until the new contents are shown without it. */
const GIT_TIMEOUT_MS = 10_000;

/** Throws Problem 404 when nothing is planned. */
export async function describeChange(
  improvement: Improvement,
  git: () => Promise<GitReader>,
): Promise<ChangeDescription> {
  const { id, change_set: changeSet } = improvement;
  if (changeSet === undefined) {
    throw new Problem(404, `Improvement ${id} is ${improvement.status} and has no change set: nothing is planned yet.`);
  }
  const { application, hash, files } = changeSet;
  const old = await oldTexts(files, git);
  const described = await Promise.all(files.map((file) => fileDiff(file, old.texts)));
  return { id, application, hash, files: described, ...(old.note === undefined ? {} : { note: old.note }) };
}

/** The same for files that are no change set's. */
export async function fileDiffs(
  files: readonly FileChange[],
  git: () => Promise<Pick<GitReader, "head" | "read">>,
): Promise<readonly FileDiff[]> {
  const { texts } = await oldTexts(files, git);
  return Promise.all(files.map((file) => fileDiff(file, texts)));
}

async function oldTexts(
  files: readonly FileChange[],
  git: () => Promise<Pick<GitReader, "head" | "read">>,
): Promise<{ texts: ReadonlyMap<string, string | null>; note?: string }> {
  const blobs = files.flatMap(({ before }) => (before === null ? [] : [before]));
  if (blobs.length === 0) return { texts: new Map() };
  try {
    const reader = await git();
    await reader.head(AbortSignal.timeout(GIT_TIMEOUT_MS));
    const texts = await reader.read(blobs);
    const missing = blobs.filter((blob) => typeof texts.get(blob) !== "string");
    if (missing.length === 0) return { texts };
    return { texts, note: "Some old files are not text, or no longer in the repository; their new content is shown." };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { texts: new Map(), note: `The old files could not be read (${why}); the new contents are shown instead.` };
  }
}

async function fileDiff(
  { path, before, after }: FileChange,
  texts: ReadonlyMap<string, string | null>,
): Promise<FileDiff> {
  const effect = before === null ? "create" : after === null ? "delete" : "change";
  const old = before === null ? "" : texts.get(before);
  if (typeof old !== "string") return { path, effect, diff: null, content: after ?? "" };
  // Loaded late: most coordinators never show a diff, and idle memory counts.
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  const from = before === null ? "/dev/null" : `a/${path}`;
  const to = after === null ? "/dev/null" : `b/${path}`;
  const diff = createTwoFilesPatch(from, to, old, after ?? "", undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return { path, effect, diff };
}
