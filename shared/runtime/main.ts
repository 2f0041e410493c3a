/**
 * Runs one stage; the bundle's entry calls it. List mode: connect, consume, answer probes, drain on SIGTERM. HTTP mode is
 * a program of its own, handed in by the entry and loaded only then: a cold start in list mode must not pay for it.
 */
import { flushCompileCache } from "node:module";
import { connectRedis, openRedis, withoutPassword } from "../pipeline/connection.ts";
import { presence } from "../pipeline/presence.ts";
import { ConfigurationError, type Environment, readSettings, resolveEnvironment } from "./config.ts";
import { consume } from "./consume.ts";
import { type AnyStage, equip, identify } from "./equip.ts";
import { giveUp } from "./give-up.ts";
import { keepSecrets } from "./secrets.ts";
import { RuntimeSettings } from "./settings.ts";
import { perform } from "./work.ts";

/** HTTP mode, with its own copy of stage and runtime: a bundle beside this one. `env` with aliases resolved. Never rejects. */
export interface HttpProgram {
  serve(env: Environment): Promise<void>;
}

/** Exits 0 after a drain, 1 when the configuration is unusable or Redis refuses a script. */
export async function runStage(
  stage: AnyStage,
  environment: Environment = process.env,
  http?: () => Promise<HttpProgram>,
): Promise<void> {
  if (environment["SCHOOL_WARMUP"] === "1") {
    // The build runs every bundle once like this, so that the compile cache holds what a cold start needs.
    await Promise.all([import("./probes.ts"), http?.()]);
    flushCompileCache();
    return;
  }
  try {
    const env = resolveEnvironment(environment);
    keepSecrets(env);
    const settings = readSettings(RuntimeSettings, env);
    if (settings.SCHOOL_MODE === "list") return await serveList(stage, env, settings);
    if (http === undefined) throw new ConfigurationError(["SCHOOL_MODE: this program has no HTTP mode"]);
    await (await http()).serve(env);
  } catch (error) {
    giveUp(stage.name, error);
  }
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** For what is still under way at the end. */
const LAST_MS = 500;

async function serveList(stage: AnyStage, env: Environment, settings: RuntimeSettings): Promise<void> {
  const identity = identify(stage, settings);
  const { log } = identity;
  // As process 1 of a container it would not even hear a signal that nobody listens to, and waiting for Redis may take long.
  const signals = listenToSignals();
  const redis = await openRedis(settings.REDIS_URL);
  redis.on("error", (error: Error) =>
    log.warn({ err: error, redis: withoutPassword(settings.REDIS_URL) }, "Redis is out of reach; waiting for it"),
  );
  const equipment = await equip(stage, env, settings, redis, identity).catch((error: unknown) => {
    // A connection that stays open would keep a process alive that can do nothing.
    redis.disconnect();
    throw error;
  });
  const { ports, queue, keys, perPod, leaseMs, drainMs, tracing } = equipment;
  const alive = presence(redis, keys, stage.name, identity.worker);

  let draining = false;
  const consumer = consume({
    queue: {
      ...queue,
      async claim(max) {
        const claims = await queue.claim(max);
        alive.begin(performance.now());
        return claims;
      },
    },
    list: keys.list(stage.name),
    blocking: () => {
      const connection = connectRedis(settings.REDIS_URL, { lazyConnect: false });
      connection.on("error", (error: Error) => log.debug({ err: error }, "the waiting connection lost Redis"));
      return connection;
    },
    perPod,
    leaseMs,
    limitMs: drainMs,
    log,
    perform: (work) => perform(stage, ports, queue, log, work, tracing),
  });
  signals.reactWith((signal) => {
    draining = true;
    // It takes no more events: what is pushed from now on needs somebody else.
    void alive.end();
    log.info({ signal }, "draining");
    // What goes wrong meanwhile is told by `stopped`, which is awaited below.
    consumer.drain(drainMs).catch(() => undefined);
  });
  // Only now: the first claim is on its way, and an HTTP server costs a tenth of a cold start.
  const probes = import("./probes.ts").then(({ serveProbes }) => {
    const server = serveProbes(settings.PORT, () => !draining && redis.status === "ready");
    server.on("error", (error: Error) =>
      log.warn({ err: error, port: settings.PORT }, "The probes cannot listen; set PORT"),
    );
    return server;
  });
  try {
    await consumer.stopped;
  } finally {
    await Promise.all([alive.end(), tracing?.end()]);
    redis.disconnect();
  }
  (await probes).close();
  // A collector that stalls holds the process no longer than this.
  if (tracing !== undefined) setTimeout(() => process.exit(), LAST_MS).unref();
}

/**
 * Until there is something to finish a signal ends the process; then it runs `react`, and a second one ends the process.
 * One listener from the beginning to the first signal: one that took the place of another would never hear a signal that
 * came just before, because libuv hands what it caught only to whom it caught it for.
 */
function listenToSignals(): { reactWith(react: (signal: NodeJS.Signals) => void): void } {
  let react: (signal: NodeJS.Signals) => void = () => process.exit(0);
  const hear = (signal: NodeJS.Signals) => {
    for (const name of SIGNALS) process.off(name, hear);
    react(signal);
  };
  for (const name of SIGNALS) process.on(name, hear);
  return {
    reactWith(next) {
      react = next;
    },
  };
}
