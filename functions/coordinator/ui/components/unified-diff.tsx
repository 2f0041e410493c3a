/** A diff as one text, with line numbers of both sides. */
import { useMemo } from "preact/hooks";
import type { DiffLine } from "../logic/diff-lines.ts";
import { alteredIn } from "../logic/side-by-side.ts";
import { useColours } from "../state/use-colours.ts";
import { CodeLine } from "./code-line.tsx";

const SIGNS: Readonly<Record<DiffLine["kind"], string>> = { added: "+", removed: "−", same: " ", hunk: " ", note: " " };
/** For those who do not see the colour. */
const SPOKEN: Readonly<Partial<Record<DiffLine["kind"], string>>> = { added: "added: ", removed: "removed: " };

export function UnifiedDiff({ path, lines }: { path: string; lines: readonly DiffLine[] }) {
  const texts = useMemo(() => lines.map(({ kind, text }) => (isCode(kind) ? text : "")), [lines]);
  const colours = useColours(path, texts);
  const altered = useMemo(() => alteredIn(lines), [lines]);
  return (
    <table>
      <tbody>
        {lines.map((line, i) => (
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
              <CodeLine text={line.text} colours={colours[i]} altered={altered.get(line)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function isCode(kind: DiffLine["kind"]): boolean {
  return kind !== "hunk" && kind !== "note";
}
