/** school audit: who did what, when and why; as a table, as JSON, or all of it in a file. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Deed } from "../../../shared/pipeline/audit-log.ts";
import { type Client, failureIn } from "../client.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure } from "../failure.ts";
import { given } from "../pages.ts";
import { short } from "../terminal.ts";

interface AuditPage {
  readonly entries: readonly Deed[];
  readonly next: string | null;
  readonly decisions_since: string | null;
}
interface Options extends Common {
  readonly actor?: string;
  readonly action?: string;
  readonly improvement?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: string;
  readonly export?: string;
}

export const audit: Register = (program, { terminal, school, stopped }) => {
  program
    .command("audit")
    .description("who did what, when and why: decisions, flags, locks, dead letters, sources, sessions")
    .option("--actor <names>", "only what these people did")
    .option("--action <names>", "only these actions, or what stands before their dot: flag, improvement, session.begin")
    .option("--improvement <id>", "only what is about this one")
    .option("--from <time>", "since then (2026-01-31 or ISO 8601)")
    .option("--to <time>", "until then")
    .option("--limit <n>", "so many, the newest first", "50")
    .option("--export <file>", "all of it into this file, one JSON object per line; - for standard output")
    .option(...JSON_OPTION)
    .action(async ({ json, limit, export: file, actor, action, improvement, from, to }: Options) => {
      const filters = given({ actor, action, improvement, from, to });
      if (file !== undefined) {
        await save(await exported(school(), filters, stopped), file, stopped);
        if (file === "-") return;
        if (json === true) return terminal.json({ file });
        return terminal.note(`the audit is in ${file}`);
      }
      const query = new URLSearchParams({ ...filters, limit });
      const answer = await school().get<AuditPage>(`/api/audit?${query.toString()}`);
      if (json === true) return terminal.json(answer);
      if (answer.entries.length === 0) return terminal.line("nobody has done anything that fits");
      terminal.table(
        ["WHEN", "WHO", "WHAT", "TO", "WHY"],
        answer.entries.map((deed) => [
          deed.at.replace(/\.\d+Z$/, "Z"),
          short(deed.actor.replace(/^person:/, ""), 20),
          short(deed.action, 26),
          short(deed.subject, 26),
          short(deed.reason, 60),
        ]),
      );
      if (answer.next !== null) terminal.note("there is more: --limit, or --export FILE for all of it");
    });
};

async function exported(client: Client, filters: Record<string, string>, signal: AbortSignal): Promise<Readable> {
  const address = `${client.url}/api/audit/export?${new URLSearchParams(filters).toString()}`;
  const response = await client.fetch(address, { signal }).catch((error: unknown) => {
    throw new Failure(`the school at ${client.url} does not answer (${String(error)}); is it running? \`npm start\``);
  });
  if (!response.ok || response.body === null) throw await failureIn(client.url, response);
  return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
}

async function save(body: Readable, file: string, signal: AbortSignal): Promise<void> {
  const isFile = file !== "-";
  const to = isFile ? createWriteStream(file) : process.stdout;
  await pipeline(body, to, { end: isFile, signal }).catch((error: NodeJS.ErrnoException) => {
    // `… | head` has what it wanted.
    if (error.code === "EPIPE") return;
    throw new Failure(`${isFile ? file : "the output"} is not whole: ${error.message}`);
  });
}
