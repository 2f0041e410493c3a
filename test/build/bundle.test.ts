/** What `npm run bundle` left in dist/: the weight of a cold start is decided here. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { type BundleRecord, readRecord } from "../../build/bundle/record.ts";
import { DIST, TARGETS } from "../../build/bundle/targets.ts";
import { bundle } from "../../build/bundle.ts";
import { STAGES } from "../../shared/stages.ts";

/** Start-up code of any stage: runtime, Redis client, log, schemas. Its own logic and SDKs come on top. */
const LIGHT_KB = 425;
const HEAVY_KB = 2_500;

/** Stages that only decide: a cold start must cost them next to nothing. */
const light = ["route", "approve", "notify", "learn"];
/** Packages that cost more at start than a whole light stage. */
const heavyPackages = [
  "@kubernetes/client-node",
  "kubernetes-models",
  "yaml",
  "hono",
  "@hono/node-server",
  "prom-client",
];

async function recordOf(name: string): Promise<BundleRecord> {
  const record = await readRecord(name);
  if (record === undefined) throw new Error(`no bundle of ${name}`);
  return record;
}

beforeAll(async () => {
  await bundle();
}, 300_000);

test("bundling again changes nothing", async () => {
  expect(await bundle()).toEqual([]);
});

test("there is a bundle for every stage, the coordinator and the command line", () => {
  expect(TARGETS.map(({ name }) => name)).toEqual([...STAGES, "coordinator", "cli"]);
});

describe.each(light)("%s starts light", (stage) => {
  test("without any package that is heavy at start", async () => {
    const { startPackages } = await recordOf(stage);
    expect(startPackages).toContain("ioredis");
    expect(startPackages.filter((name) => heavyPackages.includes(name))).toEqual([]);
  });

  test(`with at most ${LIGHT_KB} KB of code`, async () => {
    expect((await recordOf(stage)).startBytes / 1024).toBeLessThanOrEqual(LIGHT_KB);
  });
});

test.each(STAGES)(`%s loads at most ${HEAVY_KB} KB at start and none of another function's code`, async (stage) => {
  const { startBytes, sources } = await recordOf(stage);
  expect(startBytes / 1024).toBeLessThanOrEqual(HEAVY_KB);
  const foreign = sources.filter((file) => file.startsWith("functions/") && !file.startsWith(`functions/${stage}/`));
  expect(foreign).toEqual([]);
});

test.each(STAGES)("%s loads without a word: a warning of a package would be in every pod's log", async (stage) => {
  const env = { PATH: process.env["PATH"], SCHOOL_WARMUP: "1" };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [path.join(DIST, stage, "main.js")], { env });
  expect(stdout + stderr).toBe("");
});
