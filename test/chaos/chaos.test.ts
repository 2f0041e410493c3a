import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";

// The full form is 2,000 improvements and two restarts of Redis: SCHOOL_CHAOS=full.
const full = process.env["SCHOOL_CHAOS"] === "full";

test("kill -9 at random and a Redis restart: nothing lost, nothing twice, indexes consistent", {
  timeout: 600_000,
}, async () => {
  const items = full ? 2_000 : 300;
  const report = await chaos({
    items,
    processesPerStage: full ? 3 : 2,
    killEveryMs: 250,
    redisRestarts: full ? 2 : 1,
    errorPercentage: 2,
  });
  if (full) process.stdout.write(`chaos: ${JSON.stringify(report)}\n`);

  expect(report).toMatchObject({
    done: items,
    wrongTrails: [],
    findings: [],
    misread: [],
    leftovers: 0,
    emitted: items,
    distinct: items,
  });
  expect(report.kills).toBeGreaterThan(0);
  expect(report.redisRestarts).toBeGreaterThan(0);
});
