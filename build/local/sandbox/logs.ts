/** What a container would have written: one line every two seconds, always the same for the same second. */
import { fraction } from "./json.ts";

export interface LogRequest {
  readonly pod: string;
  /** Milliseconds since the epoch: when the container started, and now. */
  readonly from: number;
  readonly to: number;
  /** Share of requests that fail. */
  readonly errorRatio: number;
  readonly panics: boolean;
  /** Names of what cannot be reached. */
  readonly missing: readonly string[];
  /** The container cannot start: the last words before it exits. */
  readonly crashing: boolean;
  readonly timestamps: boolean;
}

const EVERY_MS = 2_000;
const MOST_LINES = 2_000;

/** Lines oldest first. */
export function logLines(request: LogRequest): readonly string[] {
  const { pod, to, errorRatio, panics, missing, crashing, timestamps } = request;
  const from = Math.max(request.from, to - MOST_LINES * EVERY_MS);
  const stamp = (at: number, line: string) => (timestamps ? `${new Date(at).toISOString()} ${line}` : line);
  if (crashing) {
    const lines = ["starting", "fatal: cannot continue: start-up check failed", "exit status 1"];
    return lines.map((line) => stamp(from, line));
  }
  const lines = [stamp(request.from, entry(request.from, "info", "listening"))];
  if (from > request.from) lines.length = 0;
  for (let at = Math.ceil(from / EVERY_MS) * EVERY_MS; at <= to; at += EVERY_MS) {
    const failed = fraction(`${pod} ${at}`) < errorRatio;
    const level = failed ? "error" : "info";
    lines.push(stamp(at, entry(at, level, failed ? "request failed status=500" : "request done status=200")));
    lines.push(...complaints(missing, at).map((line) => stamp(at, line)));
  }
  // A readiness probe asks more often than requests come.
  lines.push(...complaints(missing, to).map((line) => stamp(to, line)));
  if (!panics) return lines;
  const words = ["panic: runtime error: invalid memory address or nil pointer dereference", "goroutine 1 [running]:"];
  return [...lines, ...words.map((line) => stamp(to, line))];
}

function complaints(missing: readonly string[], at: number): string[] {
  return missing.map((name) => entry(at, "error", `dial ${name}: connect: connection refused`));
}

function entry(at: number, level: string, message: string): string {
  return `time=${new Date(at).toISOString()} level=${level} msg="${message}"`;
}
