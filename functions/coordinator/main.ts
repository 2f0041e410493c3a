/** The coordinator as a process: runs until SIGTERM or SIGINT. Exit 1 when its configuration is not usable. */
import "./small-heap.ts";
import { flushCompileCache } from "node:module";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { type Coordinator, startCoordinator } from "./start.ts";

async function main(): Promise<void> {
  if (process.env["SCHOOL_WARMUP"] === "1") {
    // The build runs every bundle once like this, so that the compile cache holds what a start needs.
    flushCompileCache();
    return;
  }
  try {
    stopOnSignal(await startCoordinator({ env: process.env }));
  } catch (error) {
    const message = error instanceof ConfigurationError ? error.message : String((error as Error).stack ?? error);
    process.stderr.write(`coordinator: ${message}\n`);
    process.exitCode = 1;
  }
}

/** Longer than requests get to finish. What has not closed by then waits for a Redis that is gone, perhaps for ever. */
const GONE_MS = 8_000;

function stopOnSignal(coordinator: Coordinator): void {
  let stopping: Promise<void> | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping !== undefined) return;
      stopping = coordinator.close();
      setTimeout(() => process.exit(1), GONE_MS).unref();
    });
  }
}

await main();
