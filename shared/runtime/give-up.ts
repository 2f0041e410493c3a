/** How a function that cannot run says so: the user's mistakes plainly, a fault of ours with its stack. Exit code 1. */
import { ConfigurationError } from "./config.ts";

export function giveUp(stage: string, error: unknown): void {
  const message = error instanceof ConfigurationError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${stage}: ${message}\n`);
  process.exitCode = 1;
}
