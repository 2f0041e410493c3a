/** One file as a unified diff with line numbers of both sides. A very long one is cut until somebody asks for the rest. */
import { useState } from "preact/hooks";
import type { FileDiff } from "../api/answers.ts";
import { type DiffLine, diffLines, sizeOf, wholeText } from "../logic/diff-lines.ts";

const SHOWN = 400;
const SIGNS: Readonly<Record<DiffLine["kind"], string>> = { added: "+", removed: "−", same: " ", hunk: " ", note: " " };
/** For those who do not see the colour. */
const SPOKEN: Readonly<Partial<Record<DiffLine["kind"], string>>> = { added: "added: ", removed: "removed: " };

export function FileDiffView({ file }: { file: FileDiff }) {
  const { path, effect, diff, content } = file;
  const [all, setAll] = useState(false);
  const lines = diff === null ? wholeText(content ?? "", "same") : diffLines(diff);
  const { added, removed } = sizeOf(lines);
  const shown = all ? lines : lines.slice(0, SHOWN);
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
      <div class="diff" role="region" aria-label={`Changes of ${path}`} tabIndex={0}>
        <table>
          <tbody>
            {shown.map((line, i) => (
              // Lines have no identity but their place.
              // oxlint-disable-next-line react/no-array-index-key
              <tr key={i} class={line.kind}>
                <td class="line-number">{line.before}</td>
                <td class="line-number">{line.after}</td>
                <td class="sign" aria-hidden="true">
                  {SIGNS[line.kind]}
                </td>
                <td class="code">
                  {SPOKEN[line.kind] !== undefined && <span class="unseen">{SPOKEN[line.kind]}</span>}
                  {line.text}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length > shown.length && (
        <button type="button" class="rest" onClick={() => setAll(true)}>
          Show the other {lines.length - shown.length} lines
        </button>
      )}
    </details>
  );
}
