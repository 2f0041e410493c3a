/**
 * What one improvement costs: a whole school (every function a process, a real Redis, real git over HTTP, the stand-in
 * cluster, the index) works through improvements one after the other, and through counting proxies everything that is
 * said to anybody is counted by stage. What processes say at rest is measured before and taken off.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Redis } from "ioredis";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { workloadsOf } from "../../chaos/suite/platform.ts";
import { type CountedSchool, countedSchool, LINKS, type Link, type StageSaid } from "./school.ts";
import { type Step, stepsOf } from "./trails.ts";
import { answering, atRest, ended, handIn, statuses } from "./users.ts";

export interface CostSizes {
  /** One after the other, for what each costs; the first only warms and is not counted. */
  readonly alone: number;
  /** All at once, for what the simulation is compared with. */
  readonly together: number;
  /** Seconds a deployment is watched, and between two looks. */
  readonly watched: number;
  readonly interval: number;
  /** Seconds at rest. */
  readonly rest: number;
  readonly useless: boolean;
}

export interface StageCost {
  readonly turns: Readonly<Record<Link, number>>;
  /** Kilobytes both ways. */
  readonly kilobytes: Readonly<Record<Link, number>>;
  readonly cpuMs: number;
}

export interface Costs {
  readonly sizes: CostSizes;
  readonly perStage: Readonly<Record<string, StageCost>>;
  /** Turns a second of everything together when nothing happens, by link. */
  readonly atRest: Readonly<Record<Link, number>>;
  readonly redis: {
    readonly cpuMs: number;
    readonly scripts: number;
    /** Of one improvement: its record, its trail, and everything that is kept for it. */
    readonly recordBytes: number;
    readonly trailBytes: number;
    readonly allBytes: number;
  };
  readonly outcomes: Readonly<Record<string, number>>;
  readonly steps: readonly Step[];
  readonly burst: {
    readonly seconds: number;
    readonly steps: readonly Step[];
    readonly applications: readonly string[];
  };
}

const APPLICATIONS = 3;
const keys = keysOf();

export async function measureCosts(sizes: CostSizes, say: (line: string) => void = () => undefined): Promise<Costs> {
  const folder = await mkdtemp(path.join(tmpdir(), "bench-cost-"));
  const workloads = workloadsOf(APPLICATIONS, Math.ceil((sizes.alone + sizes.together) / APPLICATIONS));
  const env = {
    HEALTH_CHECK_DURATION: String(sizes.watched),
    VERIFY_INTERVAL: String(sizes.interval),
    SYNC_INTERVAL: "1",
    COMMITS_PER_HOUR: "1000000",
    COMMITS_PER_DAY: "1000000",
    RATE_LIMIT_PER_MINUTE: "0",
    ROLLBACK_COOLDOWN: "0",
  };
  const school = await countedSchool({ folder, workloads, env, useless: sizes.useless });
  try {
    await answering(school);
    say("the school answers");
    const ids = Array.from({ length: sizes.alone }, (_, n) => `alone-${n}`);
    const propose = (id: string, n: number) => {
      // Applications in turn.
      const at = (n % APPLICATIONS) * (workloads.length / APPLICATIONS) + Math.floor(n / APPLICATIONS);
      return handIn(school, id, workloads[at % workloads.length] as (typeof workloads)[number], n);
    };
    await propose(ids[0] as string, 0);
    await ended(school, ids.slice(0, 1), say);
    await atRest(school.redis);
    const resting = await spent(school, () => wait(sizes.rest * 1_000));
    say("at rest for long enough");
    const memory = await usedMemory(school.redis);
    const counted = ids.slice(1);
    const working = await spent(school, async () => {
      for (const [n, id] of counted.entries()) {
        await propose(id, n + 1);
        await ended(school, [id], say);
      }
      await atRest(school.redis);
    });
    const allBytes = ((await usedMemory(school.redis)) - memory) / counted.length;
    const [record = 0, trail = 0] = await Promise.all(
      [counted.map((id) => keys.record(id)), counted.map((id) => keys.trail(id))].map((names) =>
        averageMemory(school.redis, names),
      ),
    );
    const steps = (await Promise.all(counted.map((id) => stepsOf(school.redis, id)))).flat();
    const outcomes = await statuses(school.redis, counted);
    const burst = Array.from({ length: sizes.together }, (_, n) => `together-${n}`);
    const began = performance.now();
    await Promise.all(burst.map((id, n) => propose(id, sizes.alone + n)));
    await ended(school, burst, say);
    const seconds = (performance.now() - began) / 1_000;
    const share = working.seconds / resting.seconds;
    const less = (of: (said: Spent) => number) => Math.max(0, of(working) - of(resting) * share) / counted.length;
    return {
      sizes,
      perStage: Object.fromEntries(Object.keys(working.said).map((stage) => [stage, costOf(stage, less)] as const)),
      atRest: Object.fromEntries(
        LINKS.map((link) => [
          link,
          Object.values(resting.said).reduce((sum, said) => sum + said[link].turns, 0) / resting.seconds,
        ]),
      ) as Record<Link, number>,
      redis: {
        cpuMs: less(({ redisCpu }) => redisCpu),
        scripts: less(({ scripts }) => scripts),
        recordBytes: record,
        trailBytes: trail,
        allBytes,
      },
      outcomes,
      steps,
      burst: {
        seconds,
        steps: (await Promise.all(burst.map((id) => stepsOf(school.redis, id)))).flat(),
        applications: burst.map((_, n) => String((sizes.alone + n) % APPLICATIONS)),
      },
    };
  } finally {
    await school.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function costOf(stage: string, less: (of: (said: Spent) => number) => number): StageCost {
  const of = (pick: (said: StageSaid) => number) => less(({ said }) => pick(said[stage] as StageSaid));
  const each = (pick: (link: Link) => number) =>
    Object.fromEntries(LINKS.map((link) => [link, pick(link)])) as Record<Link, number>;
  return {
    turns: each((link) => of((said) => said[link].turns)),
    kilobytes: each((link) => of((said) => (said[link].asked + said[link].answered) / 1_000)),
    cpuMs: of(({ cpuMs }) => cpuMs),
  };
}

interface Spent {
  readonly seconds: number;
  readonly said: Readonly<Record<string, StageSaid>>;
  readonly redisCpu: number;
  readonly scripts: number;
}

async function spent(school: CountedSchool, work: () => Promise<unknown>): Promise<Spent> {
  const [before, server, began] = [await school.said(), await serverFigures(school.redis), performance.now()];
  await work();
  const seconds = (performance.now() - began) / 1_000;
  const [after, since] = [await school.said(), await serverFigures(school.redis)];
  const said = Object.fromEntries(
    Object.entries(after).map(([stage, now]) => [stage, minus(now, before[stage] as StageSaid)]),
  );
  return { seconds, said, redisCpu: since.cpuMs - server.cpuMs, scripts: since.scripts - server.scripts };
}

function minus(a: StageSaid, b: StageSaid): StageSaid {
  const links = LINKS.map((link) => {
    const { turns, asked, answered } = a[link];
    const less = { turns: turns - b[link].turns, asked: asked - b[link].asked, answered: answered - b[link].answered };
    return [link, less] as const;
  });
  return { ...(Object.fromEntries(links) as Omit<StageSaid, "cpuMs">), cpuMs: a.cpuMs - b.cpuMs } as StageSaid;
}

async function serverFigures(redis: Redis): Promise<{ cpuMs: number; scripts: number }> {
  const [cpu, commands] = await Promise.all([redis.info("cpu"), redis.info("commandstats")]);
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(cpu)?.[1] ?? 0);
  const calls = [...commands.matchAll(/cmdstat_(?:evalsha|eval|fcall):calls=(\d+)/g)].map(([, n]) => Number(n));
  const cpuMs = (seconds("used_cpu_sys") + seconds("used_cpu_user")) * 1_000;
  return { cpuMs, scripts: calls.reduce((sum, n) => sum + n, 0) };
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(await redis.info("memory"))?.[1]);
}

async function averageMemory(redis: Redis, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map((name) => redis.memory("USAGE", name, "SAMPLES", 0)));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) / names.length;
}
