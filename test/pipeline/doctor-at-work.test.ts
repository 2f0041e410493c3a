import { afterAll, beforeAll, expect, test } from "vitest";
import { examine, type Finding } from "../../shared/pipeline/doctor.ts";
import type { Settlement } from "../../shared/pipeline/stage-queue.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
let doctor: ReturnType<typeof connectPipeline>;

beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
  doctor = connectPipeline(server.url);
});
afterAll(async () => {
  school.redis.disconnect();
  doctor.redis.disconnect();
  await server.close();
});

test("in a school at work the doctor finds nothing, mends nothing and doubles nothing", async () => {
  const ids = Array.from({ length: 400 }, (_, i) => `i${i}`);
  await school.seed(ids);
  const moves = { route: ["raw", "routed"], evaluate: ["routed", "categorized"] } as const;
  let busy = true;
  const findings: Finding[] = [];
  async function examineAlways(): Promise<void> {
    do findings.push(...(await examine(doctor.redis, doctor.keys, doctor.scripts, true)));
    while (busy);
  }
  /** Every event goes through each place: given back, tried again, looked at again, moved. */
  async function work(stage: "route" | "evaluate"): Promise<void> {
    const queue = school.queue(stage, { maxAttempts: 1_000 });
    const [from, to] = moves[stage];
    const seen = new Map<string, number>();
    while ((await school.redis.zcard(school.keys.byStatus("categorized"))) < ids.length) {
      const { leases } = await queue.claim(8);
      const settlements = leases.map(({ token, fields }): Settlement => {
        const id = fields["id"] as string;
        const round = (seen.get(id) ?? 0) + 1;
        seen.set(id, round);
        if (round === 1) return { kind: "retry", token, delayMs: 0, counts: true, reason: "t" };
        if (round === 2) return { kind: "handback", token };
        if (round === 3) return { kind: "again", token, id, from, delayMs: 0, patch: {} };
        return { kind: "move", token, id, from, to, because: "t", patch: {} };
      });
      if (settlements.length > 0) await queue.settle(settlements, 0);
    }
  }
  const examining = examineAlways();
  await Promise.all([work("route"), work("evaluate")]);
  busy = false;
  await examining;

  expect(findings).toEqual([]);
  const events = await school.redis.lrange(school.keys.list("validate"), 0, -1);
  expect(events).toHaveLength(ids.length);
  expect(await examine(doctor.redis, doctor.keys, doctor.scripts)).toEqual([]);
});
