/** Reads what V8 sampled of a process (--cpu-prof). */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

const SHOWN = 8;
/** It waits: for Redis, or for its end. */
const IDLE = "(idle)";

/** `12.3 ms  compileSourceTextModule (node:internal/…)`, the largest first. Throws when nothing was sampled. */
export async function largestParts(folder: string): Promise<string[]> {
  const [file] = (await readdir(folder)).filter((name) => name.endsWith(".cpuprofile"));
  if (file === undefined) throw new Error(`there is no profile in ${folder}`);
  return partsOf(JSON.parse(await readFile(path.join(folder, file), "utf8")) as CpuProfile);
}

export function partsOf({ nodes, samples, timeDeltas }: CpuProfile): string[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === "" ? "" : ` (${url.startsWith("node:") ? url : `${path.basename(url)}:${lineNumber + 1}`})`;
      return [id, `${functionName || "at the top of the module"}${place}`];
    }),
  );
  const spent = new Map<string, number>();
  for (const [n, id] of samples.entries()) {
    const name = names.get(id) ?? "unknown";
    if (name !== IDLE) spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[n] ?? 0) / 1_000);
  }
  return [...spent]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([name, ms]) => `${ms.toFixed(1)} ms  ${name}`);
}
