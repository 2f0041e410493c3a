/**
 * npm run chaos: faults for as many minutes as are wanted, then a report.
 *
 * Usage: run.ts [--minutes 30] [--seed N] [--per-minute 40] [--json file] [--schedule]
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { randomOf } from "./random.ts";
import { report } from "./report.ts";
import { printed, scheduleOf } from "./schedule.ts";
import { chaosSuite } from "./suite.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string" },
    "per-minute": { type: "string", default: "40" },
    json: { type: "string" },
    schedule: { type: "boolean", default: false },
  },
});
const [minutes, perMinute] = [Number(values.minutes), Number(values["per-minute"])];
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
if (![minutes, perMinute].every((number) => number > 0) || !Number.isInteger(seed)) {
  process.stderr.write("--minutes and --per-minute take a positive number, --seed a whole one\n");
  process.exit(2);
}
const log = (line: string) => void process.stdout.write(`${line}\n`);
log(`seed ${seed}, ${minutes} minutes; the same again: npm run chaos -- --minutes ${minutes} --seed ${seed}`);
log(printed(scheduleOf(randomOf(seed).fork("schedule"), minutes * 60_000)));
if (!values.schedule) {
  const found = await chaosSuite({ seed, minutes, perMinute, log });
  log(report(found));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(found, null, 2)}\n`);
  process.exitCode = found.broken.length === 0 ? 0 : 1;
}
