/** What a stage works with in either mode: its queue, its ports, its log; all on one Redis connection. */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { type Keys, keysOf } from "../pipeline/keys.ts";
import { loadScripts } from "../pipeline/scripts/load.ts";
import { schoolServices } from "../pipeline/services.ts";
import { type StageQueue, stageQueue } from "../pipeline/stage-queue.ts";
import { stageEntry } from "../stages.ts";
import { BUILD, BUILD_SUFFIX } from "./build-info.ts";
import type { Environment } from "./config.ts";
import { createLog } from "./log.ts";
import type { RuntimeSettings } from "./settings.ts";
import type { Stage } from "./stage.ts";
import { openTracing, type Tracing } from "./tracing/open.ts";

// A stage's ports are its own; the runtime hands them through without looking.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyStage = Stage<any, any>;

export interface Identity {
  /** Unique per process, and says of which build it is: part of every lease token. */
  readonly worker: string;
  readonly log: Logger;
}

export interface Equipment extends Identity {
  readonly stage: AnyStage;
  readonly ports: unknown;
  readonly queue: StageQueue;
  readonly keys: Keys;
  readonly perPod: number;
  readonly leaseMs: number;
  readonly maxAttempts: number;
  /** Milliseconds of work that may still be finished when the process is told to stop; no handler runs longer. */
  readonly drainMs: number;
  /** Where traces go; undefined: nowhere. */
  readonly tracing?: Tracing | undefined;
}

export function identify(stage: AnyStage, settings: RuntimeSettings): Identity {
  const worker = `${stage.name}-${process.pid}-${process.hrtime.bigint().toString(36)}`;
  const log = createLog(settings.LOG_LEVEL, { stage: stage.name, worker, build: BUILD });
  return { worker: `${worker}${BUILD_SUFFIX}`, log };
}

/** `env` with aliases resolved. Throws ConfigurationError when the stage's own settings are not usable. */
export async function equip(
  stage: AnyStage,
  env: Environment,
  settings: RuntimeSettings,
  redis: Redis,
  identity: Identity,
): Promise<Equipment> {
  const { scale, drainMs } = stageEntry(stage.name);
  const keys = keysOf(settings.KEY_PREFIX);
  const scripts = loadScripts(redis, settings.KEY_PREFIX);
  const services = schoolServices(redis, keys, scripts, {
    rollbacksPerHour: settings.BREAKER_ROLLBACKS_PER_HOUR,
    breakerTimeoutMs: settings.BREAKER_TIMEOUT * 60_000,
    cooldownMs: settings.ROLLBACK_COOLDOWN * 60_000,
    commitsPerHour: settings.COMMITS_PER_HOUR,
    commitsPerDay: settings.COMMITS_PER_DAY,
    freezeWindows: settings.FREEZE_WINDOWS,
  });
  const opening = openTracing(stage.name, env, identity.log);
  const ports: unknown = await stage.ports(env, services);
  const leaseMs = settings.LEASE_SECONDS * 1_000;
  const { worker } = identity;
  const maxAttempts = settings.MAX_ATTEMPTS;
  const queue = stageQueue(scripts, stage.name, { worker, leaseMs, maxAttempts });
  return {
    ...identity,
    stage,
    ports,
    queue,
    keys,
    perPod: settings.PER_POD ?? scale.perPod,
    leaseMs,
    maxAttempts,
    drainMs,
    tracing: await opening,
  };
}
