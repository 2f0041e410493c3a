/** school watch: what happens, as it happens: a live table on a terminal, else one line per transition. */
import { setTimeout as delay } from "node:timers/promises";
import type { SchoolStatus } from "../../../functions/coordinator/api/status.ts";
import type { ImprovementLine } from "../../../shared/pipeline/listing.ts";
import { type Client, Unreachable } from "../client.ts";
import { type Common, JSON_OPTION, type Register, type Shell } from "../command.ts";
import { follow } from "../follow.ts";
import type { Terminal } from "../terminal.ts";
import { printing } from "./events.ts";
import { improvementTable } from "./list.ts";
import { statusLine } from "./status.ts";

const EVERY_MS = 1_000;

export const watch: Register = (program, shell) => {
  program
    .command("watch")
    .description("follow the school until Ctrl-C")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const client = shell.school();
      const { terminal, stopped } = shell;
      if (terminal.interactive && json !== true) return repeat(shell, liveTable(terminal, client));
      const started = () => {
        if (json !== true) terminal.note(`watching ${client.url}; Ctrl-C ends`);
      };
      await follow(client, new URLSearchParams(), { ...printing(terminal, json === true), started }, stopped);
    });
};

/** Runs `round` every second until stopped; a school that is away for a while is waited for. */
async function repeat({ stopped, terminal }: Shell, round: () => Promise<void>): Promise<void> {
  let away = false;
  let answered = false;
  while (!stopped.aborted) {
    try {
      await round();
      if (away) terminal.note("school: it answers again");
      away = false;
      answered = true;
    } catch (error) {
      if (!(error instanceof Unreachable) || !answered) throw error;
      if (!away) terminal.note(`school: ${error.message}; waiting for it`);
      away = true;
    }
    // Rejects when stopped: then the loop ends.
    await delay(EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

function liveTable(terminal: Terminal, client: Client): () => Promise<void> {
  return async () => {
    const [state, { improvements }] = await Promise.all([
      client.get<SchoolStatus>("/api/status"),
      client.get<{ improvements: ImprovementLine[] }>("/api/improvements?limit=20"),
    ]);
    const busy = Object.entries(state.stages)
      .filter(([, load]) => load.waiting + load.inFlight + load.delayed > 0)
      .map(([stage, load]) => `${stage} ${load.waiting}+${load.inFlight}+${load.delayed}`);
    terminal.redraw(
      [
        `Cortex Online School at ${client.url}   ${state.time}   Ctrl-C ends`,
        "",
        statusLine(terminal, state.counts),
        `waiting + in flight + delayed: ${busy.join("   ") || "nothing"}`,
        "",
        improvementTable(terminal, improvements),
      ].join("\n"),
    );
  };
}
