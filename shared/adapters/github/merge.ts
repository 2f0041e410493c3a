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

/** Line by line; undefined when both sides changed the same or neighbouring lines in different ways. */
export function mergeText(ours: string, base: string, theirs: string): string | undefined {
  const regions = diff3Merge(lines(ours), lines(base), lines(theirs), { excludeFalseConflicts: true });
  const merged: string[] = [];
  for (const { ok } of regions) {
    if (ok === undefined) return undefined;
    merged.push(...ok);
  }
  return merged.join("");
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
