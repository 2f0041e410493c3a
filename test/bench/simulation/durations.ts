/** Draws durations. */
import type { Random } from "../../chaos/suite/random.ts";
import type { Duration } from "./settings.ts";

/** The standard normal's 95th percentile. */
const Z95 = 1.6449;

/** Log-normal with this median and 95th percentile; seconds. Throws when the second is below the first. */
export function durations(random: Random, { median, p95 }: Duration): () => number {
  if (!(median >= 0 && p95 >= median)) throw new Error(`a median of ${median} with a 95th percentile of ${p95}`);
  if (median === 0) return () => 0;
  const sigma = Math.log(p95 / median) / Z95;
  return () => {
    // Box and Muller; 1 - u is never 0.
    const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    return median * Math.exp(sigma * normal);
  };
}
