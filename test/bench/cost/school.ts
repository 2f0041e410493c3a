/** A whole school whose every stage reaches everything through counting proxies of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Redis } from "ioredis";
import { DIST } from "../../../build/bundle/targets.ts";
import { compileCacheEnv } from "../../../build/bundle/warm-up.ts";
import { functionEnvironment, type Parts } from "../../../build/local/function-environment.ts";
import { freePort } from "../../../build/local/ports.ts";
import { startLocalQdrant } from "../../../build/local/qdrant-process.ts";
import { launchRedis } from "../../../build/local/redis-process.ts";
import { startSandbox } from "../../../build/local/sandbox/sandbox.ts";
import { STAGES } from "../../../shared/stages.ts";
import { startForge } from "../../chaos/suite/git-server.ts";
import { PUBLIC_URL, platformAt, type Workload } from "../../chaos/suite/platform.ts";
import { Capacity } from "../../support/models/capacity.ts";
import { modelServer } from "../../support/models/server.ts";
import { end } from "../bare.ts";
import { type CountingProxy, countingProxy, type Said } from "./counting-proxy.ts";

export const LINKS = ["redis", "git", "kubernetes", "prometheus", "qdrant", "models"] as const;
export type Link = (typeof LINKS)[number];
export type StageSaid = Readonly<Record<Link, Said>> & { readonly cpuMs: number };

export interface CountedSchool {
  readonly url: string;
  readonly tokens: { readonly operator: string; readonly reviewer: string };
  /** Past every proxy. */
  readonly redis: Redis;
  /** By stage, and `coordinator`. */
  said(): Promise<Readonly<Record<string, StageSaid>>>;
  close(): Promise<void>;
}

export interface CountedSchoolOptions {
  readonly folder: string;
  readonly workloads: readonly Workload[];
  /** Settings of every process. */
  readonly env: Readonly<Record<string, string>>;
  /** A model that answers every question with nothing that can be used. */
  readonly useless: boolean;
}

export async function countedSchool({ folder, workloads, env, useless }: CountedSchoolOptions): Promise<CountedSchool> {
  const closing: (() => Promise<unknown>)[] = [];
  async function close(): Promise<void> {
    for (const step of closing.splice(0).reverse()) await step();
  }
  try {
    const secret = () => randomBytes(24).toString("hex");
    const [approvalSecret, gitToken, key, readOnlyKey] = [secret(), secret(), secret(), secret()];
    const tokens = { operator: secret(), reviewer: secret() };
    const repository = path.join(folder, "platform.git");
    await platformAt(repository, workloads);
    const forge = await startForge(repository, gitToken);
    closing.push(() => forge.close());
    const redisPort = await freePort();
    const server = await launchRedis({ port: redisPort, dir: path.join(folder, "redis"), appendOnly: true });
    closing.push(() => server.stop());
    await mkdir(path.join(folder, "logs"), { recursive: true });
    const qdrant = await startLocalQdrant({
      dataDir: path.join(folder, "qdrant"),
      apiKey: key,
      readOnlyKey,
      port: 0,
      logFile: path.join(folder, "logs/qdrant.log"),
      log: () => undefined,
    });
    closing.push(() => qdrant.close());
    const problems: unknown[] = [];
    const sandbox = await startSandbox({
      repository,
      branch: "main",
      publicUrl: PUBLIC_URL,
      dataDir: path.join(folder, "cluster"),
      pollMs: 2_000,
      report: (error) => void problems.push(error),
    });
    closing.push(() => sandbox.close());
    const models = await modelServer();
    closing.push(() => models.close());
    const portOf = (url: string) => Number(new URL(url).port);
    const targets: Readonly<Record<Link, number>> = {
      redis: redisPort,
      git: forge.port,
      kubernetes: portOf(sandbox.url),
      prometheus: portOf(sandbox.prometheusUrl),
      qdrant: portOf(qdrant.url),
      models: portOf(models.url),
    };
    const all = new Map<string, { child: ChildProcess; proxies: Record<Link, CountingProxy> }>();
    const coordinatorPort = await freePort();
    for (const part of ["coordinator", ...STAGES]) {
      const proxies = {} as Record<Link, CountingProxy>;
      for (const link of LINKS) {
        proxies[link] = await countingProxy(targets[link]);
        closing.push(() => proxies[link].close());
      }
      const to = (link: Link) => `http://127.0.0.1:${proxies[link].port}`;
      const kubeconfig = path.join(folder, `kubeconfig-${part}`);
      await writeFile(kubeconfig, sandbox.kubeconfig().replaceAll(sandbox.url, to("kubernetes")), { mode: 0o600 });
      const settings = {
        ...env,
        GITOPS_REPO: `${to("git")}/platform.git`,
        GITOPS_TOKEN: gitToken,
        ...(useless ? { ANTHROPIC_API_KEY: models.key, ANTHROPIC_BASE_URL: to("models") } : {}),
      };
      const parts: Parts = {
        redis: `redis://127.0.0.1:${proxies.redis.port}`,
        repository: settings.GITOPS_REPO,
        publicUrl: PUBLIC_URL,
        kubeconfig,
        prometheus: to("prometheus"),
        // A copy of the repository of its own, as in a pod.
        dataDir: path.join(folder, part),
        approvalSecret,
        qdrant: { url: to("qdrant"), key, readOnlyKey },
      };
      const own =
        part === "coordinator"
          ? {
              SCHOOL_TOKENS: `operator:one:${tokens.operator},reviewer:two:${tokens.reviewer}`,
              SCHOOL_WAKE: "off",
              PORT: String(coordinatorPort),
            }
          : { PORT: "0" };
      const bundle = path.join(DIST, part);
      const child = spawn(process.execPath, [path.join(bundle, "main.js")], {
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: folder,
          NODE_ENV: "production",
          ...compileCacheEnv(bundle),
          ...functionEnvironment(part, parts, settings),
          ...own,
          LOG_LEVEL: "error",
        },
        stdio: ["ignore", "ignore", "inherit"],
      });
      closing.push(() => end(child));
      all.set(part, { child, proxies });
    }
    const redis = new Redis(redisPort);
    closing.push(async () => redis.disconnect());
    models.work(new Capacity({ slots: 8, kept: 4, perToken: 0, writing: () => 1 }), () => ({ value: {} }));
    return {
      url: `http://127.0.0.1:${coordinatorPort}`,
      tokens,
      redis,
      close,
      async said() {
        const said: Record<string, StageSaid> = {};
        for (const [part, { child, proxies }] of all) {
          const links = Object.fromEntries(LINKS.map((link) => [link, proxies[link].said()])) as Record<Link, Said>;
          said[part] = { ...links, cpuMs: await cpuOf(child.pid as number) };
        }
        return said;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Milliseconds of CPU since the process began; the kernel counts in hundredths of a second (proc_pid_stat(5)). */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
