import { expect, test } from "vitest";
import { rollingUpdate } from "./rolling-update.ts";

// More of everything: SCHOOL_CHAOS=full, or the program itself (node test/chaos/rolling-update.ts --updates 6).
const full = process.env["SCHOOL_CHAOS"] === "full";

test("every function and the coordinator replaced twice under load: nothing lost, nothing twice", {
  timeout: 1_200_000,
}, async () => {
  const updates = full ? 6 : 2;
  const improvements = full ? 400 : 40;
  const report = await rollingUpdate({ updates, improvements, talks: full ? 7 : 2, replicas: full ? 2 : 1 });
  if (full) process.stdout.write(`rolling update: ${JSON.stringify(report)}\n`);

  expect(report).toMatchObject({
    lost: [],
    brokenTrails: [],
    wrongCommits: [],
    findings: [],
    deadLetters: 0,
    leftovers: 0,
  });
  expect(report.improvements).toBeGreaterThan(improvements);
  expect(report.commits).toBeGreaterThan(0);
  // It was under load, there was somebody to replace, and old and new worked side by side.
  expect(report.updates).toHaveLength(updates);
  for (const { settled, replaced } of report.updates) expect(Math.min(settled, replaced)).toBeGreaterThan(0);
  expect(report.mixed).toBeGreaterThan(0);
  expect(report.bothBuilds).toContain("coordinator");
  expect(report.bothBuilds.length).toBeGreaterThan(3);
});
