/** Whether a process of a stage has taken up its work: the sign of life its runtime gives with its first claim. */
import { Redis } from "ioredis";
import { keysOf } from "../../shared/pipeline/keys.ts";

export interface WorkersReady {
  isReady(stage: string, pid: number): Promise<boolean>;
  close(): void;
}

export function workersReady(url: string, prefix: string): WorkersReady {
  const redis = new Redis(url, { lazyConnect: true });
  redis.on("error", () => undefined);
  const keys = keysOf(prefix);
  return {
    async isReady(stage, pid) {
      const workers = await redis.zrange(keys.workers(stage), "0", "-1");
      return workers.some((worker) => worker.startsWith(`${stage}-${pid}-`));
    },
    close: () => redis.disconnect(),
  };
}
