/** Numbers that look like chance and are the same for the same seed. */

export interface Random {
  /** From 0 (included) to 1 (not included). */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(all: readonly T[]): T;
  /** The same members in another order. */
  shuffle<T>(all: readonly T[]): T[];
  /** Its own sequence: what one part draws must not depend on how often another did. */
  fork(name: string): Random;
}

/** Mulberry32: enough for schedules, no cryptography. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    pick(all) {
      if (all.length === 0) throw new Error("nothing to pick from");
      return all[between(0, all.length - 1)] as (typeof all)[number];
    },
    shuffle(all) {
      const order = [...all];
      for (let i = order.length - 1; i > 0; i -= 1) {
        const j = between(0, i);
        [order[i], order[j]] = [order[j] as (typeof all)[number], order[i] as (typeof all)[number]];
      }
      return order;
    },
    fork: (name) => randomOf([...name].reduce((sum, sign) => (Math.imul(sum, 31) + sign.charCodeAt(0)) >>> 0, seed)),
  };
}
