/**
 * How a program that cannot run says so: what the user can mend plainly, a fault of ours with its stack. Exit code 1, or 78
 * when it is too old for what Redis holds.
 */
import { NEWER_LAYOUT_EXIT, NewerLayout } from "../domain/schema/layout.ts";
import { ConfigurationError } from "./config.ts";
import { conceal } from "./secrets.ts";

export function giveUp(part: string, error: unknown): void {
  const isPlain = error instanceof ConfigurationError || error instanceof NewerLayout;
  const message = isPlain ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(conceal(`${part}: ${message}\n`));
  process.exitCode = error instanceof NewerLayout ? NEWER_LAYOUT_EXIT : 1;
}
