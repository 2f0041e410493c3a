/** What is bundled: one self-contained folder per process the school runs. */
import { existsSync } from "node:fs";
import path from "node:path";
import { TRAINING_FILE } from "../../shared/adapters/training-thread.ts";
import { STAGES, type StageName } from "../../shared/stages.ts";

export const ROOT = path.resolve(import.meta.dirname, "../..");
/** Where bundles go: dist/<name>/. */
export const DIST = path.join(ROOT, "dist");

export interface Target {
  readonly name: string;
  /** The program, as TypeScript; imports are relative to the project's root. */
  readonly entry: string;
  /** The source file the entry stands on; when it is missing the target cannot be built. */
  readonly source: string;
  readonly outputFile: string;
  /** Oldest runtime that must be able to parse it. */
  readonly runtime: "node20" | "node24";
  /** Run once after the build, so that V8's compile cache is there at the first cold start. */
  readonly warm: boolean;
  /** Programs beside it: file name -> TypeScript. They share code among themselves, not with it: it does not grow by them. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Folder of the page it serves, bundled for the browser into ui/ beside the program. */
  readonly page?: string;
}

/** HTTP mode, loaded by main.js when it is asked for. */
export const HTTP_FILE = "http.js";
/** What the functions-framework's command line loads from a bundle's folder. */
export const FUNCTION_FILE = "function.js";

/** What the coordinator's image runs as the sink of a Broker. */
export const UNDELIVERED_FILE = "undelivered.js";

/** What a stage runs in a thread of its own. */
const THREADS: Partial<Record<StageName, Readonly<Record<string, string>>>> = {
  learn: { [TRAINING_FILE]: `import "./shared/adapters/training-program.ts";\n` },
};

const stageTargets = STAGES.map((stage): Target => {
  const source = `functions/${stage}/index.ts`;
  const wiring = `import { stage } from "./${source}";\n`;
  return {
    name: stage,
    entry: `${wiring}import { runStage } from "./shared/runtime/main.ts";
await runStage(stage, process.env, () => import("./${HTTP_FILE}"));
`,
    beside: {
      [HTTP_FILE]: `${wiring}import { serveHttp } from "./shared/runtime/http/serve.ts";
export const serve = (env: Record<string, string | undefined>) => serveHttp(stage, env);
`,
      [FUNCTION_FILE]: `${wiring}import { registerForCommandLine } from "./shared/runtime/http/command-line.ts";
await registerForCommandLine(stage, process.env);
`,
      ...THREADS[stage],
    },
    source,
    outputFile: "main.js",
    runtime: "node24",
    warm: true,
  };
});

const coordinator: Target = {
  name: "coordinator",
  entry: `import "./functions/coordinator/main.ts";\n`,
  beside: {
    [UNDELIVERED_FILE]: `import { serveUndelivered } from "./shared/runtime/http/undelivered.ts";
await serveUndelivered(process.env);
`,
  },
  source: "functions/coordinator/main.ts",
  outputFile: "main.js",
  runtime: "node24",
  warm: true,
  page: "functions/coordinator/ui",
};

/** The command line finds the right Node itself, so an older one must be able to read it. */
const commandLine: Target = {
  name: "cli",
  entry: `import "./build/cli/main.ts";\n`,
  source: "build/cli/main.ts",
  outputFile: "school.mjs",
  runtime: "node20",
  warm: false,
};

export const TARGETS: readonly Target[] = [...stageTargets, coordinator, commandLine];

/** The targets with these names, or all. Throws on an unknown name and on a target whose source is missing. */
export function targetsNamed(names: readonly string[]): Target[] {
  const unknown = names.filter((name) => !TARGETS.some((target) => target.name === name));
  if (unknown.length > 0) throw new Error(`Nothing is bundled under the name ${unknown.join(", ")}`);
  const chosen = TARGETS.filter(({ name }) => names.length === 0 || names.includes(name));
  const missing = chosen.filter(({ source }) => !existsSync(path.join(ROOT, source)));
  if (missing.length > 0) throw new Error(`Missing: ${missing.map(({ source }) => source).join(", ")}`);
  return chosen;
}
