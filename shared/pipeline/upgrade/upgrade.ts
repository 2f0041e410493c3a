/**
 * One round of what an upgrade leaves to do: layout first, then records. Nothing is done while somebody is alive who could
 * not read the result; two coordinators may do it at once, and one that dies in the middle leaves what the next one goes on with.
 */
import type { Redis } from "ioredis";
import { LAYOUT, NewerLayout } from "../../domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../../domain/schema/record.ts";
import { BUILD } from "../../runtime/build-info.ts";
import type { Keys } from "../keys.ts";
import type { Scripts } from "../scripts/load.ts";
import { type AliveBuild, buildsAlive } from "./builds-alive.ts";
import { LAYOUT_STEPS } from "./layout-steps.ts";
import { metaKey, readMeta } from "./meta.ts";
import { sweepOn } from "./sweep.ts";

/** A holder of the turn that died is replaced after this long. */
const TURN_MS = 15_000;

/**
 * `more`: call again at once. `waiting`: older programs are alive, or another coordinator is at it. `done`: all is in the
 * newest form.
 */
export type Round = "more" | "waiting" | "done";

export interface Upgrading {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly scripts: Scripts;
  /** Of this coordinator, unique. */
  readonly name: string;
  /** Milliseconds since the epoch by Redis's clock. */
  readonly now: number;
  readonly signal: AbortSignal;
  /**
   * False: the records are looked at whatever `school:meta` says of them. Somebody who has just come cannot know whether an
   * older version, which did not know it, was at work meanwhile.
   */
  readonly trusts?: boolean;
}

/** Throws NewerLayout when a newer coordinator has moved the keys on meanwhile. */
export async function upgradeRound(upgrading: Upgrading): Promise<Round> {
  const { redis, keys, scripts, name, now, signal, trusts = true } = upgrading;
  const meta = await readMeta(redis, keys);
  if (meta.layout > LAYOUT) throw new NewerLayout(meta.layout, BUILD);
  const older = olderThanThis(await buildsAlive(redis, keys, now));
  if (older.length > 0) {
    // What they write meanwhile is of their version, so the records have to be looked at once more.
    await redis.multi().hset(metaKey(keys), "waits_for", told(older)).hdel(metaKey(keys), "records", "sweep").exec();
    return "waiting";
  }
  if (meta.waitsFor !== undefined) await redis.hdel(metaKey(keys), "waits_for");
  const { records = 0 } = meta;
  // A newer version was here and has gone again: records of this one are written beside its own from now on.
  if (records > RECORD_SCHEMA) await redis.hset(metaKey(keys), "records", RECORD_SCHEMA);
  if (trusts && meta.layout === LAYOUT && records >= RECORD_SCHEMA) return "done";
  if (!(await myTurn(redis, keys, name))) return "waiting";
  for (const step of LAYOUT_STEPS.filter(({ to }) => to > meta.layout)) {
    await step.run(redis, keys, signal);
    if (signal.aborted) return "waiting";
    await redis.hset(metaKey(keys), "layout", step.to);
  }
  return (await sweepOn(redis, keys, scripts)) === undefined ? afterSweep(redis, keys) : "more";
}

export function olderThanThis(alive: readonly AliveBuild[]): AliveBuild[] {
  return alive.filter(({ recordSchema, layout }) => recordSchema < RECORD_SCHEMA || layout < LAYOUT);
}

function told(older: readonly AliveBuild[]): string {
  return older.map(({ part, build, workers }) => `${workers} × ${part} ${build}`).join(", ");
}

async function afterSweep(redis: Redis, keys: Keys): Promise<Round> {
  const { records } = await readMeta(redis, keys);
  return records === undefined ? "waiting" : "done";
}

const TURN = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

async function myTurn(redis: Redis, keys: Keys, name: string): Promise<boolean> {
  return (await redis.eval(TURN, 1, `${metaKey(keys)}:turn`, name, TURN_MS)) === 1;
}
