import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Coordinator, startCoordinator } from "../../functions/coordinator/start.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import type { StageName } from "../../shared/stages.ts";
import { baseEnv, request, startSchool, type TestSchool } from "../functions/coordinator/support.ts";

const MAIN = path.resolve(import.meta.dirname, "../../functions/coordinator/main.ts");
const env = { REAP_SECONDS: "0.02", MAX_ATTEMPTS: "9", LEGACY_LIST: "youtube:improvements" };
const woken: StageName[] = [];
const layers = {
  async wake(stage: StageName) {
    woken.push(stage);
    return "woken" as const;
  },
};

let school: TestSchool;
let second: Coordinator;
beforeAll(async () => {
  school = await startSchool({ env, layers });
  const all = { ...baseEnv, ...env, REDIS_URL: school.server.url };
  second = await startCoordinator({ env: all, layers, log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await second.close();
  await school.close();
});
beforeEach(() => school.redis.flushall());

/** The same question to both at once. */
function both(method: string, [one, other]: readonly [string, string], body?: unknown) {
  return Promise.all([
    request(school.coordinator.url, "operator", method, one, body),
    request(second.url, "operator", method, other, body),
  ]);
}
/** Entries that moved it; the breaker, which opens at its own time after so many rollbacks, leaves one of another kind. */
async function movesOf(id: string): Promise<number> {
  const entries = await school.redis.xrange(`improvement:${id}:trail`, "-", "+");
  return entries.filter(([, [, from, , to]]) => from !== to).length;
}
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

describe("two coordinators on one Redis", () => {
  test.each<[Status, string, string]>([
    ["conflicts", "override", "override"],
    ["verified", "rollback", "rollback"],
    ["held", "accept", "rollback"],
    ["pending_review", "reject", "replan"],
  ])("asked about %s at the same moment (%s, %s): one decides, the other is told 409", async (from, one, other) => {
    for (const id of numbered(10)) {
      await school.stand(id, from, { review_stage: "plan", review_reason: "it asked" });
      const steps = (await movesOf(id)) + 1;

      const at = (action: string) => `/api/improvements/${id}/${action}`;
      const answers = await both("POST", [at(one), at(other)], { reason: "I have looked at it" });

      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
      const lost = answers.find(({ status }) => status === 409);
      expect(lost?.type).toContain("application/problem+json");
      expect(await movesOf(id)).toBe(steps);
    }
    expect((await school.call("operator", "GET", "/api/doctor")).json.findings).toEqual([]);
  });

  test("leases that ran out go back once each, whichever of them looks first", async () => {
    const ids = numbered(50);
    await school.seed(ids);
    const { leases } = await school.queue("route", { leaseMs: 1, maxAttempts: 9 }).claim(50);
    expect(leases).toHaveLength(50);

    await expect.poll(() => school.places("route")).toMatchObject({ list: 50, leases: 0, leased: 0, attempts: 50 });

    const back = await school.queue("route", { maxAttempts: 9 }).claim(100);
    expect(back.leases.map(({ fields, attempt }) => `${fields["id"]} ${attempt}`).sort()).toEqual(
      ids.map((id) => `${id} 2`).sort(),
    );
  });

  test("timers come to their stage once each", async () => {
    const ids = numbered(300);
    await school.seed(ids);
    const route = school.queue("route");
    const { leases } = await route.claim(300);
    await route.settle(
      leases.map(({ token, fields }) => {
        return { kind: "again", token, id: fields["id"] ?? "", from: "raw", delayMs: 600_000, patch: {} } as const;
      }),
      0,
    );
    for (const timer of await school.redis.zrange(school.keys.timers, "0", "-1")) {
      await school.redis.zadd(school.keys.timers, 1, timer);
    }
    // Both look: what each of them does is one script.
    await Promise.all(numbered(6).map(() => school.scripts.schoolTimers()));

    await expect.poll(() => school.redis.llen(school.keys.list("route")), { timeout: 10_000 }).toBe(300);
    expect(await school.redis.zcard(school.keys.timers)).toBe(0);
    expect(new Set(await school.redis.lrange(school.keys.list("route"), 0, -1)).size).toBe(300);
  });

  test("a list of the founding platform is emptied into ingest, nothing twice", async () => {
    const records = numbered(120).map((id) => JSON.stringify({ video_id: id, title: `Talk ${id}` }));
    await school.redis.lpush("youtube:improvements", ...records);
    await expect.poll(() => school.redis.llen("youtube:improvements")).toBe(0);
    expect(await school.redis.llen(school.keys.list("ingest"))).toBe(120);
  });

  test("a dead letter is put back by one of them only", async () => {
    await school.seed(["d"]);
    const route = school.queue("route");
    const token = (await route.claim(1)).leases[0]?.token ?? "";
    await route.settle([{ kind: "dead", token, reason: "it cannot" }], 0);
    const retry = "/api/improvements/d/retry";
    const answers = await both("POST", [retry, retry], { reason: "again" });
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect(await school.places("route")).toMatchObject({ list: 1, dead: 0 });
  });

  test("both wake a layer that has work: that is asked for, and harmless", async () => {
    woken.length = 0;
    await school.seed(["w"]);
    // Each of them asks at most every two seconds.
    await expect.poll(() => woken, { timeout: 10_000 }).toContain("route");
    expect(await school.places("route")).toMatchObject({ list: 1 });
  });

  test("both tell the same figures: what is counted is counted in Redis, not in either of them", async () => {
    await school.seed(numbered(7));
    const figures = async () => {
      const answers = await both("GET", ["/metrics", "/metrics"]);
      // An age is that of the moment it is asked for.
      const mine = (line: string) => line.startsWith("cortex_school_") && !line.includes("_age_");
      return answers.map(({ text }) => text.split("\n").filter(mine));
    };
    const [one, other] = await figures();
    expect(one).toEqual(other);
    expect(one).toContain('cortex_school_improvements_total{stage="raw"} 7');
  });
});

test("one of two is killed in the middle of the work: the other one goes on with it", { timeout: 60_000 }, async () => {
  const children: { child: ChildProcess; url: string }[] = [];
  try {
    for (const _ of [1, 2]) {
      const child = spawn(process.execPath, [MAIN], {
        env: { PATH: process.env["PATH"] ?? "", ...baseEnv, ...env, LOG_LEVEL: "info", REDIS_URL: school.server.url },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      await expect.poll(() => text, { timeout: 20_000 }).toContain("the coordinator listens");
      children.push({ child, url: /"url":"([^"]+)"/.exec(text)?.[1] ?? "" });
    }
    // From here on only the two of them look after the leases.
    await second.close();
    await school.coordinator.close();
    const ids = numbered(40);
    await school.seed(ids);
    await school.queue("route", { leaseMs: 1, maxAttempts: 9 }).claim(20);
    children[0]?.child.kill("SIGKILL");
    await school.queue("route", { leaseMs: 1, maxAttempts: 9 }).claim(20);

    await expect.poll(() => school.places("route")).toMatchObject({ list: 40, leases: 0 });
    const answer = await request(children[1]?.url ?? "", "viewer", "GET", "/api/improvements?limit=100");
    expect(answer.json.improvements).toHaveLength(40);
  } finally {
    for (const { child } of children) child.kill("SIGKILL");
  }
});
