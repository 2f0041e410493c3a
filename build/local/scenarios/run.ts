/** `npm run scenario -- <name>`: one scenario or all of them, a table at the end, exit code 0 only when each ended so. */

import Table from "cli-table3";
import { Command } from "commander";
import { type AnyScenario, allScenarios } from "./all.ts";
import { type Played, play } from "./play.ts";

interface Options {
  readonly list?: true;
  readonly all?: true;
  readonly seconds?: number;
  readonly verbose?: true;
}

const say = (text: string) => process.stdout.write(`${text}\n`);

function chosen(names: readonly string[], { all }: Options): readonly AnyScenario[] {
  const unknown = names.filter((name) => !allScenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`there is no scenario ${unknown.join(", ")}; --list tells which there are`);
  return all === true ? allScenarios : allScenarios.filter(({ name }) => names.includes(name));
}

function lines(scenarios: readonly AnyScenario[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}`).join("\n");
}

function closingTable(all: readonly Played[]): string {
  const table = new Table({ head: ["scenario", "went", "as expected", "seconds"], style: { head: [], border: [] } });
  for (const { scenario, path, problems, seconds } of all) {
    table.push([scenario.name, path.join(" → "), problems.length === 0 ? "yes" : "NO", seconds.toFixed(0)]);
  }
  return table.toString();
}

async function run(names: readonly string[], options: Options): Promise<number> {
  if (options.list === true) {
    say(lines(allScenarios));
    return 0;
  }
  const scenarios = chosen(names, options);
  if (scenarios.length === 0) {
    say(`Which one? (--all for each)\n\n${lines(allScenarios)}`);
    return 2;
  }
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      say("\nStopping: everything that was started is taken apart (again: at once) …");
      interruption.abort();
    });
  }
  const all: Played[] = [];
  for (const scenario of scenarios) {
    say(`▶ ${scenario.name}: ${scenario.what}`);
    try {
      const played = await play(scenario, {
        ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
        log: options.verbose === true ? (line) => say(`  ${line}`) : () => undefined,
        say: (line) => say(`  ${line}`),
        signal: interruption.signal,
      });
      all.push(played);
      tell(played);
    } catch (error) {
      if (interruption.signal.aborted) return 130;
      throw error;
    }
  }
  say(`\n${closingTable(all)}`);
  return all.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

function tell({ path, because, problems, seconds, dataDir }: Played): void {
  say(`  ${path.join(" → ")}: ${because.replace(/\s+/g, " ").slice(0, 200)} (${seconds.toFixed(0)} s)`);
  for (const problem of problems) say(`  ! ${problem}`);
  if (dataDir !== undefined) say(`  all logs are in ${dataDir}/school/logs`);
}

const seconds = (value: string): number => {
  const number = Number(value);
  if (Number.isFinite(number) && number >= 2) return number;
  throw new Error(`--seconds must be a number of at least 2, not ${value}`);
};

const command = new Command("npm run scenario --")
  .description("Plays what may happen to a change, in a school of its own, and says whether it ended as it has to.")
  .argument("[names...]", "scenarios")
  .option("--list", "which there are")
  .option("--all", "each of them, one after the other")
  .option("--seconds <number>", "length of a verification (300 in earnest)", seconds)
  .option("--verbose", "tell what the school does meanwhile")
  .showHelpAfterError()
  .action(async (names: string[], options: Options) => {
    process.exitCode = await run(names, options);
  });

try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
