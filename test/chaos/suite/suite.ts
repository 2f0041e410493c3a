/** One round of chaos: a school under load, a schedule of faults, and what must hold during it and afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { begin } from "./faults.ts";
import { after, type Broken, type Counted, during, unsettled } from "./invariants.ts";
import { peopleOf } from "./people.ts";
import { workloadsOf } from "./platform.ts";
import { randomOf } from "./random.ts";
import { type RecoveryFigures, watchRecovery } from "./recovery.ts";
import { type Planned, scheduleOf } from "./schedule.ts";
import { startWorld, type World } from "./world.ts";

export interface SuiteOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Proposals handed in a minute. */
  readonly perMinute: number;
  readonly log: (line: string) => void;
}

export interface SuiteReport extends Omit<Counted, "broken"> {
  readonly seed: number;
  readonly minutes: number;
  /** Milliseconds from the end of the last fault to everything at rest. */
  readonly restedAfter: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly recovery: Readonly<Record<string, RecoveryFigures>>;
  readonly handedIn: number;
  readonly settled: number;
  readonly decisions: Readonly<Record<string, number>>;
  /** Starts of processes in all; and by slot, how often one ended though nobody killed it. */
  readonly starts: number;
  readonly endedByThemselves: Readonly<Record<string, number>>;
  /** Between two wall clocks, milliseconds. */
  readonly skew: number;
  /** Bytes, the largest that was seen, by slot. */
  readonly memory: Readonly<Record<string, number>>;
  readonly looks: number;
  readonly broken: readonly Broken[];
  /** By improvement that something is wrong with. */
  readonly trails: Readonly<Record<string, unknown>>;
  /** Kept when something is wrong. */
  readonly dataDir?: string;
}

const REST_MS = 6 * 60_000;
const LOOK_EVERY_MS = 5_000;

export async function chaosSuite({ seed, minutes, perMinute, log }: SuiteOptions): Promise<SuiteReport> {
  const random = randomOf(seed);
  const schedule = scheduleOf(random.fork("schedule"), minutes * 60_000);
  const workloads = workloadsOf(10, 20);
  const dataDir = await mkdtemp(path.join(tmpdir(), "school-chaos-"));
  const world = await startWorld({ dataDir, random, workloads, log });
  let wrong = true;
  try {
    const beganAt = await redisNow(world.redis);
    // Some changes are bad for whom they are meant for, and have to be taken back.
    for (const { application, name } of random
      .fork("bad")
      .shuffle(workloads)
      .slice(0, workloads.length / 8)) {
      world.sandbox.inject({ kind: "crash-loop", namespace: application, workload: name, when: "changed" });
    }
    const recovery = watchRecovery(world.redis);
    const people = peopleOf(world, random, workloads, perMinute);
    const watching = watch(world, log);
    const faults = await carryOut(world, schedule, (kind) => recovery.ended(kind), log);
    const overAt = performance.now();
    await people.stopProducing();
    const late = await untilRest(world, (status) => people.list(status), log);
    const restedAfter = Math.round(performance.now() - overAt);
    await people.stop();
    const { broken: seen, looks, memory } = await watching.stop();
    await recovery.stop();
    const { broken: found, ...counted } = await after(world, people.handedIn, beganAt);
    const broken = [...seen, ...late, ...found];
    wrong = broken.length > 0;
    return {
      seed,
      minutes,
      restedAfter,
      ...counted,
      faults,
      recovery: recovery.figures(),
      handedIn: people.handedIn.size,
      settled: recovery.settled(),
      decisions: people.decisions(),
      starts: world.processes.starts(),
      endedByThemselves: world.processes.ends(),
      skew: world.processes.skew(),
      memory,
      looks,
      broken,
      trails: await trailsOf(world, broken),
      ...(wrong ? { dataDir } : {}),
    };
  } finally {
    await world.close();
    if (wrong) log(`seed ${seed}: the data directory is kept: ${dataDir}`);
    else await rm(dataDir, { recursive: true, force: true });
  }
}

async function carryOut(
  world: World,
  schedule: readonly Planned[],
  ended: (kind: string) => void,
  log: (line: string) => void,
): Promise<Record<string, number>> {
  const faults: Record<string, number> = {};
  const started = performance.now();
  /** A busy machine may be late; a fault then waits for the end of the one before it. */
  async function follow(track: readonly (readonly [number, Planned])[]): Promise<void> {
    for (const [n, planned] of track) {
      const { at, lasts, kind, targets } = planned;
      await wait(Math.max(0, started + at - performance.now()));
      log(`${((performance.now() - started) / 1_000).toFixed(1)} s: ${kind} ${targets.join(" ")}`.trimEnd());
      const end = await begin(world, planned, n);
      faults[kind] = (faults[kind] ?? 0) + 1;
      await wait(lasts);
      await end();
      ended(kind);
    }
  }
  const numbered = [...schedule.entries()];
  await Promise.all(
    (["own", "outside"] as const).map((name) => follow(numbered.filter(([, { track }]) => track === name))),
  );
  return faults;
}

/** Looks at what must hold all the time. */
function watch(world: World, log: (line: string) => void) {
  const broken: Broken[] = [];
  const memory: Record<string, number> = {};
  let looks = 0;
  let stopping = false;
  async function look(): Promise<void> {
    while (!stopping) {
      for (const [slot, bytes] of Object.entries(await world.processes.memory())) {
        memory[slot] = Math.max(memory[slot] ?? 0, bytes);
      }
      // Redis itself may be killed in the middle of a look: that look says nothing.
      const found = await during(world).catch((error: Error) => {
        log(`a look was cut off: ${error.message}`);
        return undefined;
      });
      looks += found === undefined ? 0 : 1;
      for (const one of found ?? []) {
        if (!broken.some(({ what, id }) => what === one.what && id === one.id)) {
          log(`BROKEN: ${one.id ?? ""} ${one.what}`);
          broken.push(one);
        }
      }
      for (let slept = 0; slept < LOOK_EVERY_MS && !stopping; slept += 250) await wait(250);
    }
  }
  const looking = look();
  return {
    async stop() {
      stopping = true;
      await looking;
      return { broken, looks, memory };
    },
  };
}

/** Until nothing moves and nothing waits that a person could decide. What is left when patience ends. */
async function untilRest(
  world: World,
  list: (status: string) => Promise<unknown[]>,
  log: (line: string) => void,
): Promise<Broken[]> {
  let left: string[] = [];
  let calm = 0;
  for (const deadline = performance.now() + REST_MS; performance.now() < deadline; await wait(500)) {
    left = await unsettled(world);
    if (left.length === 0) {
      for (const status of ["pending_review", "held", "rollback_blocked", "dead"]) {
        const waiting = await list(status);
        if (waiting.length > 0) left.push(`${waiting.length} in ${status}`);
      }
    }
    calm = left.length === 0 ? calm + 1 : 0;
    if (calm === 4) return [];
  }
  log(`it does not come to rest: ${left.join("; ")}`);
  return left.map((what) => ({ what: `does not come to rest: ${what}` }));
}

async function trailsOf({ redis }: World, broken: readonly Broken[]): Promise<Record<string, unknown>> {
  const trails: Record<string, unknown> = {};
  for (const id of new Set(broken.flatMap((one) => one.id ?? []))) {
    if (Object.keys(trails).length >= 20) break;
    trails[id] = await redis.xrange(`improvement:${id}:trail`, "-", "+").catch((error: Error) => error.message);
  }
  return trails;
}
