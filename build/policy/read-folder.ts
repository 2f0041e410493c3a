/** Reads the manifests of a folder, as git sees it where it is a work tree. */
import { isUtf8 } from "node:buffer";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runGit } from "../../shared/adapters/git/run.ts";
import { POLICY_FILE } from "../../shared/policy/policy-file.ts";
import { gitBlobId } from "../../shared/repository/change.ts";
import { isManifestPath } from "../../shared/repository/parse.ts";
import type { RepositoryFile } from "../../shared/repository/platform.ts";

export type Files = Map<string, RepositoryFile>;

const LEFT_OUT: ReadonlySet<string> = new Set([".git", "node_modules"]);

/** The nearest folder at or above `place` that is a work tree or holds a policy file; undefined when there is none. */
export function rootAbove(place: string): string | undefined {
  for (let folder = place; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, ".git")) || existsSync(path.join(folder, POLICY_FILE))) return folder;
    if (path.dirname(folder) === folder) return undefined;
  }
}

/**
 * The files of `root`: in a work tree those git tracks or would add, and everything below `named` whatever git ignores.
 * Only manifests are read; symbolic links are not followed. Paths are relative, with slashes.
 */
export async function readFolder(root: string, named: readonly string[]): Promise<Files> {
  const paths = new Set([...(await listFolder(root)), ...named.flatMap((place) => walk(root, place))]);
  const files: Files = new Map();
  for (const relative of [...paths].sort()) {
    const file = readOne(root, relative);
    if (file !== undefined) files.set(relative, file);
  }
  return files;
}

/** Files of `root`: in a work tree those git tracks or would add, else all. Paths are relative, with slashes. */
export async function listFolder(root: string): Promise<readonly string[]> {
  const listed = existsSync(path.join(root, ".git")) ? await listedByGit(root) : undefined;
  return listed ?? walk(root, root);
}

/** Undefined when git cannot say: then the folder is walked. */
async function listedByGit(root: string): Promise<string[] | undefined> {
  const { code, stdout } = await localGit(root, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  return code === 0 ? stdout.toString("utf8").split("\0").filter(Boolean) : undefined;
}

/** git in somebody's work tree; one that belongs to another user is fine, nothing is run from it. */
export function localGit(root: string, args: readonly string[], input = "") {
  const env = { PATH: process.env["PATH"] ?? "" };
  return runGit(["-c", "safe.directory=*", ...args], { cwd: root, env, input });
}

function walk(root: string, place: string): string[] {
  const found: string[] = [];
  const open = [place];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const stat = lstatSync(next, { throwIfNoEntry: false });
    if (stat?.isFile() === true) found.push(path.relative(root, next).split(path.sep).join("/"));
    if (stat?.isDirectory() !== true) continue;
    for (const name of readdirSync(next)) if (!LEFT_OUT.has(name)) open.push(path.join(next, name));
  }
  return found;
}

function readOne(root: string, relative: string): RepositoryFile | undefined {
  const place = path.join(root, relative);
  if (lstatSync(place, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return isManifestPath(relative) ? fileOf(relative, readFileSync(place)) : { path: relative, blob: "", content: null };
}

/** A file with these bytes; what is not text has no content. */
export function fileOf(relative: string, bytes: Buffer): RepositoryFile {
  if (!isUtf8(bytes) || bytes.includes(0)) return { path: relative, blob: "", content: null };
  const content = bytes.toString("utf8");
  return { path: relative, blob: gitBlobId(content), content };
}
