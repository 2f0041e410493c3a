/** One file of a change, one text or both sides beside each other. A very long one is cut until somebody asks for the rest. */
import { useMemo, useState } from "preact/hooks";
import type { FileDiff } from "../api/answers.ts";
import { diffLines, sizeOf, wholeText } from "../logic/diff-lines.ts";
import type { DiffLayout } from "../state/preferences.ts";
import { SplitDiff } from "./split-diff.tsx";
import { UnifiedDiff } from "./unified-diff.tsx";

const SHOWN = 400;

interface FileDiffViewProps {
  readonly file: FileDiff;
  /** Both sides where there are two; one text unless given. */
  readonly layout?: DiffLayout;
}

export function FileDiffView({ file, layout = "unified" }: FileDiffViewProps) {
  const { path, effect, diff, content } = file;
  const [all, setAll] = useState(false);
  const lines = useMemo(() => (diff === null ? wholeText(content ?? "", "same") : diffLines(diff)), [diff, content]);
  const { added, removed } = useMemo(() => sizeOf(lines), [lines]);
  const shown = useMemo(() => (all ? lines : lines.slice(0, SHOWN)), [all, lines]);
  const isSplit = layout === "split" && effect === "change" && diff !== null;
  return (
    <details class="file" open>
      <summary>
        <code>{path}</code>
        <span class={`effect ${effect}`}>{effect}</span>
        {diff !== null && (
          <span class="size">
            <span class="plus">+{added}</span> <span class="minus">−{removed}</span>
          </span>
        )}
      </summary>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div class={isSplit ? "diff split" : "diff"} role="region" aria-label={`Changes of ${path}`} tabIndex={0}>
        {isSplit ? <SplitDiff path={path} lines={shown} /> : <UnifiedDiff path={path} lines={shown} />}
      </div>
      {lines.length > shown.length && (
        <button type="button" class="rest" onClick={() => setAll(true)}>
          Show the other {lines.length - shown.length} lines
        </button>
      )}
    </details>
  );
}
