/** The local school's Redis: a real server whose data survive a restart. */
import { endLeftoverRedis, noteRedis } from "./leftover-redis.ts";
import { portNear } from "./ports.ts";
import { launchRedis, RedisDidNotStart, type RedisProcess } from "./redis-process.ts";

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  /** Settles when the server is gone, asked or not. */
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

/**
 * Append-only, fsync every second, no eviction, loopback only. Takes the next free port when `port` is busy.
 * @throws RedisDidNotStart with the server's own words.
 */
export async function startRedis({ dataDir, port = 6379 }: { dataDir: string; port?: number }): Promise<LocalRedis> {
  await endLeftoverRedis(dataDir);
  for (let wanted = port, attempt = 1; ; attempt += 1) {
    const chosen = await portNear(wanted);
    try {
      const server = await launchRedis({ port: chosen, dir: dataDir, appendOnly: true });
      await noteRedis(dataDir, chosen, server.pid);
      return localRedis(server, chosen);
    } catch (error) {
      if (!(error instanceof RedisDidNotStart && error.portTaken) || attempt === 5) throw error;
      wanted = chosen + 1;
    }
  }
}

function localRedis(server: RedisProcess, port: number): LocalRedis {
  return { url: `redis://127.0.0.1:${port}`, port, gone: server.gone, close: () => server.stop() };
}
