/** One answer of the API as state: what was last known stays on the page while it is asked for again. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import { recall, remember } from "./seen.ts";

interface State<T> {
  readonly key: string;
  readonly data: T | undefined;
  /** Why the last attempt brought nothing; the data, if any, is older. */
  readonly failure: Failure | undefined;
}

export interface Answer<T> extends Omit<State<T>, "key"> {
  readonly reload: () => void;
}

/** Asks anew when `key` changes and when `reload` is called; an answer that was overtaken is dropped. */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<State<T>>(() => begin(key));
  const latest = useRef(ask);
  latest.current = ask;
  const asking = useRef<AbortController | null>(null);

  const reload = useCallback(() => {
    asking.current?.abort();
    const own = new AbortController();
    asking.current = own;
    latest.current(own.signal).then(
      (data) => {
        if (own.signal.aborted) return;
        remember(key, data);
        setState({ key, data, failure: undefined });
      },
      (error: unknown) => {
        if (own.signal.aborted) return;
        setState((before) => ({ ...(before.key === key ? before : begin<T>(key)), failure: Failure.from(error) }));
      },
    );
  }, [key]);

  useEffect(() => {
    reload();
    return () => asking.current?.abort();
  }, [reload]);

  const { data, failure } = state.key === key ? state : begin<T>(key);
  return { data, failure, reload };
}

function begin<T>(key: string): State<T> {
  return { key, data: recall<T>(key), failure: undefined };
}
