/** One redis-server as a child process: started, answering, stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CannotStart } from "./cannot-start.ts";

export interface RedisProcess {
  readonly pid: number;
  /** Ends the server the polite way: it writes what it still has to write. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Settles when the process is gone, for whatever reason. */
  readonly gone: Promise<void>;
}

export interface RedisOptions {
  readonly port: number;
  /** Created when missing; the append-only file lives here. */
  readonly dir: string;
  readonly appendOnly: boolean;
  /** When what is appended must be on the disk; `everysec` unless given. */
  readonly sync?: "always" | "everysec";
}

/** Much more than a Redis under load takes; whoever gets no answer asks again. */
const ANSWER_MS = 2_000;

/** The server ended before it answered; `output` says why (a taken port, an unreadable file). */
export class RedisDidNotStart extends CannotStart {
  readonly output: string;

  constructor(output: string) {
    super(`redis-server did not start:\n${output.trim()}`);
    this.name = "RedisDidNotStart";
    this.output = output;
  }

  get portTaken(): boolean {
    return /address already in use/i.test(this.output);
  }
}

/** The redis-server set-up found (SCHOOL_REDIS_SERVER), else the one on PATH. */
function redisBinary(): string {
  return process.env["SCHOOL_REDIS_SERVER"] ?? "redis-server";
}

/** Starts a server on the loopback address and returns once it answers PING. Throws RedisDidNotStart. */
export async function launchRedis({ port, dir, appendOnly, sync = "everysec" }: RedisOptions): Promise<RedisProcess> {
  await mkdir(dir, { recursive: true });
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--daemonize", "no", "--save", ""];
  args.push("--appendonly", appendOnly ? "yes" : "no", "--appendfsync", sync);
  args.push("--maxmemory-policy", "noeviction");
  // Its own process group: Ctrl-C must reach the school first, which stops Redis last.
  const child = spawn(redisBinary(), args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-8_000);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);

  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      output += `\n${error.message}`;
      resolve();
    });
  });
  // Should this process end without asking, the server must not outlive it.
  const farewell = () => child.kill("SIGTERM");
  process.once("exit", farewell);
  let over = false;
  void gone.then(() => {
    over = true;
    process.removeListener("exit", farewell);
  });

  let answering: number | undefined;
  while (answering === undefined) {
    if (over) throw new RedisDidNotStart(output);
    if (await answersPing(port)) answering = await redisAt(port);
    else await delay(5);
  }
  // Another server may answer on this port while ours is still failing to bind it.
  if (answering !== child.pid) {
    child.kill("SIGKILL");
    await gone;
    throw new RedisDidNotStart(`${output}\nport ${port}: Address already in use`);
  }
  return {
    pid: answering,
    stop: () => end(child, "SIGTERM", gone),
    kill: () => end(child, "SIGKILL", gone),
    gone,
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals, gone: Promise<void>): Promise<void> {
  child.kill(signal);
  await gone;
}

async function answersPing(port: number): Promise<boolean> {
  return (await askRedis(port, "PING")).startsWith("+PONG");
}

/** The process id of the Redis that answers on this port; undefined when none does. */
export async function redisAt(port: number): Promise<number | undefined> {
  const pid = /process_id:(\d+)/.exec(await askRedis(port, "INFO server"))?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/**
 * The raw answer to one inline command; empty when nobody answers in time: who listens there need not be a Redis, and one
 * that was stopped takes connections, too. While the server loads its file PING says -LOADING.
 */
export async function askRedis(port: number, command: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", signal: AbortSignal.timeout(ANSWER_MS) });
  try {
    await once(socket, "connect");
    socket.end(`${command}\r\nQUIT\r\n`);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  } catch {
    return "";
  } finally {
    socket.destroy();
  }
}
