/** How many are somewhere, counted in two ways that do not know of each other: over time, and by who came and went. */

export interface Tally {
  enter(): void;
  /** `since`: when who leaves came, seconds. */
  leave(since: number): void;
  readonly figures: () => TallyFigures;
}

export interface TallyFigures {
  readonly came: number;
  readonly went: number;
  readonly inside: number;
  /** How many were there, times how long: by looking at the count at each change. */
  readonly area: number;
  /** Of those who went: how long each was there, added up. */
  readonly stays: number;
}

export function tallyWith(now: () => number): Tally {
  let [came, went, area, stays, last] = [0, 0, 0, 0, 0];
  function pass(): void {
    area += (came - went) * (now() - last);
    last = now();
  }
  return {
    enter() {
      pass();
      came += 1;
    },
    leave(since) {
      pass();
      went += 1;
      stays += now() - since;
    },
    figures() {
      pass();
      return { came, went, inside: came - went, area, stays };
    },
  };
}
