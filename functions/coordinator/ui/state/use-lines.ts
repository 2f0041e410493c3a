/** The filtered list as far as somebody scrolled, and its pages as they are needed. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Line, Page } from "../api/answers.ts";
import { Failure } from "../api/failure.ts";
import { type Filters, filterQuery } from "../logic/address.ts";
import { extended, lengthOf, missingIn, movedTo, type PagedLines, refilled, trimmed } from "../logic/paged-lines.ts";
import { useSchool } from "./school.ts";
import { recall, remember } from "./seen.ts";

const PAGE = 200;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 100;

export interface Lines {
  /** Undefined until the first page came. */
  readonly list: PagedLines | undefined;
  readonly failure: Failure | undefined;
  /** Some that fit may be missing: the search index is still being filled. */
  readonly filling: boolean;
  /** Says what is looked at, so that its lines are there. */
  readonly look: (from: number, to: number) => void;
  /** From the top as it is now. */
  readonly reload: () => void;
  /** One is heard to have moved. */
  readonly moved: (id: string, status: string) => void;
}

interface State {
  readonly key: string;
  readonly list: PagedLines | undefined;
  readonly failure: Failure | undefined;
  readonly filling: boolean;
}

/** Whoever comes back to further down than this (pixels) finds the lines where they were. */
const RETURNING = 400;
const NOTHING: PagedLines = { pages: [], next: undefined };

export function useLines(filters: Filters): Lines {
  const { api } = useSchool();
  const key = `list ${filterQuery(filters).toString()}`;
  const [kept, setState] = useState<State>(() => begin(key));
  const state = kept.key === key ? kept : begin(key);
  const latest = useRef({ filters, state });
  latest.current = { filters, state };
  const seen = useRef({ from: 0, to: 0 });
  const old = useRef(new Set<number>());
  const asking = useRef<AbortController | undefined>(undefined);

  const change = useCallback(
    (next: (before: State) => Partial<State>) =>
      setState((before) => {
        const known = before.key === key ? before : begin(key);
        const changed = { ...known, ...next(known) };
        remember(key, changed.list);
        return changed;
      }),
    [key],
  );
  const ask = useCallback(
    (cursor: string | undefined, join: (answer: Page) => (before: State) => Partial<State>) => {
      asking.current?.abort();
      const own = new AbortController();
      asking.current = own;
      const page = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      api
        .list(latest.current.filters, page, own.signal)
        .then(
          (answer) => {
            if (own.signal.aborted) return;
            const joined = join(answer);
            change((before) => ({ ...joined(before), failure: undefined, filling: answer.filling === true }));
          },
          (error: unknown) => {
            if (!own.signal.aborted) change(() => ({ failure: Failure.from(error) }));
          },
        )
        .finally(() => {
          if (asking.current === own) asking.current = undefined;
        });
    },
    [api, change],
  );
  const reload = useCallback(() => {
    old.current.clear();
    ask(undefined, (answer) => () => ({ list: extended(NOTHING, answer.improvements, answer.next ?? undefined) }));
  }, [ask]);

  const look = useCallback(
    (from: number, to: number) => {
      seen.current = { from, to };
      const { list, failure } = latest.current.state;
      if (list === undefined || failure !== undefined || asking.current !== undefined) return;
      const [missing] = missingIn(list, from, to, old.current);
      if (missing !== undefined) {
        const { cursor } = list.pages[missing] ?? {};
        ask(cursor, (answer) => (before) => {
          old.current.delete(missing);
          return { list: refilled(before.list ?? NOTHING, missing, answer.improvements) };
        });
      } else if (list.next !== undefined && to + AHEAD >= lengthOf(list)) {
        ask(list.next, (answer) => (before) => {
          const longer = extended(before.list ?? NOTHING, answer.improvements, answer.next ?? undefined);
          return { list: trimmed(longer, seen.current.from) };
        });
      }
    },
    [ask],
  );
  // What came may not be enough: a rare filter brings short pages.
  useEffect(() => look(seen.current.from, seen.current.to), [state.list, look]);

  useEffect(() => {
    const { list } = latest.current.state;
    const scrolled = (history.state as { scrolled?: unknown } | null)?.scrolled;
    if (list === undefined || typeof scrolled !== "number" || scrolled < RETURNING) reload();
    // What moved meanwhile is seen where it is looked at.
    else old.current = new Set(list.pages.keys());
    return () => {
      asking.current?.abort();
      asking.current = undefined;
    };
  }, [reload]);

  const moved = useCallback(
    (id: string, status: string) =>
      change(({ list }) => (list === undefined ? {} : { list: movedTo(list, id, status as Line["status"]) })),
    [change],
  );
  return { list: state.list, failure: state.failure, filling: state.filling, look, reload, moved };
}

function begin(key: string): State {
  return { key, list: recall<PagedLines>(key), failure: undefined, filling: false };
}
