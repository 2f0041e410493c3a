/** The sink of undelivered events as a process of its own. */
import path from "node:path";
import { root } from "../repo/imports.ts";
import { type LogLine, startStage } from "./stage-process.ts";

export interface SinkProcess {
  readonly url: string;
  /** The first line, past or future, with these words. */
  logged(message: string): Promise<LogLine>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<unknown>;
}

export async function startUndelivered(): Promise<SinkProcess> {
  const one = startStage("route", {}, path.join(root, "test/runtime/programs/undelivered.mjs"));
  const { address } = await one.logged(({ msg }) => msg.startsWith("listening"));
  const { port } = address as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    logged: (message) => one.logged(({ msg }) => msg === message),
    stop: () => one.stop(),
  };
}
