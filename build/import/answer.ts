/** What `school import` does once its options are read. */
import type { Redis } from "ioredis";
import { connectRedis, withoutPassword } from "../../shared/pipeline/connection.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import type { Shell } from "../cli/command.ts";
import type { ImportOptions } from "../cli/commands/import.ts";
import { Failure, UsageError } from "../cli/failure.ts";
import { harmless, short, type Terminal } from "../cli/terminal.ts";
import { type ImportReport, importPlatform } from "./import.ts";

/** Nobody wants to wait longer for an address that was mistyped. */
const CONNECT_MS = 10_000;

/** Imports, or says what it would import, and prints the report. */
export async function answerImport(
  { dryRun = false, redis, fromPrefix, json }: ImportOptions,
  { terminal, redis: target, fail, stopped }: Pick<Shell, "terminal" | "redis" | "fail" | "stopped">,
): Promise<void> {
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
}

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
