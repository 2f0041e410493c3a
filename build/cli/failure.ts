/** What ends a command early, and the exit code it ends with. */

/** Refused or failed: exit code 1. The message is for the user and says what to do. */
export class Failure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Failure";
  }
}

/** The command was typed wrongly: exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
