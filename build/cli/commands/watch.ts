/** school watch: what happens, as it happens: a live screen on a terminal, else one line per transition. */
import { setTimeout as delay } from "node:timers/promises";
import type { PipelineReport } from "../../../functions/coordinator/pipeline-report.ts";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { ImprovementLine } from "../../../shared/pipeline/listing.ts";
import { type Client, Unreachable } from "../client.ts";
import { type Common, JSON_OPTION, type Register, type Shell } from "../command.ts";
import { follow } from "../follow.ts";
import { MOVING, WAITING, type Watched, watchFrame } from "../watch-frame.ts";
import { printing } from "./events.ts";

const EVERY_MS = 1_000;
/** Nobody's terminal is higher. */
const LINES = 100;
/** Verifications looked at in a second: one request each. */
const COUNTDOWNS = 8;

export const watch: Register = (program, shell) => {
  program
    .command("watch")
    .description("follow the school until Ctrl-C: what moves and how far it is, and what waits for a person")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const client = shell.school();
      const { terminal, stopped } = shell;
      if (terminal.interactive && json !== true) return live(shell, client);
      const started = () => {
        if (json !== true) terminal.note(`watching ${client.url}; Ctrl-C ends`);
      };
      await follow(client, new URLSearchParams(), { ...printing(terminal, json === true), started }, stopped);
    });
};

/** A screen of its own until stopped; a school that is away for a while is waited for. */
async function live({ stopped, terminal }: Shell, client: Client): Promise<void> {
  const look = looking(client);
  // The first look before the screen: a school that is not there is said where the command was typed.
  let watched = await look();
  let away = "";
  const screen = terminal.screen();
  const draw = () => {
    const { columns, rows } = screen.size();
    const note = away === "" ? [] : [terminal.paint("yellow", `${away}; waiting for it`.slice(0, columns))];
    screen.show([...note, ...watchFrame(terminal, watched, { columns, rows: rows - 1 - note.length })]);
  };
  screen.onResize(draw);
  try {
    while (!stopped.aborted) {
      draw();
      // Rejects when stopped: then the loop ends.
      await delay(EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
      if (stopped.aborted) break;
      try {
        watched = await look();
        away = "";
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        away = error.message;
      }
    }
  } finally {
    screen.leave();
  }
}

function looking(client: Client): () => Promise<Watched> {
  let verifiedAt = new Map<string, number>();
  const page = async (statuses: readonly string[]): Promise<readonly ImprovementLine[]> => {
    const query = new URLSearchParams({
      limit: String(LINES),
      ...(statuses.length > 0 ? { status: statuses.join() } : {}),
    });
    return (await client.get<{ improvements: ImprovementLine[] }>(`/api/improvements?${query.toString()}`))
      .improvements;
  };
  return async () => {
    const [report, moving, waiting, all] = await Promise.all([
      client.get<PipelineReport>("/api/pipeline"),
      page(MOVING),
      page(WAITING),
      page([]),
    ]);
    const now = Date.parse(report.time);
    const deployed = moving.filter(({ status }) => status === "deployed").slice(0, COUNTDOWNS);
    const ends = await Promise.all(
      deployed.map(async ({ id }) => {
        const known = verifiedAt.get(id);
        if (known !== undefined && known > now) return [id, known] as const;
        const { verification } = await client.get<Improvement>(`/api/improvements/${encodeURIComponent(id)}`);
        return [id, verification?.endsAt] as const;
      }),
    );
    verifiedAt = new Map(ends.filter((pair): pair is [string, number] => pair[1] !== undefined));
    const busy = new Set([...moving, ...waiting].map(({ id }) => id));
    return { url: client.url, report, moving, waiting, lately: all.filter(({ id }) => !busy.has(id)), verifiedAt };
  };
}
