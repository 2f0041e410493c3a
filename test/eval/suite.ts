/** What an evaluation suite is: it runs the product's own code on a labelled set and answers with figures. */

export interface Figure {
  /** `duplicates/precision at block`; stable, the ratchet file knows it by this name. */
  readonly name: string;
  readonly value: number;
  /** Rows the value rests on. */
  readonly n: number;
  /** 95 % interval: Wilson for shares, bootstrap over rows for the rest. */
  readonly low: number;
  readonly high: number;
  readonly better: "higher" | "lower";
  /** What is to be reached; absent where there is no goal. */
  readonly goal?: number;
  /** Who wrote the text that was judged: a figure on the author's own text never stands in a headline. */
  readonly text: "own" | "third-party" | "production";
  /** A negative control: the value must be bad, so that the set is known to tell good from bad. */
  readonly control?: { readonly atMost: number };
  /** Printed and never judged: times of a machine that others use too. */
  readonly information?: true;
  readonly note?: string;
}

export interface Suite {
  readonly name: string;
  /** The same for the same `seed`. Throws when a set is damaged. */
  run(options: { readonly seed: number }): Promise<readonly Figure[]>;
  /** Some of its figures side by side, for people; printed under the table. */
  readonly summary?: (figures: readonly Figure[]) => string;
}
