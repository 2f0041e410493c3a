/** The scripts carry the trace of a record into every event about it, and know such events as their own. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parseEvent } from "../../shared/domain/events.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline, proposal } from "./support.ts";

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

async function eventFor(stage: string): Promise<Record<string, unknown>> {
  const [raw = ""] = await school.redis.lrange(school.keys.list(stage), 0, 0);
  const parsed = parseEvent(raw);
  if (!("event" in parsed)) throw new Error(parsed.problems.join("; "));
  expect(parsed.event).toEqual(JSON.parse(raw));
  return parsed.event as unknown as Record<string, unknown>;
}

async function move(stage: "route" | "evaluate" | "validate", from: string, to: string, patch: object = {}) {
  const queue = school.queue(stage);
  const { leases } = await queue.claim(1);
  const [lease] = leases;
  expect(lease?.fields["id"]).toBe("a");
  const settlement = { kind: "move", token: lease?.token ?? "", id: "a", from, to, because: "t", patch } as never;
  expect((await queue.settle([settlement], 0)).results).toEqual(["ok"]);
}

test("what ingest proposes with a trace is announced with it", async () => {
  await school.redis.lpush(
    school.keys.list("ingest"),
    JSON.stringify({ specversion: "1.0", id: "s", source: "/t", type: "t", data: {} }),
  );
  const ingest = school.queue("ingest");
  const { leases } = await ingest.claim(1);
  const token = leases[0]?.token ?? "";
  const proposals = [
    { id: "a", ...proposal("A"), traceparent: TRACE, tracestate: "v=1" },
    { id: "b", ...proposal("B") },
  ];
  const source = { kind: "source", token, id: "s", state: "read", fields: {}, proposals } as const;
  expect((await ingest.settle([source], 0)).results).toEqual(["ok"]);
  const events = (await school.redis.lrange(school.keys.list("route"), 0, -1)).map((raw) => JSON.parse(raw) as object);
  expect(events).toMatchObject([{ subject: "b" }, { subject: "a", traceparent: TRACE, tracestate: "v=1" }]);
  expect(events[0]).not.toHaveProperty("traceparent");
});

test("a move that brings a trace announces it, and every later one does", async () => {
  await school.seed(["a"]);
  expect(await eventFor("route")).not.toHaveProperty("traceparent");
  await move("route", "raw", "routed", { traceparent: TRACE });
  expect(await eventFor("evaluate")).toMatchObject({ traceparent: TRACE });
  await move("evaluate", "routed", "categorized");
  expect(await eventFor("validate")).toMatchObject({ traceparent: TRACE });
});

test("what a person or the doctor starts again stays in its trace", async () => {
  await school.seed(["a"]);
  await move("route", "raw", "routed", { traceparent: TRACE });
  await move("evaluate", "routed", "categorized");
  await move("validate", "categorized", "conflicts");
  const acts = operations(school.redis, school.keys, school.scripts);
  await acts.decide({ id: "a", from: "conflicts", to: "validated", actor: "ann", reason: "no conflict" });
  expect(await eventFor("plan")).toMatchObject({ traceparent: TRACE });

  await school.redis.del(school.keys.list("plan"));
  expect(await school.scripts.schoolRevive("a", "validated", "doctor")).toBe(1);
  expect(await eventFor("plan")).toMatchObject({ traceparent: TRACE });
});

test("a traced event of ours with anything more in it is looked at like a stranger's", async () => {
  const ours = JSON.parse(
    '{"specversion":"1.0","id":"a:raw:1-0","source":"/cortex-online-school/ingest","type":"ai.cortex.school.improvement.raw","subject":"a","time":"2026-01-01T00:00:00.000Z","datacontenttype":"application/json","data":{"id":"a"}}',
  ) as object;
  const read = (extra: object) => parseEvent(JSON.stringify({ ...ours, ...extra }));
  expect(read({ traceparent: TRACE })).toMatchObject({ event: { traceparent: TRACE } });
  // What is no trace is left out; the event is good.
  for (const traceparent of ["", "00-0-0-00", TRACE.replace("00-", "ff-"), `${TRACE}0`, 7, null]) {
    const parsed = read({ traceparent });
    expect("event" in parsed && parsed.event.traceparent, String(traceparent)).toBeUndefined();
  }
});
