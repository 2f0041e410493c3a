/**
 * What the Dockerfile builds, built without an engine: its steps are read from the file and carried out in a folder, from no
 * more than the build context; then the image's /app alone, read-only and as its user, does a function's work.
 */
import { execFile, spawn } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { freePort } from "../../../build/local/ports.ts";
import { deployment } from "../../../build/manifests/deployment.ts";
import { improvementEvent } from "../../../shared/domain/events.ts";
import { connectPipeline, proposal } from "../../pipeline/support.ts";
import { root } from "../../repo/imports.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { contextFiles } from "./context.ts";
import { environmentOf, lastOf, lineOf, stageNamed, wordsOf } from "./dockerfile.ts";

const PROGRAM = "route";
const EPOCH = "1700000000";
/** Only root may become somebody else. */
const user = process.getuid?.() === 0 ? { uid: 65_532, gid: 65_532 } : {};
const image = lineOf(PROGRAM);

let folder: string;
let app: string;
let bin: string;
let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "school-image-")));
  await sh(`chmod 755 ${folder}`, folder);
  [app, bin] = [path.join(folder, "app"), path.join(folder, "bin")];
  await mkdir(bin);
  await copyFile(process.execPath, path.join(bin, "node"));
  const source = path.join(folder, "school");
  for (const file of await contextFiles())
    await cp(path.join(root, file), path.join(source, file), { recursive: true });
  // In place of `npm ci`: the same packages by the same lock file.
  await symlink(path.join(root, "node_modules"), path.join(source, "node_modules"));

  const [, assemble = ""] = stepsOf("RUN", stageNamed("build").steps);
  const given = { STAGE: PROGRAM, VERSION: "1.2.3", SOURCE_DATE_EPOCH: EPOCH };
  await sh(assemble.replace("/out", app), source, given);
  const [own = "", warm = ""] = stepsOf("RUN", image.at(-1)?.steps ?? []);
  await sh("uid" in user ? inApp(own) : `install --directory ${app}/.compile-cache`, folder);
  await sh(warm, app, { ...imageEnv(), ...given }, user);
  await sh(`chmod -R a-w ${app}`, folder);
  server = await startTestRedis();
  school = connectPipeline(server.url);
}, 300_000);
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
  await sh(`chmod -R u+w ${folder}`, folder);
  await rm(folder, { recursive: true, force: true });
});

const stepsOf = (kind: string, steps: (typeof image)[number]["steps"]) =>
  steps.filter((step) => step.getKeyword() === kind).map(wordsOf);
const inApp = (text: string) => text.replaceAll(/(?<![\w.])\/app(?=\/|$)/g, app);
/** What the image itself says; nothing of this process. */
const imageEnv = () =>
  Object.fromEntries(Object.entries(environmentOf(image)).map(([name, value]) => [name, inApp(value)]));

async function sh(script: string, cwd: string, env: Record<string, string> = {}, as: object = {}): Promise<string> {
  const PATH = bin === undefined ? "/usr/bin:/bin" : `${bin}:/usr/bin:/bin`;
  return (await promisify(execFile)("/bin/sh", ["-ec", script], { cwd, env: { PATH, ...env }, ...as })).stdout;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}
/** What the function's pod is told: its manifest and the settings of the local overlay. */
async function podEnv(): Promise<Record<string, string>> {
  const { spec } = deployment(PROGRAM, "0") as unknown as {
    spec: { template: { spec: { containers: readonly [{ env: readonly Variable[] }] } } };
  };
  const plain = spec.template.spec.containers[0].env.flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, inApp(value)]],
  );
  const settings = parse(await readFile(path.join(root, "keda/overlays/local/settings.yaml"), "utf8")) as {
    data: Record<string, string>;
  };
  return { ...settings.data, ...(Object.fromEntries(plain) as Record<string, string>) };
}

/** As a container would: the image's command, with its environment and the pod's over it. */
async function start(own: Record<string, string>) {
  const command = ["ENTRYPOINT", "CMD"].flatMap((kind) => JSON.parse(wordsOf(lastOf(image, kind))) as string[]);
  const [program = "", ...args] = command.map(inApp);
  const port = await freePort();
  const env = { ...imageEnv(), ...(await podEnv()), HOME: folder, REDIS_URL: server.url, PORT: String(port), ...own };
  const child = spawn(path.join(bin, program), args, { cwd: app, env, stdio: ["ignore", "pipe", "pipe"], ...user });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<unknown>((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
  return { child, exit, output: () => output, url: `http://127.0.0.1:${port}` };
}

test("the image holds the bundle, licences and the list of its parts; no maps, no records of the build", async () => {
  const files = (await readdir(app, { recursive: true })).filter((file) => !file.startsWith(".compile-cache"));
  expect(files).toEqual(expect.arrayContaining(["main.js", "http.js", "package.json", "LICENSE", "sbom.cdx.json"]));
  expect(files.filter((file) => /\.map$|meta\.json$|node_modules|\.ts$|function\.js$/.test(file))).toEqual([]);
});

test("every file has the time of the sources", async () => {
  const times = await sh(`find ${app} -mindepth 1 -printf '%Ts\\n' | sort -u`, folder);
  expect(times.trim()).toBe(EPOCH);
});

test("put together once more it is the same, byte for byte", async () => {
  const [, assemble = ""] = stepsOf("RUN", stageNamed("build").steps);
  const again = path.join(folder, "again");
  const given = { STAGE: PROGRAM, VERSION: "1.2.3", SOURCE_DATE_EPOCH: EPOCH };
  await sh(assemble.replace("/out", again), path.join(folder, "school"), given);
  // diff fails where they differ.
  expect(await sh(`diff -r --exclude=.compile-cache ${app} ${again}`, folder)).toBe("");
});

test("as the image's user it takes an event from the list, settles it, reads its compile cache and ends when told", async () => {
  await school.seed(["limits-for-orders"]);
  const one = await start({ NODE_DEBUG_NATIVE: "COMPILE_CACHE" });
  await expect
    .poll(() => school.redis.hget("improvement:limits-for-orders", "status"), { timeout: 30_000 })
    .not.toBe("raw");
  expect(await school.places("route")).toMatchObject({ list: 0, leases: 0, dead: 0 });
  expect((await fetch(`${one.url}/health/readiness`)).status).toBe(200);
  one.child.kill("SIGTERM");
  expect(await one.exit).toBe(0);
  expect(one.output()).toMatch(/cache for .*main\.js was accepted/);
});

test("in Knative's mode it settles what is posted and leaves the list alone", async () => {
  const waiting = JSON.stringify({
    specversion: "1.0",
    id: "w",
    source: "/t",
    type: improvementEvent("raw"),
    data: { id: "waits" },
  });
  await school.redis.lpush(school.keys.list("route"), waiting);
  // As Knative tells a container.
  const knative = {
    K_SERVICE: "cortex-route-http",
    K_CONFIGURATION: "cortex-route-http",
    K_REVISION: "cortex-route-http-00001",
  };
  const one = await start({ SCHOOL_MODE: "http", SCHOOL_HTTP_OPEN: "true", ...knative });
  await expect
    .poll(async () => (await fetch(`${one.url}/health/readiness`).catch(() => undefined))?.status, { timeout: 30_000 })
    .toBe(200);
  const event = {
    specversion: "1.0",
    id: "1",
    source: "/tests",
    type: improvementEvent("raw"),
    data: { id: "posted", improvement: proposal("Set memory limits on the orders service") },
  };
  const answer = await fetch(one.url, {
    method: "POST",
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(event),
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toMatch(/^application\/cloudevents\+json/);
  expect(await answer.json()).toMatchObject({ specversion: "1.0", data: { id: "posted", from: "raw" } });
  expect(await school.redis.lrange(school.keys.list("route"), 0, -1)).toEqual([waiting]);
  one.child.kill("SIGTERM");
  expect(await one.exit).toBe(0);
});
