/**
 * How long a served model takes: so many questions at once, the others in their order; what is not kept from an earlier
 * question with the same beginning has to be read first; then the answer is written. It keeps a few beginnings only.
 */
import { setTimeout as wait } from "node:timers/promises";
import { type Asked, type Counted, VALUE_TOKENS } from "./wire.ts";

export interface CapacitySettings {
  readonly slots: number;
  /** Beginnings (system parts) it keeps. */
  readonly kept: number;
  /** Milliseconds to read one token. */
  readonly perToken: number;
  /** Milliseconds to write the next answer. */
  readonly writing: () => number;
}

export const tokensOf = (text: string): number => Math.ceil(text.length / 4);

export class Capacity {
  readonly #settings: CapacitySettings;
  /** Beginnings, the latest used last. */
  #known: string[] = [];
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** Answers that were written to their ends. */
  served = 0;
  most = 0;

  constructor(settings: CapacitySettings) {
    this.#settings = settings;
  }

  /** `gone`: the client does not wait any more. */
  async serve({ system, prompt }: Asked, gone: AbortSignal): Promise<Counted> {
    await this.#slot();
    try {
      if (gone.aborted) return { input: 0, output: 0, cached: 0, written: 0 };
      const [beginning, own] = [tokensOf(system), tokensOf(prompt)];
      const isKnown = this.#known.includes(system);
      this.#known = [...this.#known.filter((one) => one !== system), system].slice(-this.#settings.kept);
      const reading = (isKnown ? own : beginning + own) * this.#settings.perToken;
      await wait(reading + this.#settings.writing(), undefined, { signal: gone }).catch(() => undefined);
      if (!gone.aborted) this.served += 1;
      const cached = isKnown ? beginning : 0;
      return { input: beginning + own, output: VALUE_TOKENS, cached, written: beginning - cached };
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #slot(): Promise<void> {
    while (this.#running >= this.#settings.slots) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    this.most = Math.max(this.most, this.#running);
  }
}
