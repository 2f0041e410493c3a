/** A bounded memory of what never changes; what was not looked at for longest goes first. */
export class Memory<Value> {
  readonly #values = new Map<string, Value>();
  readonly #room: number;
  readonly #weigh: (value: Value) => number;
  #weight = 0;

  /** `room` is in the unit of `weigh`; without it, a number of values. */
  constructor(room: number, weigh: (value: Value) => number = () => 1) {
    this.#room = room;
    this.#weigh = weigh;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  /** Returns the value, for the caller to go on with. */
  set(key: string, value: Value): Value {
    this.#forget(key);
    this.#values.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.#room) break;
      this.#forget(oldest);
    }
    return value;
  }

  #forget(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#weight -= this.#weigh(value);
  }
}
