/**
 * The coordinator as a process: runs until SIGTERM or SIGINT. Exit 1 when its configuration is not usable, 78 when Redis
 * holds what only a newer version knows.
 */
import "./small-heap.ts";
import { flushCompileCache } from "node:module";
import { giveUp } from "../../shared/runtime/give-up.ts";
import { type Coordinator, startCoordinator } from "./start.ts";

async function main(): Promise<void> {
  if (process.env["SCHOOL_WARMUP"] === "1") {
    // The build runs every bundle once like this, so that the compile cache holds what a start needs.
    flushCompileCache();
    return;
  }
  const running = stopOnSignal();
  try {
    const coordinator = await startCoordinator({ env: process.env });
    running(coordinator);
    void coordinator.tooOld.then(async (why) => {
      giveUp("coordinator", why);
      setTimeout(() => process.exit(), GONE_MS).unref();
      await coordinator.close();
    });
  } catch (error) {
    giveUp("coordinator", error);
  }
}

/** Longer than requests get to finish. What has not closed by then waits for a Redis that is gone, perhaps for ever. */
const GONE_MS = 8_000;

/** Until there is a coordinator a signal ends the process: as process 1 of a container it hears only what it listens to. */
function stopOnSignal(): (coordinator: Coordinator) => void {
  let coordinator: Coordinator | undefined;
  let stopping: Promise<void> | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (coordinator === undefined) process.exit(0);
      if (stopping !== undefined) return;
      stopping = coordinator.close();
      setTimeout(() => process.exit(1), GONE_MS).unref();
    });
  }
  return (started) => {
    coordinator = started;
  };
}

await main();
