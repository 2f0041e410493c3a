/** The whole school as it runs under chaos: real processes, real Redis, real git; every way between them is a proxy's. */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { DIST } from "../../../build/bundle/targets.ts";
import { functionEnvironment, type Parts } from "../../../build/local/function-environment.ts";
import { freePort, portNear } from "../../../build/local/ports.ts";
import { keepPrograms } from "../../../build/local/programs.ts";
import { startLocalQdrant } from "../../../build/local/qdrant-process.ts";
import { launchRedis, RedisDidNotStart, type RedisProcess } from "../../../build/local/redis-process.ts";
import { type Sandbox, startSandbox } from "../../../build/local/sandbox/sandbox.ts";
import { STAGES } from "../../../shared/stages.ts";
import { type Forge, startForge } from "./git-server.ts";
import { PUBLIC_URL, platformAt, type Workload } from "./platform.ts";
import { type Processes, processesWith } from "./processes.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import type { Random } from "./random.ts";

/** Who speaks to whom; each has a proxy of its own. */
export const LINKS = [
  "functions-redis",
  "coordinator-redis",
  "git",
  "kubernetes",
  "prometheus",
  "qdrant",
  "webhook",
] as const;
export type Link = (typeof LINKS)[number];

export const LEASE_SECONDS = 5;
const COORDINATORS = 2;

const PACE = {
  HEALTH_CHECK_DURATION: "3",
  VERIFY_INTERVAL: "1",
  SYNC_INTERVAL: "1",
  SYNC_TIMEOUT: "120",
  LEASE_SECONDS: String(LEASE_SECONDS),
  REAP_SECONDS: "1",
  // How often a process is shot is not the event's fault.
  MAX_ATTEMPTS: "25",
  COMMITS_PER_HOUR: "1000000",
  COMMITS_PER_DAY: "1000000",
  BREAKER_ROLLBACKS_PER_HOUR: "1000000",
  ROLLBACK_COOLDOWN: "0",
  INDEX_INTERVAL: "1",
  ANOMALY_INTERVAL: "0",
  RATE_LIMIT_PER_MINUTE: "0",
  NOTIFY_GROUP_SECONDS: "1",
};

export interface World {
  readonly dataDir: string;
  readonly logs: string;
  /** Of the coordinators. */
  readonly urls: readonly string[];
  readonly tokens: { readonly operator: string; readonly reviewer: string; readonly viewer: string };
  /** Nobody may read these in a log. */
  readonly secrets: readonly string[];
  readonly processes: Processes;
  readonly links: Readonly<Record<Link, Proxy>>;
  readonly sandbox: Sandbox;
  readonly forge: Forge;
  /** Past every proxy. */
  readonly redis: Redis;
  readonly redisServer: { kill(): Promise<void>; stop(): Promise<void>; start(): Promise<void> };
  /** What arrived at the webhook: by notification, the messages it was in. */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly dataDir: string;
  readonly random: Random;
  readonly workloads: readonly Workload[];
  readonly log: (line: string) => void;
}

export async function startWorld({ dataDir, random, workloads, log }: WorldOptions): Promise<World> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse())
      await step().catch((error: Error) => log(`closing: ${error.message}`));
  };
  try {
    const logs = path.join(dataDir, "logs");
    await mkdir(logs, { recursive: true });
    const secret = () => randomBytes(24).toString("hex");
    const tokens = { operator: secret(), reviewer: secret(), viewer: secret() };
    const [approvalSecret, gitToken, hookSecret, key, readOnlyKey] = [secret(), secret(), secret(), secret(), secret()];

    const repository = path.join(dataDir, "platform.git");
    await platformAt(repository, workloads);
    const forge = await startForge(repository, gitToken);
    closing.push(() => forge.close());
    const server = await ownRedis(path.join(dataDir, "redis"));
    closing.push(() => server.stop());
    const qdrant = await startLocalQdrant({
      dataDir: path.join(dataDir, "qdrant"),
      apiKey: key,
      readOnlyKey,
      port: 0,
      logFile: path.join(logs, "qdrant.log"),
      log,
    });
    closing.push(() => qdrant.close());
    const sandbox = await startSandbox({
      repository,
      branch: "main",
      publicUrl: PUBLIC_URL,
      dataDir: path.join(dataDir, "cluster"),
      pollMs: 5_000,
      report: (error) => log(`stand-in cluster: ${error instanceof Error ? error.message : String(error)}`),
    });
    closing.push(() => sandbox.close());
    const { told, server: sink } = await startSink();
    closing.push(
      () =>
        new Promise<void>((resolve) => {
          sink.closeAllConnections();
          sink.close(() => resolve());
        }),
    );

    const portOf = (url: string) => Number(new URL(url).port);
    const targets: Readonly<Record<Link, () => number>> = {
      "functions-redis": () => server.port,
      "coordinator-redis": () => server.port,
      git: () => forge.port,
      kubernetes: () => portOf(sandbox.url),
      prometheus: () => portOf(sandbox.prometheusUrl),
      qdrant: () => portOf(qdrant.url),
      webhook: () => (sink.address() as AddressInfo).port,
    };
    const links = {} as Record<Link, Proxy>;
    for (const link of LINKS) {
      const proxy = await startProxy(targets[link]);
      links[link] = proxy;
      closing.push(() => proxy.close());
    }

    const kubeconfig = path.join(dataDir, "kubeconfig");
    const through = (link: Link) => `http://127.0.0.1:${links[link].port}`;
    await writeFile(kubeconfig, sandbox.kubeconfig().replaceAll(sandbox.url, through("kubernetes")), { mode: 0o600 });
    const env = {
      ...PACE,
      GITOPS_REPO: `${through("git")}/platform.git`,
      GITOPS_TOKEN: gitToken,
      NOTIFY_WEBHOOK_URL: `${through("webhook")}/hook`,
      NOTIFY_WEBHOOK_SECRET: hookSecret,
    };
    const parts = (link: Link): Parts => ({
      redis: `redis://127.0.0.1:${links[link].port}`,
      repository: env.GITOPS_REPO,
      publicUrl: PUBLIC_URL,
      kubeconfig,
      prometheus: through("prometheus"),
      dataDir,
      approvalSecret,
      qdrant: { url: through("qdrant"), key, readOnlyKey },
    });
    const programs = await keepPrograms(dataDir, DIST);
    const processes = processesWith(random.fork("processes"), logs, log);
    closing.push(() => processes.close());
    const own = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };
    for (const stage of STAGES) {
      const { main, env: cache } = programs.of(stage);
      const all = { ...own, ...cache, ...functionEnvironment(stage, parts("functions-redis"), env), PORT: "0" };
      processes.start({ part: stage, slot: stage, main, env: all });
    }
    const urls: string[] = [];
    for (let n = 0; n < COORDINATORS; n += 1) {
      const port = await freePort();
      urls.push(`http://127.0.0.1:${port}`);
      const { main, env: cache } = programs.of("coordinator");
      const all = {
        ...own,
        ...cache,
        ...functionEnvironment("coordinator", parts("coordinator-redis"), env),
        SCHOOL_TOKENS: Object.entries(tokens)
          .map(([role, token]) => `${role}:${role}:${token}`)
          .join(),
        SCHOOL_WAKE: "off",
        PORT: String(port),
      };
      processes.start({ part: "coordinator", slot: `coordinator-${n}`, main, env: all });
    }
    const redis = new Redis(server.port, "127.0.0.1", { retryStrategy: () => 50, maxRetriesPerRequest: null });
    redis.on("error", () => undefined);
    closing.push(async () => redis.disconnect());
    const secrets = [...Object.values(tokens), approvalSecret, gitToken, hookSecret, key, readOnlyKey, sandbox.token];
    return {
      dataDir,
      logs,
      urls,
      tokens,
      secrets,
      processes,
      links,
      sandbox,
      forge,
      redis,
      redisServer: server,
      told,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Below the ports that connections leave from: one of these may take the server's while it is away. */
const REDIS_PORTS = 21_000;
const TRIES = 100;

/** Everything that is acknowledged is on the disk: what chaos finds lost was lost by the school. */
async function ownRedis(dir: string) {
  const port = await portNear(REDIS_PORTS + Math.floor(Math.random() * 9_000));
  let running: RedisProcess | undefined;
  const start = async () => {
    for (let tries = 1; running === undefined; tries += 1) {
      try {
        running = await launchRedis({ port, dir, appendOnly: true, sync: "always" });
      } catch (error) {
        if (!(error instanceof RedisDidNotStart && error.portTaken) || tries === TRIES) throw error;
        await wait(100);
      }
    }
  };
  const ending = (how: "kill" | "stop") => async () => {
    const server = running;
    running = undefined;
    await server?.[how]();
  };
  await start();
  return { port, start, kill: ending("kill"), stop: ending("stop") };
}

/** Notes what is posted to it. */
async function startSink(): Promise<{ told: Map<string, Set<string>>; server: Server }> {
  const told = new Map<string, Set<string>>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("error", () => undefined);
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString("utf8")) as {
        id: string;
        data: { notifications: { id: string }[] };
      };
      for (const { id } of body.data.notifications) told.set(id, (told.get(id) ?? new Set()).add(body.id));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { told, server };
}
