/** Two servers must never append to the same file: a Redis that outlived a killed school is ended first. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { askRedis } from "./redis-process.ts";

const FILE = "redis.port";

/** Notes where the server of this data directory listens. */
export async function noteRedis(dataDir: string, port: number): Promise<void> {
  await writeFile(path.join(dataDir, FILE), `${port}\n`);
}

/** Ends the server that still uses this data directory, if there is one, and returns once it is gone. */
export async function endLeftoverRedis(dataDir: string): Promise<void> {
  const noted = await readFile(path.join(dataDir, FILE), "utf8").catch(() => "");
  const port = Number(noted.trim());
  if (!(port > 0)) return;
  const directory = (await askRedis(port, "CONFIG GET dir")).split("\r\n")[4];
  if (directory !== path.resolve(dataDir)) return;
  await askRedis(port, "SHUTDOWN SAVE");
  while ((await askRedis(port, "PING")) !== "") await delay(10);
}
