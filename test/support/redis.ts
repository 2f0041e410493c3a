/** A real redis-server for one test file: its own port and directory, gone afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../../build/local/ports.ts";
import {
  launchRedis,
  RedisDidNotStart,
  type RedisOptions,
  type RedisProcess,
} from "../../build/local/redis-process.ts";

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Polite stop (or `hard`: kill -9) and start again on the same port and data. Data survives only with appendOnly. */
  restart(options?: { readonly hard?: boolean }): Promise<void>;
  /** kill -9; `restart()` brings it back. */
  kill(): Promise<void>;
  /** Starts it again after `kill()`. */
  start(): Promise<void>;
  /** Ends the server and removes its directory. */
  close(): Promise<void>;
}

export interface TestRedisOptions {
  readonly appendOnly?: boolean;
  /**
   * `everysec` unless given; then Redis, when the disk is busy, answers up to two seconds before it has written anything.
   * `always`, which is slow, where what a test saw before a kill has to be there afterwards.
   */
  readonly sync?: "always" | "everysec";
}

/** Use in beforeAll; call close() in afterAll. Without appendOnly a restart begins empty (and starts faster). */
export async function startTestRedis({
  appendOnly = false,
  sync = "everysec",
}: TestRedisOptions = {}): Promise<TestRedis> {
  const dir = await mkdtemp(path.join(tmpdir(), "school-redis-"));
  const { port, server } = await onAnyPort({ dir, appendOnly, sync });
  let current: RedisProcess | undefined = server;

  async function start(): Promise<void> {
    current ??= await launchRedis({ port, dir, appendOnly, sync });
  }
  async function kill(): Promise<void> {
    const running = current;
    current = undefined;
    await running?.kill();
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill,
    async restart({ hard = false } = {}) {
      const running = current;
      current = undefined;
      await (hard ? running?.kill() : running?.stop());
      await start();
    },
    async close() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function onAnyPort(options: Omit<RedisOptions, "port">): Promise<{ port: number; server: RedisProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, server: await launchRedis({ port, ...options }) };
    } catch (error) {
      if (!(error instanceof RedisDidNotStart && error.portTaken) || attempt === 5) throw error;
    }
  }
}
