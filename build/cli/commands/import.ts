/**
 * school import: takes in what the founding platform left in Redis. It reads and writes Redis itself: the coordinator knows
 * one Redis only, and nothing of the platform's keys.
 */
import type { Redis } from "ioredis";
import { connectRedis, withoutPassword } from "../../../shared/pipeline/connection.ts";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { type ImportReport, importPlatform } from "../../import/import.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure, UsageError } from "../failure.ts";
import { harmless, short, type Terminal } from "../terminal.ts";

interface ImportOptions extends Common {
  readonly dryRun?: boolean;
  readonly redis?: string;
  readonly fromPrefix: string;
}

/** Nobody wants to wait longer for an address that was mistyped. */
const CONNECT_MS = 10_000;

export const importCommand: Register = (program, { terminal, redis: target, fail, stopped }) => {
  program
    .command("import")
    .description("take in the improvements of the founding platform; its own keys stay as they are")
    .option("--dry-run", "only say what would be done")
    .option("--redis <url>", "where the platform's keys are; the school's own Redis unless given")
    .option("--from-prefix <prefix>", "what stands before the platform's keys", "")
    .option(...JSON_OPTION)
    .action(async ({ dryRun = false, redis, fromPrefix, json }: ImportOptions) => {
      if (redis !== undefined && !/^rediss?:\/\//u.test(redis)) {
        throw new UsageError(`--redis must be redis://host:port or rediss://host:port, not ${withoutPassword(redis)}`);
      }
      const { url, prefix } = target();
      const opened: Redis[] = [];
      try {
        const to = await connected(url, opened);
        const from = redis === undefined ? to : await connected(redis, opened);
        const report = await importPlatform({ from, fromPrefix, to, keys: keysOf(prefix), dryRun, stopped });
        if (report.stopped) fail();
        if (json === true) return terminal.json(report);
        show(report, terminal);
      } finally {
        for (const connection of opened) connection.disconnect();
      }
    });
};

function show({ lines, notes, imported, known, skipped, dryRun, stopped }: ImportReport, terminal: Terminal): void {
  if (lines.length > 0) {
    terminal.table(
      ["", "COUNT", "STOOD IN", "NOW", "FOR EXAMPLE"],
      lines.map((line) => [
        line.result === "imported" && dryRun ? "would import" : line.result,
        String(line.count),
        line.was,
        short(line.now, 60),
        short(line.examples.join(" "), 44),
      ]),
    );
  }
  const all = `${imported} ${dryRun ? "would be imported" : "imported"}, ${known} known, ${skipped} skipped`;
  terminal.line(lines.length === 0 ? "no improvement of the founding platform was found" : all);
  for (const note of notes) terminal.note(harmless(note));
  if (stopped) terminal.note("stopped in between; what was imported stays, run it again for the rest");
}

/** Fails at once instead of waiting for Redis as the school does: somebody sits before the terminal. */
async function connected(url: string, opened: Redis[]): Promise<Redis> {
  const redis = connectRedis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: CONNECT_MS });
  let reason = "";
  redis.on("error", (error: Error) => {
    reason ||= error.message;
  });
  opened.push(redis);
  await redis.connect().catch((error: Error) => {
    throw new Failure(`Redis at ${withoutPassword(url)} does not let us in (${reason || error.message})`);
  });
  return redis;
}
