/** The closing table, and what must be true of a demonstration that worked. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import Table from "cli-table3";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import type { Line } from "./client.ts";

/** The outcomes a pass through the whole pipeline shows. */
const EXPECTED: readonly Status[] = ["verified", "pending_review", "conflicts", "rejected", "failed"];

export function closingTable(lines: readonly Line[]): string {
  const table = new Table({
    head: ["improvement", "what", "status", "commit", "reverted by"],
    style: { head: [], border: [] },
  });
  const order = (status: Status) => (EXPECTED.includes(status) ? EXPECTED.indexOf(status) : EXPECTED.length);
  for (const line of [...lines].sort((a, b) => order(a.status) - order(b.status) || (a.id < b.id ? -1 : 1))) {
    const { id, title = "", status, git_commit: commit, rollback_commit: rollback } = line;
    table.push([
      id,
      title.length > 60 ? `${title.slice(0, 59)}…` : title,
      status,
      commit?.slice(0, 10) ?? "–",
      rollback?.slice(0, 10) ?? "–",
    ]);
  }
  return table.toString();
}

/** One sentence per thing that is not as it should be. */
export async function shortcomings(
  lines: readonly Line[],
  repository: string,
  findings: readonly { readonly kind: string; readonly id: string; readonly problem: string }[],
): Promise<string[]> {
  const problems = EXPECTED.filter((status) => !lines.some((line) => line.status === status)).map(
    (status) => `no improvement ended as ${status}`,
  );
  const others = lines.filter(({ status }) => !EXPECTED.includes(status));
  problems.push(...others.map(({ id, status }) => `${id} ended as ${status}`));
  problems.push(...findings.map(({ id, problem }) => `doctor: ${id} ${problem}`));
  return [...problems, ...(await disagreements(lines, repository))];
}

/** Compares the records with the repository: every commit and revert the school claims must be in the history. */
async function disagreements(lines: readonly Line[], repository: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("git", ["--git-dir", repository, "log", "--format=%H %s", "main"]);
  const history = new Map(
    stdout
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, 40), line.slice(41)]),
  );
  const problems: string[] = [];
  for (const { id, status, git_commit: commit, rollback_commit: rollback } of lines) {
    if (commit !== undefined && !history.has(commit))
      problems.push(`${id} claims commit ${commit}, which git log does not have`);
    if (rollback !== undefined && !history.has(rollback))
      problems.push(`${id} claims revert ${rollback}, which git log does not have`);
    if (status === "verified" && commit === undefined) problems.push(`${id} is verified without a commit`);
    if (status === "failed" && rollback === undefined) problems.push(`${id} failed without a revert`);
  }
  return problems;
}
