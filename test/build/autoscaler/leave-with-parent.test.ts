import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test, vi } from "vitest";

const guard = path.resolve(import.meta.dirname, "../../../build/local/autoscaler/leave-with-parent.mjs");
const worker = path.join(import.meta.dirname, "programs/worker.mjs");

test("a function does not outlive the autoscaler that was killed", async () => {
  const script = `
    const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["--import", ${JSON.stringify(guard)}, ${JSON.stringify(worker)}], {
      env: { BEHAVIOUR: "drain" }, detached: true, stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  parent.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await vi.waitFor(() => expect(output).toMatch(/^ready \d+$/m), { timeout: 30_000 });
  const pid = Number(/^ready (\d+)$/m.exec(output)?.[1]);
  expect(process.kill(pid, 0)).toBe(true);

  parent.kill("SIGKILL");
  await once(parent, "exit");
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 30_000 });
});

test("nor for long when it finds no end", async () => {
  const env = { BEHAVIOUR: "stubborn" };
  const stdio = ["ignore", "pipe", "inherit", "ipc"] as const;
  const child = spawn(process.execPath, ["--import", guard, worker], { env, stdio: [...stdio] });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await vi.waitFor(() => expect(output).toContain("ready"), { timeout: 30_000 });
  const ended = once(child, "exit");
  child.disconnect();
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(output).toContain("SIGTERM");
});
