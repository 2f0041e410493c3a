/** A line of code in the pieces a page shows: each has at most one colour and is altered or not. */

export interface CodePiece {
  readonly text: string;
  readonly classes: string;
}

/** `colours` ascend and do not overlap; `altered` is [from, to). The pieces in a row are the line. */
export function codePieces(
  line: string,
  colours: readonly (readonly [number, number, string])[],
  altered: readonly [number, number] | undefined,
): CodePiece[] {
  const cuts = new Set([0, line.length, ...(altered ?? [])]);
  for (const [from, to] of colours) cuts.add(from).add(to);
  const places = [...cuts].filter((cut) => cut >= 0 && cut <= line.length).sort((a, b) => a - b);
  const pieces: CodePiece[] = [];
  let next = 0;
  for (const [i, from] of places.entries()) {
    const to = places[i + 1];
    if (to === undefined) break;
    while (next < colours.length && (colours[next]?.[1] ?? 0) <= from) next += 1;
    const colour = colours[next];
    const name = colour !== undefined && colour[0] <= from ? colour[2] : "";
    const mark = altered !== undefined && from >= altered[0] && to <= altered[1] ? "altered" : "";
    pieces.push({ text: line.slice(from, to), classes: [name, mark].filter((one) => one !== "").join(" ") });
  }
  return pieces;
}
