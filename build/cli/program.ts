/** The tree of commands. What completes them, describes them and tests them reads this tree. */
import { Command } from "commander";
import packageFile from "../../package.json" with { type: "json" };
import type { Register, Shell } from "./command.ts";
import { anomalies } from "./commands/anomalies.ts";
import { audit } from "./commands/audit.ts";
import { breaker } from "./commands/breaker.ts";
import { check } from "./commands/check.ts";
import { completion } from "./commands/completion.ts";
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
import { inject } from "./commands/inject.ts";
import { intents } from "./commands/intents.ts";
import { learn } from "./commands/learn.ts";
import { list } from "./commands/list.ts";
import { locks } from "./commands/locks.ts";
import { models } from "./commands/models.ts";
import { notifications } from "./commands/notifications.ts";
import { pipeline } from "./commands/pipeline.ts";
import { policy } from "./commands/policy.ts";
import { prompts } from "./commands/prompts.ts";
import { putOff } from "./commands/put-off.ts";
import { review } from "./commands/review.ts";
import { route } from "./commands/route.ts";
import { router } from "./commands/router.ts";
import { search } from "./commands/search.ts";
import { sessions } from "./commands/sessions.ts";
import { settings } from "./commands/settings.ts";
import { show } from "./commands/show.ts";
import { sources } from "./commands/sources.ts";
import { status } from "./commands/status.ts";
import { together } from "./commands/together.ts";
import { upgrade } from "./commands/upgrade.ts";
import { version } from "./commands/version.ts";
import { watch } from "./commands/watch.ts";
import { watches } from "./commands/watches.ts";

/** In the order of the help: what people do most comes first. */
const COMMANDS: readonly Register[] = [
  learn,
  sources,
  watches,
  list,
  show,
  review,
  decisions,
  together,
  putOff,
  intents,
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
  version,
  upgrade,
  pipeline,
  sessions,
  audit,
  settings,
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
  inject,
  completion,
];

export function schoolProgram(shell: Shell): Command {
  const program = new Command("school")
    .description("The infrastructure that teaches itself: talk to the school that runs here, or at SCHOOL_URL.")
    .version(packageFile.version)
    .showHelpAfterError("(`school --help` shows how it is written)")
    .addHelpText("after", EXIT_CODES)
    .exitOverride();
  for (const register of COMMANDS) register(program, shell);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}

const EXIT_CODES = `
Exit codes: 0 done; 1 refused, failed or not as it should be; 2 typed wrongly; 3 (search, check) something is unknown.`;
