/** Wakes everybody who waits, as often as something happens. */
export interface Signal {
  /** Resolves at the next `raise`. Look at the state first, then wait, with no `await` in between: nothing is missed. */
  readonly next: () => Promise<void>;
  readonly raise: () => void;
}

export function newSignal(): Signal {
  let { promise, resolve } = Promise.withResolvers<void>();
  return {
    next: () => promise,
    raise() {
      const wake = resolve;
      ({ promise, resolve } = Promise.withResolvers<void>());
      wake();
    },
  };
}
