/** school index: has the index brought up to date, and shows how far it is. */
import { setTimeout as delay } from "node:timers/promises";
import { InvalidArgumentError, Option } from "commander";
import { KNOWLEDGE_SOURCES } from "../../../shared/domain/events.ts";
import type { CorpusState } from "../../../shared/knowledge-ports.ts";
import type { Client } from "../client.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure } from "../failure.ts";
import { type Style, short, type Terminal } from "../terminal.ts";

interface Known {
  readonly kept: boolean;
  readonly states: readonly CorpusState[];
  readonly runs: Readonly<Record<string, string>>;
}
interface Requested {
  readonly event: string;
  readonly source: string;
  readonly at: string;
  readonly waiting: boolean;
}
interface IndexOptions extends Common {
  readonly source: string;
  readonly reason?: string;
  readonly states?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

const LOOK_MS = 500;

export const indexCommand: Register = (program, { terminal, school, fail, stopped }) => {
  program
    .command("index")
    .description("have what the school knows of its platform brought up to date")
    .addOption(new Option("--source <source>", "what to look at").choices([...KNOWLEDGE_SOURCES]).default("all"))
    .option("--reason <text>", "why, for the log")
    .option("--states", "only show how far the index is")
    .option("--wait", "until it is done, then show how far the index is")
    .option("--timeout <seconds>", "how long to wait", seconds, 600)
    .option(...JSON_OPTION)
    .action(async ({ source, reason, states = false, wait = false, timeout, json }: IndexOptions) => {
      const client = school();
      if (states) return show(terminal, await client.get<Known>("/api/knowledge"), json === true);
      const body = { source, ...(reason === undefined ? {} : { reason }) };
      const requested = await client.post<Requested>("/api/knowledge/index", body);
      if (!wait) {
        if (json === true) return terminal.json(requested);
        return terminal.line(
          requested.waiting
            ? `${source}: somebody asked before, that is still waiting`
            : `${source}: asked; \`school index --states\` shows how far it is`,
        );
      }
      const known = await untilDone(client, requested, timeout * 1_000, stopped);
      if (known.states.some(({ state }) => state === "failed")) fail();
      show(terminal, known, json === true);
    });
};

/** Until a run that began after the request is over, or failed. Throws Failure when that takes too long. */
async function untilDone(
  client: Client,
  { source, at }: Requested,
  timeoutMs: number,
  stopped: AbortSignal,
): Promise<Known> {
  const asked = Date.parse(at);
  const later = (moment: string | undefined) => moment !== undefined && Date.parse(moment) > asked;
  const until = performance.now() + timeoutMs;
  for (;;) {
    const known = await client.get<Known>("/api/knowledge");
    if (later(known.runs[source]) || later(known.runs["all"])) return known;
    if (known.states.some((state) => state.state === "failed" && later(state.at))) return known;
    if (performance.now() > until) throw new Failure(`the index was not done within ${timeoutMs / 1_000} s`);
    await delay(LOOK_MS, undefined, { signal: stopped });
  }
}

function show(terminal: Terminal, known: Known, json: boolean): void {
  if (json) return terminal.json(known);
  if (!known.kept) return terminal.line("there is no index: QDRANT_URL is not set");
  if (known.states.length === 0) return terminal.line("nothing is indexed yet");
  terminal.table(
    ["CORPUS", "SOURCE", "STATE", "COMMIT", "FILES", "CHUNKS", "EMBEDDER", "SINCE", "WHY"],
    known.states.map((state) => [
      state.corpus,
      state.source,
      painted(terminal, state.state),
      short(state.commit ?? "", 12),
      state.files?.toString() ?? "",
      state.chunks?.toString() ?? "",
      short(state.embedder ?? "", 20),
      state.at,
      short(state.because ?? "", 80),
    ]),
  );
}

function painted(terminal: Terminal, state: CorpusState["state"]): string {
  const styles: Readonly<Record<CorpusState["state"], Style>> = {
    ready: "green",
    building: "yellow",
    failed: "red",
    absent: "dim",
  };
  return terminal.paint(styles[state], state);
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("a number of seconds is needed");
}
