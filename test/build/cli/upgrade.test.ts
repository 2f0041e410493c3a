/** `school upgrade` beside a launcher that answers the signal as the real one does, well or not at all. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { schoolCommand } from "./school.ts";

let folder: string;
let launcher: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "school-upgrade-"));
});
afterEach(async () => {
  launcher?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** `onSignal`: JavaScript; `note` is the file's path, `asked` what it says. */
async function running(onSignal: string): Promise<void> {
  const note = JSON.stringify(path.join(folder, "upgrade.json"));
  const program = `const fs = require("node:fs"); const note = ${note};
    process.on("SIGUSR2", () => { const { asked } = JSON.parse(fs.readFileSync(note, "utf8")); ${onSignal} });
    setInterval(() => {}, 1000); console.log("up");`;
  launcher = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(launcher.stdout as NodeJS.ReadableStream, "data");
  const facts = { url: "http://127.0.0.1:1", tokens: { operator: "t" }, pid: launcher.pid, keyPrefix: "" };
  await writeFile(path.join(folder, "school.json"), JSON.stringify(facts));
}
const answer = (result: object) => `fs.writeFileSync(note, JSON.stringify({ asked, ...${JSON.stringify(result)} }));`;
const upgrade = (...args: string[]) => schoolCommand(["upgrade", ...args], { SCHOOL_DATA_DIR: folder });

test("asks the school that runs, and says when every process is replaced", async () => {
  // What an earlier request came to is no answer to this one.
  await writeFile(
    path.join(folder, "upgrade.json"),
    JSON.stringify({ asked: "before", result: "failed", because: "old" }),
  );
  await running(answer({ result: "done" }));
  const { code, out } = await upgrade();
  expect(out).toContain("every function and the coordinator run the new build");
  expect(code).toBe(0);
  expect(JSON.parse((await upgrade("--json")).out)).toMatchObject({ result: "done" });
});

test("says why it failed, and that what ran before goes on", async () => {
  await running(answer({ result: "failed", because: "the new plan ends by itself" }));
  const { code, err } = await upgrade();
  expect(err).toContain("it failed, and what ran before goes on: the new plan ends by itself");
  expect(code).toBe(1);
});

test("does not wait for a school that ended meanwhile, nor for one that is not there or elsewhere", async () => {
  await running("process.exit(1);");
  expect((await upgrade()).err).toContain("the school ended meanwhile");
  expect((await upgrade()).err).toContain("no local school is running here");
  const elsewhere = await schoolCommand(["upgrade"], { SCHOOL_URL: "http://school.example", SCHOOL_TOKEN: "t" });
  expect(elsewhere.err).toContain("a school in a cluster is upgraded by its manifests");
});
