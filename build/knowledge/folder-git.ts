/** A folder as the school reads a repository: one commit, which is what lies there now. */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import { leftOutByName } from "../../shared/knowledge/chunking/readable.ts";
import type { GitReader } from "../../shared/ports.ts";
import { gitBlobId } from "../../shared/repository/change.ts";
import { listFolder, localGit } from "../policy/read-folder.ts";

/** Bytes; larger files are data, and are neither manifests nor prose. */
const LARGEST = 8_000_000;
const AT_ONCE = 32;

interface Contents {
  readonly commit: string;
  readonly tree: ReadonlyMap<string, string>;
  readonly notFiles: ReadonlyMap<string, string>;
  readonly texts: ReadonlyMap<string, string | null>;
}

/** Read once, at the first question. In a git work tree: what git tracks or would add, at the commit that is checked out. */
export function folderGit(root: string): GitReader {
  let reading: Promise<Contents> | undefined;
  const contents = () => (reading ??= readContents(root));
  return {
    head: async () => (await contents()).commit,
    tree: async () => (await contents()).tree,
    notFiles: async () => (await contents()).notFiles,
    async read(blobs) {
      const { texts } = await contents();
      return new Map(blobs.map((blob) => [blob, texts.get(blob) ?? null]));
    },
    // Nothing but what lies there now can be read.
    isAncestor: async (ancestor, descendant) => ancestor === descendant && ancestor === (await contents()).commit,
  };
}

async function readContents(root: string): Promise<Contents> {
  const paths = [...(await listFolder(root))].sort();
  const tree = new Map<string, string>();
  const notFiles = new Map<string, string>();
  const texts = new Map<string, string | null>();
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const some = paths.slice(at, at + AT_ONCE);
    const read = await Promise.all(some.map((relative) => readOne(root, relative)));
    for (const [index, relative] of some.entries()) {
      const file = read[index];
      if (typeof file === "string") notFiles.set(relative, file);
      if (typeof file !== "object") continue;
      tree.set(relative, file.blob);
      texts.set(file.blob, file.text);
    }
  }
  return { commit: await commitOf(root, tree), tree, notFiles, texts };
}

/** Why it is none; undefined when it is gone: git lists what was deleted and not yet committed, too. */
async function readOne(
  root: string,
  relative: string,
): Promise<{ blob: string; text: string | null } | string | undefined> {
  const place = path.join(root, relative);
  const stat = await lstat(place).catch(() => undefined);
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) return "symbolic link";
  if (!stat.isFile()) return "no plain file";
  if (leftOutByName(relative) !== undefined || stat.size > LARGEST) return { blob: `unread:${relative}`, text: null };
  const bytes = await readFile(place);
  if (!isUtf8(bytes) || bytes.includes(0)) return { blob: `binary:${relative}`, text: null };
  const text = bytes.toString("utf8");
  return { blob: gitBlobId(text), text };
}

/** The commit of a clean work tree; else a hash of what lies there. */
async function commitOf(root: string, tree: ReadonlyMap<string, string>): Promise<string> {
  const isWorkTree = existsSync(path.join(root, ".git"));
  const status = isWorkTree ? await localGit(root, ["status", "--porcelain"]) : undefined;
  if (status?.code === 0 && status.stdout.length === 0) {
    const { code, stdout } = await localGit(root, ["rev-parse", "HEAD"]);
    if (code === 0) return stdout.toString("utf8").trim();
  }
  const listing = [...tree].map(([file, blob]) => `${blob} ${file}`).join("\n");
  return createHash("sha1").update(listing).digest("hex");
}
