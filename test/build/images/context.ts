/** The files a build sees: what git knows of the project, less what .dockerignore keeps out. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import ignore from "@balena/dockerignore";
import { root } from "../../repo/imports.ts";

/** Relative to the project's root. Files that are not committed yet count as well. */
export async function contextFiles(): Promise<string[]> {
  const args = ["-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const { stdout } = await promisify(execFile)("git", args, { maxBuffer: 16 * 1024 * 1024 });
  const rules = ignore.default().add(readFileSync(path.join(root, ".dockerignore"), "utf8"));
  return rules.filter([...new Set(stdout.split("\0").filter((file) => file !== ""))]);
}
