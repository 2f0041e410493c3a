/** A text in the pieces a page shows: those between `ranges` plain, those within them marked. */

export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** `ranges` are [from, to) in UTF-16 units, in any order; what overlaps or lies outside is taken as far as it makes sense. */
export function piecesOf(text: string, ranges: readonly (readonly [number, number])[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const [begin, end] = [Math.max(from, at), Math.min(to, text.length)];
    if (begin >= end) continue;
    if (begin > at) pieces.push({ text: text.slice(at, begin), marked: false });
    pieces.push({ text: text.slice(begin, end), marked: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false });
  return pieces;
}
