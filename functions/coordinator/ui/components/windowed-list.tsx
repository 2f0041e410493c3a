/** As many rows in the document as fit into the window, whether the list has ten lines or a hundred thousand. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { lengthOf, linesIn, type PagedLines, rowsAround } from "../logic/paged-lines.ts";
import { useKeptScroll, useScrolled } from "../state/use-scrolled.ts";
import { useShortcuts } from "../state/use-shortcuts.ts";
import { ImprovementRow } from "./improvement-row.tsx";

interface WindowedProps {
  readonly list: PagedLines;
  readonly total: number | undefined;
  readonly onLook: (from: number, to: number) => void;
}

const GROUP = "List";
/** Pixels, until the style sheet was asked. */
const USUAL_HEIGHT = 58;

export function WindowedList({ list, total, onLook }: WindowedProps) {
  const element = useRef<HTMLUListElement>(null);
  const length = lengthOf(list);
  const scrolled = useScrolled(element, true);
  const height = useRowHeight(element);
  const { from, to } = rowsAround({ ...scrolled, rowHeight: height }, length);
  useEffect(() => onLook(from, to), [onLook, from, to]);
  useKeptScroll(true);
  const active = useChosenRow(element, length, height);

  const rows = linesIn(list, from, to).map((line, i) => ({ line, at: from + i }));
  // The row that has the focus stays, or the focus would be lost.
  const chosen = active !== undefined && (active < from || active >= to) ? linesIn(list, active, active + 1) : [];
  if (active !== undefined && chosen.length > 0) {
    const row = { line: chosen[0], at: active };
    if (active < from) rows.unshift(row);
    else rows.push(row);
  }
  const of = list.next === undefined ? length : (total ?? -1);
  return (
    <ul
      ref={element}
      class="list"
      aria-label="Improvements, newest move first"
      style={{ height: `${length * height}px` }}
    >
      {rows.map(({ line, at }) => (
        <ImprovementRow key={line?.id ?? `place ${at}`} line={line} at={at} of={of} height={height} />
      ))}
    </ul>
  );
}

/** As the style sheet has it for this width. */
function useRowHeight(element: { readonly current: HTMLElement | null }): number {
  const [height, setHeight] = useState(USUAL_HEIGHT);
  useLayoutEffect(() => {
    function measure(): void {
      if (element.current === null) return;
      setHeight(Number.parseFloat(getComputedStyle(element.current).getPropertyValue("--row")) || USUAL_HEIGHT);
    }
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, [element]);
  return height;
}

/** `j` and `k` go from line to line; the line that has the focus, or had it last. */
function useChosenRow(
  element: { readonly current: HTMLElement | null },
  length: number,
  height: number,
): number | undefined {
  const [active, setActive] = useState<number>();
  const wanted = useRef(false);
  const latest = useRef({ active, length, height });
  latest.current = { active, length, height };
  useLayoutEffect(() => {
    if (!wanted.current || active === undefined) return;
    const link = element.current?.querySelector<HTMLElement>(`[data-row="${active}"] a`);
    if (link === null || link === undefined) return;
    wanted.current = false;
    link.focus({ preventScroll: true });
  });
  useEffect(() => {
    const list = element.current;
    function take({ target }: FocusEvent): void {
      const row = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
      if (row !== null) setActive(Number(row.dataset["row"]));
    }
    list?.addEventListener("focusin", take);
    return () => list?.removeEventListener("focusin", take);
  }, [element]);

  const go = useCallback(
    (step: number) => {
      const { active: before, length: all, height: row } = latest.current;
      const list = element.current;
      if (list === null || all === 0) return;
      const top = -list.getBoundingClientRect().top;
      // Whoever scrolled away from the last one begins with what is on the screen.
      const seen = before !== undefined && before * row >= top - row && before * row <= top + innerHeight;
      const first = Math.max(0, Math.ceil(top / row));
      const next = seen ? Math.min(all - 1, Math.max(0, before + step)) : Math.min(all - 1, first);
      wanted.current = true;
      setActive(next);
      bringIntoView(list, next, row);
    },
    [element],
  );
  const shortcuts = useMemo(
    () => [
      { keys: "j", does: "Next line", group: GROUP, run: () => go(1) },
      { keys: "k", does: "Line before", group: GROUP, run: () => go(-1) },
      { keys: "Enter", does: "Open the line", group: GROUP, run: () => openActive(element.current) },
    ],
    [go, element],
  );
  useShortcuts(shortcuts);
  return active === undefined || active >= length ? undefined : active;
}

function openActive(list: HTMLElement | null): void {
  list?.querySelector<HTMLElement>("[data-row] a:focus")?.click();
}

/** Scrolls the page no more than it takes to see the row below the header. */
function bringIntoView(list: HTMLElement, row: number, height: number): void {
  const header = 64;
  const begin = list.getBoundingClientRect().top + row * height;
  if (begin < header) scrollBy(0, begin - header);
  else if (begin + height > innerHeight) scrollBy(0, begin + height - innerHeight + 8);
}
