/** Finds the school's own commits. */
import type { CommitFound } from "../../ports.ts";
import type { CommitSummary } from "../../preview-ports.ts";
import type { GitCache } from "./cache.ts";
import { needCommit } from "./objects.ts";

/** Commit, committer, values of the trailer, message: NUL between the fields and after each record. */
const FORMAT = "tformat:%H%x00%cn <%ce>%x00%(trailers:key=Improvement-Id,valueonly,unfold,separator=%x0a)%x00%B";
const FIELDS = 4;

/**
 * Commits in after..head (or made from a moment on) whose committer's address is `mail` and whose trailer
 * `Improvement-Id` is `improvement`, newest first. The trailer is git's to parse: the same words elsewhere in a message do not count.
 */
export async function findOurs(
  cache: GitCache,
  input: { after: string | { readonly since: number }; head: string; improvement: string; mail: string },
): Promise<readonly CommitFound[]> {
  const { after, head, improvement, mail } = input;
  if (typeof after === "string") await needCommit(cache, after);
  await needCommit(cache, head);
  const range =
    typeof after === "string" ? [`${after}..${head}`] : [`--since=${new Date(after.since).toISOString()}`, head];
  const args = ["log", "-z", "--no-mailmap", "--no-show-signature", `--format=${FORMAT}`, ...range, "--"];
  const fields = (await cache.git(args)).toString("utf8").split("\0");

  const found: CommitFound[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [commit = "", committer = "", trailers = "", message = ""] = fields.slice(at, at + FIELDS);
    const ours =
      committer.toLowerCase().endsWith(` <${mail.toLowerCase()}>`) && trailers.split("\n").includes(improvement);
    if (ours) found.push({ commit, message, committer });
  }
  return found;
}

/** Commits in after..head that changed one of `paths`, newest first. */
export async function commitsOn(
  cache: GitCache,
  { after, head, paths, most }: { after: string; head: string; paths: readonly string[]; most: number },
): Promise<readonly CommitSummary[]> {
  // Without a path git lists every commit.
  if (paths.length === 0) return [];
  await needCommit(cache, after);
  await needCommit(cache, head);
  const format = "--format=tformat:%H%x00%an%x00%cI%x00%s";
  const args = ["log", "-z", "--no-mailmap", "--no-show-signature", `--max-count=${most}`, format, `${after}..${head}`];
  const fields = (await cache.git([...args, "--", ...paths])).toString("utf8").split("\0");
  const found: CommitSummary[] = [];
  for (let at = 0; at + 4 <= fields.length; at += 4) {
    const [commit = "", author = "", when = "", subject = ""] = fields.slice(at, at + 4);
    found.push({ commit, subject, author, at: new Date(when).toISOString() });
  }
  return found;
}
