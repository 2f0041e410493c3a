/** Running other programs: captured for set-up's own steps, handed over for the real work. */
import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";

/** Something the user must know or do; shown without a stack. */
export class SetupError extends Error {}

/** Runs a program to its end. `ok` is false when it failed or does not exist; `output` is both streams. */
export function capture(program, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  return { ok: status === 0, stdout: stdout ?? "", output: `${stdout ?? ""}${stderr ?? ""}` };
}

/**
 * Hands the terminal over to a child and resolves with its exit code. The child has a process group of its own:
 * Ctrl-C reaches this process from the terminal and again from npm, and the child must get it once. Should this
 * process be killed, the child sees its IPC channel close ("disconnect").
 */
export function run(program, args, { cwd, env }) {
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ["inherit", "inherit", "inherit", "ipc"] });
  const lastSent = new Map();
  const forward = (signal) => {
    // Not the clock on the wall: set back, it would make every later signal look like a repetition.
    const now = performance.now();
    if (now - (lastSent.get(signal) ?? -1_000) < 500) return;
    lastSent.set(signal, now);
    child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);

  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const name of signals) process.removeListener(name, forward);
      resolve(code ?? 128 + (constants.signals[signal] ?? 1));
    });
  });
}
