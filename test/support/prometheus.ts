/** A real Prometheus for one test file, if this machine has one: its own port and directory, one target, a scrape a second. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { freePort } from "../../build/local/ports.ts";

/** A program on the search path. */
export function findPrometheus(searchPath: string, name = "prometheus"): string | undefined {
  const folders = searchPath.split(path.delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

const program = findPrometheus(process.env["PATH"] ?? "");
/** `describe.skipIf(noPrometheus)`: without one its tests are reported as skipped. */
export const noPrometheus = program === undefined;
const tool = findPrometheus(process.env["PATH"] ?? "", "promtool");
export const noPromtool = tool === undefined;
/** Prometheus' own tool, which comes with it. */
export function promtool(): string {
  if (tool === undefined) throw new Error("no promtool is on PATH");
  return tool;
}
/** Set where a Prometheus belongs to the environment, as in CI: there its absence is a failure. */
export const prometheusRequired = process.env["SCHOOL_REQUIRE_PROMETHEUS"] === "1";

export interface TestPrometheus extends AsyncDisposable {
  readonly url: string;
  /** kill -9; nobody answers any more. */
  kill(): Promise<void>;
}

/** Scrapes `target` (`host:port`) every second from now on, and judges the alerts of the file `rules` as often. */
export async function startPrometheus(target: string, job = "shop", rules?: string): Promise<TestPrometheus> {
  if (program === undefined) throw new Error("no prometheus is on PATH");
  const dir = await mkdtemp(path.join(tmpdir(), "school-prometheus-"));
  const config = path.join(dir, "prometheus.yml");
  const interval = "{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}";
  const scrape = `[{job_name: ${job}, static_configs: [{targets: ["${target}"]}]}]`;
  const judged = rules === undefined ? "" : `rule_files: [${JSON.stringify(rules)}]\n`;
  await writeFile(config, `global: ${interval}\n${judged}scrape_configs: ${scrape}\n`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  async function kill(): Promise<void> {
    child.kill("SIGKILL");
    await ended;
  }
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`prometheus did not start: ${said.slice(-500)}`);
    await later(50);
  }
  return {
    url,
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok;
  } catch {
    // Not listening yet: the caller asks again.
    return false;
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: the search goes on.
    return false;
  }
}
