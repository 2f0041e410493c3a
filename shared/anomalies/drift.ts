/** Whether what is usual has changed: too many of the newest samples are too surprising for what was learned. */

/** Samples that are looked at together. */
const WINDOW = 60;
/** One in twenty usual samples is beyond it. */
const BEYOND = 1.3;
const MOST_BEYOND = 0.3;

export interface Drift {
  /** True: what is usual has to be learned anew. */
  add(surprise: number): boolean;
}

export function driftWatch(): Drift {
  const recent: boolean[] = [];
  return {
    add(surprise) {
      recent.push(surprise >= BEYOND);
      if (recent.length > WINDOW) recent.shift();
      return recent.length === WINDOW && recent.filter(Boolean).length > WINDOW * MOST_BEYOND;
    },
  };
}
