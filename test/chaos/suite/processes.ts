/** Functions and coordinators as processes that are killed, stopped and started again, each with clocks of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Random } from "./random.ts";

const LEAVE_WITH_PARENT = path.resolve(import.meta.dirname, "../../../build/local/autoscaler/leave-with-parent.mjs");
const SKEW = path.join(import.meta.dirname, "skew.mjs");

export interface Program {
  /** A stage, or `coordinator`. */
  readonly part: string;
  /** Unique; also of its log file. */
  readonly slot: string;
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Processes {
  start(program: Program): void;
  /** kill -9 of every process of these slots; each is started again at once. Answers how many there were. */
  kill(slots: readonly string[]): number;
  /** SIGSTOP, and SIGCONT to whoever was stopped and still lives. */
  stop(slots: readonly string[]): () => void;
  slotsOf(part: string): readonly string[];
  /** Starts so far, those after a kill and those after an end of its own included. */
  readonly starts: () => number;
  /** By slot: how often it ended by itself, which nobody asked for. */
  readonly ends: () => Readonly<Record<string, number>>;
  /** Bytes by slot, as the kernel counts what is resident. */
  memory(): Promise<Readonly<Record<string, number>>>;
  /** The largest distance between two wall clocks so far, milliseconds. */
  readonly skew: () => number;
  /** SIGTERM, and SIGKILL to who needs longer than the grace. */
  close(): Promise<void>;
}

const GRACE_MS = 15_000;
/** A clock that is an hour off, either way; most are not. */
const HOUR_MS = 3_600_000;

export function processesWith(random: Random, logs: string, log: (line: string) => void): Processes {
  const children = new Map<string, ChildProcess>();
  const programs = new Map<string, Program>();
  const ends: Record<string, number> = {};
  const clocks = [0];
  let stopping = false;
  let starts = 0;

  function start(program: Program): void {
    programs.set(program.slot, program);
    starts += 1;
    const skew = random.pick([0, 0, random.between(-5_000, 5_000), random.between(-HOUR_MS, HOUR_MS)]);
    clocks.push(skew);
    const output = openSync(path.join(logs, `${program.slot}.log`), "a");
    const child = spawn(process.execPath, ["--import", LEAVE_WITH_PARENT, "--import", SKEW, program.main], {
      env: { ...program.env, CHAOS_SKEW_MS: String(skew), CHAOS_DRIFT: String(1 + random.between(-10, 10) / 1_000) },
      detached: true,
      stdio: ["ignore", output, output, "ipc"],
    });
    closeSync(output);
    children.set(program.slot, child);
    child.once("exit", (code, signal) => {
      if (stopping) return;
      if (signal === "SIGKILL") return start(program);
      ends[program.slot] = (ends[program.slot] ?? 0) + 1;
      log(`${program.slot} ended by itself (${signal ?? `exit code ${code}`})`);
      setTimeout(() => stopping || start(program), 1_000);
    });
  }
  const living = (slots: readonly string[]) => slots.flatMap((slot) => children.get(slot) ?? []);
  return {
    start,
    kill(slots) {
      const targets = living(slots);
      for (const child of targets) child.kill("SIGKILL");
      return targets.length;
    },
    stop(slots) {
      const targets = living(slots);
      for (const child of targets) child.kill("SIGSTOP");
      return () => {
        for (const child of targets) child.kill("SIGCONT");
      };
    },
    slotsOf: (part) => [...programs.values()].filter((program) => program.part === part).map(({ slot }) => slot),
    starts: () => starts,
    ends: () => ends,
    async memory() {
      const found: Record<string, number> = {};
      for (const [slot, { pid }] of children) {
        const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
        const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
        if (kilobytes !== undefined) found[slot] = Number(kilobytes) * 1_024;
      }
      return found;
    },
    skew: () => Math.max(...clocks) - Math.min(...clocks),
    async close() {
      stopping = true;
      const left = [...children.values()].filter(
        ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
      );
      const gone = left.map((child) => new Promise((resolve) => child.once("exit", resolve)));
      for (const child of left) {
        child.kill("SIGCONT");
        child.kill("SIGTERM");
      }
      const late = setTimeout(() => {
        for (const child of left) child.kill("SIGKILL");
      }, GRACE_MS);
      await Promise.all(gone);
      clearTimeout(late);
    },
  };
}
