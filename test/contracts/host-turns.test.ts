/** Turns at hosts outside: the order in Redis, which all processes share, and the one of a single process. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localTurns } from "../../shared/adapters/web/turns.ts";
import { hostTurns } from "../../shared/pipeline/host-turns.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import type { HostTurns } from "../../shared/source-ports.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

let server: TestRedis;
let redis: Redis;
let second: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  second = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  second.disconnect();
  await server.close();
});

/** Spacings of hours: what a test takes to run does not show in them. */
const HOUR = 3_600_000;
const near = (wait: number, hours: number) => {
  expect(wait).toBeLessThanOrEqual(hours * HOUR);
  expect(wait).toBeGreaterThan(hours * HOUR - 600_000);
};
let hosts = 0;
const anyHost = () => `host-${(hosts += 1)}.test:8080`;

describe.each<[string, () => readonly [HostTurns, HostTurns]]>([
  ["in Redis", () => [hostTurns(redis, keysOf("p:")), hostTurns(second, keysOf("p:"))]],
  [
    "in one process",
    () => {
      const turns = localTurns();
      return [turns, turns];
    },
  ],
])("%s", (_, open) => {
  const spacing = { everyMs: HOUR, mostMs: 2.5 * HOUR };

  test("turns come one spacing after the other, whoever takes them", async () => {
    const [one, other] = open();
    const host = anyHost();
    expect(await one.next(host, spacing)).toEqual({ kind: "taken", afterMs: 0 });
    for (const [turns, hours] of [
      [other, 1],
      [one, 2],
    ] as const) {
      const turn = await turns.next(host, spacing);
      expect(turn.kind).toBe("taken");
      near(turn.afterMs, hours);
    }
  });

  test("who would wait too long takes none, and each is told another moment", async () => {
    const [one, other] = open();
    const host = anyHost();
    for (let i = 0; i < 3; i += 1) await one.next(host, spacing);
    for (const [turns, hours] of [
      [one, 3],
      [other, 4],
      [one, 5],
    ] as const) {
      const turn = await turns.next(host, spacing);
      expect(turn.kind).toBe("later");
      near(turn.afterMs, hours);
    }
    // None of them took it.
    const patient = await other.next(host, { ...spacing, mostMs: 3 * HOUR });
    expect(patient.kind).toBe("taken");
    near(patient.afterMs, 3);
  });

  test("one host's turns are not another's", async () => {
    const [one] = open();
    await one.next(anyHost(), spacing);
    expect(await one.next(anyHost(), spacing)).toEqual({ kind: "taken", afterMs: 0 });
  });

  test("a held host is held for all, also for those who have a turn; a shorter hold changes nothing", async () => {
    const [one, other] = open();
    const host = anyHost();
    expect(await other.heldMs(host)).toBe(0);
    await one.next(host, spacing);
    await one.hold(host, 4 * HOUR);
    await one.hold(host, HOUR);
    near(await other.heldMs(host), 4);
    const turn = await other.next(host, spacing);
    expect(turn.kind).toBe("later");
    near(turn.afterMs, 4);
  });

  test("without a spacing there is nothing to wait for, except a hold", async () => {
    const [one, other] = open();
    const host = anyHost();
    for (let i = 0; i < 3; i += 1) {
      expect(await one.next(host, { everyMs: 0, mostMs: 0 })).toEqual({ kind: "taken", afterMs: 0 });
    }
    await other.hold(host, HOUR);
    expect(await one.next(host, { everyMs: 0, mostMs: 0 })).toMatchObject({ kind: "later" });
  });

  test("many at once get turns that are all different", async () => {
    const [one, other] = open();
    const host = anyHost();
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 === 0 ? one : other).next(host, { everyMs: HOUR, mostMs: 99 * HOUR }),
      ),
    );
    const hours = all.map(({ afterMs }) => Math.ceil(afterMs / HOUR)).sort((a, b) => a - b);
    expect(hours).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });
});

test("what Redis keeps of a host ends when its last moment has passed", async () => {
  const turns = hostTurns(redis, keysOf("p:"));
  const host = anyHost();
  await turns.next(host, { everyMs: HOUR, mostMs: 0 });
  const life = await redis.pttl(`p:school:web:turns:${host}`);
  near(life - 2_000, 1);
  await turns.hold(host, 5 * HOUR);
  near((await redis.pttl(`p:school:web:turns:${host}`)) - 2_000, 5);
  // A turn taken later does not shorten it.
  await turns.next(host, { everyMs: 1, mostMs: 0 });
  near((await redis.pttl(`p:school:web:turns:${host}`)) - 2_000, 5);
});

test("a process that asks many hosts does not remember them for ever", async () => {
  let now = 0;
  const turns = localTurns(() => now);
  for (let i = 0; i < 2_000; i += 1) {
    await turns.next(`h${i}.test`, { everyMs: 1_000, mostMs: 0 });
    now += 10;
  }
  await turns.hold("held.test", HOUR);
  now += 5_000;
  for (let i = 0; i < 600; i += 1) await turns.next(`again${i}.test`, { everyMs: 1, mostMs: 0 });
  expect(await turns.heldMs("held.test")).toBe(HOUR - 5_000);
  expect(await turns.next("h1999.test", { everyMs: 1, mostMs: 0 })).toEqual({ kind: "taken", afterMs: 0 });
});
