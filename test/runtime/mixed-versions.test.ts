/**
 * This version of the school and one whose records have another form, at work on the same Redis at the same time: the later
 * one is this one with a step more, run from a copy of the sources.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LAYOUT, NEWER_LAYOUT_EXIT } from "../../shared/domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../../shared/domain/schema/record.ts";
import { examine } from "../../shared/pipeline/doctor.ts";
import { records } from "../../shared/pipeline/records.ts";
import { metaKey } from "../../shared/pipeline/upgrade/meta.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { until } from "../support/local-school.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const STAGES = ["route", "evaluate", "validate"] as const;
const LATER = RECORD_SCHEMA + 1;
const NOOP = "test/support/noop-stage.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
let later: string;
beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
  later = await laterVersion();
});
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
  await rm(later, { recursive: true, force: true });
});

async function laterVersion(): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), "school-later-"));
  await cp(path.join(ROOT, "shared"), path.join(copy, "shared"), { recursive: true });
  await cp(path.join(ROOT, "package.json"), path.join(copy, "package.json"));
  await mkdir(path.join(copy, "test/support"), { recursive: true });
  await cp(path.join(ROOT, NOOP), path.join(copy, NOOP));
  await symlink(path.join(ROOT, "node_modules"), path.join(copy, "node_modules"));
  const file = path.join(copy, "shared/domain/schema/record-steps.ts");
  const step = `{ to: ${LATER}, says: "notes have a shorter name",
    migrate: ({ implementation_notes = "", ...rest }) => ({ ...rest, notes: implementation_notes }) }`;
  await writeFile(file, (await readFile(file, "utf8")).replace(/\];\s*$/, `, ${step}];\n`));
  await writeFile(
    path.join(copy, "finish.ts"),
    `import { Redis } from "ioredis";
     import { keysOf } from "./shared/pipeline/keys.ts";
     import { loadScripts } from "./shared/pipeline/scripts/load.ts";
     import { redisNow } from "./shared/pipeline/services.ts";
     import { upgradeRound } from "./shared/pipeline/upgrade/upgrade.ts";
     const redis = new Redis(process.argv[2]);
     const [keys, scripts, signal] = [keysOf(), loadScripts(redis, ""), new AbortController().signal];
     const round = async () => upgradeRound({ redis, keys, scripts, name: "finish", now: await redisNow(redis), signal });
     let last = await round();
     while (last === "more") last = await round();
     console.log(last);
     redis.disconnect();`,
  );
  return copy;
}

function start(tree: string, stage: string): { child: ChildProcess; output: () => string } {
  const env = { PATH: process.env["PATH"] ?? "", REDIS_URL: server.url, PORT: "0", PER_POD: "2", LEASE_SECONDS: "5" };
  const child = spawn(process.execPath, [path.join(tree, NOOP), stage], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output };
}
const ended = (child: ChildProcess) =>
  new Promise<number | string | null>((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
const finish = async () =>
  (await promisify(execFile)(process.execPath, [path.join(later, "finish.ts"), server.url])).stdout.trim();

test("old and new functions at the same time: each record is worked on by those who can read it, once", async () => {
  const ids = Array.from({ length: 60 }, (_, i) => `i${i}`);
  const running = STAGES.flatMap((stage) => [start(ROOT, stage), start(later, stage)]);
  try {
    await until("all are at work", async () =>
      (await Promise.all(STAGES.map((stage) => school.redis.zcard(school.keys.workers(stage))))).every((n) => n === 2)
        ? true
        : undefined,
    );
    await school.seed(ids);
    const all = () => school.redis.zcard(school.keys.byStatus("validated"));
    await until("all are validated", async () => ((await all()) === ids.length ? true : undefined));
    expect(await finish(), "it waits for the old ones").toBe("waiting");
  } finally {
    const gone = running.map(({ child }) => ended(child));
    for (const { child } of running) child.kill("SIGTERM");
    expect(await Promise.all(gone)).toEqual(running.map(() => 0));
  }
  const read = records(school.redis, school.keys);
  for (const id of ids) {
    expect((await read.trail(id)).map(({ to }) => to)).toEqual(["raw", "routed", "categorized", "validated"]);
  }
  const versions = await Promise.all(ids.map((id) => school.redis.hget(school.keys.record(id), "schema_version")));
  expect(new Set(versions), "both were at work").toEqual(new Set([String(RECORD_SCHEMA), String(LATER)]));
  const counters = await school.redis.hgetall(school.keys.metrics);
  const givenBack = STAGES.reduce((sum, stage) => sum + Number(counters[`newer:${stage}`] ?? 0), 0);
  expect(givenBack, "old ones met new records").toBeGreaterThan(0);
  for (const stage of STAGES) {
    expect(await school.places(stage)).toEqual({ list: 0, leases: 0, leased: 0, delayed: 0, dead: 0, attempts: 0 });
  }
  expect(await school.redis.llen(school.keys.list("plan"))).toBe(ids.length);
  // The old ones say what they left to others, but not for every look.
  const told = running.map(
    ({ output }) => output().match(/newer version of the school than this worker reads/g)?.length ?? 0,
  );
  expect(told.some((times) => times > 0) && told.every((times) => times <= 2)).toBe(true);

  // With the old ones gone the rest is brought forward.
  expect(await finish()).toBe("done");
  for (const id of ids) {
    const record = await school.redis.hgetall(school.keys.record(id));
    expect(record).toMatchObject({ schema_version: String(LATER), notes: "" });
    expect(record).not.toHaveProperty("implementation_notes");
  }
  // Somebody who goes back is told by doctor, record by record.
  const findings = await examine(school.redis, school.keys, school.scripts);
  expect(findings).toHaveLength(ids.length);
  expect(findings[0]?.problem).toContain(`is of version ${LATER}, which a newer school wrote`);
});

test("a function that is too old for the layout of the keys takes nothing and ends with 78, saying what to do", async () => {
  await school.redis.flushall();
  await school.seed(["a"]);
  await school.redis.hset(metaKey(school.keys), "layout", LAYOUT + 1);
  const { child, output } = start(ROOT, "route");
  expect(await ended(child)).toBe(NEWER_LAYOUT_EXIT);
  expect(output()).toMatch(/have layout \d+.*It changed nothing.*restore the backup/s);
  expect(await school.places("route")).toMatchObject({ list: 1, leases: 0, attempts: 0 });
});

test("one at work when the keys move on finishes what it holds, and then ends", async () => {
  await school.redis.flushall();
  const { child } = start(ROOT, "route");
  await until("it is at work", async () =>
    (await school.redis.zcard(school.keys.workers("route"))) === 1 ? true : undefined,
  );
  await school.redis.hset(metaKey(school.keys), "layout", LAYOUT + 1);
  const gone = ended(child);
  const event = {
    specversion: "1.0",
    id: "e",
    source: "/t",
    type: "ai.cortex.school.improvement.raw",
    data: { id: "a" },
  };
  await school.redis.lpush(school.keys.list("route"), JSON.stringify(event));
  expect(await gone).toBe(NEWER_LAYOUT_EXIT);
  expect(await school.places("route")).toMatchObject({ list: 1, leases: 0, attempts: 0 });
});
