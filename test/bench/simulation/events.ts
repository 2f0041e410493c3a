/** What happens when, in order; of two things at the same moment the one that was set first. A binary heap. */

export interface Events {
  readonly now: () => number;
  /** `step` runs `after` seconds from now. */
  in(after: number, step: () => void): void;
  /** Lets time pass until then, or until nothing is to come. */
  until(time: number): void;
  readonly size: () => number;
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly step: () => void;
}

export function eventsFrom(start = 0): Events {
  const heap: Due[] = [];
  let time = start;
  let order = 0;
  const before = (a: Due, b: Due) => a.at < b.at || (a.at === b.at && a.order < b.order);
  const at = (index: number) => heap[index] as Due;
  function swap(a: number, b: number): void {
    const kept = at(a);
    heap[a] = at(b);
    heap[b] = kept;
  }
  function take(): Due {
    const first = at(0);
    const last = heap.pop() as Due;
    if (heap.length > 0) heap[0] = last;
    for (let parent = 0; ; ) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < heap.length && before(at(child), at(least))) least = child;
      if (least === parent) return first;
      swap(parent, least);
      parent = least;
    }
  }
  return {
    now: () => time,
    size: () => heap.length,
    in(after, step) {
      if (!(after >= 0)) throw new Error(`${after} seconds from now is no time`);
      heap.push({ at: time + after, order, step });
      order += 1;
      for (let child = heap.length - 1; child > 0; ) {
        const parent = Math.floor((child - 1) / 2);
        if (!before(at(child), at(parent))) break;
        swap(child, parent);
        child = parent;
      }
    },
    until(limit) {
      while (heap.length > 0 && at(0).at <= limit) {
        const { at: when, step } = take();
        time = when;
        step();
      }
      time = Math.max(time, Number.isFinite(limit) ? limit : time);
    },
  };
}
