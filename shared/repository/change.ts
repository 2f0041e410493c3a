/** The repository as it would be after a change set: the same rules then say who reads what and what is in it. */
import { createHash } from "node:crypto";
import type { FileChange } from "../domain/change-set.ts";
import type { Platform, RepositoryFile } from "./platform.ts";
import { understand } from "./understand.ts";

export function withChanges(platform: Platform, changes: readonly FileChange[]): Platform {
  const files = new Map(platform.files);
  for (const { path, after } of changes) {
    if (after === null) files.delete(path);
    else files.set(path, newFile(path, after));
  }
  return understand(platform.commit, files, platform.options);
}

function newFile(path: string, content: string): RepositoryFile {
  return { path, blob: gitBlobId(content), content };
}

/** Git's name for a blob: sha1 over "blob <bytes>\0<content>". */
export function gitBlobId(content: string): string {
  const bytes = Buffer.from(content, "utf8");
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
