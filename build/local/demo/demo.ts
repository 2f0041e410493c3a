/**
 * `npm start -- --demo`: four talks go in, improvements travel through every stage, commits land in the repository, the
 * stand-in cluster applies them, each is verified or reverted; two faults are injected on the way.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isMoving } from "../../../shared/domain/lifecycle.ts";
import { ROOT } from "../../bundle/targets.ts";
import type { LocalSchool } from "../school.ts";
import { type DemoClient, demoClient, type Line } from "./client.ts";
import { closingTable, shortcomings } from "./report.ts";
import { reviewer } from "./reviewer.ts";

/**
 * Shorter than in earnest, so that a demonstration ends while somebody is watching; .env may say otherwise. One event at
 * a time: what is decided depends on what was decided before, and a demonstration is to show the same each time.
 */
export const DEMO_PACE = { HEALTH_CHECK_DURATION: "15", VERIFY_INTERVAL: "2", SYNC_INTERVAL: "1", PER_POD: "1" };
/** For the same reason. */
export const DEMO_REPLICAS = 1;

const TALKS = path.join(ROOT, "build/local/samples/talks");
const LOOK_MS = 300;
/** Far above what a slow machine needs; a demonstration that takes longer is stuck and says so. */
const PATIENCE_MS = 15 * 60_000;

/** True when the pass showed every outcome and records, Git and doctor agree. */
export async function demonstrate(school: LocalSchool, log: (message: string) => void): Promise<boolean> {
  const client = demoClient(school);
  const talks = (await readdir(TALKS)).filter((name) => !name.endsWith(".md")).sort();
  log(`Verification takes ${DEMO_PACE.HEALTH_CHECK_DURATION} s here instead of five minutes. Now watch:\n`);

  const lines = await untilSettled(school, client, talks, log);
  log(`\n${closingTable(lines)}\n`);
  const problems = await shortcomings(lines, school.repository, await client.doctor());
  for (const problem of problems) log(`  ! ${problem}`);
  log(problems.length === 0 ? "Records, git log and doctor agree." : "The demonstration did not show what it should.");
  log(`The repository: git --git-dir ${school.repository} log`);
  log(`Look around:    npm start -- --data ${school.dataDir}   and open the improvements above`);
  return problems.length === 0;
}

/**
 * Follows until every talk is read and nothing moves any more; the reviewer decides at the end. A talk is handed in when all
 * that came of the one before rests: what is said twice, and which places are taken, is then the same in every run.
 */
async function untilSettled(
  school: LocalSchool,
  client: DemoClient,
  talks: readonly string[],
  log: (message: string) => void,
): Promise<Line[]> {
  const seen = new Map<string, string>();
  const person = reviewer(client, school.sandbox, log);
  const deadline = performance.now() + PATIENCE_MS;
  let handedIn = "";
  for (;;) {
    // Sources first: a talk that is read after the list was taken would be missed.
    const read = await client.sourcesRead();
    const lines = await client.list();
    for (const line of [...lines].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      if (seen.get(line.id) === line.status) continue;
      seen.set(line.id, line.status);
      const why = (await client.trail(line.id)).at(-1)?.because ?? "";
      log(`  ${line.id}  ${line.status.padEnd(15)} ${(line.title ?? "").slice(0, 48).padEnd(48)}  ${oneLine(why)}`);
    }
    const isMeasured = await person.measureAgain(lines);
    if (!isMeasured && lines.every(({ status }) => !isMoving(status))) {
      const next = talks.find((talk) => !read.includes(path.parse(talk).name));
      if (next === undefined && !(await person.round(lines))) return lines;
      if (next !== undefined && next !== handedIn) {
        const content = await readFile(path.join(TALKS, next), "utf8");
        await client.submit({ title: path.parse(next).name, content });
        log(`  → ${next}`);
        handedIn = next;
      }
    }
    if (performance.now() > deadline) {
      log(`Gave up after ${PATIENCE_MS / 60_000} minutes; see the logs in ${path.join(school.dataDir, "logs")}`);
      return lines;
    }
    await wait(LOOK_MS);
  }
}

function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  return flat.length > 110 ? `${flat.slice(0, 109)}…` : flat;
}
