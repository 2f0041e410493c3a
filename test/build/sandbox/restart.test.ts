import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Pace } from "../../../build/local/sandbox/agenda.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../build/local/sandbox/sandbox.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { type GitRemote, gitRemote } from "../../support/git-remote.ts";
import { deployment, networkPolicy, platform, until } from "./platform.ts";

/** One data directory and its repository; each `start` is a cluster that begins where the last one was killed. */
async function killable(): Promise<{
  remote: GitRemote;
  dataDir: string;
  start: (pace?: Partial<Pace>) => Promise<Sandbox>;
  told: unknown[];
}> {
  const remote = await gitRemote(platform);
  onTestFinished(() => remote.close());
  const dataDir = await temporaryDirectory();
  const told: unknown[] = [];
  const options: SandboxOptions = {
    repository: remote.url,
    publicUrl: "git@git.example.org:platform.git",
    branch: "main",
    pollMs: 5,
    pace: { podStartMs: 20, crashBackoffMs: 10, compareMs: 2, syncMs: 5, retryMs: 20, selfHealMs: 5 },
    dataDir,
    report: (error) => void told.push(error),
  };
  return {
    remote,
    dataDir,
    told,
    async start(pace = {}) {
      const sandbox = await startSandbox({ ...options, pace: { ...options.pace, ...pace } });
      // Nothing is written at the end: closed here is as good as killed.
      onTestFinished(() => sandbox.close());
      return sandbox;
    },
  };
}
const web = (sandbox: Sandbox) => sandbox.state().workloads.find(({ name }) => name === "web");
const shop = (sandbox: Sandbox) => sandbox.state().applications.find(({ name }) => name === "shop");
const bad = { "apps/shop/web.yaml": deployment("web", { image: "registry.example.org/app:2.0.0" }) };
const good = { "apps/shop/web.yaml": deployment("web") };

test("a change that crashes its pods still does after a restart, and its revert still makes all well", async () => {
  const { remote, start } = await killable();
  const first = await start();
  first.inject({ kind: "crash-loop", namespace: "shop", workload: "web", when: "changed" });
  await remote.push(bad);
  await until(
    async () => web(first)?.faults.length,
    (faults) => faults === 1,
  );
  await first.close();

  const second = await start();
  await until(
    async () => shop(second)?.applied,
    (applied) => applied !== "" && applied === shop(second)?.revision,
  );
  await until(
    async () => shop(second)?.health,
    (health) => health === "Progressing",
  );
  expect(web(second)?.faults).toEqual(["crash-loop:shop/web"]);
  await second.close();

  const reverted = await remote.push(good);
  const third = await start();
  await until(
    async () => shop(third),
    (found) => found?.revision === reverted && found.health === "Healthy",
  );
  expect(web(third)).toMatchObject({ ready: 2, faults: [] });
  expect(third.clear()).toBe(true);
  await third.close();
  expect((await start()).state().faults).toEqual([]);
});

test("a fault beside the workload is remembered, too, with what was there when it was switched on", async () => {
  const { remote, start } = await killable();
  const first = await start();
  first.inject({ kind: "error-rate", namespace: "shop", when: "changed" });
  await remote.push({ "apps/shop/policy.yaml": networkPolicy("deny", "web") });
  await until(
    async () => web(first)?.faults.length,
    (faults) => faults === 1,
  );
  await until(
    async () => shop(first)?.health,
    (health) => health === "Healthy",
  );
  await first.close();
  expect(web(await start())?.faults).toEqual(["error-rate:shop/*"]);
});

test("what a change spoilt stays spoilt after a restart; a quota and a server that is away are so again", async () => {
  const { remote, start } = await killable();
  const first = await start();
  first.inject({ kind: "error-rate", namespace: "shop", workload: "web", when: "since-change" });
  await remote.push(bad);
  await until(
    async () => web(first)?.faults.length,
    (faults) => faults === 1,
  );
  const reverted = await remote.push(good);
  await until(
    async () => shop(first),
    (found) => found?.revision === reverted && found.health === "Healthy",
  );
  first.inject({ kind: "quota-refusal", namespace: "shop" });
  first.inject({ kind: "prometheus-away" });
  await first.close();

  const second = await start();
  expect(web(second)?.faults).toEqual(["error-rate:shop/web", "quota-refusal:shop/*"]);
  const prometheus = () =>
    fetch(`${second.prometheusUrl}/-/ready`).then(
      ({ status }) => status,
      () => "refused",
    );
  await until(prometheus, (answer) => answer === "refused");
  await remote.push(bad);
  await until(
    async () => shop(second)?.applied,
    (applied) => applied !== reverted,
  );
  second.clear("quota-refusal:shop/*");
  second.clear("prometheus-away");
  await until(prometheus, (answer) => answer === 200);
  await until(
    async () => shop(second)?.health,
    (health) => health === "Healthy",
  );
});

test("what was committed while it was away is rolled out as ever, not taken for old", async () => {
  const { remote, start } = await killable();
  await (await start()).close();
  const commit = await remote.push(bad);
  const slow = await start({ syncMs: 3_600_000 });
  await until(
    async () => shop(slow),
    (found) => found?.phase === "Running" && found.revision === commit,
  );
  expect(shop(slow)).toMatchObject({ sync: "OutOfSync", health: "Healthy" });
});

test.each([
  ["a clone that a killed git left locked", "clone.git/refs/heads/main.lock", ""],
  ["half a clone", "clone.git/HEAD", ""],
  ["half a memory", "memory.json", '{"faults":['],
  ["a memory of commits that are gone", "memory.json", '{"faults":[],"well":{"shop":{"sources":"x","commits":["0"]}}}'],
])("%s does not keep it from starting", async (_what, file, text) => {
  const { remote, dataDir, start } = await killable();
  await (await start()).close();
  const commit = await remote.push(bad);
  await mkdir(path.dirname(path.join(dataDir, file)), { recursive: true });
  await writeFile(path.join(dataDir, file), text);
  const second = await start();
  await until(
    async () => shop(second),
    (found) => found?.applied === commit && found.health === "Healthy",
  );
  expect(JSON.parse(await readFile(path.join(dataDir, "memory.json"), "utf8"))).toMatchObject({ faults: [] });
  expect(await readdir(dataDir)).toEqual(["clone.git", "memory.json"]);
});

test("commits that left the branch are no place to begin from", async () => {
  const { remote, dataDir, start } = await killable();
  await (await start()).close();
  const file = path.join(dataDir, "memory.json");
  const memory = JSON.parse(await readFile(file, "utf8")) as { well: Record<string, { commits: string[] }> };
  for (const well of Object.values(memory.well)) well.commits = ["1234567890123456789012345678901234567890"];
  await writeFile(file, JSON.stringify(memory));
  expect(shop(await start())).toMatchObject({ applied: await remote.tip(), sync: "Synced", health: "Healthy" });
});
