/** Starts the coordinator: one Redis connection for requests and loops, one that blocks on the stream, one HTTP server. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { commitPages } from "../../shared/adapters/git/commit-pages.ts";
import { hasCluster, kubernetesLayers } from "../../shared/adapters/kubernetes-layers.ts";
import type { NewerLayout } from "../../shared/domain/schema/layout.ts";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import { ledgerSettings } from "../../shared/models/settings.ts";
import { connectRedis, openRedis, withoutPassword } from "../../shared/pipeline/connection.ts";
import { deadLetters } from "../../shared/pipeline/dead-letters.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { legacyLists } from "../../shared/pipeline/legacy.ts";
import { listing } from "../../shared/pipeline/listing.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { records } from "../../shared/pipeline/records.ts";
import { loadOperatorScripts } from "../../shared/pipeline/scripts/load-operator.ts";
import { schoolServices } from "../../shared/pipeline/services.ts";
import { openLayout } from "../../shared/pipeline/upgrade/meta.ts";
import type { GitReader, Layers } from "../../shared/ports.ts";
import { BUILD, BUILD_SUFFIX } from "../../shared/runtime/build-info.ts";
import { ConfigurationError, type Environment, readSettings, resolveEnvironment } from "../../shared/runtime/config.ts";
import { endConnections } from "../../shared/runtime/http/connections.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { keepSecrets } from "../../shared/runtime/secrets.ts";
import { parseTokens } from "../../shared/runtime/tokens.ts";
import { watchedSources } from "../../shared/sources/open.ts";
import { coordinatorApp } from "./app.ts";
import { configurationOf } from "./configuration.ts";
import { knowledgeIndex } from "./knowledge-index.ts";
import { liveEvents } from "./live/hub.ts";
import { startAnomalies } from "./loops/anomalies.ts";
import { startBreaker } from "./loops/breaker.ts";
import { startDeferrals } from "./loops/deferrals.ts";
import { startIndex } from "./loops/index.ts";
import { startLegacy } from "./loops/legacy.ts";
import { startReaper } from "./loops/reaper.ts";
import { startRetrain } from "./loops/retrain.ts";
import { startSearch } from "./loops/search.ts";
import { startSources } from "./loops/sources.ts";
import { startTimers } from "./loops/timers.ts";
import { startUpgrade } from "./loops/upgrade.ts";
import { startLookout, startWake } from "./loops/wake.ts";
import type { School } from "./school.ts";
import { answerBroken, SERVER_OPTIONS } from "./server.ts";
import { CoordinatorSettings } from "./settings.ts";
import { openSight, type Sight } from "./sight.ts";
import { proxySettings } from "./sign-in/proxy-settings.ts";
import { wakeUp } from "./wake/wake-up.ts";

export interface CoordinatorOptions {
  readonly env: Environment;
  /** Instead of the ones the environment names. */
  readonly log?: Logger;
  readonly layers?: Layers;
  readonly git?: () => Promise<GitReader>;
  readonly sight?: () => Promise<Sight>;
  readonly knowledge?: () => Promise<Knowledge>;
}

export interface Coordinator {
  readonly url: string;
  /** Resolves when a newer coordinator has moved the keys on and this one must end; never otherwise. */
  readonly tooOld: Promise<NewerLayout>;
  /** Ends loops, lets running requests finish for a few seconds, closes Redis. */
  close(): Promise<void>;
}

/** An operator who waits longer than this for Redis gets a 503 instead. */
const COMMAND_TIMEOUT_MS = 10_000;
const GRACE_MS = 5_000;
/** Waiting commands are answered every five seconds; a connection silent for longer than this is dead. */
const SILENCE_MS = 15_000;

/** Throws ConfigurationError (settings, tokens, an evicting Redis, a port that is taken) and NewerLayout. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const env = resolveEnvironment(options.env);
  keepSecrets(env);
  const settings = readSettings(CoordinatorSettings, env);
  const tokens = parseTokens(settings.SCHOOL_TOKENS);
  const proxy = proxySettings(settings);
  const legacy = legacyLists(settings.LEGACY_LIST, keysOf(settings.KEY_PREFIX));
  if (legacy.problems.length > 0) throw new ConfigurationError(legacy.problems);
  const watches = await watchedSources(env);
  const { limits: modelBudgets } = ledgerSettings(env);
  const log = options.log ?? createLog(settings.LOG_LEVEL, { layer: "coordinator", build: BUILD });
  const layers = options.layers ?? layersFrom(env, settings);
  // Requests fail at once while Redis is away, instead of hanging until it is back.
  const redis = await openRedis(settings.REDIS_URL, {
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  redis.on("error", (error: Error) =>
    log.warn({ err: error, redis: withoutPassword(settings.REDIS_URL) }, "Redis is out of reach; waiting for it"),
  );
  await openLayout(redis, keysOf(settings.KEY_PREFIX), BUILD).catch((error: unknown) => {
    redis.disconnect();
    throw error;
  });
  const awakener = wakeUp(redis, keysOf(settings.KEY_PREFIX), layers, log);
  const wake = awakener.lookout.soon;
  const git = options.git ?? (() => gitFrom(env));
  const sight = options.sight ?? openedOnce(() => openSight(env));
  const knowledge = options.knowledge ?? openedOnce(() => openKnowledge(env, redis, settings.KEY_PREFIX));
  const school = schoolOn(redis, env, {
    settings,
    tokens,
    proxy,
    log,
    git,
    sight,
    knowledge,
    watches,
    wake,
    modelBudgets,
  });
  const server = await listen(coordinatorApp(school).fetch, settings).catch((error: unknown) => {
    redis.disconnect();
    throw error;
  });

  const reapMs = settings.REAP_SECONDS * 1_000;
  const loops = [startReaper(school, reapMs, wake), startTimers(school), startSearch(school)];
  loops.push(startLookout(school, awakener.lookout));
  loops.push(startDeferrals(school));
  const { promise: tooOld, resolve: noteTooOld } = Promise.withResolvers<NewerLayout>();
  loops.push(startUpgrade(school, `coordinator-${process.pid}-${randomUUID().slice(0, 8)}${BUILD_SUFFIX}`, noteTooOld));
  loops.push(startBreaker(school, reapMs), startRetrain(school, settings.RETRAIN_INTERVAL * 3_600_000));
  if (school.index.isKept) loops.push(startIndex(school, settings.INDEX_INTERVAL * 60_000));
  if (settings.ANOMALY_INTERVAL > 0) loops.push(startAnomalies(school, settings.ANOMALY_INTERVAL * 1_000));
  if (watches.length > 0) loops.push(startSources(school));
  if (legacy.lists.length > 0) loops.push(startLegacy(school, legacy.lists, reapMs, wake));
  if (layers !== undefined) {
    loops.push(startWake(school, blockingConnection(settings.REDIS_URL, log), awakener.lookout));
  }

  const { port } = server.address() as AddressInfo;
  const host = settings.HOST.includes(":") ? `[${settings.HOST}]` : settings.HOST;
  const url = `http://${host}:${port}`;
  log.info({ url, wake: layers !== undefined }, "the coordinator listens");
  return {
    url,
    tooOld,
    async close() {
      awakener.close();
      await Promise.all([school.live.close(), shut(server), ...loops.map((loop) => loop.stop())]);
      redis.disconnect();
    },
  };
}

type Own = Pick<
  School,
  "settings" | "tokens" | "proxy" | "log" | "git" | "sight" | "knowledge" | "watches" | "wake" | "modelBudgets"
>;

function schoolOn(redis: Redis, env: Environment, own: Own): School {
  const { settings, log } = own;
  const keys = keysOf(settings.KEY_PREFIX);
  const scripts = loadOperatorScripts(redis, settings.KEY_PREFIX);
  const { brakes, models, router, notices } = schoolServices(redis, keys, scripts, {
    rollbacksPerHour: settings.BREAKER_ROLLBACKS_PER_HOUR,
    breakerTimeoutMs: settings.BREAKER_TIMEOUT * 60_000,
    cooldownMs: settings.ROLLBACK_COOLDOWN * 60_000,
    commitsPerHour: settings.COMMITS_PER_HOUR,
    commitsPerDay: settings.COMMITS_PER_DAY,
    freezeWindows: settings.FREEZE_WINDOWS,
  });
  const acts = operations(redis, keys, scripts);
  return {
    ...own,
    configuration: configurationOf(env),
    commitPages: commitPages(env["GITOPS_PUBLIC_URL"]) ?? commitPages(env["GITOPS_REPO"]),
    redis,
    keys,
    scripts,
    brakes,
    models,
    router,
    notices,
    operations: acts,
    index: knowledgeIndex(env, redis, keys, scripts),
    records: records(redis, keys),
    listing: listing(redis, keys),
    deadLetters: deadLetters(redis, keys, acts),
    live: liveEvents({
      redis,
      keys,
      log,
      connect: () => blockingConnection(settings.REDIS_URL, log),
      heartbeatMs: settings.SSE_HEARTBEAT_SECONDS * 1_000,
      mostClients: settings.SSE_CLIENTS,
    }),
  };
}

function layersFrom(env: Environment, settings: CoordinatorSettings): Layers | undefined {
  const wanted = settings.SCHOOL_WAKE ?? (hasCluster(env) ? "kubernetes" : "off");
  if (wanted === "off") return undefined;
  if (!hasCluster(env)) {
    throw new ConfigurationError(["SCHOOL_WAKE: kubernetes needs KUBECONFIG, or to run inside a cluster"]);
  }
  return kubernetesLayers(env);
}

/** The Git adapter is loaded by the first diff. */
async function gitFrom(env: Environment): Promise<GitReader> {
  const { gitPort } = await import("../../shared/adapters/git/open.ts");
  return gitPort(env);
}

/** Opened once, by the first who looks; a failure is not kept. */
function openedOnce<Opened>(open: () => Promise<Opened>): () => Promise<Opened> {
  let opening: Promise<Opened> | undefined;
  return async () => {
    opening ??= open();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
}

/** The client of the index, and what is compared, are loaded by the first search. */
async function openKnowledge(env: Environment, redis: Redis, prefix: string): Promise<Knowledge> {
  const { knowledgeOf } = await import("../../shared/adapters/qdrant/reader.ts");
  const { knowledgeBook } = await import("../../shared/pipeline/knowledge-book.ts");
  return knowledgeOf(env, knowledgeBook(redis, keysOf(prefix)));
}

function blockingConnection(url: string, log: Logger): Redis {
  const connection = connectRedis(url, { lazyConnect: false, socketTimeout: SILENCE_MS });
  connection.on("error", (error: Error) => log.debug({ err: error }, "the waiting connection lost Redis"));
  return connection;
}

async function listen(fetch: ReturnType<typeof coordinatorApp>["fetch"], settings: CoordinatorSettings) {
  const { PORT: port, HOST: hostname } = settings;
  const server = serve({ fetch, port, hostname, serverOptions: SERVER_OPTIONS });
  answerBroken(server);
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    throw listenProblem(error, hostname, port);
  });
  return server;
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE")
    return new ConfigurationError([`PORT: ${port} is taken; choose another, or 0 for any free one`]);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new ConfigurationError([`HOST: ${host} is no address of this machine`]);
  }
  return error;
}

async function shut(server: ServerType): Promise<void> {
  const closed = once(server, "close");
  if (server instanceof Server) endConnections(server);
  else server.close();
  const late = setTimeout(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
  }, GRACE_MS);
  await closed.finally(() => clearTimeout(late));
}
