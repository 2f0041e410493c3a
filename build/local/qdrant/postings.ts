const SMALLEST = 8;

/** One list of a sparse index: which points have a term, ascending, and with what weight. */
export class Postings {
  slots = new Uint32Array(SMALLEST);
  weights = new Float32Array(SMALLEST);
  count = 0;

  set(slot: number, weight: number): void {
    const at = this.#find(slot);
    if (at < this.count && this.slots[at] === slot) {
      this.weights[at] = weight;
      return;
    }
    if (this.count === this.slots.length) this.#resize(this.count * 2);
    this.slots.copyWithin(at + 1, at, this.count);
    this.weights.copyWithin(at + 1, at, this.count);
    this.slots[at] = slot;
    this.weights[at] = weight;
    this.count += 1;
  }

  remove(slot: number): void {
    const at = this.#find(slot);
    if (at >= this.count || this.slots[at] !== slot) return;
    this.slots.copyWithin(at, at + 1, this.count);
    this.weights.copyWithin(at, at + 1, this.count);
    this.count -= 1;
    if (this.count >= SMALLEST && this.count < this.slots.length / 4) this.#resize(this.count * 2);
  }

  /** Where the slot is, or would be. */
  #find(slot: number): number {
    // Nearly always the newest.
    if (this.count === 0 || slot > (this.slots[this.count - 1] as number)) return this.count;
    let [low, high] = [0, this.count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.slots[middle] as number) < slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #resize(size: number): void {
    const [slots, weights] = [new Uint32Array(size), new Float32Array(size)];
    slots.set(this.slots.subarray(0, this.count));
    weights.set(this.weights.subarray(0, this.count));
    this.slots = slots;
    this.weights = weights;
  }
}
