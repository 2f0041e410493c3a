/** A stage as its pod runs it: a process of its own with the real handler and the real ports, in list mode. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { StageName } from "../../shared/stages.ts";

const PROGRAM = path.resolve(import.meta.dirname, "stage-program.ts");

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly message: string };
  readonly [field: string]: unknown;
}

export interface StageProcess {
  readonly pid: number;
  /** Resolves with the first line, past or future, that fits; rejects with all output when the process ends first. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
  readonly lines: readonly LogLine[];
  readonly output: () => string;
  readonly exit: Promise<number | NodeJS.Signals | null>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): void;
}

/** `env` is all it gets, beside PATH, HOME and TMPDIR. */
export function startStage(
  stage: StageName,
  env: Readonly<Record<string, string>>,
  program: string = PROGRAM,
): StageProcess {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  const child: ChildProcess = spawn(process.execPath, [program, stage], {
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: LogLine[] = [];
  const waiting = new Set<{ fits: (line: LogLine) => boolean; found: (line: LogLine) => void }>();
  let output = "";
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (text) => {
    output += `${text}\n`;
    if (!text.startsWith("{")) return;
    const line = JSON.parse(text) as LogLine;
    lines.push(line);
    for (const one of waiting) if (one.fits(line)) one.found(line);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  return {
    pid: child.pid ?? 0,
    lines,
    output: () => output,
    exit,
    logged(fits) {
      const past = lines.find(fits);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const one = { fits, found: resolve };
        waiting.add(one);
        void exit.then((code) => reject(new Error(`${stage} ended with ${code}:\n${output}`)));
      });
    },
    stop() {
      child.kill("SIGTERM");
      return exit;
    },
    kill: (signal) => void child.kill(signal),
  };
}
