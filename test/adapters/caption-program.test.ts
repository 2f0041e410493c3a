/** A program beside the school: what it is told, what it may know, and every way it may fail. */
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { captionProgram } from "../../shared/adapters/caption-program.ts";
import { temporaryDirectory } from "../support/directory.ts";

const VIDEO = "https://www.youtube.com/watch?v=dQ7xKz-9_aB";

async function program(script: string, mode = 0o755) {
  const command = path.join(await temporaryDirectory(), "yt-dlp");
  await writeFile(command, `#!/bin/sh\n${script}\n`);
  await chmod(command, mode);
  return { command, env: { PATH: "/usr/bin:/bin", GITOPS_TOKEN: "s3cret", REDIS_URL: "redis://:s3cret@r:6379" } };
}

function described(settings: Parameters<typeof captionProgram>[0], signal = new AbortController().signal) {
  return captionProgram(settings).describe(VIDEO, signal);
}

test("is given the address behind all flags, and nothing of the environment that is secret", async () => {
  const told = await described(await program(`echo "$@"; env`));
  expect(told).toMatchObject({ kind: "described", json: expect.stringContaining(`-- ${VIDEO}\n`) });
  expect(JSON.stringify(told)).not.toContain("s3cret");
});

test.each([
  ["says why", "echo warning >&2; echo 'ERROR: Sign in' >&2; exit 1", {}, "ERROR: Sign in"],
  ["does not end", "exec sleep 60", { timeoutMs: 50 }, "did not end within 0.05 s"],
  ["writes without end", "exec yes", {}, "more than belongs to one video"],
])("one that %s", async (_, script, more, because) => {
  const settings = { ...(await program(script)), ...more };
  expect(await described(settings)).toEqual({ kind: "failed", because: expect.stringContaining(because) });
});

test("one that is not there, and one that may not be run", async () => {
  const nowhere = { command: "/nowhere/yt-dlp", env: {} };
  expect(await described(nowhere)).toMatchObject({ because: expect.stringContaining("is not installed") });
  expect(await described(await program("echo {}", 0o644))).toMatchObject({
    because: expect.stringContaining("rights"),
  });
});

test("is ended with the work it was asked for", async () => {
  const stop = new AbortController();
  const reading = described(await program("exec sleep 60"), stop.signal);
  stop.abort(new Error("the lease is lost"));
  await expect(reading).rejects.toThrow("the lease is lost");
});
