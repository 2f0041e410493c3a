/** The three fates of an error in a handler: try again after a stated time, never again, or (anything else) back-off. */

/** Try again after `afterMs` milliseconds. Counts as an attempt unless `free` (e.g. a 429 with retry-after). */
export class RetryLater extends Error {
  readonly afterMs: number;
  readonly free: boolean;

  constructor(message: string, afterMs: number, options: { cause?: unknown; free?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RetryLater";
    this.afterMs = afterMs;
    this.free = options.free ?? false;
  }
}

/** Trying again cannot help: the event goes to the dead letters with this message. */
export class PermanentError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "PermanentError";
  }
}

/** The lease expired or somebody else moved the improvement: whatever this worker found out no longer counts. */
export class LeaseLost extends Error {
  constructor(message = "the lease was lost") {
    super(message);
    this.name = "LeaseLost";
  }
}
