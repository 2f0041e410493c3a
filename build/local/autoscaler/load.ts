/** What a reading of the triggers means to the metrics of a scaler. */
import type { Reading } from "./decide.ts";
import { FormulaError } from "./formula.ts";
import type { Scaler } from "./scaler.ts";

/** One value for each metric of the scaler. */
export type Loads = { readonly values: readonly number[] } | { readonly error: string };

export function loadsOf({ metrics }: Scaler, reading: Reading): Loads {
  if ("error" in reading) return reading;
  const lost = "lost" in reading;
  try {
    return { values: metrics.map(({ formula }) => formula(lost ? {} : reading.values)) };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    // No value and no error: nothing that could be above a threshold.
    return lost ? { values: metrics.map(() => 0) } : { error: error.message };
  }
}
