/** school events: what has happened, and with --follow what happens. */
import { Option } from "commander";
import type { Gap, Transition } from "../../../shared/pipeline/event-stream.ts";
import type { Client } from "../client.ts";
import type { Common, Register } from "../command.ts";
import { UsageError } from "../failure.ts";
import { follow, type GapNotice, type Listener } from "../follow.ts";
import { short, statusStyle, type Terminal } from "../terminal.ts";

interface Options extends Common {
  readonly follow?: boolean;
  readonly since?: string;
  readonly after?: string;
  readonly improvement?: string;
  readonly status?: string;
  readonly limit?: string;
}
interface Page {
  readonly events: readonly Transition[];
  readonly cursor: string;
  readonly gap?: Gap;
}

const NEWEST = 100;
/** Shown before what happens, so that the eye has something to start from. */
const NEWEST_BEFORE_FOLLOWING = 10;
const PAGE = 1_000;

export const events: Register = (program, { terminal, school, stopped }) => {
  program
    .command("events")
    .description("what has happened, oldest first; with --follow also what happens, until Ctrl-C")
    .option("-f, --follow", "go on with what happens; comes back by itself when the school was away")
    .option("--since <time>", "from then on: 30m, 2h, 7d ago, or ISO 8601")
    .addOption(new Option("--after <entry>", "after this event, as --json shows it in `entry`").conflicts("since"))
    .option("--improvement <id>", "only of this improvement")
    .option("--status <status>", "only moves to these, separated by commas")
    .option("--limit <n>", `the newest n; unless given ${NEWEST}, or all since then`)
    .option("--json", "one JSON object per line")
    .action(async (options: Options) => {
      const client = school();
      const filter = filterOf(options);
      const listener = printing(terminal, options.json === true);
      const cursor = await past(client, filter, options, listener);
      if (options.follow !== true) return;
      const query = new URLSearchParams({ ...filter, after: cursor });
      await follow(client, query, listener, stopped, true);
    });
};

/** Prints each transition as a line, or as JSON; what is no transition goes to standard error, a gap to both. */
export function printing(terminal: Terminal, json: boolean): Listener {
  return {
    moved: (event) => terminal.line(json ? JSON.stringify(event) : logLine(terminal, event)),
    gap(gap) {
      // Programs do not read standard error, and must not believe that nothing is missing.
      if (json) terminal.line(JSON.stringify({ gap }));
      terminal.note(`warning: ${gap.detail}`);
    },
    note: (text) => terminal.note(text),
  };
}

/** Prints what has happened; returns where to go on. */
async function past(client: Client, filter: Record<string, string>, options: Options, on: Listener): Promise<string> {
  const { since, after, limit } = options;
  if (since === undefined && after === undefined) {
    const most = limit ?? String(options.follow === true ? NEWEST_BEFORE_FOLLOWING : NEWEST);
    const page = await client.get<Page>(`/api/events?${new URLSearchParams({ ...filter, limit: most }).toString()}`);
    for (const event of page.events) on.moved(event);
    return page.cursor;
  }
  let from: Record<string, string> = since === undefined ? { after: after as string } : { since: timeOf(since) };
  let left = limit === undefined ? Number.POSITIVE_INFINITY : countOf(limit);
  for (;;) {
    const size = Math.min(PAGE, left);
    const query = new URLSearchParams({ ...filter, ...from, limit: String(size) });
    const page = await client.get<Page>(`/api/events?${query.toString()}`);
    if (page.gap !== undefined) on.gap(noticeOf(page.gap));
    for (const event of page.events) on.moved(event);
    left -= page.events.length;
    if (page.events.length < size || left === 0) return page.cursor;
    from = { after: page.cursor };
  }
}

function filterOf({ improvement, status }: Options): Record<string, string> {
  return { ...(improvement === undefined ? {} : { improvement }), ...(status === undefined ? {} : { status }) };
}

function noticeOf({ reason, first, last }: Gap): GapNotice {
  const detail =
    reason === "trimmed"
      ? "the school does not keep events for so long: some are missing"
      : "the school does not know that event (its Redis was replaced or restored): some may be missing";
  return { reason, first, last, detail };
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeOf(text: string): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const at = unit === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNITS[unit] as number);
  if (Number.isNaN(at)) throw new UsageError(`--since ${text}: write 30m, 2h, 7d, or a time as 2026-01-31T08:00:00Z`);
  return new Date(at).toISOString();
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new UsageError(`--limit ${text}: write a whole number from 1 on`);
  return count;
}

function logLine(terminal: Terminal, { at, improvement, from, to, by, because }: Transition): string {
  const step = `${from === "" ? "new" : from} -> ${terminal.paint(statusStyle(to), to)}`;
  return `${at}  ${short(improvement, 24)}  ${step}  by ${short(by, 40)}: ${short(because, 120)}`;
}
