/** Builds a stage's HTTP function without waiting for Redis: until it is there, events are answered with 503. */
import { setTimeout as delay } from "node:timers/promises";
import type { http } from "@google-cloud/functions-framework";
import type { Logger } from "pino";
import { connectRedis, untilUsable, withoutPassword } from "../../pipeline/connection.ts";
import { BY_HTTP, presence } from "../../pipeline/presence.ts";
import { type Environment, readSettings } from "../config.ts";
import { type AnyStage, equip, identify } from "../equip.ts";
import { keepSecrets } from "../secrets.ts";
import { unreachable } from "./answers.ts";
import { type Door, door } from "./door.ts";
import { type Entrance, entrance } from "./entrance.ts";
import { registerFunction } from "./function.ts";
import { callersFrom, HttpSettings } from "./settings.ts";

export interface HttpFunction {
  readonly settings: HttpSettings;
  readonly log: Logger;
  readonly door: Door;
  /** Settled once Redis was reached; rejects with ConfigurationError when it must not be used (it evicts, refuses us). */
  readonly usable: Promise<void>;
  /** Takes nothing more, finishes what runs or gives it back, leaves Redis. */
  close(): Promise<void>;
}

/** A cold start may be asked before it is connected; that long the first callers wait with it. */
const FIRST_CONNECT_MS = 2_000;

/** Registers the function with the framework's `http`. `env` with aliases resolved. Throws ConfigurationError with every problem it can find. */
export async function assemble(register: typeof http, stage: AnyStage, env: Environment): Promise<HttpFunction> {
  keepSecrets(env);
  const settings = readSettings(HttpSettings, env);
  const callers = callersFrom(settings);
  const identity = identify(stage, settings);
  const { log } = identity;
  const redis = connectRedis(settings.REDIS_URL);
  redis.on("error", (error: Error) =>
    log.warn({ err: error, redis: withoutPassword(settings.REDIS_URL) }, "Redis is out of reach; waiting for it"),
  );
  const equipment = await equip(stage, env, settings, redis, identity);

  const alive = presence(redis, equipment.keys, stage.name, `${BY_HTTP}${identity.worker}`);
  const usable = untilUsable(redis, settings.REDIS_URL);
  const connected = usable.then(
    () => undefined,
    () => undefined,
  );
  const opened = Promise.race([connected, delay(FIRST_CONNECT_MS, undefined, { ref: false })]);
  let checked = false;
  let draining = false;
  void usable.then(
    () => {
      checked = true;
      alive.begin(performance.now());
    },
    () => undefined,
  );
  const isReady = () => checked && redis.status === "ready";

  const inside = entrance(redis, equipment);
  const guarded: Entrance = {
    ...inside,
    async receive(...request) {
      await opened;
      return isReady() ? inside.receive(...request) : unreachable(false);
    },
  };
  const front = door({ callers, isReady, isDraining: () => draining });
  registerFunction(register, stage.name, { door: front, entrance: guarded, log });
  return {
    settings,
    log,
    door: front,
    usable,
    async close() {
      draining = true;
      await inside.drain(equipment.drainMs);
      await Promise.all([alive.end(), equipment.tracing?.end()]);
      redis.disconnect();
    },
  };
}
