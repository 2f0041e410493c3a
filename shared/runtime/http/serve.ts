/** HTTP mode as a process of its own: this main owns the signals, because the framework's would kill work in flight. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { ConfigurationError, type Environment } from "../config.ts";
import type { AnyStage } from "../equip.ts";
import { giveUp } from "../give-up.ts";
import { assemble } from "./assemble.ts";
import { endConnections, keepConnections } from "./connections.ts";
import { putInFront } from "./front.ts";

/** What still holds the process when everything is answered, such as a handler that does not end, gets no longer. */
const LAST_MS = 1_000;

/** Exits 0 after a drain, 1 when settings, port or Redis cannot be used. `env` with aliases resolved. Never rejects. */
export async function serveHttp(stage: AnyStage, env: Environment): Promise<void> {
  await serveUntilStopped(stage, env).catch((error: unknown) => giveUp(stage.name, error));
  setTimeout(() => process.exit(), LAST_MS).unref();
}

async function serveUntilStopped(stage: AnyStage, env: Environment): Promise<void> {
  const made = await assemble(http, stage, env);
  const { settings, log } = made;
  // The framework's only way to its server without its command line; that it is called a test server says nothing else.
  const server = getTestServer(stage.name);
  putInFront(server, made.door);
  keepConnections(server);
  server.listen(settings.PORT, settings.HOST);
  const stopped = stopOnSignal(async (signal) => {
    log.info({ signal }, "draining");
    const closed = once(server, "close");
    endConnections(server);
    await made.close();
    server.closeIdleConnections();
    await closed;
  });
  try {
    await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
      throw listenProblem(error, settings.PORT, settings.HOST);
    });
    const { port } = server.address() as AddressInfo;
    log.info({ port }, "listening for CloudEvents");
    await Promise.race([stopped, made.usable.then(() => stopped)]);
  } catch (error) {
    server.close();
    server.closeAllConnections();
    await made.close();
    throw error;
  }
}

function stopOnSignal(stop: (signal: string) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (stopping) return;
        stopping = true;
        stop(signal).then(resolve, reject);
      });
    }
  });
}

function listenProblem(error: NodeJS.ErrnoException, port: number, host: string | undefined): Error {
  if (error.code === "EADDRINUSE") return new ConfigurationError([`PORT: ${port} is taken; choose another`]);
  if (error.code === "EACCES") return new ConfigurationError([`PORT: ${port} may not be used by this process`]);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return new ConfigurationError([`HOST: ${host} is no address of this machine`]);
  return error;
}
