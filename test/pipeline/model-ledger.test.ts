/** The ledger in Redis and its twin in memory keep to the same rules. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KeptAnswer, ModelServices, ReserveRequest } from "../../shared/ledger-ports.ts";
import { memoryLedger } from "../../shared/models/memory-ledger.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { modelLedger } from "../../shared/pipeline/model-ledger.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

let server: TestRedis;
let redis: Redis;
let made = 0;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});

const key = "a".repeat(64);
const answer: KeptAnswer = { value: { good: true }, model: "v:m", usage: { input: 3, output: 2, cacheRead: 1 } };
const most = { micros: 600, tokens: 60 };
const ask = (over: Partial<ReserveRequest> = {}): ReserveRequest => ({ payer: "security", most, limits: {}, ...over });
const fresh: [string, () => ModelServices][] = [
  ["Redis", () => modelLedger(redis, keysOf(`t${(made += 1)}:`))],
  ["memory", () => memoryLedger()],
];

async function taken(ledger: ModelServices, leaseMs = 60_000): Promise<string> {
  for (;;) {
    const turn = await ledger.take(key, leaseMs);
    if (turn.kind === "taken") return turn.token;
    if (turn.kind === "kept") throw new Error("it is kept");
  }
}

describe.each(fresh)("%s", (_name, open) => {
  test("one asks, the others wait, and get what it found", async () => {
    const ledger = open();
    const token = await taken(ledger);
    expect(await ledger.take(key, 1_000)).toMatchObject({ kind: "busy", leftMs: expect.any(Number) });
    expect(await ledger.renew(key, token, 60_000)).toBe(true);
    await ledger.finish(key, token, { answer, ttlMs: 60_000 });
    expect(await ledger.take(key, 1_000)).toEqual({ kind: "kept", answer });
  });

  test("who found nothing lets the next one ask", async () => {
    const ledger = open();
    await ledger.finish(key, await taken(ledger));
    expect(await taken(ledger)).toEqual(expect.any(String));
  });

  test("who dies holding the turn frees it, and cannot renew or end another one's", async () => {
    const ledger = open();
    const dead = await taken(ledger, 1);
    const next = await taken(ledger);
    expect(next).not.toBe(dead);
    expect(await ledger.renew(key, dead, 60_000)).toBe(false);
    await ledger.finish(key, dead);
    expect(await ledger.take(key, 1_000)).toMatchObject({ kind: "busy" });
    expect(await ledger.renew(key, next, 60_000)).toBe(true);
  });

  test("a limit is never exceeded, however many reserve at once", async () => {
    const ledger = open();
    const limits = { all: { micros: 6_000 } };
    const all = await Promise.all(Array.from({ length: 50 }, () => ledger.reserve(ask({ limits }))));
    expect(all.filter(({ kind }) => kind === "reserved")).toHaveLength(10);
    expect((await ledger.spending()).all).toEqual({ micros: 6_000, tokens: 600 });
    expect(all.find(({ kind }) => kind === "over")).toMatchObject({
      whose: "all",
      unit: "micros",
      spent: 6_000,
      limit: 6_000,
    });
  });

  test("settling gives back what was too much, once; what nobody settles stays spent", async () => {
    const ledger = open();
    const [one] = [await ledger.reserve(ask()), await ledger.reserve(ask({ payer: "plan" }))];
    if (one.kind !== "reserved") throw new Error(one.kind);
    await ledger.settle(one.id, { micros: 100, tokens: 10 });
    await ledger.settle(one.id, { micros: 0, tokens: 0 });
    const { all, payers, day, renewsAt } = await ledger.spending();
    expect(all).toEqual({ micros: 700, tokens: 70 });
    expect(payers).toEqual({ security: { micros: 100, tokens: 10 }, plan: most });
    expect(renewsAt - day).toBe(86_400_000);
  });

  test.each<[string, ReserveRequest["limits"], object]>([
    [
      "each payer has its own budget",
      { payer: { micros: 1_000 } },
      { whose: "payer", unit: "micros", spent: 600, limit: 1_000 },
    ],
    ["tokens are limited as well", { all: { tokens: 100 } }, { whose: "all", unit: "tokens", spent: 60, limit: 100 }],
  ])("%s", async (_title, limits, over) => {
    const ledger = open();
    expect(await ledger.reserve(ask({ limits }))).toMatchObject({ kind: "reserved" });
    expect(await ledger.reserve(ask({ limits }))).toMatchObject({ kind: "over", ...over });
    const other = await ledger.reserve(ask({ payer: "plan", limits }));
    expect(other.kind).toBe(limits.payer === undefined ? "over" : "reserved");
  });

  test("what costs no money is not held up by a spent budget of money", async () => {
    const ledger = open();
    const limits = { all: { micros: 600 } };
    await ledger.reserve(ask({ limits }));
    expect(await ledger.reserve(ask({ limits, most: { micros: 0, tokens: 5 } }))).toMatchObject({ kind: "reserved" });
  });
});

test("an answer in Redis that cannot be read is asked for anew", async () => {
  const ledger = modelLedger(redis, keysOf("damaged:"));
  await redis.set(`damaged:school:models:answer:${key}`, '{"value": tru');
  expect(await ledger.take(key, 1_000)).toMatchObject({ kind: "taken" });
});

test("what a payer is called cannot disturb the books", async () => {
  const ledger = modelLedger(redis, keysOf("odd:"));
  const payer = "a b:c 1";
  const reserved = await ledger.reserve(ask({ payer }));
  if (reserved.kind === "reserved") await ledger.settle(reserved.id, { micros: 1, tokens: 1 });
  expect(await ledger.spending()).toMatchObject({
    all: { micros: 1, tokens: 1 },
    payers: { [payer]: { micros: 1, tokens: 1 } },
  });
});
