/** What `npm start -- …` understands. */
import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { ROOT } from "../bundle/targets.ts";
import { samples } from "./gitops-repository.ts";

export interface StartOptions {
  readonly demo: boolean;
  /** Take addresses and credentials of real parts from the environment, not only from .env. */
  readonly real: boolean;
  readonly dataDir: string;
  readonly port: number;
  /** Sample platform that becomes the GitOps repository when none is configured; absent: the one that is there already. */
  readonly sample?: string;
  /** Never go on with an interrupted demonstration. */
  readonly fresh: boolean;
  /** After a demonstration: leave the school running. */
  readonly stay: boolean;
}

const port = (value: string): number => {
  const number = Number(value);
  if (/^\d+$/.test(value) && number < 65_536) return number;
  throw new InvalidArgumentError("It must be a number from 0 (any free port) to 65535.");
};

/** Ends the process with usage on a wrong option (exit code 2). */
export function parseOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): StartOptions {
  const command = new Command("npm start --")
    .description("Runs the whole school on this machine.")
    .option(
      "--demo",
      "stand-ins only, a few talks, one pass through the whole pipeline, then a table; goes on where it was interrupted",
      false,
    )
    .addOption(new Option("--sample <name>", "sample platform to learn for (default: harbor)").choices(samples()))
    .option("--data <folder>", "data directory", env["SCHOOL_DATA_DIR"])
    .option("--port <port>", "port of the coordinator; when it is taken, the next free one", port, 8080)
    .addOption(
      new Option("--real", "take real parts (REDIS_URL, GITOPS_REPO, KUBECONFIG, …) from the environment too")
        .default(false)
        .conflicts("demo"),
    )
    .option("--fresh", "with --demo: begin anew even where one was interrupted", false)
    .option("--stay", "with --demo: keep running afterwards", false)
    .showHelpAfterError()
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(argv, { from: "user" });
  const { data, ...options } = command.opts<Omit<StartOptions, "dataDir"> & { data?: string }>();
  const standard = path.join(ROOT, ".school", ...(options.demo ? ["demo"] : []));
  return { ...options, dataDir: path.resolve(data ?? standard) };
}
