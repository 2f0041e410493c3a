/**
 * When a question is asked a second time elsewhere because its first answer takes unusually long. A fixed delay breaks as
 * soon as models get slower, and without a budget a slow hour doubles the load: so the delay follows what was measured, few
 * questions may, and none when the endpoints are busy anyway.
 */

/** Answers a quantile is taken from, and how few are too few. */
const WINDOW = 100;
const FEWEST = 20;

/** How long one endpoint's last answers took. */
export class RecentLatencies {
  readonly #last: number[] = [];
  #sorted: readonly number[] | undefined;

  record(milliseconds: number): void {
    this.#last.push(milliseconds);
    if (this.#last.length > WINDOW) this.#last.shift();
    this.#sorted = undefined;
  }

  /** Milliseconds that 95 % of the last answers did not exceed; undefined while too few are known. */
  p95(): number | undefined {
    if (this.#last.length < FEWEST) return undefined;
    this.#sorted ??= this.#last.toSorted((a, b) => a - b);
    return this.#sorted[Math.ceil(0.95 * this.#sorted.length) - 1];
  }
}

/** Second questions per question, and how many may be saved up. */
export const HEDGED = 0.05;
const MOST_SAVED = 5;

/** A bucket of tokens: every question fills in a share of one, every second question takes a whole one. */
export class HedgeBudget {
  #tokens = 0;

  asked(): void {
    this.#tokens = Math.min(MOST_SAVED, this.#tokens + HEDGED);
  }

  take(): boolean {
    // Twenty times 0.05 is a little less than 1.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** Of all slots; above it a second question takes the place of somebody's first. */
export const SATURATED = 0.85;

/** Of the delay, until it is looked again whether there is room or budget for a second question. */
export const LOOK_AGAIN = 0.25;

export interface Load {
  readonly slots: number;
  readonly running: number;
  readonly waiting: number;
}

/** Endpoints that could take a second question now, none when all together are busy. */
export function hedgePlaces<One extends Load>(places: readonly One[], first: One): readonly One[] {
  const sum = (of: (place: One) => number) => places.reduce((all, one) => all + of(one), 0);
  const busy = sum(({ running, waiting }) => running + waiting) / sum(({ slots }) => slots);
  if (!(busy < SATURATED)) return [];
  return places.filter((one) => one !== first && one.waiting === 0 && one.running < one.slots);
}
