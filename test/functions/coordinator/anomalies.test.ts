/** Anomalies in a running coordinator: samples lie in Redis, what is unusual comes to the list of notify. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startCoordinator } from "../../../functions/coordinator/start.ts";
import type { Sample } from "../../../shared/anomalies/sample.ts";
import { anomalyBook } from "../../../shared/pipeline/anomaly-book.ts";
import { quietWeek } from "../../support/stage-samples.ts";
import { baseEnv, request, startSchool, type TestSchool } from "./support.ts";

const INTERVAL_MS = 200;
let school: TestSchool;
afterEach(() => school.close());

/** Of a school that works: as samples of a minute each, the newest a moment ago. */
async function seed(samples: readonly Sample[]): Promise<void> {
  const now = Date.now();
  const texts = samples.map((sample, i) =>
    JSON.stringify({ ...sample, at: now - (samples.length - i) * 60_000, span: 60_000 }),
  );
  for (let from = 0; from < texts.length; from += 100) {
    await school.redis.lpush(school.keys.samples, ...texts.slice(from, from + 100));
  }
}
const notices = async () =>
  (await school.redis.lrange(school.keys.list("notify"), 0, -1))
    .map((text) => JSON.parse(text) as { type: string; data: { about: string; text: string; facts: object } })
    .filter(({ type }) => type === "ai.cortex.school.notice");
const sampled = async () => (await school.call("viewer", "GET", "/api/anomalies")).json;

describe("with enough that is usual", () => {
  beforeEach(async () => {
    // The samples have to be there before the first look.
    school = await startSchool({ env: { ANOMALY_INTERVAL: "0" } });
    await seed(quietWeek({ seed: 3, minutes: 1_500, load: 0.4 }));
  });

  test("a spike is told once, with what stands out, and shown by the API", async () => {
    const coordinator = await startCoordinator({
      env: { ...baseEnv, REDIS_URL: school.server.url, ANOMALY_INTERVAL: String(INTERVAL_MS / 1_000) },
    });
    try {
      const state = async () => (await request(coordinator.url, "viewer", "GET", "/api/anomalies")).json;
      await expect.poll(async () => (await state()).learnedAt, { timeout: 60_000 }).toEqual(expect.any(String));
      // Ten thousand lost leases and retries a minute are unusual anywhere; a sample may be taken between two of these.
      const spike = async () => {
        await school.redis.hincrby(school.keys.metrics, "retried:evaluate", 4_000);
        return (await notices()).length;
      };
      await expect.poll(spike, { interval: INTERVAL_MS / 4, timeout: 60_000 }).toBeGreaterThan(0);
      const told = await notices();
      expect(told).toHaveLength(1);
      expect(told[0]?.data).toMatchObject({ about: "anomaly", facts: { what: "began" } });
      expect(told[0]?.data.text).toMatch(/^Unusual: .*retries of evaluate .* a minute \(usually /);
      const { alarms } = await state();
      expect(alarms[0]).toMatchObject({ state: "open", text: expect.stringContaining("retries of evaluate") });
      const metrics = (await request(coordinator.url, "nobody", "GET", "/metrics")).text;
      expect(metrics).toMatch(/school_anomaly_alarm\{kind="\w+"\} 1/);
    } finally {
      await coordinator.close();
    }
  }, 150_000);
});

test("with too little data nothing is told, however wild it is, and the API says why", async () => {
  school = await startSchool({ env: { ANOMALY_INTERVAL: "0.02" } });
  await seed(quietWeek({ seed: 3, minutes: 100 }));
  const count = await school.redis.llen(school.keys.samples);
  await school.redis.hincrby(school.keys.metrics, "retried:evaluate", 50_000);
  await expect.poll(() => school.redis.llen(school.keys.samples), { timeout: 40_000 }).toBeGreaterThan(count + 5);
  expect(await notices()).toEqual([]);
  await expect.poll(async () => (await sampled()).refusing).toMatch(/^not enough data: \d+ of 200 distinct samples$/);
  expect((await sampled()).alarms).toEqual([]);
});

test("ANOMALY_INTERVAL=0: no samples, and the API says so", async () => {
  school = await startSchool({ env: { ANOMALY_INTERVAL: "0" } });
  expect(await sampled()).toMatchObject({ intervalSeconds: 0, samples: 0, alarms: [], refusing: "it is switched off" });
  expect(await school.redis.exists(school.keys.samples)).toBe(0);
});

describe("the samples", () => {
  beforeEach(async () => {
    school = await startSchool({ env: { ANOMALY_INTERVAL: "0" } });
  });
  const sample = (at: number): Sample => ({ at, span: 60_000, values: { "settled:route": 1 } });

  test("two coordinators keep one of each interval, and the oldest go", async () => {
    const book = anomalyBook(school.redis, school.keys);
    expect(await book.keep(sample(100_000), 45_000)).toBe(true);
    expect(await book.keep(sample(101_000), 45_000)).toBe(false);
    expect(await book.keep(sample(160_000), 45_000)).toBe(true);
    expect((await book.samples()).map(({ at }) => at)).toEqual([160_000, 100_000]);
  });

  test("a clock that went back does not stop them, nor does what somebody else wrote", async () => {
    const book = anomalyBook(school.redis, school.keys);
    await book.keep(sample(9e12), 45_000);
    expect(await book.keep(sample(100_000), 45_000)).toBe(true);
    await school.redis.lpush(school.keys.samples, "{", '"x"', '{"at":"now"}');
    expect(await book.keep(sample(200_000), 45_000)).toBe(true);
    expect(await book.samples()).toHaveLength(3);
    await school.redis.hset(school.keys.alarms, { age: "{", "state:": "[]", tokens: '{"kind":"tokens"}' });
    expect(await book.alarms()).toEqual([]);
    expect(await book.state()).toBeUndefined();
  });
});
