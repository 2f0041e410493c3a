/** What `npm start -- …` understands. */
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { ROOT } from "../bundle/targets.ts";

export interface StartOptions {
  readonly demo: boolean;
  /** Take addresses and credentials of real parts from the environment, not only from .env. */
  readonly real: boolean;
  readonly dataDir: string;
  readonly port: number;
  /** Sample platform that becomes the GitOps repository when none is configured. */
  readonly sample: string;
  /** After a demonstration: leave the school running. */
  readonly stay: boolean;
}

const port = (value: string): number => {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number < 65_536) return number;
  throw new InvalidArgumentError("must be a port number");
};

/** Ends the process with usage on a wrong option (exit code 2). */
export function parseOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): StartOptions {
  const command = new Command("npm start --")
    .description("Runs the whole school on this machine.")
    .option("--demo", "fresh data, four talks, one pass through the whole pipeline, then a table", false)
    .option("--sample <name>", "sample platform to learn for: harbor or meadow", "harbor")
    .option("--data <folder>", "data directory", env["SCHOOL_DATA_DIR"])
    .option("--port <port>", "port of the coordinator; the next free one when it is taken", port, 8080)
    .option("--real", "take real parts (REDIS_URL, GITOPS_REPO, KUBECONFIG, …) from the environment too", false)
    .option("--stay", "with --demo: keep running afterwards", false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(argv, { from: "user" });
  const { data, ...options } = command.opts<Omit<StartOptions, "dataDir"> & { data?: string }>();
  const standard = path.join(ROOT, ".school", ...(options.demo ? ["demo"] : []));
  return { ...options, dataDir: path.resolve(data ?? standard) };
}
