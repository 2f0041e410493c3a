/**
 * Reverts a commit by a three-way merge of the files it changed. GitHub has no call for that: its merge of branches would
 * need a branch of its own, which starts workflows and is left behind by a process that dies.
 */
import type { RevertConflict } from "../../ports.ts";
import type { TreeEntry } from "../git/objects.ts";
import type { Identity } from "../git/settings.ts";
import type { GitHubClient } from "./client.ts";
import { buildTree, commitTree, type Entry, needCommit } from "./commit.ts";
import { mergeFile } from "./merge.ts";
import type { GitHubObjects } from "./objects.ts";

export type Reverted =
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "nothing" }
  | RevertConflict;

/**
 * Builds the commit that takes `commit` back on top of `base`; of a merge, what its side branch brought; with `since`,
 * everything between the two. A file that was renamed since is a conflict. Throws an Error when the repository has no
 * such commit.
 */
export async function buildRevert(
  client: GitHubClient,
  objects: GitHubObjects,
  input: { commit: string; since?: string | undefined; base: string; message: string; by: Identity },
): Promise<Reverted> {
  const { commit, since, base, message, by } = input;
  const head = await needCommit(client, objects, base);
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
    else if (merged !== "as it is") entries.push(merged);
  }
  conflicts.push(...inTheWay(ours, entries));
  if (conflicts.length > 0) return { kind: "conflict", paths: conflicts.sort() };
  if (entries.length === 0) return { kind: "nothing" };

  const tree = await buildTree(client, head.tree, entries);
  if (tree === head.tree) return { kind: "nothing" };
  return { kind: "commit", commit: await commitTree(client, { tree, parents: [base], message, by }) };
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
