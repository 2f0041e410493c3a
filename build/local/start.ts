/** `npm start`: the whole school on this machine, until Ctrl-C; with --demo one pass through everything. */
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { banner } from "./banner.ts";
import { CannotStart } from "./cannot-start.ts";
import { emptyDataDirectory } from "./data-directory.ts";
import { DEMO_PACE, demonstrate } from "./demo/demo.ts";
import { localEnvironment, withoutReal } from "./environment.ts";
import { parseOptions } from "./options.ts";
import { type LocalSchool, startSchool } from "./school.ts";

const options = parseOptions(process.argv.slice(2), process.env);
const log = (message: string) => process.stdout.write(`${message}\n`);
let school: LocalSchool | undefined;
let stopping: Promise<void> | undefined;

/** Once: everything is asked to drain. A second signal ends it at once; leases and the append-only file lose nothing. */
function stop(code: number): Promise<void> {
  process.exitCode = code;
  stopping ??= school?.close() ?? Promise.resolve();
  return stopping;
}
function interrupted(): void {
  if (stopping !== undefined) process.exit(130);
  log("\nStopping: functions finish what they hold (again: stop at once) …");
  void stop(options.demo ? 130 : 0).then(() => process.exit());
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupted);
// The set-up script that started this process is gone (kill -9): nobody is left who could stop the school.
process.once("disconnect", interrupted);
process.channel?.unref();

try {
  if (options.demo) await emptyDataDirectory(options.dataDir);
  const settings = await localEnvironment(options.real, process.env);
  // Its reviewer approves and breaks whatever comes: that must never happen to somebody's repository or cluster.
  const env = options.demo ? { ...DEMO_PACE, ...withoutReal(settings) } : settings;
  school = await startSchool({ ...options, log }, env);
  log(banner(school));
  if (options.demo) {
    const ok = await demonstrate(school, log);
    if (!options.stay && stopping === undefined) await stop(ok ? 0 : 1);
  }
} catch (error) {
  const known = error instanceof ConfigurationError || error instanceof CannotStart;
  if (stopping === undefined) process.stderr.write(`${known ? error.message : (error as Error).stack}\n`);
  await stop(1);
}
