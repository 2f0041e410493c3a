/** Title and text of a pull request. Most of it comes from untrusted text, so it is plain: no links, no HTML, no mentions. */
import type { Verdict } from "./change-set.ts";
import { oneLine, untrusted } from "./commit-message.ts";
import type { Improvement } from "./improvement.ts";

export interface RequestText {
  readonly title: string;
  readonly body: string;
}

const TITLE_MAX = 120;
const QUOTES = 3;

/** The branch is the key of a request: one per improvement, and one to take it back. */
export function requestBranch({ id }: Pick<Improvement, "id">): string {
  return `improvement/${id}`;
}
export function revertBranch({ id }: Pick<Improvement, "id">): string {
  return `improvement/${id}-revert`;
}

/** `changes`: one line each, as the renderer gives them. */
export function requestText(
  improvement: Improvement,
  changes: readonly string[],
  { verdict, approvedBy }: { readonly verdict: Verdict; readonly approvedBy: string },
): RequestText {
  const { id, title, quotes, source_title, other_targets = [] } = improvement;
  const lines = [
    "## Changes",
    ...changes.map((change) => `- ${plain(change, 300)}`),
    "",
    "## Why",
    `Proposed from: ${plain(source_title, 200)}`,
    ...quotes
      .slice(0, QUOTES)
      .flatMap(({ text, at }) => ["", `> ${at === undefined ? "" : `${plain(at, 20)}: `}${plain(text, 400)}`]),
    "",
    "## Policy",
    `Verdict: ${verdict.decision}. Approved by ${plain(approvedBy, 80)}.`,
    ...verdict.rules.slice(0, 20).map(({ rule, message }) => `- ${plain(rule, 60)}: ${plain(message, 300)}`),
    ...(other_targets.length === 0
      ? []
      : ["", `Other places the same would fit, not part of this: ${other_targets.length}`]),
    "",
    "Merged: the school waits until it is live, watches it and takes it back if it hurts. Closed: it is not proposed again.",
    `Improvement ${oneLine(id, 64)}`,
  ];
  return { title: untrusted(title, TITLE_MAX) || "An improvement", body: `${lines.join("\n")}\n` };
}

/** `reason`: what failed, or who asked for it and why. */
export function revertText({ id, title }: Improvement, commit: string, reason: string): RequestText {
  const said = untrusted(title, TITLE_MAX - 10) || "an improvement";
  const lines = [
    `Takes ${oneLine(commit, 64)} back: ${plain(reason, 600) || "no reason given"}`,
    "",
    "As long as this is not merged, the change it takes back stays live.",
    `Improvement ${oneLine(id, 64)}`,
  ];
  return { title: `Take back: ${said}`, body: `${lines.join("\n")}\n` };
}

/** One line in which Markdown and HTML mean nothing, and no address becomes a link. */
function plain(text: string, max: number): string {
  return untrusted(text, max)
    .replace(/[\\`*_{}()#+!|~-]/g, "\\$&")
    .replace(/[<>&]/g, (sign) => ENTITIES[sign] ?? "")
    .replace(/:\/\//g, ":\\/\\/")
    .replace(/\bwww\./gi, "www\\.");
}

const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };
