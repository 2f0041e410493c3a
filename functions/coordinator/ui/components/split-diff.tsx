/** A diff with what was on the left and what will be on the right. Lines that are too long go on below. */
import { useMemo } from "preact/hooks";
import type { DiffLine } from "../logic/diff-lines.ts";
import { alteredIn, type Pair, sideBySide } from "../logic/side-by-side.ts";
import type { Coloured } from "../logic/yaml-colours.ts";
import { useColours } from "../state/use-colours.ts";
import { CodeLine } from "./code-line.tsx";

export function SplitDiff({ path, lines }: { path: string; lines: readonly DiffLine[] }) {
  const pairs = useMemo(() => sideBySide(lines), [lines]);
  const [before, after] = useMemo(
    () => [pairs.map(({ left }) => codeOf(left)), pairs.map(({ right }) => codeOf(right))],
    [pairs],
  );
  const left = useColours(path, before);
  const right = useColours(path, after);
  const altered = useMemo(() => alteredIn(lines), [lines]);
  return (
    <table>
      <colgroup>
        <col class="number-column" />
        <col />
        <col class="number-column" />
        <col />
      </colgroup>
      <thead class="unseen">
        <tr>
          <th scope="col">Line</th>
          <th scope="col">Before</th>
          <th scope="col">Line</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map((pair, i) => (
          // Lines have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <Row key={i} pair={pair} left={left[i]} right={right[i]} altered={altered} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly pair: Pair;
  readonly left: readonly Coloured[] | undefined;
  readonly right: readonly Coloured[] | undefined;
  readonly altered: ReadonlyMap<DiffLine, readonly [number, number]>;
}

function Row({ pair, left, right, altered }: RowProps) {
  const head = pair.left?.kind === "hunk" ? pair.left : undefined;
  if (head !== undefined) {
    return (
      <tr class="hunk">
        <td colSpan={4}>{head.text}</td>
      </tr>
    );
  }
  return (
    <tr>
      <Side line={pair.left} number={pair.left?.before} colours={left} altered={altered} />
      <Side line={pair.right} number={pair.right?.after} colours={right} altered={altered} />
    </tr>
  );
}

interface SideProps {
  readonly line: DiffLine | undefined;
  readonly number: number | undefined;
  readonly colours: readonly Coloured[] | undefined;
  readonly altered: RowProps["altered"];
}

function Side({ line, number, colours, altered }: SideProps) {
  if (line === undefined) return <td class="nothing" colSpan={2} />;
  const { kind, text } = line;
  return (
    <>
      <td class={`line-number ${kind}`}>{number}</td>
      <td class={`code ${kind}`}>
        {(kind === "added" || kind === "removed") && <span class="unseen">{kind}: </span>}
        <CodeLine text={text} colours={colours} altered={altered.get(line)} />
      </td>
    </>
  );
}

/** A line that is not there is an empty one: the rest keeps its structure. */
function codeOf(line: DiffLine | undefined): string {
  return line === undefined || line.kind === "hunk" || line.kind === "note" ? "" : line.text;
}
