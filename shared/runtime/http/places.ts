/**
 * How many events a process works on at once. Who finds no place waits in line, first come, first served: nothing is
 * claimed yet, so waiting harms nobody, and a burst need not be sent twice. The line is bounded by time and by bytes.
 */

/** Bytes of bodies that may wait. */
const LONGEST_LINE = 32 * 1024 * 1024;

export interface Places {
  /** Resolves with true when a place is taken, false when the line is full or the signal ended the wait. */
  take(bytes: number, until: () => AbortSignal): Promise<boolean>;
  leave(): void;
}

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

export function places(most: number): Places {
  const line = new Set<Waiting>();
  let taken = 0;
  let waitingBytes = 0;
  return {
    async take(bytes, until) {
      if (taken < most) {
        taken += 1;
        return true;
      }
      if (waitingBytes + bytes > LONGEST_LINE) return false;
      const signal = until();
      if (signal.aborted) return false;
      return new Promise((resolve) => {
        const one: Waiting = { bytes, enter: () => end(true) };
        function end(entered: boolean): void {
          if (!line.delete(one)) return;
          waitingBytes -= bytes;
          signal.removeEventListener("abort", giveUp);
          resolve(entered);
        }
        const giveUp = () => end(false);
        line.add(one);
        waitingBytes += bytes;
        signal.addEventListener("abort", giveUp);
      });
    },
    leave() {
      const [next] = line;
      // The place goes from hand to hand.
      if (next === undefined) taken -= 1;
      else next.enter();
    },
  };
}
