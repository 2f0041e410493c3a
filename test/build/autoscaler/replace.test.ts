import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Pods, pods } from "../../../build/local/autoscaler/pods.ts";
import { until } from "../../support/local-school.ts";

let folder: string;
let runner: Pods | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "school-replace-"));
});
afterEach(async () => {
  await runner?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Seen {
  readonly build: string;
  readonly pid: number;
  readonly what: "up" | "told to stop";
}

/** A program that says who it is, and that it was told to stop. */
async function program(build: string, body = ""): Promise<string> {
  const file = path.join(folder, `${build}.mjs`);
  const said = (what: string) =>
    `fs.appendFileSync(${JSON.stringify(path.join(folder, "seen"))}, JSON.stringify({build:${JSON.stringify(build)},pid:process.pid,what:${JSON.stringify(what)}})+"\\n")`;
  await writeFile(
    file,
    `import fs from "node:fs";${body}
     process.on("SIGTERM", () => { ${said("told to stop")}; process.exit(0); });
     ${said("up")}; setInterval(() => {}, 1000);`,
  );
  return file;
}
async function seen(): Promise<Seen[]> {
  const text = await readFile(path.join(folder, "seen"), "utf8").catch(() => "");
  return text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Seen);
}
const up = async (build: string, n: number) =>
  until(`${n} of ${build} are up`, async () =>
    (await seen()).filter((one) => one.build === build && one.what === "up").length >= n ? true : undefined,
  );

function run(current: () => string, ready?: (pid: number) => Promise<boolean>): Pods {
  runner = pods({
    name: "plan",
    graceMs: 5_000,
    logFile: path.join(folder, "log"),
    command: () => ({ program: process.execPath, args: [current()], env: { PATH: process.env["PATH"] ?? "" } }),
    changed: () => undefined,
    log: () => undefined,
    ...(ready === undefined ? {} : { ready }),
  });
  return runner;
}

const isUp = async (pid: number) => (await seen()).some((one) => one.pid === pid && one.what === "up");

describe("a replacement", () => {
  test("starts the new one, waits until it is ready, and only then tells the old one to stop, one after the other", async () => {
    const [old, fresh] = [await program("old"), await program("new")];
    let current = old;
    const one = run(() => current, isUp);
    one.scale(3);
    await up("old", 3);
    current = fresh;
    await one.replace();
    await until("the old ones have gone", () => (one.running() === 3 ? true : undefined));
    const order = (await seen()).slice(3).map(({ build, what }) => `${build} ${what}`);
    expect(order).toEqual(["new up", "old told to stop", "new up", "old told to stop", "new up", "old told to stop"]);
  });

  test("of nothing is nothing: the next start is today's", async () => {
    const one = run(() => "/nowhere");
    await one.replace();
    expect(one.running()).toBe(0);
  });

  test("that does not get ready stops: the old ones go on, as many as were wanted", async () => {
    const [old, broken] = [await program("old"), await program("broken", `process.exit(3);`)];
    let current = old;
    const one = run(() => current, isUp);
    one.scale(2);
    await up("old", 2);
    current = broken;
    await expect(one.replace()).rejects.toThrow("the new plan ends by itself");
    await until("only the old ones are left", () => (one.running() === 2 ? true : undefined));
    expect((await seen()).filter(({ what }) => what === "told to stop")).toEqual([]);
  });

  test.each([
    { wanted: 2, left: 1 },
    { wanted: 1, left: 0 },
  ])("while $wanted become $left leaves as many as are wanted then", async ({ wanted, left }) => {
    const [old, fresh] = [await program("old"), await program("new")];
    let current = old;
    let admit = false;
    const one = run(
      () => current,
      async (pid) => admit && (await isUp(pid)),
    );
    one.scale(wanted);
    await up("old", wanted);
    current = fresh;
    const replacing = one.replace();
    await up("new", 1);
    one.scale(left);
    admit = true;
    await replacing;
    await until("as many are left", () => (one.running() === left ? true : undefined));
  });
});
