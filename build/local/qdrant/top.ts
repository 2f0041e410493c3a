/** The best of many: a heap that never holds more than it was asked for. */
export interface Scored {
  readonly slot: number;
  readonly score: number;
}

export interface Top {
  /** Nothing at or below this score can come in any more; -Infinity while there is room. */
  floor(): number;
  offer(slot: number, score: number): void;
  /** Best first; equals in the order of `before`. */
  sorted(): Scored[];
}

/** `before`: which of two slots of equal score comes first, so that a tie never depends on the order of writing. */
export function topOf(limit: number, before: (a: number, b: number) => number): Top {
  const slots: number[] = [];
  const scores: number[] = [];

  /** True when what is at `a` should leave sooner than what is at `b`. */
  function worse(a: number, b: number): boolean {
    const [first, second] = [scores[a] as number, scores[b] as number];
    return first === second ? before(slots[a] as number, slots[b] as number) > 0 : first < second;
  }
  function swap(a: number, b: number): void {
    [slots[a], slots[b]] = [slots[b] as number, slots[a] as number];
    [scores[a], scores[b]] = [scores[b] as number, scores[a] as number];
  }
  function up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!worse(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  }
  function down(): void {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let worst = at;
      if (left < slots.length && worse(left, worst)) worst = left;
      if (right < slots.length && worse(right, worst)) worst = right;
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  }
  return {
    floor: () => (slots.length < limit ? Number.NEGATIVE_INFINITY : (scores[0] as number)),
    offer(slot, score) {
      if (limit === 0) return;
      if (slots.length < limit) {
        slots.push(slot);
        scores.push(score);
        up(slots.length - 1);
        return;
      }
      const least = scores[0] as number;
      if (score < least || (score === least && before(slot, slots[0] as number) > 0)) return;
      slots[0] = slot;
      scores[0] = score;
      down();
    },
    sorted: () =>
      slots
        .map((slot, at) => ({ slot, score: scores[at] as number }))
        .sort((a, b) => b.score - a.score || before(a.slot, b.slot)),
  };
}
