import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { CannotStart } from "../../../build/local/cannot-start.ts";
import { DataDirectoryInUse, lockDataDirectory } from "../../../build/local/data-lock.ts";
import { temporaryDirectory } from "../../support/directory.ts";

const program = path.join(import.meta.dirname, "programs/lock.mjs");

interface Locker {
  readonly child: ChildProcess;
  readonly said: () => string;
}

/** A process that is ready to lock the directory; `lock` makes it try. */
async function locker(dataDir: string): Promise<Locker> {
  const child = spawn(process.execPath, [program, dataDir], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await vi.waitFor(() => expect(output).toContain("ready\n"), { timeout: 30_000 });
  return { child, said: () => output.replace("ready\n", "") };
}
async function lock({ child, said }: Locker): Promise<string> {
  child.stdin?.write("go\n");
  return vi.waitFor(
    () => {
      expect(said()).not.toBe("");
      return said().trim();
    },
    { timeout: 30_000 },
  );
}

test("a directory that does not exist is made for its owner only and locked until it is given back", async () => {
  const dataDir = path.join(await temporaryDirectory(), "new/school");
  const unlock = await lockDataDirectory(dataDir);
  expect((await stat(dataDir)).mode & 0o077).toBe(0);

  const refusal = await lockDataDirectory(dataDir).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DataDirectoryInUse);
  await unlock();
  await (await lockDataDirectory(dataDir))();
  expect((await readdir(dataDir)).filter((name) => name.startsWith("draft"))).toEqual([]);
});

test("while the holder lives others are told who it is and what to do; once it is killed the next one gets it", async () => {
  const dataDir = await temporaryDirectory();
  const holder = await locker(dataDir);
  expect(await lock(holder)).toBe("won");

  const told = `A school already runs on ${dataDir} (process ${holder.child.pid}).`;
  await expect(lockDataDirectory(dataDir)).rejects.toThrow(told);
  await expect(lockDataDirectory(dataDir)).rejects.toThrow(`npm start -- --data ${dataDir}-2`);

  const gone = once(holder.child, "exit");
  holder.child.kill("SIGKILL");
  await gone;
  await (await lockDataDirectory(dataDir))();
});

test("a process id that now belongs to somebody else does not keep the directory", async () => {
  const dataDir = await temporaryDirectory();
  const mine = await lockDataDirectory(dataDir);
  const [file = ""] = await readdir(dataDir);
  const [pid, since] = (await readFile(path.join(dataDir, file), "utf8")).split(" ");
  // Without /proc the start is not known and the id has to do.
  if (since === "") return;
  await mine();
  await writeFile(path.join(dataDir, file), `${pid} ${Number(since) - 1}`);
  await (await lockDataDirectory(dataDir))();
});

test("of several processes that start at the same moment after a crash exactly one wins", async () => {
  const dataDir = await temporaryDirectory();
  await writeFile(path.join(dataDir, "lock.7"), "999999999 1");
  const all = await Promise.all(Array.from({ length: 4 }, () => locker(dataDir)));
  const answers = await Promise.all(all.map((one) => lock(one)));
  expect(answers.filter((answer) => answer === "won")).toHaveLength(1);
  expect(answers.filter((answer) => answer.startsWith("DataDirectoryInUse"))).toHaveLength(3);
});

test("whoever takes over, gives back or comes late: nobody ever shares the directory", async () => {
  const dataDir = await temporaryDirectory();
  let inside = 0;
  let entered = 0;
  async function visitor(): Promise<void> {
    for (let visit = 0; visit < 25; visit += 1) {
      const unlock = await lockDataDirectory(dataDir).catch((error: unknown) => {
        if (error instanceof DataDirectoryInUse) return undefined;
        throw error;
      });
      if (unlock === undefined) continue;
      inside += 1;
      entered += 1;
      expect(inside).toBe(1);
      await readdir(dataDir);
      inside -= 1;
      await unlock();
    }
  }
  await Promise.all(Array.from({ length: 12 }, visitor));
  expect(entered).toBeGreaterThan(1);
});

test("a file in the place of the directory is a mistake to be named, not a crash", async () => {
  const file = path.join(await temporaryDirectory(), "file");
  await writeFile(file, "");
  const refusal = await lockDataDirectory(file).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CannotStart);
  expect(String(refusal)).toContain(`${file} cannot be used as data directory`);
});
