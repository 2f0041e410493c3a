/** Puts the local school together: Redis, repository, cluster, autoscaler, coordinator; and takes it apart again. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { remoteOf } from "../../shared/adapters/git/remote.ts";
import type { Environment } from "../../shared/runtime/config.ts";
import { ROOT } from "../bundle/targets.ts";
import { addressInUse } from "./address-in-use.ts";
import { type Autoscaler, startAutoscaler } from "./autoscaler/autoscaler.ts";
import { startCoordinator } from "./coordinator-process.ts";
import { noteRunning, type Secrets, secretsOf, writePrivately } from "./data-directory.ts";
import { lockDataDirectory } from "./data-lock.ts";
import { REAL_PARTS, realParts } from "./environment.ts";
import { functionEnvironment, gitToken, type Parts, type QdrantPart } from "./function-environment.ts";
import { publicUrl, sampleOf, sampleRepository } from "./gitops-repository.ts";
import { handBackLeases } from "./leftover-leases.ts";
import { modelsInUse } from "./models-in-use.ts";
import { keepPrograms } from "./programs.ts";
import { type LocalQdrant, startLocalQdrant } from "./qdrant-process.ts";
import { startRedis } from "./redis-server.ts";
import { type Sandbox, startSandbox } from "./sandbox/sandbox.ts";
import { workersReady } from "./worker-ready.ts";

export interface LocalSchool {
  readonly url: string;
  readonly tokens: Secrets["tokens"];
  /** Path or address, without credentials. */
  readonly repository: string;
  readonly dataDir: string;
  readonly real: readonly string[];
  /** Parts that are real servers on this machine, started by the school. */
  readonly own: readonly string[];
  readonly autoscaler: Autoscaler;
  /** The stand-in cluster; absent when a real one is configured. */
  readonly sandbox?: Sandbox;
  /** Kills (-9) what runs of a stage, or the coordinator, as a lost node would; it is replaced at once. */
  lose(part: string): void;
  /**
   * Replaces every function and the coordinator by the bundles as they are now (or those in a folder like dist/), one
   * process after the other, while the work goes on. Rejects when a new one does not get ready; old ones then go on.
   */
  upgrade(from?: string): Promise<void>;
  close(): Promise<void>;
}

export interface SchoolOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly sample?: string;
  readonly log: (message: string) => void;
  /** How long an idle function stays, milliseconds; what the manifests say unless given. */
  readonly cooldownMs?: number;
  /** Never more processes of a stage than this. */
  readonly maxReplicas?: number;
  /** Bundles to run; those in dist/ unless given. */
  readonly programs?: string;
}

const DEPLOYMENT = /^cortex-(.+)$/;

/** Throws CannotStart, ConfigurationError, or what a part says when it cannot start; nothing is left running. */
export async function startSchool(
  { dataDir, port, sample, log, cooldownMs, maxReplicas, programs: from }: SchoolOptions,
  env: Environment,
): Promise<LocalSchool> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) {
      await step().catch((error: Error) => log(`while stopping: ${error.message}`));
    }
  };
  try {
    closing.push(await lockDataDirectory(dataDir));
    const secrets = await secretsOf(dataDir);
    const logs = path.join(dataDir, "logs");
    await mkdir(logs, { recursive: true });
    const programs = await keepPrograms(dataDir, from);

    // Nobody asks it before the first function runs: it begins while the others do.
    const index = env["QDRANT_URL"] === undefined ? ownQdrant(dataDir, secrets, log, closing) : undefined;
    const redis = env["REDIS_URL"] ?? (await ownRedis(dataDir, env["KEY_PREFIX"] ?? "", log, closing));
    const { repository, address } = await gitOps();

    let autoscaler: Autoscaler | undefined;
    const sandbox = env["KUBECONFIG"] === undefined ? await standInCluster() : undefined;
    if (sandbox !== undefined) closing.push(() => sandbox.close());
    const kubeconfig = env["KUBECONFIG"] ?? path.join(dataDir, "kubeconfig");
    if (sandbox !== undefined) await writePrivately(kubeconfig, sandbox.kubeconfig());

    const qdrant = await index;
    const parts: Parts = {
      redis,
      repository,
      publicUrl: address,
      kubeconfig,
      prometheus: env["PROMETHEUS_URL"] ?? sandbox?.prometheusUrl ?? "",
      dataDir,
      approvalSecret: secrets.approvalSecret,
      qdrant: qdrant === undefined ? qdrantOf(env) : { url: qdrant.url, ...secrets.qdrant },
    };
    const guard = path.join(import.meta.dirname, "autoscaler/leave-with-parent.mjs");
    const workers = workersReady(redis, env["KEY_PREFIX"] ?? "");
    closing.push(async () => workers.close());
    const scaler = await startAutoscaler({
      manifestsDir: path.join(ROOT, "keda/base"),
      redis,
      keyPrefix: env["KEY_PREFIX"] ?? "",
      env: (stage) => ({ ...functionEnvironment(stage, parts, env), ...programs.of(stage).env }),
      command: (stage) => ({ program: process.execPath, args: ["--import", guard, programs.of(stage).main] }),
      ready: (stage, pid) => workers.isReady(stage, pid),
      logsDir: logs,
      ...(cooldownMs === undefined ? {} : { cooldownMs }),
      ...(maxReplicas === undefined ? {} : { maxReplicas }),
      log,
    });
    autoscaler = scaler;
    closing.push(() => scaler.close());

    const real = realParts(env);
    const { operator, reviewer, viewer } = secrets.tokens;
    const coordinator = await startCoordinator({
      port,
      program: () => programs.of("coordinator"),
      token: operator,
      env: {
        ...functionEnvironment("coordinator", parts, env),
        SCHOOL_TOKENS: `operator:operator:${operator},reviewer:reviewer:${reviewer},viewer:viewer:${viewer}`,
        // Its three tokens are those of one person.
        APPROVE_OWN_SOURCES: env["APPROVE_OWN_SOURCES"] ?? "yes",
        SCHOOL_REAL: real.join(","),
        SCHOOL_MODELS: JSON.stringify(modelsInUse(env)),
        SCHOOL_WAKE: sandbox === undefined ? "off" : "kubernetes",
      },
      logFile: path.join(logs, "coordinator.log"),
      log,
    });
    closing.push(() => coordinator.close());
    const { url } = coordinator;
    const keyPrefix = env["KEY_PREFIX"] ?? "";
    closing.push(await noteRunning({ url, tokens: secrets.tokens, pid: process.pid, redis, keyPrefix, dataDir }));
    return {
      url,
      tokens: secrets.tokens,
      repository: remoteOf(repository).url,
      dataDir,
      real,
      own: ownParts(env, qdrant),
      autoscaler: scaler,
      ...(sandbox === undefined ? {} : { sandbox }),
      async upgrade(folder) {
        const back = await programs.change(folder);
        try {
          await coordinator.replace();
          await scaler.replace();
        } catch (error) {
          back();
          throw error;
        }
      },
      lose: (part) => (part === "coordinator" ? coordinator.lose() : void scaler.lose(part)),
      close,
    };

    async function gitOps(): Promise<{ repository: string; address: string | undefined }> {
      const told = env["GITOPS_PUBLIC_URL"];
      if (env["GITOPS_REPO"] !== undefined) {
        return { repository: env["GITOPS_REPO"], address: told ?? (await addressInUse(env, dataDir)) };
      }
      const chosen = await sampleOf(dataDir, sample);
      return { repository: await sampleRepository(dataDir, chosen), address: told ?? publicUrl(chosen) };
    }

    async function standInCluster(): Promise<Sandbox> {
      return startSandbox({
        repository,
        git: remoteOf(repository, gitToken(env)).env,
        branch: env["GITOPS_REPO"] === undefined ? "main" : (env["GITOPS_BRANCH"] ?? "main"),
        ...(address === undefined ? {} : { publicUrl: address }),
        dataDir: path.join(dataDir, "cluster"),
        pollMs: 30_000,
        // The school's own Deployments live in the autoscaler: this is where the coordinator's wake-up arrives.
        scaleTarget: {
          replicas: (name) => autoscaler?.replicas().get(DEPLOYMENT.exec(name)?.[1] ?? "")?.wanted,
          onScale: (name, replicas) => void autoscaler?.scale(name, replicas),
        },
        report: (error) => log(`stand-in cluster: ${error instanceof Error ? error.message : String(error)}`),
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
}

function ownParts(env: Environment, qdrant: LocalQdrant | undefined): string[] {
  return [
    ...(env["REDIS_URL"] === undefined ? [REAL_PARTS.REDIS_URL] : []),
    ...(env["GITOPS_REPO"] === undefined ? [REAL_PARTS.GITOPS_REPO] : []),
    ...(qdrant?.real === true ? [REAL_PARTS.QDRANT_URL] : []),
  ];
}

function qdrantOf(env: Environment): QdrantPart {
  return { url: env["QDRANT_URL"] ?? "", key: env["QDRANT_API_KEY"], readOnlyKey: env["QDRANT_READ_ONLY_API_KEY"] };
}

function ownQdrant(
  dataDir: string,
  { qdrant: { key, readOnlyKey } }: Secrets,
  log: (message: string) => void,
  closing: (() => Promise<unknown>)[],
): Promise<LocalQdrant> {
  const logFile = path.join(dataDir, "logs", "qdrant.log");
  const started = startLocalQdrant({ dataDir: path.join(dataDir, "qdrant"), apiKey: key, readOnlyKey, logFile, log });
  // It may still be starting when another part gives up; why it did not start itself is told where it is waited for.
  const settled = started.then(
    (qdrant) => qdrant,
    () => undefined,
  );
  closing.push(async () => (await settled)?.close());
  return started;
}

async function ownRedis(
  dataDir: string,
  prefix: string,
  log: (message: string) => void,
  closing: (() => Promise<unknown>)[],
): Promise<string> {
  const folder = path.join(dataDir, "redis");
  await mkdir(folder, { recursive: true });
  const server = await startRedis({ dataDir: folder });
  let stopping = false;
  void server.gone.then(() => {
    if (!stopping) log("Redis is gone; nothing can go on without it. Stop the school with Ctrl-C and start it again.");
  });
  closing.push(async () => {
    stopping = true;
    await server.close();
  });
  // A damaged key is for the doctor to tell; the leases then run out by themselves.
  const told = (error: Error) => log(`what a killed school held comes back when its leases end: ${error.message}`);
  await handBackLeases(server.url, prefix).catch(told);
  return server.url;
}
