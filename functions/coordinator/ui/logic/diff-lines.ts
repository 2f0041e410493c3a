/** A unified diff of one file, line by line with its numbers on both sides. */

export interface DiffLine {
  readonly kind: "added" | "removed" | "same" | "hunk" | "note";
  readonly text: string;
  /** Line number before; absent on added lines. */
  readonly before?: number;
  /** Line number after; absent on removed lines. */
  readonly after?: number;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** File headers (`---`, `+++`) before the first hunk are left out: the page names the file itself. */
export function diffLines(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let inHunk = false;
  for (const line of withoutLastBreak(diff).split("\n")) {
    const hunk = HUNK.exec(line);
    if (hunk !== null) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      inHunk = true;
      lines.push({ kind: "hunk", text: line });
      continue;
    }
    if (!inHunk) continue;
    const text = line.slice(1);
    if (line.startsWith("+")) lines.push({ kind: "added", text, after: after++ });
    else if (line.startsWith("-")) lines.push({ kind: "removed", text, before: before++ });
    else if (line.startsWith("\\")) lines.push({ kind: "note", text: text.trim() });
    else lines.push({ kind: "same", text, before: before++, after: after++ });
  }
  return lines;
}

/** A text without its old side: every line counts as `kind`. */
export function wholeText(text: string, kind: "added" | "same"): DiffLine[] {
  return withoutLastBreak(text)
    .split("\n")
    .map((line, i) => ({ kind, text: line, after: i + 1 }));
}

/** How many lines came and went. */
export function sizeOf(lines: readonly DiffLine[]): { readonly added: number; readonly removed: number } {
  const count = (kind: DiffLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  return { added: count("added"), removed: count("removed") };
}

function withoutLastBreak(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
