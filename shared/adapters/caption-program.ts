/** yt-dlp, where it is installed: it keeps up with YouTube faster than anybody, and people may give it their cookies. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Environment } from "../runtime/config.ts";
import type { CaptionProgram } from "../source-ports.ts";

export interface CaptionProgramSettings {
  /** Where programs are found, and what this one may know of the environment. */
  readonly env: Environment;
  /** YT_DLP; `yt-dlp` unless given. */
  readonly command?: string;
  /** 90,000 unless given. */
  readonly timeoutMs?: number;
}

const run = promisify(execFile);
const MOST_BYTES = 30_000_000;
const FLAGS = ["--dump-single-json", "--skip-download", "--no-playlist", "--no-warnings", "--no-progress"];
const LIMITS = ["--socket-timeout", "20", "--retries", "1", "--extractor-retries", "1"];
/** Nothing else of the environment is its business: it holds keys. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "LANG",
  "TMPDIR",
  "XDG_CONFIG_HOME",
  "XDG_CACHE_HOME",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
];

export function captionProgram({
  env,
  command = "yt-dlp",
  timeoutMs = 90_000,
}: CaptionProgramSettings): CaptionProgram {
  const passed = Object.fromEntries(PASSED_ON.flatMap((name) => [[name, env[name]]]));
  return {
    describe: async (videoUrl, signal) => {
      const options = { env: passed, signal, timeout: timeoutMs, maxBuffer: MOST_BYTES, windowsHide: true };
      try {
        const { stdout } = await run(command, [...FLAGS, ...LIMITS, "--", videoUrl], options);
        return { kind: "described", json: stdout };
      } catch (error) {
        signal.throwIfAborted();
        return { kind: "failed", because: failure(error as Failed, timeoutMs) };
      }
    },
  };
}

type Failed = Error & { readonly code?: unknown; readonly stderr?: string; readonly killed?: boolean };

function failure({ code, stderr, killed, message }: Failed, timeoutMs: number): string {
  if (code === "ENOENT") return "it is not installed: install it where ingest runs, or check YT_DLP";
  if (code === "EACCES") return "it may not be run: check its rights";
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "it wrote more than belongs to one video";
  if (killed === true) return `it did not end within ${timeoutMs / 1000} s`;
  const last = (stderr ?? "")
    .trim()
    .split("\n")
    .findLast((line) => line.trim() !== "");
  return (last ?? message).replaceAll(/\s+/gu, " ").slice(0, 300);
}
