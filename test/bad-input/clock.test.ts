import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runRound, startVerification } from "../../shared/checks/round.ts";
import type { Verification } from "../../shared/domain/health.ts";
import { newestTransitions } from "../../shared/pipeline/event-stream.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { badInput, good } from "./support.ts";

const HOUR_MS = 3_600_000;
const school = badInput();

/**
 * What a jump of Redis's clock leaves behind: every time that was written down is that much off. Set back by an hour,
 * what is due in a second lies an hour ahead.
 */
async function clockJumped(byMs: number): Promise<void> {
  const { redis } = school();
  for (const key of await redis.keys("school:*")) {
    if ((await redis.type(key)) !== "zset") continue;
    for (const member of await redis.zrange(key, "0", "-1")) await redis.zincrby(key, -byMs, member);
  }
}

describe("Redis's clock is set back by an hour", () => {
  test("an event that was to be looked at in a second is looked at now, not in an hour", async () => {
    const { seed, queue } = school();
    await seed(["a"]);
    const route = queue("route");
    const token = (await route.claim(1)).leases[0]?.token ?? "";
    await route.settle([{ kind: "again", token, id: "a", from: "raw", delayMs: 60_000, patch: {} }], 0);
    await clockJumped(-HOUR_MS);

    // The first look notices, the second one has it.
    const found = [...(await route.claim(1)).leases, ...(await route.claim(1)).leases];

    expect(found.map(({ attempt }) => attempt)).toEqual([1]);
  });

  test("the lease of a worker that died ends when a lease ends, not in an hour", async () => {
    const { seed, queue, redis } = school();
    await seed(["a"]);
    await queue("route").claim(1);
    await clockJumped(-HOUR_MS);

    await queue("route", { leaseMs: 20 }).claim(1);

    await expect.poll(async () => (await queue("route").claim(1)).leases.length).toBe(1);
    expect(await redis.hget("school:queue:route:attempts", "x")).toBeNull();
  });

  test("a worker that lives keeps its lease", async () => {
    const { seed, queue } = school();
    await seed(["a"]);
    const worker = queue("route");
    const token = (await worker.claim(1)).leases[0]?.token ?? "";
    await clockJumped(-HOUR_MS);

    expect((await queue("route").claim(1)).leases).toEqual([]);
    expect(await worker.heartbeat([token])).toEqual([]);
    const move = { kind: "move", token, id: "a", from: "raw", to: "routed", because: "it knows", patch: {} } as const;
    expect((await worker.settle([move], 0)).results).toEqual(["ok"]);
  });

  test("the stream of transitions goes on in order, and nobody who reads it misses any", async () => {
    const { seed, redis, keys } = school();
    await seed(["before"]);
    await redis.call("XSETID", keys.events, `${Date.now() + HOUR_MS}-7`);
    await seed(["after", "later"]);

    const all = await newestTransitions(redis, keys, 10);

    expect(all.map(({ improvement }) => improvement)).toEqual(["before", "after", "later"]);
  });

  test("a verification measures anew instead of waiting for the hour to pass, and what it extended is forgotten", async () => {
    const schedule = { durationMs: 60_000, intervalMs: 10_000 } as Parameters<typeof runRound>[2];
    const now = 10 * HOUR_MS;
    const limits = { initialDelayMs: 0, intervalMs: 10_000 } as never;
    const measurement = { at: now + HOUR_MS, phase: "Successful", message: "of another time" } as const;
    const stored: Verification = {
      ...startVerification(now + HOUR_MS, schedule),
      extended: true,
      extendedAt: now + HOUR_MS,
      checks: { pods: { limits, applies: true, lookedAt: now + HOUR_MS, measurements: [measurement] } },
    };

    const { verification, decision } = await runRound(stored, [], schedule, { now } as never);

    expect(verification).toEqual(startVerification(now, schedule));
    expect(decision).toMatchObject({ kind: "continue", nextAt: now + 60_000 });
  });
});

describe("Redis's clock is set forward by an hour", () => {
  test("leases end early: the next worker takes the event, the first one's result changes nothing", async () => {
    const { seed, queue, redis, places } = school();
    await seed(["a"]);
    const first = queue("route");
    const second = queue("route");
    const move = (token: string) =>
      ({ kind: "move", token, id: "a", from: "raw", to: "routed", because: "it knows", patch: {} }) as const;
    const early = (await first.claim(1)).leases[0]?.token ?? "";
    await clockJumped(HOUR_MS);

    const late = (await second.claim(1)).leases[0];

    expect(late?.attempt).toBe(2);
    expect(await first.heartbeat([early])).toEqual([early]);
    expect((await first.settle([move(early)], 0)).results).toEqual(["lost"]);
    expect((await second.settle([move(late?.token ?? "")], 0)).results).toEqual(["ok"]);
    expect(await redis.xlen("improvement:a:trail")).toBe(2);
    expect(await places("route")).toMatchObject({ list: 0, leases: 0, leased: 0, attempts: 0, dead: 0 });
  });

  test("long timers come due at once, each once", async () => {
    const { seed, queue, redis, keys, scripts } = school();
    const ids = Array.from({ length: 300 }, (_, i) => `t${i}`);
    await seed(ids);
    const route = queue("route");
    const { leases } = await route.claim(300);
    const again = leases.map(({ token, fields }) => {
      return { kind: "again", token, id: fields["id"] ?? "", from: "raw", delayMs: 600_000, patch: {} } as const;
    });
    await route.settle(again, 0);
    expect(await redis.zcard(keys.timers)).toBe(300);
    await clockJumped(HOUR_MS);

    while ((await operations(redis, keys, scripts).promoteTimers()) === 0) continue;

    const claimed: string[] = [];
    for (let batch = 0; batch < 6; batch += 1) {
      claimed.push(...(await route.claim(100)).leases.map(({ fields }) => fields["id"] ?? ""));
    }
    expect(claimed.sort()).toEqual([...ids].sort());
    expect(await redis.zcard(keys.timers)).toBe(0);
  });
});

describe("a worker's own clock", () => {
  test.each([
    ["a day ahead", 24 * HOUR_MS],
    ["ten years behind", -10 * 365 * 24 * HOUR_MS],
  ])("is %s: it works, and what it writes bears Redis's time", async (_how, offMs) => {
    const { redis, run, stands, server } = school();
    expect(server.url).toContain("redis://");
    const preload = path.join(await temporaryDirectory(), "clock.mjs");
    await writeFile(
      preload,
      `const real = Date;
       const shifted = () => real.now() + ${offMs};
       globalThis.Date = class extends real {
         constructor(...given) { super(...(given.length === 0 ? [shifted()] : given)); }
         static now = shifted;
       };`,
    );
    await redis.lpush("school:queue:route", good("a"));
    const worker = run("route", { NODE_OPTIONS: `--import=${preload}` });
    await stands("a", "routed");
    expect(await worker.stop()).toBe(0);
    const written = (await redis.hget("improvement:a", "updated_at")) ?? "";
    expect(Math.abs(Date.parse(written) - Date.now())).toBeLessThan(HOUR_MS);
    expect(Math.abs(Number(await redis.zscore("improvements:routed", "a")) - Date.now())).toBeLessThan(HOUR_MS);
  });
});
