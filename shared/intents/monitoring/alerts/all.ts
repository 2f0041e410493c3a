/** Every signal the school can alert on; a new one is one entry here. */
import { memoryNearLimit, podRestarts } from "./pods.ts";
import { errorRatio, latency, targetDown } from "./requests.ts";
import type { Signal } from "./signal.ts";
import { certificateExpiry, jobFailures, volumeFillUp } from "./storage.ts";

export const signals: readonly Signal[] = [
  podRestarts,
  memoryNearLimit,
  errorRatio,
  latency,
  volumeFillUp,
  jobFailures,
  targetDown,
  certificateExpiry,
];

/** The signals a text asks for, in the order it names them; all of them when it names none. */
export function signalsIn(about: string | undefined): readonly Signal[] {
  const text = (about ?? "").slice(0, 100_000);
  const named = signals
    .map((signal) => ({ signal, at: text.search(signal.words) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ signal }) => signal);
  return named.length > 0 ? named : signals;
}
