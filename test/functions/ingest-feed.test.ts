/**
 * A long feed over troubled hosts, read by the real stage in a process of its own that is killed in the middle. 60 entries;
 * `SCHOOL_TEST_ENTRIES=500` for the whole of it.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sourceId } from "../../functions/ingest/identity.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { lookAtWatch } from "../../shared/pipeline/watches.ts";
import { watchedSources } from "../../shared/sources/open.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { gitRemote } from "../support/git-remote.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { TROUBLES, troubledHosts } from "../support/sources/troubled-hosts.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";

const ENTRIES = Number(process.env["SCHOOL_TEST_ENTRIES"] ?? 60);
const LEFT_OVER = 7;
const PER_POD = 4;
const MOST_BYTES = 300_000;
/** What the sockets of both sides hold of a body nobody reads any more. */
const IN_SOCKETS = 8_000_000;
const MOST_MEMORY_KB = 400_000;

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

test(`a feed of ${ENTRIES} entries is read within bounds, nothing twice and nothing lost, although its reader is killed`, async () => {
  await using hosts = await troubledHosts(ENTRIES, ENTRIES > 100 ? 300 : 30);
  const limit = ENTRIES - LEFT_OVER;
  const remote = await gitRemote({ "apps/web/deployment.yaml": DEPLOYMENT });
  const file = path.join(await temporaryDirectory(), "sources.yaml");
  await writeFile(
    file,
    `sources:\n  - { name: much, kind: feed, address: "${hosts.feed}", every: 10s, daily_limit: ${limit} }\n`,
  );
  const env = {
    REDIS_URL: server.url,
    GITOPS_REPO: remote.url,
    GITOPS_CACHE_DIR: remote.cacheDir,
    SOURCES: file,
    SOURCE_HOSTS: hosts.allowed.join(","),
    SOURCE_PRIVATE_HOSTS: hosts.allowed.join(","),
    SOURCE_INTERVAL: "0.002",
    MAX_SOURCE_BYTES: String(MOST_BYTES),
    MAX_ATTEMPTS: "4",
    PER_POD: String(PER_POD),
    // A machine that is busy must not look like a worker that has died.
    LEASE_SECONDS: "20",
    LOG_LEVEL: "warn",
  };
  const [watched] = await watchedSources(env);
  if (watched === undefined) throw new Error("nothing is watched");
  const { redis, keys, scripts } = school;
  const act = operations(redis, keys, scripts);
  const done = async () => {
    const counts = await redis.hmget(keys.metrics, "source:read", "source:nothing_found", "source:failed");
    return counts.reduce((sum, text) => sum + Number(text ?? 0), 0);
  };
  /** The coordinator's part: the clock, and what is due again. A retry's time has come at once. */
  const clockTicks = async (hurry: boolean) => {
    await lookAtWatch(scripts, watched);
    const delayed = hurry ? await redis.zrange(keys.delayed("ingest"), "0", "-1") : [];
    for (const event of delayed) await redis.zadd(keys.delayed("ingest"), "XX", "1", event);
    await act.reap("ingest", 4);
    const [letter] = await redis.lrange(keys.dead("ingest"), 0, 0);
    if (letter !== undefined) throw new Error(`there is a dead letter: ${letter}`);
  };

  const first = startStage("ingest", env);
  await until(done, ENTRIES / 3, first, () => clockTicks(false));
  const memory = [await peakOf(first)];
  first.kill("SIGKILL");
  await first.exit;
  await expect.poll(() => hosts.now()).toBe(0);
  // The time of its leases passes.
  for (const token of await redis.zrange(keys.leases("ingest"), "0", "-1"))
    await redis.zadd(keys.leases("ingest"), "1", token);

  const second = startStage("ingest", env);
  await until(done, limit, second, () => clockTicks(true));
  const empty = { list: 0, leases: 0, leased: 0, delayed: 0, dead: 0, attempts: 0 };
  await expect.poll(() => school.places("ingest"), { timeout: 20_000 }).toEqual(empty);
  memory.push(await peakOf(second));

  // Once more: what waits for tomorrow goes on waiting, and nobody is asked a second time.
  const before = [...hosts.asked].filter(([name]) => name !== "/feed.xml" && name !== "/robots.txt");
  const looks = Number(await redis.hget(keys.metrics, "look:much:listed"));
  await lookAtWatch(scripts, watched, { forced: true });
  await expect.poll(async () => Number(await redis.hget(keys.metrics, "look:much:listed"))).toBeGreaterThan(looks);
  await second.stop();
  expect([...hosts.asked].filter(([name]) => name !== "/feed.xml" && name !== "/robots.txt")).toEqual(before);

  const states = await Promise.all(
    hosts.entries.map(async ({ address, trouble }) => {
      const { state, because } = await redis.hgetall(keys.source(sourceId({ address, again: false })));
      return { address, trouble, state, because };
    }),
  );
  const taken = states.filter(({ state }) => state !== undefined);
  expect(taken).toHaveLength(limit);
  expect(states.slice(limit).every(({ state }) => state === undefined)).toBe(true);
  for (const { trouble, state, because } of taken) {
    expect({ trouble, state, because }).toMatchObject({ state: TROUBLES[trouble] });
    expect(because).not.toBe("");
  }
  const advising = taken.filter(({ trouble }) => trouble === "advice");
  // Each of them is an improvement, or backs one that says the same.
  const backing = Number((await redis.hget(keys.metrics, "corroborated")) ?? 0);
  expect((await redis.zcard(keys.byStatus("raw"))) + backing).toBe(advising.length);
  expect(await redis.hget(keys.metrics, "sources_new")).toBe(String(limit));
  expect(await done()).toBe(limit);
  // Only what was being read when the reader was killed is asked for once more.
  const once = before.filter(([name]) => /^\/(?:advice|plain|slow|missing|there)\//.test(name));
  expect(once.reduce((sum, [, times]) => sum + times - 1, 0)).toBeLessThanOrEqual(PER_POD);
  expect(hosts.forbidden()).toBe(0);
  expect(hosts.most.atOnce).toBeLessThanOrEqual(PER_POD);
  expect(hosts.most.bytes).toBeLessThan(MOST_BYTES + IN_SOCKETS);
  for (const peak of memory) expect(peak).toBeLessThan(MOST_MEMORY_KB);
}, 240_000);

/** Ticks until so many are done; a stage that ends by itself is an error. */
async function until(
  done: () => Promise<number>,
  many: number,
  stage: StageProcess,
  tick: () => Promise<void>,
): Promise<void> {
  let ended: string | number | undefined;
  void stage.exit.then((code) => {
    ended = code ?? "nothing";
  });
  await expect
    .poll(
      async () => {
        if (ended !== undefined) throw new Error(`ingest ended with ${String(ended)}:\n${stage.output()}`);
        await tick();
        return done();
      },
      { timeout: 200_000, interval: 50 },
    )
    .toBeGreaterThanOrEqual(many);
}

/** Kilobytes of resident memory at its highest; 0 where the system does not tell. */
async function peakOf({ pid }: StageProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "registry.example.com/web:1.0.0" }] }
`;
