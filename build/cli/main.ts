/** `school`: the command line of a running school. Exit codes: 0 done, 1 refused or failed, 2 typed wrongly. */
import path from "node:path";
import { CommanderError } from "commander";
import { cacheFolder } from "./cache-folder.ts";
import { clientOf } from "./client.ts";
import type { Shell } from "./command.ts";
import { Failure, UsageError } from "./failure.ts";
import { findLocal, findRedis, findSchool } from "./find-school.ts";
import { schoolProgram } from "./program.ts";
import { openPrompt } from "./prompt.ts";
import { terminal } from "./terminal.ts";

async function main(argv: readonly string[]): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());
  // `school list | head` closes the pipe early; that is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const root = path.resolve(import.meta.dirname, "../..");
  const shell: Shell = {
    terminal: terminal(process.stdout, process.stderr, process.env),
    school: () => clientOf(findSchool(process.env, process.cwd(), root)),
    redis: () => findRedis(process.env, process.cwd(), root),
    local: () => findLocal(process.env, process.cwd(), root),
    cache: cacheFolder(process.env),
    stopped: stopping.signal,
    stdin: process.stdin,
    root,
    prompt:
      process.stdin.isTTY && process.stdout.isTTY
        ? () => openPrompt(process.stdin, process.stdout, stopping.signal)
        : undefined,
    fail: (code = 1) => {
      process.exitCode = code;
    },
  };
  try {
    await schoolProgram(shell).parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  // Help and version are thrown too, with exit code 0; commander has already printed what there is to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure || error instanceof UsageError) {
    process.stderr.write(`school: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
  process.stderr.write(`school: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

await main(process.argv);
