/** school watch: what happens, as it happens: a live table on a terminal, else one line per transition. */
import { setTimeout as delay } from "node:timers/promises";
import type { SchoolStatus } from "../../../functions/coordinator/api/status.ts";
import type { Transition } from "../../../shared/pipeline/event-stream.ts";
import type { ImprovementLine } from "../../../shared/pipeline/listing.ts";
import { type Client, Unreachable } from "../client.ts";
import { type Common, JSON_OPTION, type Register, type Shell } from "../command.ts";
import { short, statusStyle, type Terminal } from "../terminal.ts";
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
      const live = shell.terminal.interactive && json !== true;
      await repeat(shell, live ? liveTable(shell.terminal, client) : lineLog(shell.terminal, client, json === true));
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

function lineLog(terminal: Terminal, client: Client, json: boolean): () => Promise<void> {
  let after: string | undefined;
  return async () => {
    if (after === undefined) {
      const { events } = await client.get<{ events: Transition[] }>("/api/events?limit=1");
      after = events.at(-1)?.entry ?? "0-0";
      if (!json) terminal.note(`watching ${client.url}; Ctrl-C ends`);
    }
    for (;;) {
      const { events }: { events: Transition[] } = await client.get(`/api/events?limit=500&after=${after}`);
      for (const event of events) terminal.line(json ? JSON.stringify(event) : logLine(terminal, event));
      after = events.at(-1)?.entry ?? after;
      if (events.length < 500) return;
    }
  };
}

function logLine(terminal: Terminal, { at, improvement, from, to, by, because }: Transition): string {
  const step = `${from === "" ? "new" : from} -> ${terminal.paint(statusStyle(to), to)}`;
  return `${at}  ${short(improvement, 24)}  ${step}  by ${short(by, 40)}: ${short(because, 120)}`;
}
