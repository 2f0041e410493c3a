/**
 * The function for the framework's own command line (`functions-framework --target=<stage> --source=dist/<stage>`), and for
 * platforms that use it. It answers alike; but there the framework owns the signals, so a SIGTERM ends what is in flight.
 */
import { subscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";
import { http } from "@google-cloud/functions-framework";
import { type Environment, resolveEnvironment } from "../config.ts";
import type { AnyStage } from "../equip.ts";
import { giveUp } from "../give-up.ts";
import { assemble } from "./assemble.ts";
import { putInFront } from "./front.ts";

/** Throws ConfigurationError, which the framework prints before it ends the process. */
export async function registerForCommandLine(stage: AnyStage, environment: Environment): Promise<void> {
  const { door, usable } = await assemble(http, stage, resolveEnvironment(environment));
  const known = new WeakSet<Server>();
  // The command line keeps its server to itself; Node names it with the first request, before any listener is called.
  subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    if (known.has(server)) return;
    known.add(server);
    putInFront(server, door);
  });
  usable.catch((error: unknown) => {
    giveUp(stage.name, error);
    process.exit();
  });
}
