/** The script that puts one posted event in flight: atomic, once, and at peace with whatever lies on the list. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { improvementMoved } from "../../shared/domain/events.ts";
import type { Injection } from "../../shared/pipeline/inject.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline, proposal, type TestQueue } from "./support.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
let route: TestQueue;

beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
});
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  await school.redis.flushall();
  route = school.queue("route");
});

let made = 0;
/** An event about `id`, as a sender of our own would post it. */
function about(id: string, over: Partial<Injection> = {}): Injection {
  made += 1;
  const event = JSON.stringify({ ...improvementMoved(id, "raw", "test", Date.now()), id: `event-${made}` });
  return { token: `t${made}`, event, delivery: `d${made}`, subject: id, standing: "raw", ...over };
}
const bringing = (id: string, over: Partial<Injection> = {}) =>
  about(id, { standing: undefined, brings: proposal(id), ...over });
const fields = (id: string) => school.redis.hgetall(`improvement:${id}`);
async function everything(): Promise<Record<string, string>> {
  const keys = (await school.redis.keys("*")).sort();
  const dumps = await Promise.all(keys.map((key) => school.redis.dumpBuffer(key)));
  return Object.fromEntries(keys.map((key, i) => [key, dumps[i]?.toString("base64") ?? ""]));
}
const moved = (token: string, id: string) =>
  ({ kind: "move", token, id, from: "raw", to: "routed", because: "t", patch: {} }) as const;

describe("an injected event", () => {
  test("of an improvement that stands there is leased at once and settles like any other", async () => {
    await school.seed(["a"]);
    const injected = await route.inject(about("a", { token: "mine" }));
    expect(injected).toMatchObject({ lease: { token: "mine", attempt: 1, fields: { id: "a", status: "raw" } } });
    expect(await fields("a")).toMatchObject({ lease: "mine" });

    expect((await route.settle([moved("mine", "a")], 0)).results).toEqual(["ok"]);
    expect(await fields("a")).toMatchObject({ status: "routed" });
    expect(await school.redis.llen("school:queue:evaluate")).toBe(1);
  });

  test("that brings an improvement gives it record, indexes, trail and the name of who brought it", async () => {
    const injected = await route.inject(bringing("n", { proposer: "ann" }));
    expect(injected).toMatchObject({ lease: { fields: { id: "n", status: "raw", title: "n" } } });
    expect(await school.redis.zscore("improvements:raw", "n")).not.toBeNull();
    expect(await school.redis.smembers("improvements:category:architecture")).toEqual(["n"]);
    expect(await school.redis.xlen("improvement:n:trail")).toBe(1);
    expect(await school.redis.hgetall("school:injected")).toEqual({ n: "ann" });
    expect(await school.places("route")).toMatchObject({ list: 0, leases: 1, leased: 1 });
  });

  test("leaves the event that waits on the list harmless: it is dropped when it is claimed", async () => {
    await school.seed(["a"]);
    await route.inject(about("a", { token: "mine" }));
    await route.settle([moved("mine", "a")], 0);
    expect((await school.queue("route").claim(10)).leases).toEqual([]);
    expect(await school.places("route")).toEqual({ list: 0, leases: 0, leased: 0, delayed: 0, dead: 0, attempts: 0 });
  });

  test("leaves it waiting while the work goes on, and a worker that dies loses nothing", async () => {
    await school.seed(["a"]);
    const shortlived = school.queue("route", { leaseMs: 1 });
    await shortlived.inject(about("a", { token: "mine" }));
    await expect.poll(async () => (await school.queue("route").claim(10)).leases.length).toBe(1);
  });

  test("handed back goes to the list as the very text it was", async () => {
    const injection = bringing("n", { token: "mine" });
    await route.inject(injection);
    await route.settle([{ kind: "handback", token: "mine" }], 0);
    expect(await school.redis.lrange("school:queue:route", 0, -1)).toEqual([injection.event]);
    expect((await school.queue("route").claim(1)).leases[0]).toMatchObject({ attempt: 1, event: injection.event });
  });
});

describe("an event that comes again", () => {
  test("is told so while it is in work and afterwards, and changes nothing", async () => {
    const first = bringing("n", { token: "mine", delivery: "same" });
    await route.inject(first);
    const again = { ...first, token: "other" };
    const before = await everything();
    expect(await route.inject(again)).toBe("working");
    expect(await route.delivered("same")).toBe("working");
    expect(await everything()).toEqual(before);

    await route.settle([moved("mine", "n")], 0);
    const after = await everything();
    expect(await route.inject(again)).toBe("delivered");
    expect(await route.delivered("same")).toBe("delivered");
    expect(await everything()).toEqual(after);
  });

  test("within the same call, because the connection broke before the answer, gets the same lease", async () => {
    const injection = bringing("n", { token: "mine" });
    const first = await route.inject(injection);
    expect(await route.inject(injection)).toMatchObject({
      lease: { token: "mine", attempt: 1, event: injection.event },
    });
    expect(first).toMatchObject({ lease: { fields: { title: "n" } } });
    expect(await school.redis.xlen("improvement:n:trail")).toBe(1);
    await route.settle([moved("mine", "n")], 0);
    expect(await route.inject(injection)).toBe("delivered");
  });

  test("is remembered for a day, per stage", async () => {
    await route.inject(bringing("n", { delivery: "same" }));
    const ttl = await school.redis.ttl("school:delivered:route:same");
    expect(ttl).toBeGreaterThan(86_000);
    expect(ttl).toBeLessThanOrEqual(86_400);
    expect(await school.queue("evaluate").delivered("same")).toBeUndefined();
  });

  test("to a hundred processes at the same moment is accepted by one", async () => {
    const injection = bringing("n", { delivery: "same" });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => school.queue("route").inject({ ...injection, token: `p${i}` })),
    );
    expect(answers.filter((answer) => typeof answer !== "string")).toHaveLength(1);
    expect(answers.filter((answer) => answer === "working")).toHaveLength(99);
  });
});

describe("an event that gets no lease changes nothing", () => {
  test.each<[why: string, prepare: () => Promise<unknown>, over: Partial<Injection>]>([
    ["busy", () => school.queue("route").claim(1), {}],
    ["waiting", () => school.redis.hset("improvement:a", "waiting", "another-event"), {}],
    ["changed", () => school.redis.hset("improvement:a", "status", "routed"), {}],
    ["changed", () => school.redis.del("improvement:a"), {}],
    ["changed", () => school.redis.set("improvement:b", "no record"), { subject: "b", event: eventOf("b") }],
    ["changed", () => Promise.resolve(), { standing: undefined, brings: proposal("a") }],
    ["unreadable", () => Promise.resolve(), { event: eventOf("b") }],
    ["unreadable", () => Promise.resolve(), { event: nestedTooDeeply("a") }],
  ])("%s", async (why, prepare, over) => {
    await school.seed(["a"]);
    await prepare();
    const before = await everything();
    expect(await route.inject(about("a", over))).toBe(why);
    expect(await everything()).toEqual(before);
  });

  test.each([
    ["improvements:raw", { standing: undefined, brings: proposal("n"), subject: "n", event: eventOf("n") }],
    ["school:injected", {}],
    ["school:queue:route", {}],
    ["school:delivered:route:broken", { delivery: "broken" }],
  ])("when %s is of another type", async (key, over) => {
    await school.redis.hset("improvement:a", { id: "a", status: "raw" });
    await school.redis.xadd("school:queue:route:other", "*", "a", "b");
    await school.redis.del(key);
    await school.redis.xadd(key, "*", "of", "another type");
    const before = await everything();
    await expect(route.inject(about("a", over))).rejects.toThrow(/WRONGTYPE/);
    expect(await everything()).toEqual(before);
  });
});

function eventOf(id: string): string {
  return JSON.stringify({ ...improvementMoved(id, "raw", "test", 0), id: "event-of" });
}
/** More than the 1,000 levels that Redis's JSON reader follows. */
function nestedTooDeeply(id: string): string {
  const event = { ...improvementMoved(id, "raw", "test", 0), extra: "HERE" };
  return JSON.stringify(event).replace('"HERE"', "[".repeat(1_100) + "]".repeat(1_100));
}
