/** `npm start`: the whole school on this machine, until Ctrl-C; with --demo one pass through everything. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { banner } from "./banner.ts";
import { DataDirectoryInUse, lockDataDirectory } from "./data-directory.ts";
import { DEMO_PACE, demonstrate } from "./demo/demo.ts";
import { localEnvironment } from "./environment.ts";
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
  if (options.demo) await emptyDirectory(options.dataDir);
  const env = await localEnvironment(options.real, process.env);
  const paced = options.demo ? { ...DEMO_PACE, ...env } : env;
  school = await startSchool({ ...options, log }, paced);
  log(banner(school));
  if (options.demo) {
    const ok = await demonstrate(school, log);
    if (!options.stay && stopping === undefined) await stop(ok ? 0 : 1);
  }
} catch (error) {
  const known = error instanceof ConfigurationError || error instanceof DataDirectoryInUse;
  if (stopping === undefined) process.stderr.write(`${known ? error.message : (error as Error).stack}\n`);
  await stop(1);
}

/** A demonstration begins from nothing, but never in a folder that is not a school's or that somebody uses. */
async function emptyDirectory(dataDir: string): Promise<void> {
  const unlock = await lockDataDirectory(dataDir);
  const ours = ["redis", "cluster", "git-cache", "logs", "kubeconfig", "secrets.json", "harbor.git", "meadow.git"];
  for (const name of ours) await rm(path.join(dataDir, name), { recursive: true, force: true });
  await unlock();
}
