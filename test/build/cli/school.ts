/** The command line as a child process, as a person starts it. */
import { spawn } from "node:child_process";
import path from "node:path";

const LAUNCHER = path.resolve(import.meta.dirname, "../../../build/cli/school.mjs");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly out: () => string;
  readonly err: () => string;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

type Variables = Readonly<Record<string, string>>;

export function startSchoolCommand(
  args: readonly string[],
  env: Variables,
  options: { stdin?: string; cwd?: string } = {},
): Running {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    cwd: options.cwd ?? process.cwd(),
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdin.end(options.stdin ?? "");
  return {
    out: () => out,
    err: () => err,
    signal: (name) => void child.kill(name),
    ended: new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err }))),
  };
}

export function schoolCommand(
  args: readonly string[],
  env: Variables,
  options: { stdin?: string; cwd?: string } = {},
): Promise<Ended> {
  return startSchoolCommand(args, env, options).ended;
}
