/**
 * Reads that verifications have in common, each made once: improvements in one namespace ask for the same pods and events,
 * and all of them ask Prometheus for the same rules.
 *
 * What a measurement is given was asked for at most SHARED_FOR_MS before it, and never before its verification began, so
 * that nothing from before the change is taken for what came after it. A failed read is never given to a later one.
 */
import type { Readers } from "./remember.ts";

/** Milliseconds; far below the shortest interval between two looks that is worth anything. */
export const SHARED_FOR_MS = 1_000;

interface Reading {
  readonly began: number;
  readonly answer: Promise<unknown>;
  readonly stop: AbortController;
  /** Those who wait for it; the last one who leaves ends it. */
  waiting: number;
}

/**
 * The same ports, for a measurement of a verification that began `ageMs` ago. `clock` is monotonic, in milliseconds. What
 * only one improvement asks for (its workload, its Application, its logs) is passed through.
 */
export function shareReads(
  { cluster, argoCd, metrics }: Readers,
  clock: () => number = () => performance.now(),
): (ageMs: number) => Readers {
  const readings = new Map<string, Reading>();

  function forgetOld(now: number): void {
    for (const [name, { began }] of readings) {
      if (now - began <= SHARED_FOR_MS) return;
      readings.delete(name);
    }
  }

  function begin(name: string, now: number, read: (signal: AbortSignal) => Promise<unknown>): Reading {
    const stop = new AbortController();
    const reading = { began: now, answer: read(stop.signal), stop, waiting: 0 };
    // The newest is last, so that old ones are found at the front.
    readings.delete(name);
    readings.set(name, reading);
    const forget = () => readings.get(name) === reading && readings.delete(name);
    reading.answer.catch(forget);
    stop.signal.addEventListener("abort", forget);
    return reading;
  }

  return (ageMs) => {
    const oldest = Math.min(SHARED_FOR_MS, ageMs);

    /** `wanted` must name the call and all its arguments but the signal. */
    function share<Value>(
      wanted: readonly unknown[],
      signal: AbortSignal | undefined,
      read: (signal: AbortSignal) => Promise<Value>,
    ): Promise<Value> {
      const name = JSON.stringify(wanted);
      const now = clock();
      forgetOld(now);
      const known = readings.get(name);
      const usable = known !== undefined && now - known.began <= oldest;
      return follow(usable ? known : begin(name, now, read), signal) as Promise<Value>;
    }

    return {
      cluster: {
        ...cluster,
        pods: (namespace, selector, signal) =>
          share(["pods", namespace, selector], signal, (shared) => cluster.pods(namespace, selector, shared)),
        events: (namespace, signal) =>
          share(["events", namespace], signal, (shared) => cluster.events(namespace, shared)),
        object: (apiVersion, kind, namespace, name, signal) =>
          share(["object", apiVersion, kind, namespace, name], signal, (shared) =>
            cluster.object(apiVersion, kind, namespace, name, shared),
          ),
        list: (apiVersion, kind, namespace, signal) =>
          share(["list", apiVersion, kind, namespace], signal, (shared) =>
            cluster.list(apiVersion, kind, namespace, shared),
          ),
      },
      argoCd,
      metrics: {
        ...metrics,
        query: (promql, signal) => share(["query", promql], signal, (shared) => metrics.query(promql, shared)),
        ruleGroups: (signal) => share(["ruleGroups"], signal, async (shared) => metrics.ruleGroups?.(shared)),
      },
    };
  };
}

/** Its answer for one who may stop waiting; the read itself ends when nobody waits any more. */
function follow(reading: Reading, signal: AbortSignal | undefined): Promise<unknown> {
  reading.waiting += 1;
  if (signal === undefined) return reading.answer;
  return new Promise((resolve, reject) => {
    function leave(): void {
      reading.waiting -= 1;
      if (reading.waiting === 0) reading.stop.abort(signal?.reason);
      reject(signal?.reason as Error);
    }
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave, { once: true });
    void reading.answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
