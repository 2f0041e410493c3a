import { expect, test } from "vitest";
import { chaosSuite } from "./suite/suite.ts";

// The long form: npm run chaos -- --minutes 30. Its seed is in the report of a run that fails.
const MINUTES = 3;
const seed = Number(process.env["SCHOOL_CHAOS_SEED"] ?? Math.floor(Math.random() * 1_000_000));

test(`${MINUTES} minutes of faults with seed ${seed}: nothing lost, nothing twice, everything at rest`, {
  timeout: 1_200_000,
}, async () => {
  const lines: string[] = [];
  const report = await chaosSuite({ seed, minutes: MINUTES, perMinute: 20, log: (line) => void lines.push(line) });

  const { broken, trails } = report;
  expect(broken, `seed ${seed}\n${lines.join("\n")}\n${JSON.stringify(trails, null, 1)}`).toEqual([]);
  // It was under fire and at work: a run in which nothing happens proves nothing.
  expect(Object.keys(report.faults).length).toBeGreaterThan(20);
  expect(report.commits).toBeGreaterThan(0);
  expect(report.moves).toBeGreaterThan(5 * report.commits);
  expect(report.looks).toBeGreaterThan(5);
  expect(report.skew).toBeGreaterThan(60_000);
});
