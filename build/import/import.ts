/** Takes in what the founding platform left in a Redis. Idempotent; writes none of the platform's keys. */
import type { Redis } from "ioredis";
import {
  type ImportScripts,
  importElement,
  importedKey,
  importHistory,
  loadImportScripts,
} from "../../shared/pipeline/import.ts";
import type { Keys } from "../../shared/pipeline/keys.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { judge } from "./judge.ts";
import { openPlatform, type PlatformRecord } from "./platform.ts";

export interface ImportJob {
  readonly from: Redis;
  /** Before the platform's keys; usually empty. */
  readonly fromPrefix: string;
  readonly to: Redis;
  readonly keys: Keys;
  /** Look and report, write nothing. */
  readonly dryRun: boolean;
  readonly stopped: AbortSignal;
}

/** One line of the report: records that were alike, how many, and some of their ids. */
export interface ReportLine {
  readonly result: "imported" | "known" | "skipped";
  /** The platform's stage. */
  readonly was: string;
  /** What it is here, or why it is not. */
  readonly now: string;
  count: number;
  readonly examples: string[];
}

export interface ImportReport {
  readonly dryRun: boolean;
  /** Ctrl-C came in between; what was imported stays, the next run does the rest. */
  readonly stopped: boolean;
  readonly imported: number;
  readonly known: number;
  readonly skipped: number;
  readonly lines: readonly ReportLine[];
  readonly notes: readonly string[];
}

const EXAMPLES = 5;

export async function importPlatform(job: ImportJob): Promise<ImportReport> {
  const { from, fromPrefix, to, keys, dryRun, stopped } = job;
  const platform = await openPlatform(from, fromPrefix);
  const scripts = loadImportScripts(to, keys);
  const now = await redisNow(to);
  const lines = new Map<string, ReportLine>();
  const count = (result: ReportLine["result"], was: string, as: string, id: string): void => {
    const name = `${result}\n${was}\n${as}`;
    const line = lines.get(name) ?? { result, was, now: as, count: 0, examples: [] };
    lines.set(name, line);
    line.count += 1;
    if (line.examples.length < EXAMPLES) line.examples.push(id);
  };

  for await (const batch of platform.records()) {
    if (stopped.aborted) break;
    const known = batch.length === 0 ? [] : await to.hmget(importedKey(keys), ...batch.map(({ id }) => id));
    for (const [i, record] of batch.entries()) {
      const before = known[i];
      const outcome = before ? already(before) : await take(scripts, record, now, dryRun);
      count(outcome.result, outcome.was ?? record.place ?? "unlisted", outcome.now, record.id);
    }
  }
  for await (const { place, id } of platform.lost()) {
    if (stopped.aborted) break;
    count("skipped", place, "its record is gone, only the list still names it", id);
  }
  const sum = (result: ReportLine["result"]) =>
    [...lines.values()].reduce((total, line) => total + (line.result === result ? line.count : 0), 0);
  return {
    dryRun,
    stopped: stopped.aborted,
    imported: sum("imported"),
    known: sum("known"),
    skipped: sum("skipped"),
    lines: [...lines.values()].sort((a, b) => a.result.localeCompare(b.result) || b.count - a.count),
    notes: platform.notes,
  };
}

interface Outcome {
  readonly result: ReportLine["result"];
  readonly was?: string;
  readonly now: string;
}

function already(as: string): Outcome {
  return { result: "known", now: as === "ingest" ? "handed to ingest before" : "in the history already" };
}

async function take(scripts: ImportScripts, record: PlatformRecord, now: number, dryRun: boolean): Promise<Outcome> {
  const judged = judge(record, now);
  if (judged.kind === "unusable") return { result: "skipped", now: judged.because };
  const again = judged.kind === "again";
  const what = again ? "handed to ingest: every gate is ahead of it" : `history: ${judged.past.status}`;
  const done: Outcome = { result: "imported", was: again ? judged.was : judged.past.status, now: what };
  if (dryRun) return done;
  const answer = again
    ? await importElement(scripts, record.id, judged.element)
    : await importHistory(scripts, record.id, judged.past);
  if (answer.kind !== "taken") return answer.kind === "imported" ? done : already(answer.as);
  if (answer.type === "hash") return { result: "known", now: "in the history already" };
  return { result: "skipped", now: `its place is taken by a ${answer.type}, which was left alone` };
}
