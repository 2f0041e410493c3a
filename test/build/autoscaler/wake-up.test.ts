/**
 * KEDA's poll is ten minutes away, so whatever comes up was woken: the real coordinator, over the stand-in cluster's API,
 * to the local autoscaler and its processes.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Autoscaler, startAutoscaler } from "../../../build/local/autoscaler/autoscaler.ts";
import { deployment } from "../../../build/manifests/deployment.ts";
import { scaledObject } from "../../../build/manifests/scaled-object.ts";
import type { StageName } from "../../../shared/stages.ts";
import { startSchool, type TestSchool } from "../../functions/coordinator/support.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { school as cluster, type School } from "../sandbox/platform.ts";

const STAGES = ["approve", "implement", "notify"] as const satisfies readonly StageName[];
const worker = path.join(import.meta.dirname, "programs/worker.mjs");
let dir: string;
let sandbox: School;
let autoscaler: Autoscaler;
let school: TestSchool;
/** Nothing else may know of the coordinator's Redis before it is there, so the autoscaler has one of its own: empty. */
let elsewhere: TestRedis;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "school-wake-"));
  const objects = STAGES.flatMap((stage) => [scaledObject(stage), deployment(stage, "1.0.0")]);
  await writeFile(path.join(dir, "all.yaml"), objects.map((object) => JSON.stringify(object)).join("\n---\n"));
  elsewhere = await startTestRedis();
  autoscaler = await startAutoscaler({
    manifestsDir: dir,
    redis: elsewhere.url,
    env: () => ({ BEHAVIOUR: "drain" }),
    logsDir: path.join(dir, "logs"),
    pollingIntervalMs: 600_000,
    command: () => ({ program: process.execPath, args: [worker] }),
    log: () => undefined,
  });
  sandbox = await cluster(undefined, {
    scaleTarget: {
      replicas: (name) => autoscaler.replicas().get(name.replace("cortex-", ""))?.wanted,
      onScale: (name, replicas) => void autoscaler.scale(name, replicas),
    },
  });
  await writeFile(path.join(dir, "kubeconfig"), sandbox.sandbox.kubeconfig());
  school = await startSchool({ env: { KUBECONFIG: path.join(dir, "kubeconfig"), REAP_SECONDS: "60" } });
});
afterAll(async () => {
  await school.close();
  await sandbox[Symbol.asyncDispose]();
  await autoscaler.close();
  await elsewhere.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  for (const stage of STAGES) autoscaler.scale(`cortex-${stage}`, 0);
});

const running = (stage: StageName) => autoscaler.replicas().get(stage)?.running ?? 0;
const comesUp = (stage: StageName) => expect.poll(() => running(stage), { timeout: 30_000 }).toBe(1);

test("a settle that gives the next stage something brings it up", async () => {
  expect(STAGES.map(running)).toEqual([0, 0, 0]);
  await school.stand("a", "planned");
  await comesUp("approve");
});

test("so does who only pushes onto a list", async () => {
  await school.redis.lpush(school.keys.list("notify"), "{}");
  await comesUp("notify");
});

test("one worker is enough: whoever pushes on, nobody patches what is up", async () => {
  await school.redis.lpush(school.keys.list("implement"), "{}");
  await comesUp("implement");
  autoscaler.scale("cortex-implement", 2);
  await school.redis.lpush(school.keys.list("implement"), "{}", "{}");
  const raced = () => school.redis.hget(school.keys.metrics, "woke:implement:up");
  await expect.poll(raced, { timeout: 30_000 }).not.toBeNull();
  expect(autoscaler.replicas().get("implement")?.wanted).toBe(2);
});
