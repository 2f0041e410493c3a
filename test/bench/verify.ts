/**
 * Many verifications in one verify process: are their rounds on time, and what do they cost? The bundle in list mode, a
 * real Redis, Kubernetes and Prometheus over HTTP from prepared texts (programs/cluster.ts): the local school's stand-in
 * cluster really runs its controllers, so it would be what is measured.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { DIST } from "../../build/bundle/targets.ts";
import { compileCacheEnv } from "../../build/bundle/warm-up.ts";
import { kubeconfig } from "../../build/local/sandbox/kubeconfig.ts";
import { decodeImprovement } from "../../shared/domain/improvement-fields.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { startTestRedis } from "../support/redis.ts";
import { end } from "./bare.ts";
import { residentMegabytes } from "./coordinator-process.ts";
import type { BareRounds } from "./programs/bare-rounds.ts";
import type { ClusterAddresses, ClusterCounts } from "./programs/cluster.ts";
import type { Row } from "./rows.ts";
import { type Usage, verifyRows } from "./verify-rows.ts";
import { seedDeployed } from "./verify-seed.ts";

export interface VerifySizes {
  readonly improvements: number;
  /** Seconds each is watched, and between two looks. */
  readonly duration: number;
  readonly interval: number;
  /** Seconds the bare peer runs. */
  readonly bareSeconds: number;
}

/** What V8 allows itself in a pod with the 384 MB of keda/verify.yaml: half of it. */
const POD_HEAP = "--max-old-space-size=192";
const REVISION = "8f4b2a6c9d1e3f5a7b9c0d2e4f6a8b1c3d5e7f90";

export async function verifyMany(sizes: VerifySizes): Promise<Row[]> {
  const bare = await withCluster(sizes, (addresses) => bareRounds(sizes, addresses));
  return withCluster(sizes, async (addresses, counts) => {
    const folder = await mkdtemp(path.join(tmpdir(), "bench-verify-"));
    const server = await startTestRedis();
    const redis = new Redis(server.url);
    try {
      const file = path.join(folder, "kubeconfig");
      await writeFile(file, kubeconfig(addresses.api, "a-token-for-the-bench-only"));
      const ids = await seedDeployed(redis, sizes.improvements, REVISION);
      const places = { REDIS_URL: server.url, KUBECONFIG: file, PROMETHEUS_URL: addresses.prometheus };
      const usage = await run(sizes, redis, places);
      const late = await lateness(redis, ids, sizes.interval * 1_000);
      return verifyRows(sizes, { late, usage, counts: await counts(), bare });
    } finally {
      redis.disconnect();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** From the first look to the last verdict. Throws unless every improvement is verified: a failure is quick. */
async function run(sizes: VerifySizes, redis: Redis, places: Readonly<Record<string, string>>): Promise<Usage> {
  const keys = keysOf();
  const verify = startVerify(sizes, places);
  const pid = verify.pid as number;
  try {
    const started = performance.now();
    const resident: number[] = [];
    while ((await redis.zcard(keys.byStatus("deployed"))) > 0) {
      if (verify.exitCode !== null) throw new Error("verify ended; its reason is above");
      if (performance.now() - started > 3_000 * sizes.duration) throw new Error("verify does not come to an end");
      await wait(1_000);
      resident.push(await residentMegabytes(pid));
    }
    const seconds = (performance.now() - started) / 1_000;
    const verified = await redis.zcard(keys.byStatus("verified"));
    if (verified < sizes.improvements) throw new Error(`${verified} of ${sizes.improvements} were verified`);
    return { resident, peak: await residentMegabytes(pid, "peak"), cpuMs: await cpuOf(pid), seconds };
  } finally {
    await end(verify);
  }
}

function startVerify({ duration, interval }: VerifySizes, places: Readonly<Record<string, string>>): ChildProcess {
  const folder = path.join(DIST, "verify");
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    ...compileCacheEnv(folder),
    ...places,
    HEALTH_CHECK_DURATION: String(duration),
    VERIFY_INTERVAL: String(interval),
    PORT: "0",
    LOG_LEVEL: "error",
  };
  return spawn(process.execPath, [POD_HEAP, path.join(folder, "main.js")], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Milliseconds by which each look at an Application but the first came after its time, as the verification fixes it. */
async function lateness(redis: Redis, ids: readonly string[], intervalMs: number): Promise<number[]> {
  const late: number[] = [];
  for (const id of ids) {
    const { verification } = decodeImprovement(await redis.hgetall(keysOf().record(id)));
    if (verification === undefined) throw new Error(`${id} was never measured`);
    const { startedAt, endsAt, checks } = verification;
    const looks = checks["application"]?.measurements ?? [];
    looks.slice(1).forEach(({ at }, n) => {
      const next = (looks[n]?.at ?? 0) + intervalMs;
      const planned = startedAt + Math.round((next - startedAt) / intervalMs) * intervalMs;
      late.push(at - Math.min(endsAt, Math.abs(next - planned) <= intervalMs / 20 ? planned : next));
    });
  }
  return late;
}

async function withCluster<Result>(
  { improvements }: VerifySizes,
  work: (addresses: ClusterAddresses, counts: () => Promise<ClusterCounts>) => Promise<Result>,
): Promise<Result> {
  const cluster = program("cluster.ts", String(improvements), REVISION);
  try {
    const [addresses] = (await once(cluster, "message")) as [ClusterAddresses];
    return await work(addresses, async () => {
      cluster.send("counts");
      return ((await once(cluster, "message")) as [ClusterCounts])[0];
    });
  } finally {
    await end(cluster);
  }
}

async function bareRounds(sizes: VerifySizes, { api, prometheus }: ClusterAddresses): Promise<BareRounds> {
  const { improvements, interval, bareSeconds } = sizes;
  const child = program(
    "bare-rounds.ts",
    ...[improvements, interval * 1_000, bareSeconds].map(String),
    api,
    prometheus,
  );
  const [measured] = (await once(child, "message")) as [BareRounds];
  await end(child);
  return measured;
}

function program(name: string, ...args: readonly string[]): ChildProcess {
  const file = path.join(import.meta.dirname, "programs", name);
  return spawn(process.execPath, [file, ...args], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

/** Milliseconds of CPU since the process began; the kernel counts in hundredths of a second (proc_pid_stat(5)). */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
