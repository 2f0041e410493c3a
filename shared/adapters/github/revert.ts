/**
 * Reverts a commit by a three-way merge of the files it changed. GitHub has no call for that: its merge of branches would
 * need a branch of its own, which starts workflows and is left behind by a process that dies.
 */
import type { RevertConflict } from "../../ports.ts";
import type { RevertPreview } from "../../preview-ports.ts";
import type { TreeEntry } from "../git/objects.ts";
import type { Identity } from "../git/settings.ts";
import type { GitHubClient } from "./client.ts";
import { buildTree, commitTree, type Entry, needCommit } from "./commit.ts";
import { mergeFile } from "./merge.ts";
import { blobId } from "./object-id.ts";
import type { GitHubObjects } from "./objects.ts";

export type Reverted =
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "nothing" }
  | RevertConflict;

interface ToRevert {
  readonly commit: string;
  readonly since?: string | undefined;
  readonly base: string;
}

/**
 * Builds the commit that takes `commit` back on top of `base`; of a merge, what its side branch brought; with `since`,
 * everything between the two. A file that was renamed since is a conflict. Throws an Error when the repository has no
 * such commit.
 */
export async function buildRevert(
  client: GitHubClient,
  objects: GitHubObjects,
  { message, by, ...input }: ToRevert & { readonly message: string; readonly by: Identity },
): Promise<Reverted> {
  const merged = await mergeBack(client, objects, input);
  if (merged.kind !== "entries") return merged;
  const head = await needCommit(client, objects, input.base);
  const tree = await buildTree(client, head.tree, merged.entries);
  if (tree === head.tree) return { kind: "nothing" };
  return { kind: "commit", commit: await commitTree(client, { tree, parents: [input.base], message, by }) };
}

/** The files that such a commit would write; nothing is uploaded. */
export async function previewRevert(
  client: GitHubClient,
  objects: GitHubObjects,
  input: ToRevert,
): Promise<RevertPreview> {
  const merged = await mergeBack(client, objects, input);
  if (merged.kind !== "entries") return merged;
  const ours = await objects.entries(input.base);
  // A submodule is no blob to read.
  const readable = merged.entries.flatMap((entry) => ("blob" in entry && entry.mode !== "160000" ? entry.blob : []));
  const texts = await objects.read(readable);
  const files = merged.entries.map((entry) => ({
    path: entry.path,
    before: ours.get(entry.path)?.blob ?? null,
    after: "gone" in entry ? null : "text" in entry ? entry.text : (texts.get(entry.blob) ?? ""),
  }));
  return { kind: "files", files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

async function mergeBack(
  client: GitHubClient,
  objects: GitHubObjects,
  { commit, since, base }: ToRevert,
): Promise<{ readonly kind: "entries"; readonly entries: readonly Entry[] } | { kind: "nothing" } | RevertConflict> {
  await needCommit(client, objects, base);
  const { parents } = await needCommit(client, objects, commit);
  const [first] = since === undefined ? parents : [since];
  const ours = await objects.entries(base);
  const after = await objects.entries(commit);
  const before = first === undefined ? new Map<string, TreeEntry>() : await objects.entries(first);

  const entries: Entry[] = [];
  const conflicts: string[] = [];
  for (const path of changed(before, after)) {
    const versions = { path, ours: ours.get(path), base: after.get(path), theirs: before.get(path) };
    const merged = await mergeFile(versions, (blobs) => objects.read(blobs));
    if (merged === "conflict") conflicts.push(path);
    else if (merged !== "as it is" && !isAsItIs(merged, ours.get(path))) entries.push(merged);
  }
  conflicts.push(...inTheWay(ours, entries));
  if (conflicts.length > 0) return { kind: "conflict", paths: conflicts.sort() };
  return entries.length === 0 ? { kind: "nothing" } : { kind: "entries", entries };
}

/** Two ways of taking it back came to the same text. */
function isAsItIs(merged: Entry, ours: TreeEntry | undefined): boolean {
  return "text" in merged && merged.mode === ours?.mode && blobId(merged.text) === ours.blob;
}

/** Paths that differ. */
export function changed(before: ReadonlyMap<string, TreeEntry>, after: ReadonlyMap<string, TreeEntry>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => {
    const [a, b] = [before.get(path), after.get(path)];
    return a?.blob !== b?.blob || a?.mode !== b?.mode;
  });
}

/** Files that come back where there is a folder by now, or whose folder is a file by now. */
function inTheWay(ours: ReadonlyMap<string, TreeEntry>, entries: readonly Entry[]): string[] {
  const files = new Set(ours.keys());
  for (const entry of entries) {
    if ("gone" in entry) files.delete(entry.path);
    else files.add(entry.path);
  }
  const folders = new Set([...files].flatMap(foldersOf));
  return entries
    .filter(
      (entry) => !("gone" in entry) && (folders.has(entry.path) || foldersOf(entry.path).some((at) => files.has(at))),
    )
    .map(({ path }) => path);
}

function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_part, at) => parts.slice(0, at + 1).join("/"));
}
