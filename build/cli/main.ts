/** `school`: the command line of a running school. Exit codes: 0 done, 1 refused or failed, 2 typed wrongly. */
import path from "node:path";
import { Command, CommanderError } from "commander";
import packageFile from "../../package.json" with { type: "json" };
import { cacheFolder } from "./cache-folder.ts";
import { clientOf } from "./client.ts";
import type { Shell } from "./command.ts";
import { anomalies } from "./commands/anomalies.ts";
import { breaker } from "./commands/breaker.ts";
import { check } from "./commands/check.ts";
import { deadLetters } from "./commands/dead-letters.ts";
import { decisions } from "./commands/decisions.ts";
import { doctor } from "./commands/doctor.ts";
import { events } from "./commands/events.ts";
import { extract } from "./commands/extract.ts";
import { feedback } from "./commands/feedback.ts";
import { flags } from "./commands/flags.ts";
import { graph } from "./commands/graph.ts";
import { importCommand } from "./commands/import.ts";
import { indexCommand } from "./commands/index-command.ts";
import { learn } from "./commands/learn.ts";
import { list } from "./commands/list.ts";
import { locks } from "./commands/locks.ts";
import { models } from "./commands/models.ts";
import { notifications } from "./commands/notifications.ts";
import { policy } from "./commands/policy.ts";
import { prompts } from "./commands/prompts.ts";
import { review } from "./commands/review.ts";
import { route } from "./commands/route.ts";
import { router } from "./commands/router.ts";
import { search } from "./commands/search.ts";
import { show } from "./commands/show.ts";
import { sources } from "./commands/sources.ts";
import { status } from "./commands/status.ts";
import { watch } from "./commands/watch.ts";
import { watches } from "./commands/watches.ts";
import { Failure, UsageError } from "./failure.ts";
import { findRedis, findSchool } from "./find-school.ts";
import { openPrompt } from "./prompt.ts";
import { terminal } from "./terminal.ts";

/** In the order of the help: what people do most comes first. */
const COMMANDS = [
  learn,
  sources,
  watches,
  list,
  show,
  review,
  decisions,
  feedback,
  events,
  watch,
  deadLetters,
  flags,
  breaker,
  locks,
  models,
  anomalies,
  notifications,
  router,
  status,
  doctor,
  policy,
  extract,
  route,
  search,
  check,
  indexCommand,
  graph,
  importCommand,
  prompts,
];

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
  const program = new Command("school")
    .description("The infrastructure that teaches itself: talk to the school that runs here, or at SCHOOL_URL.")
    .version(packageFile.version)
    .showHelpAfterError("(`school --help` shows how it is written)")
    .exitOverride();
  for (const register of COMMANDS) register(program, shell);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync(argv);
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
