/** The local school's Qdrant: the program on PATH when there is one, else the stand-in; kept alive, its data survive. */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, closeSync, constants, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CannotStart } from "./cannot-start.ts";
import { endLeftoverQdrant, holdsKey, noteQdrant } from "./leftover-qdrant.ts";
import { isFree, portNear } from "./ports.ts";

const LEAVE_WITH_PARENT = path.join(import.meta.dirname, "autoscaler/leave-with-parent.mjs");
const STAND_IN = path.join(import.meta.dirname, "qdrant/main.ts");
const CACHE = path.resolve(import.meta.dirname, "../../node_modules/.cache/school");

export interface LocalQdrant {
  readonly url: string;
  /** False: the stand-in. */
  readonly real: boolean;
  close(): Promise<void>;
}

export interface LocalQdrantOptions {
  /** Created when missing. */
  readonly dataDir: string;
  readonly apiKey: string;
  readonly readOnlyKey: string;
  readonly logFile: string;
  readonly log: (message: string) => void;
  /** The next free one when it is taken; 6333 unless given. */
  readonly port?: number;
  /** Where the program is looked for; PATH of this process unless given. */
  readonly searchPath?: string;
}

const PORTS_TRIED = 5;
const PATIENCE_MS = 30_000;
/** Between an order to end and SIGKILL. */
const GRACE_MS = 10_000;
const LONGEST_WAIT_MS = 30_000;

/** Resolves when it answers to its key. Throws CannotStart with the end of its log. */
export async function startLocalQdrant(options: LocalQdrantOptions): Promise<LocalQdrant> {
  await mkdir(options.dataDir, { recursive: true });
  await endLeftoverQdrant(options.dataDir, options.apiKey);
  const program = programOn(options.searchPath ?? process.env["PATH"] ?? "");
  for (let wanted = options.port ?? 6333, tries = 1; ; tries += 1) {
    const port = await portNear(wanted);
    const child = await launchOn(port, program, options);
    if (child !== "taken") return kept(child, port, program, options);
    if (tries === PORTS_TRIED) throw await cannotStart(options.logFile);
    wanted = port + 1;
  }
}

function programOn(searchPath: string): string | undefined {
  const candidates = searchPath.split(path.delimiter).map((folder) => path.join(folder, "qdrant"));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return path.isAbsolute(file);
    } catch {
      return false;
    }
  });
}

async function launchOn(
  port: number,
  program: string | undefined,
  options: LocalQdrantOptions,
): Promise<ChildProcess | "taken"> {
  const child = launch(port, program, options);
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holdsKey(port, options.apiKey))) {
    const over = hasEnded(child);
    if (over && !(await isFree(port))) return "taken";
    if (over || performance.now() > deadline) {
      child.kill("SIGKILL");
      throw await cannotStart(options.logFile);
    }
    await delay(20);
  }
  await noteQdrant(options.dataDir, { port, pid: child.pid ?? 0 });
  return child;
}

/** What ends unasked is started again on its port: everybody knows it by its address. */
function kept(
  first: ChildProcess,
  port: number,
  program: string | undefined,
  options: LocalQdrantOptions,
): LocalQdrant {
  const { dataDir, logFile, log } = options;
  let child = first;
  let exits = 0;
  let again: NodeJS.Timeout | undefined;
  let stopping = false;
  function keepAlive(): void {
    child.once("exit", (code, signal) => {
      if (stopping) return;
      log(`Qdrant ended (${signal ?? `exit code ${code}`}); starting it again, see ${logFile}`);
      exits += 1;
      again = setTimeout(
        () => {
          child = launch(port, program, options);
          keepAlive();
          noteQdrant(dataDir, { port, pid: child.pid ?? 0 }).catch((error: Error) => log(error.message));
        },
        Math.min(LONGEST_WAIT_MS, 250 * 2 ** exits),
      );
    });
  }
  keepAlive();
  return {
    url: `http://127.0.0.1:${port}`,
    real: program !== undefined,
    async close() {
      stopping = true;
      clearTimeout(again);
      if (hasEnded(child)) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
      await gone;
      clearTimeout(late);
    },
  };
}

function launch(port: number, program: string | undefined, options: LocalQdrantOptions): ChildProcess {
  const { dataDir, apiKey, readOnlyKey, logFile } = options;
  const output = openSync(logFile, "a");
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    NODE_COMPILE_CACHE: CACHE,
    QDRANT__SERVICE__HOST: "127.0.0.1",
    QDRANT__SERVICE__HTTP_PORT: String(port),
    QDRANT__SERVICE__API_KEY: apiKey,
    QDRANT__SERVICE__READ_ONLY_API_KEY: readOnlyKey,
    // Its other interface is asked by nobody here: any port.
    QDRANT__SERVICE__GRPC_PORT: "0",
    QDRANT__STORAGE__STORAGE_PATH: path.join(dataDir, program === undefined ? "stand-in" : "storage"),
    QDRANT__STORAGE__SNAPSHOTS_PATH: path.join(dataDir, "snapshots"),
    QDRANT__TELEMETRY_DISABLED: "true",
  };
  const args = program === undefined ? ["--import", LEAVE_WITH_PARENT, STAND_IN] : ["--disable-telemetry"];
  // Its own process group: Ctrl-C must reach the school first, whose functions still write.
  const child = spawn(program ?? process.execPath, args, {
    cwd: dataDir,
    env,
    detached: true,
    stdio: ["ignore", output, output, ...(program === undefined ? (["ipc"] as const) : [])],
  });
  closeSync(output);
  // A program that cannot even be begun is one that has ended.
  child.on("error", (error) => options.log(`Qdrant cannot run: ${error.message}`));
  const farewell = () => child.kill("SIGTERM");
  process.once("exit", farewell);
  child.once("exit", () => process.removeListener("exit", farewell));
  return child;
}

function hasEnded({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

async function cannotStart(logFile: string): Promise<CannotStart> {
  const lines = (await readFile(logFile, "utf8")).trimEnd().split("\n").slice(-5);
  return new CannotStart(`Qdrant does not start. The end of ${logFile}:\n${lines.join("\n")}`);
}
