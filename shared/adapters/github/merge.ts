/** The three-way merge of a revert: what git does file by file, without a working tree. */
import { diff3Merge } from "node-diff3";
import { isRegularFile, type TreeEntry } from "../git/objects.ts";
import type { Entry } from "./commit.ts";

/** A path as it is on the branch, as the reverted commit left it, and as it was before that commit. */
export interface ThreeVersions {
  readonly path: string;
  readonly ours: TreeEntry | undefined;
  readonly base: TreeEntry | undefined;
  readonly theirs: TreeEntry | undefined;
}
export type Merged = Entry | "as it is" | "conflict";

/** `read` gives the text of a blob, null for what is not text. */
export async function mergeFile(
  { path, ours, base, theirs }: ThreeVersions,
  read: (blobs: readonly string[]) => Promise<ReadonlyMap<string, string | null>>,
): Promise<Merged> {
  if (same(ours, theirs)) return "as it is";
  if (same(ours, base)) return theirs === undefined ? { path, gone: true } : { path, ...theirs };
  // Deleted on one side, changed on the other; or added on both.
  if (ours === undefined || base === undefined || theirs === undefined) return "conflict";
  const mode = pick(ours.mode, base.mode, theirs.mode);
  if (mode === undefined || ![ours, base, theirs].every(isRegularFile)) return "conflict";
  const blob = pick(ours.blob, base.blob, theirs.blob);
  if (blob !== undefined) return { path, mode, blob };

  const texts = await read([ours.blob, base.blob, theirs.blob]);
  const [a, o, b] = [ours, base, theirs].map((entry) => texts.get(entry.blob) ?? null);
  if (typeof a !== "string" || typeof o !== "string" || typeof b !== "string") return "conflict";
  const text = mergeText(a, o, b);
  return text === undefined ? "conflict" : { path, mode, text };
}

/**
 * Line by line; undefined when both sides changed the same or neighbouring lines in different ways, or when lines that
 * occur more than once leave it open what was changed: read from the end, the texts must merge to the same.
 */
export function mergeText(ours: string, base: string, theirs: string): string | undefined {
  const sides = [lines(ours), lines(base), lines(theirs)] as const;
  const [a, o, b] = sides;
  const merged = mergeLines(a, o, b);
  const [fromEndA, fromEndO, fromEndB] = [a.toReversed(), o.toReversed(), b.toReversed()];
  const fromEnd = mergeLines(fromEndA, fromEndO, fromEndB)?.toReversed();
  const text = merged?.join("");
  return text === fromEnd?.join("") ? text : undefined;
}

function mergeLines(ours: string[], base: string[], theirs: string[]): string[] | undefined {
  const merged: string[] = [];
  for (const { ok } of diff3Merge(ours, base, theirs, { excludeFalseConflicts: true })) {
    if (ok === undefined) return undefined;
    merged.push(...ok);
  }
  return merged;
}

/** Each with its own end, so that a last line without one differs from the same line with one, as it does for git. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function pick<Value>(ours: Value, base: Value, theirs: Value): Value | undefined {
  if (ours === theirs || theirs === base) return ours;
  return ours === base ? theirs : undefined;
}

function same(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return a?.blob === b?.blob && a?.mode === b?.mode;
}
