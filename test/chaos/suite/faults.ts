/** Carries out what a schedule says. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Fault } from "../../../build/local/sandbox/fault-kinds.ts";
import { FORGE_FAULTS } from "./git-server.ts";
import { LINK_MODES } from "./proxy.ts";
import type { Planned } from "./schedule.ts";
import { LINKS, type Link, type World } from "./world.ts";

/** Begins a fault; the result ends it. */
export async function begin(world: World, { kind, targets, lasts }: Planned, n: number): Promise<() => Promise<void>> {
  const { processes, links, sandbox, forge, redis, redisServer } = world;
  const [first = "", second = ""] = kind.split(":");
  const link = LINKS.find((name) => name === first);
  const mode = LINK_MODES.find((name) => name === second);
  if (link !== undefined && mode !== undefined) {
    await links[link as Link].set(mode);
    return () => links[link as Link].set(undefined);
  }
  const forgeFault = FORGE_FAULTS.find((name) => kind === `forge-${name}`);
  if (forgeFault !== undefined) return forge.inject(forgeFault);
  switch (kind) {
    case "kill-function":
    case "kill-coordinator":
    case "kill-everything":
      processes.kill(targets);
      return over;
    case "stop-function":
    case "stop-coordinator": {
      const goOn = processes.stop(targets);
      return async () => goOn();
    }
    case "redis-kill":
      await redisServer.kill();
      await redisServer.start();
      return over;
    case "redis-restart":
      await redisServer.stop();
      await redisServer.start();
      return over;
    // A disk that is slow: every command, or every command that writes, waits.
    case "redis-pause":
    case "redis-write-pause":
      await redis.call("CLIENT", "PAUSE", String(lasts), kind === "redis-pause" ? "ALL" : "WRITE");
      return over;
    case "forge-other-writer":
    case "forge-force-push":
      // The school may have pushed at that very moment: then he is too late, as anybody.
      await forge.write(n, kind === "forge-force-push").catch((error: Error) => {
        if (!/cannot lock ref|but expected/.test(error.message)) throw error;
      });
      return over;
    case "cluster-api-errors":
      return cluster({ kind: "api-errors", ratio: 0.5 });
    case "cluster-api-stale":
      return cluster({ kind: "api-stale", milliseconds: 3_000 });
    case "cluster-prometheus-503":
      return cluster({ kind: "prometheus-away", answer: "503" });
    case "cluster-conflict":
      await touchApplications(world, n);
      return over;
    case "git-cache-locks":
      await leaveLocks(world.dataDir);
      return over;
    default:
      throw new Error(`nobody knows how to do ${kind}`);
  }

  function cluster(fault: Fault): () => Promise<void> {
    const { name } = sandbox.inject(fault);
    return async () => void sandbox.clear(name);
  }
}

async function over(): Promise<void> {}

/** What a git that was killed in a local copy leaves there; nobody takes it away. */
async function leaveLocks(dataDir: string): Promise<void> {
  const caches = path.join(dataDir, "git-cache");
  const copies = (await readdir(caches).catch(() => [])).filter((name) => name.endsWith(".git"));
  for (const copy of copies) {
    await mkdir(path.join(caches, copy, "refs/school"), { recursive: true });
    for (const file of ["packed-refs", "shallow", "config", "HEAD", "refs/school/seen"]) {
      await writeFile(path.join(caches, copy, `${file}.lock`), "");
    }
  }
}

/** Somebody else changes every Application, so that whoever writes what he read before is told of a conflict. */
async function touchApplications({ sandbox }: World, n: number): Promise<void> {
  const path = `${sandbox.url}/apis/argoproj.io/v1alpha1/namespaces/argocd/applications`;
  const headers = { authorization: `Bearer ${sandbox.token}` };
  const listed = await fetch(path, { headers });
  if (!listed.ok) return;
  const { items } = (await listed.json()) as { items: { metadata: { name: string } }[] };
  for (const { metadata } of items) {
    const body = JSON.stringify({ metadata: { annotations: { "example.com/touched": String(n) } } });
    await fetch(`${path}/${metadata.name}`, {
      method: "PATCH",
      headers: { ...headers, "content-type": "application/merge-patch+json" },
      body,
    }).then((response) => response.arrayBuffer());
  }
}
