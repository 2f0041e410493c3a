/**
 * A limit of time for one request. Unlike `AbortSignal.timeout` it leaves nothing behind when the answer has come: hundreds
 * of requests a second would otherwise keep their timers, and all they hold, until the limit has passed.
 */

/** Runs `work` with a signal that aborts with `signal`, or after `limitMs` with a TimeoutError. */
export async function withinLimit<Value>(
  limitMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const stop = new AbortController();
  const forward = () => stop.abort(signal?.reason);
  const timer = setTimeout(() => {
    stop.abort(new DOMException(`no answer within ${limitMs} ms`, "TimeoutError"));
  }, limitMs);
  if (signal?.aborted === true) forward();
  signal?.addEventListener("abort", forward);
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", forward);
  }
}

/** Some of what is awaited takes no signal; then its answer comes too late and is dropped. */
export async function untilAborted<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
