/** What a reviewer may do besides a yes or no: school queue, defer, edit, allow-again. */
import { readFile } from "node:fs/promises";
import { text as streamText } from "node:stream/consumers";
import { durationOf } from "../../../shared/domain/deferral.ts";
import type { ReviewQueue } from "../../../shared/pipeline/review-queue.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { UsageError } from "../failure.ts";
import { given } from "../pages.ts";
import { short, statusStyle } from "../terminal.ts";

interface QueueOptions extends Common {
  readonly status?: string;
  readonly category?: string;
  readonly expert?: string;
  readonly intent?: string;
  readonly deferred?: boolean;
  readonly limit?: string;
}
interface Options extends Common {
  readonly reason: string;
  readonly for?: string;
  readonly until?: string;
  readonly intent?: string;
}
interface Answer {
  readonly id: string;
  readonly status: string;
  readonly deferred?: { readonly until: string };
}

const ID = ["<id>", "the improvement's id, as `school queue` shows it"] as const;
const REASON = ["--reason <text>", "why; it goes into the audit trail"] as const;
const SPAN = "a span such as 30m, 4h, 3d or 2w";

export const putOff: Register = (program, { terminal, school, stdin }) => {
  program
    .command("queue")
    .description("what waits for a person, in the order to look at it, and why it stands there")
    .option("--status <status>", "only what stands there; several with commas")
    .option("--category <category>", "only this category")
    .option("--expert <expert>", "only what this expert judged")
    .option("--intent <kind>", "only this kind of change")
    .option("--deferred", "what is put off, instead of what is not")
    .option("--limit <n>", "at most this many", "50")
    .option(...JSON_OPTION)
    .action(async ({ json, deferred, status, category, expert, intent, limit }: QueueOptions) => {
      const off = deferred === true ? "yes" : undefined;
      const query = given({ status, category, expert, intent, limit, deferred: off });
      const queue = await school().get<ReviewQueue>(`/api/review?${new URLSearchParams(query).toString()}`);
      if (json === true) return terminal.json(queue);
      if (queue.rows.length === 0) return terminal.line("nothing waits for you");
      terminal.table(
        ["SCORE", "ID", "STATUS", "TITLE", "WHY IT STANDS HERE"],
        queue.rows.map((row) => [
          String(row.score),
          short(row.id, 20),
          terminal.paint(statusStyle(row.status), row.status),
          short(row.title ?? "", 40),
          short(row.deferred === undefined ? row.because.join("; ") : `put off until ${row.deferred.until}`, 70),
        ]),
      );
      if (queue.deferred > 0 && off === undefined) terminal.line(`${queue.deferred} put off: school queue --deferred`);
    });
  program
    .command("defer")
    .description("put a decision off: it leaves the queue and comes back by itself")
    .argument(...ID)
    .option("--for <span>", SPAN)
    .option("--until <moment>", "a moment in ISO 8601, such as 2026-01-31T08:00:00Z")
    .requiredOption(...REASON)
    .option(...JSON_OPTION)
    .action(async (id: string, { json, reason, for: length, until }: Options) => {
      const answer = await school().post<Answer>(pathOf(id, "defer"), { reason, ...endOf(length, until) });
      if (json === true) return terminal.json(answer);
      terminal.line(`${answer.id} is put off until ${answer.deferred?.until}`);
    });
  program
    .command("edit")
    .description("write the intent of a pending improvement anew; it is planned again, and somebody else approves it")
    .argument(...ID)
    .requiredOption("--intent <file>", "JSON with all fields of the intent; - for standard input")
    .requiredOption(...REASON)
    .option(...JSON_OPTION)
    .action(async (id: string, { json, reason, intent: file = "-" }: Options) => {
      const intent = jsonIn(file === "-" ? await streamText(stdin) : await readText(file));
      const answer = await school().post<Answer>(pathOf(id, "edit"), { reason, intent });
      if (json === true) return terminal.json(answer);
      terminal.line(`${answer.id} is now ${terminal.paint(statusStyle(answer.status), answer.status)}`);
    });
  program
    .command("allow-again")
    .description("take back that nothing like a rejected improvement is ever proposed again")
    .argument(...ID)
    .requiredOption(...REASON)
    .option(...JSON_OPTION)
    .action(async (id: string, { json, reason }: Options) => {
      const answer = await school().post<Answer>(pathOf(id, "allow-again"), { reason });
      if (json === true) return terminal.json(answer);
      terminal.line(`what is like ${answer.id} may be proposed again`);
    });
};

function pathOf(id: string, action: string): string {
  return `/api/improvements/${encodeURIComponent(id)}/${action}`;
}

function endOf(length: string | undefined, until: string | undefined): { minutes: number } | { until: string } {
  if ((length === undefined) === (until === undefined)) throw new UsageError("give either --for or --until");
  if (until !== undefined) return { until };
  const ms = durationOf(length ?? "");
  if (ms === undefined) throw new UsageError(`--for is ${SPAN}`);
  return { minutes: ms / 60_000 };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`--intent cannot be read: ${(error as Error).message}`);
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--intent is not JSON: ${(error as Error).message}`);
  }
}
