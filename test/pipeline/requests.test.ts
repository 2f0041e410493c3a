/** What pull requests need of the pipeline: the gate without the lock, the lock without the gate, a look before its time. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { examine } from "../../shared/pipeline/doctor.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { schoolServices } from "../../shared/pipeline/services.ts";
import { settle as walk } from "../functions/coordinator/claim-and-settle.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

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

const LIMITS = { rollbacksPerHour: 3, commitsPerHour: 2, commitsPerDay: 100 };
const services = () => schoolServices(school.redis, school.keys, school.scripts, LIMITS);
const admit = (improvement: string, automatic = false) => services().gate.admit({ improvement, automatic });
const lock = (improvement: string, name = "shop") => services().gate.lock({ improvement, lock: name });
const holder = (name = "shop") => school.redis.get(school.keys.lock(name));
const field = (id: string, name: string) => school.redis.hget(school.keys.record(id), name);
const person = () => operations(school.redis, school.keys, school.scripts);
const sound = () => examine(school.redis, school.keys, school.scripts);

/** Approved, admitted and proposed as a pull request. */
async function proposed(id: string): Promise<void> {
  await walk(school, id, "approved", {});
  expect(await admit(id)).toEqual({ kind: "taken" });
  await walk(school, id, "implementation", {});
}
async function claimed(id: string) {
  const queue = school.queue("sync");
  const { leases } = await queue.claim(10);
  const token = leases.find(({ fields }) => fields["id"] === id)?.token;
  if (token === undefined) throw new Error(`no event of ${id} is there to claim`);
  return { queue, token };
}

test("an open request holds no lock, so that others go on meanwhile", async () => {
  await proposed("a");
  expect(await holder()).toBeNull();
  expect(await field("a", "lock")).toBeNull();
  expect(await sound()).toEqual([]);
});

test("admission pays the budget once, however often it is asked, and is refused like any other commit", async () => {
  for (const id of ["a", "b"]) {
    await walk(school, id, "approved", {});
    for (let times = 0; times < 3; times += 1) expect(await admit(id)).toEqual({ kind: "taken" });
  }
  await walk(school, "c", "approved", {});
  expect(await admit("c", true)).toMatchObject({ kind: "refused", rule: "budget" });
  expect(await admit("c")).toMatchObject({ kind: "wait" });
  await school.redis.hset(school.keys.flags, "auto_approve_none", "true");
  expect(await admit("a", true)).toMatchObject({ kind: "refused", rule: "auto-approve-none" });
  expect(await admit("a")).toEqual({ kind: "taken" });
});

test("a push that turned out to need a request is paid once", async () => {
  for (const id of ["a", "b", "c"]) await walk(school, id, "approved", {});
  expect(await services().gate.take({ improvement: "a", lock: "shop", automatic: false })).toEqual({ kind: "taken" });
  expect(await admit("a")).toEqual({ kind: "taken" });
  expect(await admit("b")).toEqual({ kind: "taken" });
  expect(await admit("c")).toMatchObject({ kind: "wait" });
});

test("admission is for what is approved, the lock for what is on its way", async () => {
  await walk(school, "a", "approved", {});
  await expect(lock("a")).rejects.toThrow("another one now");
  await walk(school, "a", "implementation", {});
  await expect(admit("a")).rejects.toThrow("another one now");
  expect(await lock("a")).toEqual({ kind: "taken" });
  expect(await lock("a")).toEqual({ kind: "taken" });
  expect(await holder()).toBe("a");
});

test("what was merged waits behind the lock and is handed it when its turn comes", async () => {
  await proposed("a");
  await proposed("b");
  expect(await lock("a")).toEqual({ kind: "taken" });
  const both = school.queue("sync");
  const { leases } = await both.claim(10);
  const tokenOf = (id: string) => leases.find(({ fields }) => fields["id"] === id)?.token ?? "";
  expect(await lock("b")).toEqual({ kind: "busy", holder: "a" });
  const settled = await both.settle(
    [{ kind: "behind", token: tokenOf("b"), id: "b", from: "implementation", lock: "shop" }],
    0,
  );
  expect(settled.results).toEqual(["ok"]);
  expect(await sound()).toEqual([]);
  const because = "not live";
  await both.settle(
    [{ kind: "move", token: tokenOf("a"), id: "a", from: "implementation", to: "rejected", because, patch: {} }],
    0,
  );
  expect(await holder()).toBe("b");
  const again = await claimed("b");
  expect(await lock("b")).toEqual({ kind: "taken" });
  await again.queue.settle(
    [{ kind: "move", token: again.token, id: "b", from: "implementation", to: "rejected", because, patch: {} }],
    0,
  );
  expect(await holder()).toBeNull();
  expect(await sound()).toEqual([]);
});

test("a change that turns out to need a request lets go of the lock it took for its push", async () => {
  await walk(school, "a", "approved", {});
  expect(await services().gate.take({ improvement: "a", lock: "shop", automatic: false })).toEqual({ kind: "taken" });
  await walk(school, "b", "approved", {});
  await walk(school, "a", "implementation", { lock: null });
  expect(await holder()).toBeNull();
  expect(await services().gate.take({ improvement: "b", lock: "shop", automatic: false })).toEqual({ kind: "taken" });
});

test("a webhook has it looked at now; the timer that comes later finds nothing to do", async () => {
  await proposed("a");
  const first = await claimed("a");
  const delay = {
    kind: "again",
    token: first.token,
    id: "a",
    from: "implementation",
    delayMs: 600_000,
    patch: {},
  } as const;
  await first.queue.settle([delay], 0);
  expect(await school.redis.zcard(school.keys.timers)).toBe(1);
  expect(await person().hurry("a", "deployed", "webhook")).toBe(false);
  expect(await person().hurry("nobody", "implementation", "webhook")).toBe(false);
  expect(await person().hurry("a", "implementation", "webhook")).toBe(true);
  const second = await claimed("a");
  expect(await person().hurry("a", "implementation", "webhook")).toBe(false);
  const patch = { tombstone: "closed", failure_reason: "closed" };
  const end = {
    kind: "move",
    token: second.token,
    id: "a",
    from: "implementation",
    to: "rejected",
    because: "closed",
    patch,
  } as const;
  expect((await second.queue.settle([end], 0)).results).toEqual(["ok"]);
  const [timer = ""] = await school.redis.zpopmin(school.keys.timers);
  await school.redis.zadd(school.keys.timers, 0, timer);
  await person().promoteTimers();
  expect((await school.queue("sync").claim(10)).leases).toEqual([]);
  expect(await school.redis.zcard(school.keys.timers)).toBe(0);
});

test("who waits behind a lock is not hurried past it", async () => {
  await proposed("a");
  await proposed("b");
  await lock("a");
  const both = school.queue("sync");
  const { leases } = await both.claim(10);
  const token = leases.find(({ fields }) => fields["id"] === "b")?.token ?? "";
  await both.settle([{ kind: "behind", token, id: "b", from: "implementation", lock: "shop" }], 0);
  expect(await person().hurry("b", "implementation", "webhook")).toBe(false);
});

test("a tombstone is remembered although it was rejected; any other rejection is not", async () => {
  for (const id of ["a", "b"]) await walk(school, id, "planned", {});
  await walk(school, "a", "rejected", { tombstone: "its request was closed" });
  await walk(school, "b", "rejected", {});
  const known = await services().history.recent(10);
  expect(known.map(({ id, tombstone }) => [id, tombstone])).toEqual([["a", "its request was closed"]]);
});
