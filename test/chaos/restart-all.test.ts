import { expect, test } from "vitest";
import { demonstration, type Run } from "./restart-all.ts";

// Ten kills are the full form: SCHOOL_CHAOS=full.
const full = process.env["SCHOOL_CHAOS"] === "full";
const KILLS = full ? 10 : 2;
const PACE = full ? {} : { HEALTH_CHECK_DURATION: "4", VERIFY_INTERVAL: "1" };

test(`kill -9 of everything in the middle of the demonstration, ${KILLS} times: the same ends as without`, {
  timeout: 2_400_000,
}, async () => {
  const undisturbed = await demonstration(PACE);
  // Anywhere within its share of the way, so that every run meets other moments.
  const share = (0.9 * undisturbed.settled) / KILLS;
  const points = Array.from({ length: KILLS }, (_, i) => Math.round(share * (i + Math.random())));
  const restarted = await demonstration(PACE, points);
  if (full) {
    const report = { points, undisturbed: told(undisturbed), restarted: told(restarted) };
    process.stdout.write(`restart: ${JSON.stringify(report)}\n`);
  }

  const when = `killed after ${restarted.kills.join()} settled events`;
  expect(restarted.ends, when).toEqual(undisturbed.ends);
  expect(restarted.ends.findings, when).toEqual([]);
  expect(restarted.kills.length, when).toBe(KILLS);
});

function told({ settled, kills, seconds, ends }: Run) {
  const improvements = Object.keys(ends.improvements).length;
  return {
    settled,
    kills,
    seconds: Math.round(seconds),
    improvements,
    commits: Object.values(ends.commits).flat().length,
  };
}
