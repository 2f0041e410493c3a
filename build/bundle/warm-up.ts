/** Runs a fresh bundle once, so that V8's compile cache lies beside it and a bundle that cannot load fails the build. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { Target } from "./targets.ts";

const TIMEOUT_MS = 60_000;

/** Where a bundle's compile cache lies; the variables a process needs to use it, wherever the folder was copied to. */
export function compileCacheEnv(folder: string): { NODE_COMPILE_CACHE: string; NODE_COMPILE_CACHE_PORTABLE: string } {
  return { NODE_COMPILE_CACHE: path.join(folder, ".compile-cache"), NODE_COMPILE_CACHE_PORTABLE: "1" };
}

/** Throws with the bundle's own words when it does not load. */
export async function warmUp(folder: string, { name, outputFile }: Target): Promise<void> {
  const env = { PATH: process.env["PATH"], SCHOOL_WARMUP: "1", ...compileCacheEnv(folder) };
  try {
    await promisify(execFile)(process.execPath, [path.join(folder, outputFile)], { env, timeout: TIMEOUT_MS });
  } catch (error) {
    const { stderr, killed } = error as { stderr?: string; killed?: boolean };
    const reason = killed
      ? `it did not end within ${TIMEOUT_MS / 1_000} s of SCHOOL_WARMUP=1`
      : (stderr ?? String(error));
    throw new Error(`The bundle of ${name} does not load: ${reason}`, { cause: error });
  }
}
