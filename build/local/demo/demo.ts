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

/** Shorter than in earnest, so that a demonstration ends while somebody is watching; .env may say otherwise. */
export const DEMO_PACE = { HEALTH_CHECK_DURATION: "15", VERIFY_INTERVAL: "2", SYNC_INTERVAL: "1" };

const TALKS = path.join(ROOT, "build/local/samples/talks");
const LOOK_MS = 500;
/** Far above what a slow machine needs; a demonstration that takes longer is stuck and says so. */
const PATIENCE_MS = 15 * 60_000;

/** True when the pass showed every outcome and records, Git and doctor agree. */
export async function demonstrate(school: LocalSchool, log: (message: string) => void): Promise<boolean> {
  const client = demoClient(school);
  const deadline = performance.now() + PATIENCE_MS;
  const talks = (await readdir(TALKS)).filter((name) => !name.endsWith(".md")).sort();
  // One after the other: of two talks that say the same it is always the first that counts.
  for (const talk of talks) {
    const title = path.parse(talk).name;
    const isRead = async () => (await client.sourcesRead()).includes(title);
    if (await isRead()) continue;
    await client.submit({ title, content: await readFile(path.join(TALKS, talk), "utf8") });
    log(`  → ${talk}`);
    while (!(await isRead()) && performance.now() < deadline) await wait(LOOK_MS / 5);
  }
  log(`Verification takes ${DEMO_PACE.HEALTH_CHECK_DURATION} s here instead of five minutes. Now watch:\n`);

  const lines = await untilSettled(school, client, deadline, log);
  log(`\n${closingTable(lines)}\n`);
  const problems = await shortcomings(lines, school.repository, await client.doctor());
  for (const problem of problems) log(`  ! ${problem}`);
  log(problems.length === 0 ? "Records, git log and doctor agree." : "The demonstration did not show what it should.");
  log(`The repository: git --git-dir ${school.repository} log`);
  log(`Look around:    npm start -- --data ${school.dataDir}   and open the improvements above`);
  return problems.length === 0;
}

/** Follows until nothing moves any more; the reviewer decides in between. */
async function untilSettled(
  school: LocalSchool,
  client: DemoClient,
  deadline: number,
  log: (message: string) => void,
): Promise<Line[]> {
  const seen = new Map<string, string>();
  const person = reviewer(client, school.sandbox, log);
  for (;;) {
    const lines = await client.list();
    for (const line of [...lines].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      if (seen.get(line.id) === line.status) continue;
      seen.set(line.id, line.status);
      const title = (line.title ?? "").slice(0, 48).padEnd(48);
      log(
        `  ${line.id}  ${line.status.padEnd(15)} ${title}  ${oneLine((await client.trail(line.id)).at(-1)?.because ?? "")}`,
      );
    }
    const quiet = lines.every(({ status }) => !isMoving(status));
    if (quiet && !(await person.round(lines))) return lines;
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
