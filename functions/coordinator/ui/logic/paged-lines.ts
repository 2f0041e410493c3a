/**
 * A list too long to hold: pages one after the other, each with the cursor it begins at. Far from what is looked at only
 * their lengths are kept, and the cursor by which their lines can be had again.
 */
import type { Line } from "../api/answers.ts";

export interface PageOfLines {
  /** Undefined: the beginning of the list. */
  readonly cursor: string | undefined;
  readonly count: number;
  /** Undefined: let go, to be asked for again. */
  readonly lines: readonly Line[] | undefined;
}

export interface PagedLines {
  readonly pages: readonly PageOfLines[];
  /** Where the list goes on; undefined after its end. */
  readonly next: string | undefined;
}

/** Pages whose lines are kept. */
const MOST_KEPT = 12;

export function lengthOf({ pages }: PagedLines): number {
  return pages.reduce((sum, { count }) => sum + count, 0);
}

/** Every line from `from` to before `to`; undefined where it was let go. */
export function linesIn({ pages }: PagedLines, from: number, to: number): (Line | undefined)[] {
  const found: (Line | undefined)[] = [];
  let begin = 0;
  for (const { count, lines } of pages) {
    if (begin >= to) break;
    const first = Math.max(from, begin);
    for (let at = first; at < Math.min(to, begin + count); at += 1) found.push(lines?.[at - begin]);
    begin += count;
  }
  return found;
}

/** The pages between two lines whose lines were let go or are old, by their number. */
export function missingIn({ pages }: PagedLines, from: number, to: number, old: ReadonlySet<number>): number[] {
  const missing: number[] = [];
  let begin = 0;
  pages.forEach(({ count, lines }, number) => {
    if ((lines === undefined || old.has(number)) && begin < to && begin + count > from) missing.push(number);
    begin += count;
  });
  return missing;
}

/** With a further page at its end. */
export function extended(list: PagedLines, lines: readonly Line[], next: string | undefined): PagedLines {
  const known = new Set(list.pages.at(-1)?.lines?.map(({ id }) => id));
  const fresh = lines.filter(({ id }) => !known.has(id));
  const page = { cursor: list.next, count: fresh.length, lines: fresh };
  return { pages: [...list.pages, page], next };
}

/** With the lines of a page as they are now; as many as there were, if there are, so that nothing below it moves. */
export function refilled(list: PagedLines, number: number, lines: readonly Line[]): PagedLines {
  const pages = list.pages.map((page, i) => {
    if (i !== number) return page;
    const kept = lines.slice(0, page.count);
    return { ...page, count: kept.length, lines: kept };
  });
  return { ...list, pages };
}

/** Lets go of lines far from the one at `around`. */
export function trimmed(list: PagedLines, around: number): PagedLines {
  if (list.pages.filter(({ lines }) => lines !== undefined).length <= MOST_KEPT) return list;
  let begin = 0;
  let here = list.pages.length - 1;
  for (const [number, { count }] of list.pages.entries()) {
    begin += count;
    if (begin > around) {
      here = number;
      break;
    }
  }
  const pages = list.pages.map((page, number) =>
    Math.abs(number - here) <= MOST_KEPT / 2 ? page : { ...page, lines: undefined },
  );
  return { ...list, pages };
}

/** With the status an improvement was heard to have now, where it is shown. */
export function movedTo(list: PagedLines, id: string, status: Line["status"]): PagedLines {
  const at = list.pages.findIndex(({ lines }) => lines?.some((line) => line.id === id) === true);
  const page = list.pages[at];
  if (page?.lines === undefined) return list;
  const lines = page.lines.map((line) => (line.id === id ? { ...line, status } : line));
  return { ...list, pages: list.pages.map((one, i) => (i === at ? { ...page, lines } : one)) };
}

/** Which of `length` rows of `rowHeight` pixels are to be in the document, with some beyond either edge. */
export function rowsAround(
  { top, height, rowHeight }: { top: number; height: number; rowHeight: number },
  length: number,
): { readonly from: number; readonly to: number } {
  const beyond = 8;
  const first = Math.floor(Math.max(0, top) / rowHeight);
  const from = Math.max(0, Math.min(length, first) - beyond);
  const to = Math.min(length, Math.ceil((Math.max(0, top) + height) / rowHeight) + beyond);
  return { from, to: Math.max(from, to) };
}
