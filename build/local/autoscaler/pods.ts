/** Runs the replicas of one Deployment as processes, as a kubelet runs pods: restarts, grace, SIGKILL. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";

/** A crashed process waits 1 s, 2 s, 4 s … before its next start (a kubelet's CrashLoopBackOff, ten times as fast). */
const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 60_000;
/** A new process that has not taken up its work by then stops the replacement of the others. */
const READY_MS = 60_000;
/** Who ran this long is forgiven its earlier crashes. */
const FORGIVEN_AFTER_MS = 120_000;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface PodsOptions {
  readonly name: string;
  readonly graceMs: number;
  /** Both streams of every replica are appended here. */
  readonly logFile: string;
  command(): Command;
  /** Whether a process has taken up its work, as its readiness probe would say; it has when nobody can tell. */
  ready?(pid: number): Promise<boolean>;
  /** Called whenever the number of live processes may have changed. */
  changed(): void;
  readonly log: (message: string) => void;
}

export interface Pods {
  /** Starts or stops processes until `replicas` are wanted; returns at once. */
  scale(replicas: number): void;
  /**
   * Kills every live process with SIGKILL, as when the node it runs on is gone, and answers how many. Those that are
   * wanted are replaced at once: only who ends by itself waits for its next start.
   */
  lose(): number;
  /**
   * Replaces every process by one of today's command, as a Deployment with maxSurge 1 and maxUnavailable 0 does: the new one
   * is ready before its old one is told to stop. Resolves when all are replaced; rejects when a new one does not get
   * ready, and then the others stay.
   */
  replace(): Promise<void>;
  /** Live processes, those that are draining included. */
  readonly running: () => number;
  /** Scales to zero and resolves when no process is left. */
  close(): Promise<void>;
}

interface Pod {
  wanted: boolean;
  crashes: number;
  lost: boolean;
  child?: ChildProcess;
  restart?: NodeJS.Timeout;
  deadline?: NodeJS.Timeout;
}

export function pods(options: PodsOptions): Pods {
  const { name, graceMs, logFile, log } = options;
  const all = new Set<Pod>();
  /** What is wanted, and how many there are beyond that while they are being replaced. */
  let desired = 0;
  let surplus = 0;
  let nobodyLeft: (() => void)[] = [];

  function start(pod: Pod): void {
    const { program, args, env } = options.command();
    mkdirSync(path.dirname(logFile), { recursive: true });
    const output = openSync(logFile, "a");
    // Its own process group: Ctrl-C in a terminal must not end it before it is told to drain. The channel tells it
    // when this process is gone.
    const child = spawn(program, args, { env, detached: true, stdio: ["ignore", output, output, "ipc"] });
    closeSync(output);
    pod.child = child;
    pod.lost = false;
    const startedAt = performance.now();
    let gone = false;
    const ended = (how: string) => {
      if (gone) return;
      gone = true;
      after(pod, how, performance.now() - startedAt);
    };
    child.once("error", (error) => ended(error.message));
    child.once("exit", (code, signal) => ended(signal ?? `exit code ${code}`));
    options.changed();
  }

  function after(pod: Pod, how: string, livedMs: number): void {
    delete pod.child;
    clearTimeout(pod.deadline);
    if (pod.wanted && pod.lost) {
      start(pod);
    } else if (pod.wanted) {
      pod.crashes = livedMs > FORGIVEN_AFTER_MS ? 1 : pod.crashes + 1;
      const wait = Math.min(FIRST_BACK_OFF_MS * 2 ** (pod.crashes - 1), LONGEST_BACK_OFF_MS);
      log(`${name} ended by itself (${how}); next start in ${wait / 1_000} s, see ${logFile}`);
      pod.restart = setTimeout(() => start(pod), wait);
    } else {
      forget(pod);
    }
    options.changed();
  }

  function stop(pod: Pod): void {
    pod.wanted = false;
    clearTimeout(pod.restart);
    if (pod.child === undefined) return forget(pod);
    pod.child.kill("SIGTERM");
    pod.deadline = setTimeout(() => {
      log(`${name} did not end within ${graceMs / 1_000} s of SIGTERM: SIGKILL`);
      pod.child?.kill("SIGKILL");
    }, graceMs);
  }

  function forget(pod: Pod): void {
    all.delete(pod);
    if (all.size > 0) return;
    for (const resolve of nobodyLeft) resolve();
    nobodyLeft = [];
  }

  function scale(replicas: number): void {
    desired = replicas;
    const wanted = [...all].filter((pod) => pod.wanted);
    // Those that wait for a restart go first, then the youngest: as a ReplicaSet chooses.
    const leaving = wanted.sort((a, b) => Number(a.child !== undefined) - Number(b.child !== undefined));
    for (const pod of leaving.slice(0, Math.max(0, wanted.length - replicas - surplus))) stop(pod);
    for (let missing = replicas + surplus - wanted.length; missing > 0; missing -= 1) add();
  }

  function add(): Pod {
    const pod: Pod = { wanted: true, crashes: 0, lost: false };
    all.add(pod);
    start(pod);
    return pod;
  }

  async function replace(): Promise<void> {
    // Who waits for a restart gets today's command with it.
    for (const old of [...all].filter(({ wanted, child }) => wanted && child !== undefined)) {
      if (!old.wanted) continue;
      surplus += 1;
      const fresh = add();
      try {
        await untilReady(fresh);
        if (old.wanted) stop(old);
      } catch (error) {
        if (fresh.wanted) stop(fresh);
        throw error;
      } finally {
        surplus -= 1;
        // Scaled meanwhile: both may be wanted no more, or still.
        scale(desired);
      }
    }
  }

  async function untilReady(pod: Pod): Promise<void> {
    const deadline = performance.now() + READY_MS;
    while (pod.wanted) {
      const { pid } = pod.child ?? {};
      if (pid !== undefined && ((await options.ready?.(pid)) ?? true)) return;
      if (pod.crashes > 0) throw new Error(`the new ${name} ends by itself, see ${logFile}`);
      if (performance.now() > deadline) throw new Error(`the new ${name} is not ready after ${READY_MS / 1_000} s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function lose(): number {
    const living = [...all].filter(({ child }) => child !== undefined);
    for (const pod of living) {
      pod.lost = true;
      pod.child?.kill("SIGKILL");
    }
    return living.length;
  }

  return {
    scale,
    lose,
    replace,
    running: () => [...all].filter(({ child }) => child !== undefined).length,
    async close() {
      scale(0);
      if (all.size > 0) await new Promise<void>((resolve) => nobodyLeft.push(resolve));
    },
  };
}
