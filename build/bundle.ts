/**
 * Bundles every function, the coordinator and the command line into dist/<name>/, with only what each imports.
 * What did not change is left alone.
 *
 * Usage: bundle.ts [--quiet] [--force] [name …]
 */
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { buildTarget } from "./bundle/build.ts";
import { isFresh, readRecord } from "./bundle/record.ts";
import { type Target, targetsNamed } from "./bundle/targets.ts";

/** Esbuild uses every core by itself; what runs beside it are the warm-ups. */
const AT_ONCE = 3;

/** Builds the named targets, or all. Resolves with the names that were built anew. */
export async function bundle(
  names: readonly string[] = [],
  { force = false, begin = () => undefined }: { force?: boolean; begin?: (count: number) => void } = {},
): Promise<string[]> {
  const stale: Target[] = [];
  for (const target of targetsNamed(names)) if (force || !(await isFresh(target))) stale.push(target);
  if (stale.length > 0) begin(stale.length);

  const waiting = [...stale];
  async function work(): Promise<void> {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) await buildTarget(target);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return stale.map(({ name }) => name);
}

async function sizes(names: readonly string[]): Promise<string> {
  const table = new Table({
    head: ["bundle", "at start", "in all", "largest packages (KB)"],
    colAligns: ["left", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const { name } of targetsNamed(names)) {
    const record = await readRecord(name);
    if (record === undefined) continue;
    const largest = Object.entries(record.packages).slice(0, 4);
    const packages = largest.map(([id, bytes]) => `${id} ${kilobytes(bytes)}`).join(", ");
    table.push([name, `${kilobytes(record.startBytes)} KB`, `${kilobytes(record.totalBytes)} KB`, packages]);
  }
  return table.toString();
}

function kilobytes(bytes: number): string {
  return String(Math.ceil(bytes / 1024));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { quiet: { type: "boolean", default: false }, force: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const started = performance.now();
  const begin = (count: number) => process.stdout.write(`Bundling ${count} of the school's programs … `);
  const built = await bundle(positionals, { force: values.force, begin });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  if (built.length > 0) process.stdout.write(`done in ${seconds} s\n`);
  if (!values.quiet) console.log(`${await sizes(positionals)}${built.length === 0 ? "\nNothing had changed." : ""}`);
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(`The programs could not be bundled. ${error.message}`);
    process.exitCode = 1;
  });
}
