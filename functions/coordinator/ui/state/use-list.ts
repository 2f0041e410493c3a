/** The filtered list with its further pages; looked at again, it keeps as many lines as are shown. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Line, Page } from "../api/answers.ts";
import { Failure } from "../api/failure.ts";
import { type Filters, filterQuery } from "../logic/address.ts";
import { useSchool } from "./school.ts";
import { recall, remember } from "./seen.ts";

const PAGE = 50;
/** The API's largest page: so many lines are looked at again, those after them stay as they came. */
const MOST_AT_ONCE = 1_000;

interface Shown {
  readonly lines: readonly Line[];
  /** Cursor of what follows; undefined after the last line. */
  readonly next: string | undefined;
  readonly filling: boolean;
}

export interface List {
  readonly lines: readonly Line[] | undefined;
  readonly failure: Failure | undefined;
  /** Shows another page; absent when everything is shown. */
  readonly more: (() => void) | undefined;
  readonly busy: boolean;
  /** Some that fit may be missing: the search index is still being filled. */
  readonly filling: boolean;
  readonly reload: () => void;
}

interface State {
  readonly shown: Shown | undefined;
  readonly failure: Failure | undefined;
  readonly busy: boolean;
}

export function useList(filters: Filters): List {
  const { api } = useSchool();
  const query = filterQuery(filters).toString();
  const key = `list ${query}`;
  const [states, setStates] = useState<{ key: string; state: State }>({ key, state: begin(key) });
  const state = states.key === key ? states.state : begin(key);
  const latest = useRef({ filters, shown: state.shown });
  latest.current = { filters, shown: state.shown };
  const asking = useRef<AbortController | null>(null);

  const ask = useCallback(
    (page: { limit: number; cursor?: string }, join: (answer: Page) => Shown) => {
      asking.current?.abort();
      const own = new AbortController();
      asking.current = own;
      const show = (change: Partial<State>) =>
        setStates((before) => {
          const known = before.key === key ? before.state : begin(key);
          return { key, state: { ...known, ...change } };
        });
      if (page.cursor !== undefined) show({ busy: true });
      api.list(latest.current.filters, page, own.signal).then(
        (answer) => {
          if (own.signal.aborted) return;
          const shown = join(answer);
          remember(key, shown);
          show({ shown, failure: undefined, busy: false });
        },
        (error: unknown) => {
          if (!own.signal.aborted) show({ failure: Failure.from(error), busy: false });
        },
      );
    },
    [api, key],
  );

  const reload = useCallback(() => {
    const { shown } = latest.current;
    const limit = Math.min(MOST_AT_ONCE, Math.max(PAGE, shown?.lines.length ?? 0));
    ask({ limit }, (answer) => refreshed(answer, shown, limit));
  }, [ask]);

  const more = useCallback(() => {
    const { shown } = latest.current;
    if (shown?.next === undefined) return;
    ask({ limit: 2 * PAGE, cursor: shown.next }, (answer) => ({
      lines: joined(shown.lines, answer.improvements),
      next: answer.next ?? undefined,
      filling: answer.filling === true,
    }));
  }, [ask]);

  useEffect(() => {
    reload();
    return () => asking.current?.abort();
  }, [reload]);

  return {
    lines: state.shown?.lines,
    failure: state.failure,
    more: state.shown?.next === undefined ? undefined : more,
    busy: state.busy,
    filling: state.shown?.filling === true,
    reload,
  };
}

function begin(key: string): State {
  return { shown: recall<Shown>(key), failure: undefined, busy: false };
}

/** The beginning as it is now, and after it what was shown beyond the largest page. */
function refreshed(answer: Page, shown: Shown | undefined, limit: number): Shown {
  const tail = limit < MOST_AT_ONCE ? [] : (shown?.lines.slice(limit) ?? []);
  const filling = answer.filling === true;
  if (tail.length === 0) return { lines: answer.improvements, next: answer.next ?? undefined, filling };
  return { lines: joined(answer.improvements, tail), next: shown?.next, filling };
}

function joined(first: readonly Line[], then: readonly Line[]): Line[] {
  const known = new Set(first.map(({ id }) => id));
  return [...first, ...then.filter(({ id }) => !known.has(id))];
}
