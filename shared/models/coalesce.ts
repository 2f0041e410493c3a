/** The same question of one process at the same time goes out once, and its answer is remembered for a while. */
import { LRUCache } from "lru-cache";

export interface Shared<Value> {
  readonly value: Value;
  /** `asked`: by this very call; `joined`: somebody was asking; `remembered`: it was answered before. */
  readonly how: "asked" | "joined" | "remembered";
}
/** What `load` makes of a key; what is not to be remembered goes to those who wait for it and no further. */
export interface Loaded<Value> {
  readonly value: Value;
  readonly isKept: boolean;
}

interface Work<Input> {
  readonly input: Input;
  readonly stop: AbortController;
}

class NotKept<Value> extends Error {
  readonly value: Value;
  constructor(value: Value) {
    super();
    this.value = value;
  }
}

const MOST = 500;

/**
 * `load` goes on as long as anybody waits: its signal is aborted when the last one has gone. Throws what it throws, or the
 * caller's own reason.
 */
export function coalescing<Input, Value extends object>(
  load: (key: string, input: Input, signal: AbortSignal) => Promise<Loaded<Value>>,
  { ttlMs }: { readonly ttlMs: number },
): (key: string, input: Input, signal: AbortSignal) => Promise<Shared<Value>> {
  const cache = new LRUCache<string, Value, Work<Input>>({
    max: MOST,
    // 0 would be forever; what is not kept is never remembered anyway.
    ttl: Math.max(1, ttlMs),
    fetchMethod: async (key, _stale, { context }) => {
      const { value, isKept } = await load(key, context.input, context.stop.signal);
      if (!isKept) throw new NotKept(value);
      return value;
    },
  });
  const working = new Map<string, { waiting: number; readonly stop: AbortController; readonly done: Promise<Value> }>();

  return async (key, input, signal) => {
    signal.throwIfAborted();
    const remembered = cache.get(key);
    if (remembered !== undefined) return { value: remembered, how: "remembered" };
    const before = working.get(key);
    const work = before ?? begin(key, input);
    work.waiting += 1;
    try {
      return { value: await orAborted(work.done, signal), how: before === undefined ? "asked" : "joined" };
    } finally {
      work.waiting -= 1;
      if (work.waiting === 0 && working.get(key) === work) {
        working.delete(key);
        work.stop.abort();
        // Whoever comes while it is being broken off begins anew.
        cache.delete(key);
      }
    }
  };

  function begin(key: string, input: Input) {
    const stop = new AbortController();
    const fetched = cache.fetch(key, { context: { input, stop } }).then(
      (value) => {
        if (value === undefined) throw new Error("the answer was given up");
        return value;
      },
      (error: unknown) => {
        if (error instanceof NotKept) return error.value as Value;
        throw error;
      },
    );
    const begun = { waiting: 0, stop, done: fetched };
    working.set(key, begun);
    const end = () => {
      if (working.get(key) === begun) working.delete(key);
    };
    fetched.then(end, end);
    return begun;
  }
}

function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
