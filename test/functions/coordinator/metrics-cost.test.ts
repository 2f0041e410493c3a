/** A scrape asks Redis as often with thousands of improvements as with none, so it reads no record. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedSchool } from "../../bench/seed.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({ env: { REAP_SECONDS: "60", ANOMALY_INTERVAL: "0" } });
});
afterAll(() => school.close());

/** Loops wait on the stream and look for what is due whether or not somebody scrapes. */
const OTHERS = ["xread", "info", "config|resetstat", "eval", "evalsha", "time"];

/** Commands Redis was given during one scrape. */
async function scrape(): Promise<number> {
  await school.redis.config("RESETSTAT");
  expect((await school.call("nobody", "GET", "/metrics")).status).toBe(200);
  const stats = await school.redis.info("commandstats");
  const calls = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
  return calls.reduce((sum, [, name = "", number]) => sum + (OTHERS.includes(name) ? 0 : Number(number)), 0);
}

test("with a thousand improvements as with none", async () => {
  await scrape();
  const empty = await scrape();
  expect(empty).toBeGreaterThan(50);
  await seedSchool(school.server.url, 1_000);
  // The search index reads every record once, in the background; a scrape that did so would do it every time.
  await expect.poll(scrape, { timeout: 60_000, interval: 200 }).toBeLessThan(empty + 20);
}, 90_000);
