/** Every line of a function about an improvement says which one, and which trace: also those the runtime itself logs. */
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { improvementMoved } from "../../shared/domain/events.ts";
import { traceIdFrom } from "../../shared/domain/trace-context.ts";
import type { Settlement } from "../../shared/pipeline/stage-queue.ts";
import { aboutLease } from "../../shared/runtime/about.ts";
import { consume } from "../../shared/runtime/consume.ts";
import type { Work } from "../../shared/runtime/work.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
});
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
});
beforeEach(() => school.redis.flushall());

type Line = Readonly<Record<string, unknown>>;

/** What the consumer of route logs while `perform` has the one improvement `a`, which belongs to TRACE. */
async function linesOf(
  perform: (work: Work) => Promise<Settlement | undefined>,
  settings: object = {},
  limitMs = 60_000,
) {
  await school.seed(["a"]);
  await school.redis.hset(school.keys.record("a"), "traceparent", TRACE);
  const lines: Line[] = [];
  const log = pino({ level: "warn" }, { write: (text: string) => void lines.push(JSON.parse(text) as Line) });
  const consumer = consume({
    queue: school.queue("route", settings),
    list: school.keys.list("route"),
    blocking: () => school.redis.duplicate(),
    perPod: 1,
    leaseMs: 300,
    limitMs,
    log,
    perform,
  });
  await vi.waitFor(() => expect(lines.length).toBeGreaterThan(0), { timeout: 15_000 });
  await consumer.drain(0);
  return lines;
}
const SAID = { improvement: "a", trace_id: TRACE.split("-")[1] };

test("a dead letter", async () => {
  const lines = await linesOf(async ({ lease: { token } }) => ({ kind: "dead", token, reason: "it cannot work" }));
  expect(lines).toMatchObject([{ ...SAID, reason: "it cannot work" }]);
});

test("the last try", async () => {
  const retry = { kind: "retry", delayMs: 0, counts: true, reason: "again" } as const;
  const lines = await linesOf(async ({ lease: { token } }) => ({ ...retry, token }), { maxAttempts: 1 });
  expect(lines).toMatchObject([{ ...SAID, reason: "again" }]);
});

test("a settlement that came too late", async () => {
  const lines = await linesOf(async ({ lease: { token } }) => {
    await school.redis.hset(school.keys.record("a"), "status", "routed");
    return { kind: "move", token, id: "a", from: "raw", to: "routed", because: "t", patch: {} };
  });
  expect(lines[0]).toMatchObject(SAID);
});

test("a handler that runs too long", async () => {
  const lines = await linesOf(
    ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined))),
    {},
    1,
  );
  expect(lines[0]).toMatchObject(SAID);
});

test("what its workers died of too often, told by whoever buries it", async () => {
  await school.seed(["a"]);
  const dead = school.queue("route", { maxAttempts: 1, leaseMs: 1 });
  await dead.claim(1);
  await vi.waitFor(
    async () => {
      const { buried } = await dead.claim(1);
      expect(buried).toMatchObject([{ improvement: "a" }]);
    },
    { timeout: 20_000 },
  );
});

test("an event that cannot be used names nobody it could not know", () => {
  const event = JSON.stringify(improvementMoved("b", "raw", "ingest", 0));
  expect(aboutLease({ event, fields: {} })).toEqual({ improvement: "b", trace_id: traceIdFrom(undefined, "b") });
  expect(aboutLease({ event: '{"id":"e","data":{}}', fields: {} })).toEqual({ trace_id: traceIdFrom("e") });
  for (const text of ["", "7", "null", "[]", '{"data":7}', '{"data":{"id":"a b\\n"}}', '{"data":{"id":{}}}'])
    expect(aboutLease({ event: text, fields: {} }), text).toEqual({});
});
