/** What every command gets to work with. */
import type { Command } from "commander";
import type { Client } from "./client.ts";
import type { Prompt } from "./prompt.ts";
import type { Terminal } from "./terminal.ts";

export interface Shell {
  readonly terminal: Terminal;
  /** Finds the school when it is first needed, so that `--help` works without one. */
  readonly school: () => Client;
  /** The school's own Redis, for what goes past its API. */
  readonly redis: () => { readonly url: string; readonly prefix: string };
  /** The local school that runs here: its process and its data directory. */
  readonly local: () => { readonly pid: number; readonly dataDir: string };
  /** Folder for what can be made again. */
  readonly cache: string;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly stopped: AbortSignal;
  readonly stdin: NodeJS.ReadableStream;
  /** The project's folder, for what lies in its files. */
  readonly root: string;
  /** Questions to the person at the terminal; undefined when there is none. */
  readonly prompt: (() => Prompt) | undefined;
  /** Sets the exit code of a command that has shown its result and yet did not succeed; 1 unless given. */
  readonly fail: (code?: number) => void;
}

/** Registers one or several commands. */
export type Register = (program: Command, shell: Shell) => void;

/** Every command has it. */
export interface Common {
  readonly json?: boolean;
}

/** Of commands that index folders. */
export const NO_CACHE_OPTION = ["--no-cache", "index the folders anew, and keep nothing of them"] as const;

export const JSON_OPTION = ["--json", "machine output: JSON on standard output and nothing else"] as const;
