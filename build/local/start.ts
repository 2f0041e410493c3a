/** `npm start`: the whole school on this machine, until Ctrl-C; with --demo one pass through everything. */
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { banner } from "./banner.ts";
import { CannotStart } from "./cannot-start.ts";
import { emptyDataDirectory } from "./data-directory.ts";
import { DEMO_PACE, DEMO_REPLICAS, demonstrate } from "./demo/demo.ts";
import { noteBegun, noteEnded, wasInterrupted } from "./demo/interrupted.ts";
import { localEnvironment, withoutReal } from "./environment.ts";
import { parseOptions } from "./options.ts";
import { type LocalSchool, startSchool } from "./school.ts";
import { askedUpgrade } from "./upgrade-note.ts";

const options = parseOptions(process.argv.slice(2), process.env);
const log = (message: string) => process.stdout.write(`${message}\n`);
let school: LocalSchool | undefined;
let starting: Promise<unknown> = Promise.resolve();
let stopping: Promise<void> | undefined;

/** Once: everything is asked to drain. A second signal ends it at once; leases and the append-only file lose nothing. */
function stop(code: number): Promise<void> {
  if (stopping === undefined) {
    process.exitCode = code;
    // What is still being started has to be there to be taken apart in order.
    stopping = starting.then(
      () => school?.close(),
      () => undefined,
    );
  }
  return stopping;
}
function interrupted(): void {
  if (stopping !== undefined) process.exit(130);
  log("\nStopping: functions finish what they hold (again: stop at once) …");
  void stop(options.demo ? 130 : 0).then(() => process.exit());
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupted);
// `school upgrade`: the work goes on meanwhile. One after the other, however often it is asked.
let upgrading: Promise<void> = Promise.resolve();
process.on("SIGUSR2", () => {
  upgrading = upgrading.then(async () => {
    if (school === undefined || stopping !== undefined) return;
    // What bundles is loaded by those who need it.
    const { upgradeNow } = await import("./upgrade.ts");
    await upgradeNow(school, await askedUpgrade(options.dataDir), log);
  });
});
// The set-up script that started this process is gone (kill -9): nobody is left who could stop the school.
process.once("disconnect", interrupted);
process.channel?.unref();

async function start(): Promise<LocalSchool> {
  const { demo, fresh, dataDir, sample } = options;
  const goOn = demo && !fresh && (await wasInterrupted(dataDir, sample));
  if (demo && !goOn) await emptyDataDirectory(dataDir);
  if (goOn) log("Going on with the demonstration that was interrupted here (begin anew: --fresh).");
  const settings = await localEnvironment(options.real, process.env);
  // Its reviewer approves and breaks whatever comes: that must never happen to somebody's repository or cluster.
  const env = demo ? { ...DEMO_PACE, ...withoutReal(settings) } : settings;
  school = await startSchool({ ...options, ...(demo ? { maxReplicas: DEMO_REPLICAS } : {}), log }, env);
  return school;
}

async function demonstration(running: LocalSchool): Promise<void> {
  await noteBegun(options.dataDir);
  const ok = await demonstrate(running, log);
  if (stopping !== undefined) return;
  await noteEnded(options.dataDir);
  if (!options.stay) await stop(ok ? 0 : 1);
}

try {
  const begun = start();
  starting = begun;
  const running = await begun;
  if (stopping === undefined) {
    log(banner(running));
    if (options.demo) await demonstration(running);
  }
} catch (error) {
  const known = error instanceof ConfigurationError || error instanceof CannotStart;
  if (stopping === undefined) process.stderr.write(`${known ? error.message : (error as Error).stack}\n`);
  await stop(1);
}
