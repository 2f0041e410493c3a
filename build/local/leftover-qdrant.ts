/** Two servers must never write to the same folder: a Qdrant that outlived a killed school is ended first. */
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { signal } from "./other-processes.ts";

const FILE = "running.json";
const Running = z.object({ port: z.number(), pid: z.number() });

/** How long one that was asked to end may take before it is killed. */
const GRACE_MS = 10_000;

/** Notes where the server of this folder listens. */
export async function noteQdrant(dataDir: string, running: z.infer<typeof Running>): Promise<void> {
  await writeFile(path.join(dataDir, FILE), JSON.stringify(running));
}

/**
 * Ends the server that still uses this folder, if there is one, and returns once it is gone. Nobody else takes its key,
 * which is drawn per data directory: a process that merely got its number is left alone.
 */
export async function endLeftoverQdrant(dataDir: string, apiKey: string): Promise<void> {
  const file = path.join(dataDir, FILE);
  const noted = await readFile(file, "utf8").catch(() => "");
  const running = noted === "" ? undefined : Running.safeParse(parsed(noted)).data;
  if (running !== undefined && (await holdsKey(running.port, apiKey))) {
    const deadline = performance.now() + GRACE_MS;
    signal(running.pid, "SIGTERM");
    while (await holdsKey(running.port, apiKey)) {
      if (performance.now() > deadline) signal(running.pid, "SIGKILL");
      await delay(20);
    }
  }
  await rm(file, { force: true });
}

/** True when who listens there lets this key in, and nobody without one. */
export async function holdsKey(port: number, apiKey: string): Promise<boolean> {
  const status = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}/collections`, { headers, signal: AbortSignal.timeout(2_000) }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => undefined,
    );
  return (await status({ "api-key": apiKey })) === 200 && (await status({})) !== 200;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half written by a process that was killed: nobody is known.
    return undefined;
  }
}
