/** One line of code: text nodes with classes, never markup. */
import { codePieces } from "../logic/code-pieces.ts";
import type { Coloured } from "../logic/yaml-colours.ts";

interface CodeLineProps {
  readonly text: string;
  readonly colours: readonly Coloured[] | undefined;
  readonly altered: readonly [number, number] | undefined;
}

export function CodeLine({ text, colours = [], altered }: CodeLineProps) {
  if (colours.length === 0 && altered === undefined) return <>{text}</>;
  return (
    <>
      {codePieces(text, colours, altered).map(({ text: piece, classes }, i) =>
        classes === "" ? (
          piece
        ) : (
          // Pieces have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={i} class={classes}>
            {piece}
          </span>
        ),
      )}
    </>
  );
}
