/** What is measured of Redis itself, which everything stands on. */
import type { Redis } from "ioredis";
import type { Sink } from "./metrics.ts";

/** Facts of INFO that are absent (a proxy may hide them) are left out. */
export async function collectRedis(redis: Redis, sink: Sink): Promise<void> {
  const info = await redis.info("memory");
  const fact = (name: string) => {
    const text = new RegExp(`^${name}:(\\d+)\\r?$`, "m").exec(info)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  gauge("school_redis_memory_used_bytes", "Memory Redis uses", fact("used_memory"));
  gauge("school_redis_memory_max_bytes", "Memory Redis may use; 0: as much as there is", fact("maxmemory"));

  function gauge(name: string, help: string, value: number | undefined): void {
    if (value !== undefined) sink.gauge(name, help, [[{}, value]]);
  }
}
