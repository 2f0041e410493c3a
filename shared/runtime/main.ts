/** Runs one stage in list mode: connect, consume, answer probes, drain on SIGTERM. The bundle's entry calls it. */
import { flushCompileCache } from "node:module";
import { connectRedis, openRedis, withoutPassword } from "../pipeline/connection.ts";
import { keysOf } from "../pipeline/keys.ts";
import { loadScripts } from "../pipeline/scripts/load.ts";
import { schoolServices } from "../pipeline/services.ts";
import { stageQueue } from "../pipeline/stage-queue.ts";
import { stageEntry } from "../stages.ts";
import { ConfigurationError, type Environment, readSettings, resolveEnvironment } from "./config.ts";
import { consume } from "./consume.ts";
import { createLog } from "./log.ts";
import { RuntimeSettings } from "./settings.ts";
import type { Stage } from "./stage.ts";
import { perform } from "./work.ts";

// A stage's ports are its own; the runtime hands them through without looking.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyStage = Stage<any, any>;

/** Exits 0 after a drain, 1 when the configuration is unusable or Redis refuses a script. */
export async function runStage(stage: AnyStage, environment: Environment = process.env): Promise<void> {
  if (environment["SCHOOL_WARMUP"] === "1") {
    // The build runs every bundle once like this, so that the compile cache holds what a cold start needs.
    await import("./probes.ts");
    flushCompileCache();
    return;
  }
  try {
    await serve(stage, resolveEnvironment(environment));
  } catch (error) {
    const message = error instanceof ConfigurationError ? error.message : String((error as Error).stack ?? error);
    process.stderr.write(`${stage.name}: ${message}\n`);
    process.exitCode = 1;
  }
}

async function serve(stage: AnyStage, env: Environment): Promise<void> {
  const settings = readSettings(RuntimeSettings, env);
  const { scale, drainMs } = stageEntry(stage.name);
  const worker = `${stage.name}-${process.pid}-${process.hrtime.bigint().toString(36)}`;
  const log = createLog(settings.LOG_LEVEL, { stage: stage.name, worker });
  const keys = keysOf(settings.KEY_PREFIX);

  const redis = await openRedis(settings.REDIS_URL);
  redis.on("error", (error: Error) =>
    log.warn({ err: error, redis: withoutPassword(settings.REDIS_URL) }, "Redis is out of reach; waiting for it"),
  );
  const scripts = loadScripts(redis, settings.KEY_PREFIX);
  const services = schoolServices(redis, keys, scripts, {
    rollbacksPerHour: settings.BREAKER_ROLLBACKS_PER_HOUR,
    commitsPerHour: settings.COMMITS_PER_HOUR,
    commitsPerDay: settings.COMMITS_PER_DAY,
  });
  const ports: unknown = await stage.ports(env, services);
  const leaseMs = settings.LEASE_SECONDS * 1_000;
  const queue = stageQueue(scripts, stage.name, { worker, leaseMs, maxAttempts: settings.MAX_ATTEMPTS });

  let draining = false;
  const consumer = consume({
    queue,
    list: keys.list(stage.name),
    blocking: () => {
      const connection = connectRedis(settings.REDIS_URL, { lazyConnect: false });
      connection.on("error", (error: Error) => log.debug({ err: error }, "the waiting connection lost Redis"));
      return connection;
    },
    perPod: settings.PER_POD ?? scale.perPod,
    leaseMs,
    limitMs: drainMs,
    log,
    perform: (work) => perform(stage, ports, queue, log, work),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      draining = true;
      log.info({ signal }, "draining");
      // What goes wrong meanwhile is told by `stopped`, which is awaited below.
      consumer.drain(drainMs).catch(() => undefined);
    });
  }
  // Only now: the first claim is on its way, and an HTTP server costs a tenth of a cold start.
  const probes = import("./probes.ts").then(({ serveProbes }) => {
    const server = serveProbes(settings.PORT, () => !draining && redis.status === "ready");
    server.on("error", (error: Error) =>
      log.warn({ err: error, port: settings.PORT }, "The probes cannot listen; set PORT"),
    );
    return server;
  });
  await consumer.stopped.finally(() => redis.disconnect());
  (await probes).close();
}
