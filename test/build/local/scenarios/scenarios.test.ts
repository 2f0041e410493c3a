/**
 * Scenarios end to end, with real processes: two here, all of them with SCHOOL_SCENARIOS=all. The command that plays
 * them is tried as people use it.
 */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type AnyScenario, allScenarios } from "../../../../build/local/scenarios/all.ts";
import { play } from "../../../../build/local/scenarios/play.ts";
import { PATIENCE_MS, processesOf, until } from "../../../support/local-school.ts";

const RUN = path.resolve(import.meta.dirname, "../../../../build/local/scenarios/run.ts");
const REPRESENTATIVE = ["crash-loop", "later-commits"];
const all = process.env["SCHOOL_SCENARIOS"] === "all";
const chosen = allScenarios.filter(({ name }) => all || REPRESENTATIVE.includes(name));

test.each(chosen.map((scenario): [string, AnyScenario] => [scenario.name, scenario]))(
  "%s",
  { timeout: 2 * PATIENCE_MS },
  async (_name, scenario) => {
    const { problems, dataDir } = await play(scenario, { log: () => undefined });
    expect({ problems, dataDir }).toEqual({ problems: [], dataDir: undefined });
  },
);

function command(...args: string[]) {
  const env = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };
  const child = spawn(process.execPath, [RUN, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  return { child, exit, output: () => output };
}

describe("the command", { timeout: PATIENCE_MS }, () => {
  test("lists what there is", async () => {
    const { exit, output } = command("--list");
    expect(await exit).toBe(0);
    for (const { name, what } of allScenarios) expect(output()).toMatch(new RegExp(`${name} +${what.slice(0, 20)}`));
  });

  test.each([
    [["meteorite"], 1, /there is no scenario meteorite/],
    [[], 2, /Which one\?/],
    [["healthy", "--seconds", "0"], 1, /--seconds must be a number of at least 2/],
  ] as const)("with %j it says what is wrong, and starts nothing", async (args, code, text) => {
    const { exit, output } = command(...args);
    expect(await exit).toBe(code);
    expect(output()).toMatch(text);
  });

  test("on Ctrl-C it takes everything apart, leaves nothing behind and goes with 130", async () => {
    const { child, exit, output } = command("healthy", "--verbose");
    const folders = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(`school-scenario-healthy-${child.pid}-`));
    await until("functions run", () => (/cortex-\w+: 0 -> 1/.test(output()) ? true : undefined), output);
    const [folder = ""] = await folders();
    expect(folder).not.toBe("");
    expect((await processesOf(folder)).size).toBeGreaterThan(2);
    child.kill("SIGINT");
    expect(await exit).toBe(130);
    expect(await processesOf(folder)).toEqual(new Map());
    expect(await folders()).toEqual([]);
  });
});
