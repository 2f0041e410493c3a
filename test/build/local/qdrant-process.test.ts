import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CannotStart } from "../../../build/local/cannot-start.ts";
import { freePort } from "../../../build/local/ports.ts";
import { type LocalQdrantOptions, startLocalQdrant } from "../../../build/local/qdrant-process.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { processesOf, until } from "../../support/local-school.ts";
import { clientOf, LIKE_OURS } from "../../support/qdrant.ts";

const KEYS = { apiKey: "the key that may write", readOnlyKey: "the key that may read" };
const PROJECT = path.resolve(import.meta.dirname, "../../..");

async function optionsIn(folder: string, more: Partial<LocalQdrantOptions> = {}): Promise<LocalQdrantOptions> {
  // Whatever a test leaves behind when it fails.
  onTestFinished(async () => {
    for (const pid of (await processesOf(folder)).keys()) process.kill(pid, "SIGKILL");
  });
  const logFile = path.join(folder, "qdrant.log");
  const port = await freePort();
  return {
    dataDir: path.join(folder, "qdrant"),
    ...KEYS,
    logFile,
    log: () => undefined,
    port,
    searchPath: "",
    ...more,
  };
}

/** What a real one is for the school: a program called qdrant that is configured by its variables. */
async function program(folder: string, text: string): Promise<string> {
  const bin = path.join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, "qdrant"), `#!${process.execPath}\n${text}\n`);
  await chmod(path.join(bin, "qdrant"), 0o755);
  return bin;
}
const LIKE_A_REAL_ONE = `import(${JSON.stringify(path.join(PROJECT, "build/local/qdrant/main.ts"))});`;

test("without a program the stand-in answers, to its keys only; what it was told is there the next time", async () => {
  const folder = await temporaryDirectory();
  const options = await optionsIn(folder);
  const first = await startLocalQdrant(options);
  expect(first.real).toBe(false);
  await clientOf(first.url, KEYS.apiKey).createCollection("c", LIKE_OURS);
  expect((await fetch(`${first.url}/collections`)).status).toBe(401);
  await first.close();
  expect(await processesOf(folder)).toEqual(new Map());

  const second = await startLocalQdrant(options);
  expect(await clientOf(second.url, KEYS.readOnlyKey).collectionExists("c")).toEqual({ exists: true });
  await second.close();
});

test("killed, it is started again at the same address, with everything it acknowledged", async () => {
  const folder = await temporaryDirectory();
  const said: string[] = [];
  const qdrant = await startLocalQdrant(await optionsIn(folder, { log: (message) => said.push(message) }));
  const client = clientOf(qdrant.url, KEYS.apiKey);
  await client.createCollection("c", LIKE_OURS);
  for (const pid of (await processesOf(folder)).keys()) process.kill(pid, "SIGKILL");
  await until("it is back", () =>
    client.collectionExists("c").then(
      ({ exists }) => exists || undefined,
      () => undefined,
    ),
  );
  expect(said.join()).toMatch(/Qdrant ended \(SIGKILL\); starting it again/);
  await qdrant.close();
  expect(await processesOf(folder)).toEqual(new Map());
});

test("a taken port leads to the next free one", async () => {
  const folder = await temporaryDirectory();
  const options = await optionsIn(folder);
  const other = createServer().listen(options.port, "127.0.0.1");
  await once(other, "listening");
  const qdrant = await startLocalQdrant(options);
  expect(Number(new URL(qdrant.url).port)).not.toBe(options.port);
  await qdrant.close();
  other.close();
});

test("a program called qdrant on PATH is the one that runs, told by its own variables, without telemetry", async () => {
  const folder = await temporaryDirectory();
  const told = path.join(folder, "told.json");
  const note = `require("node:fs").writeFileSync(${JSON.stringify(told)}, JSON.stringify({ env: process.env, args: process.argv.slice(2) }));`;
  const searchPath = [path.join(folder, "nothing"), await program(folder, `${note}${LIKE_A_REAL_ONE}`)].join(":");
  const qdrant = await startLocalQdrant(await optionsIn(folder, { searchPath }));
  expect(qdrant.real).toBe(true);
  expect(await clientOf(qdrant.url, KEYS.readOnlyKey).getCollections()).toEqual({ collections: [] });
  await qdrant.close();
  expect(JSON.parse(await readFile(told, "utf8"))).toMatchObject({
    args: ["--disable-telemetry"],
    env: {
      QDRANT__SERVICE__HOST: "127.0.0.1",
      QDRANT__SERVICE__HTTP_PORT: new URL(qdrant.url).port,
      QDRANT__SERVICE__API_KEY: KEYS.apiKey,
      QDRANT__SERVICE__READ_ONLY_API_KEY: KEYS.readOnlyKey,
      QDRANT__STORAGE__STORAGE_PATH: path.join(folder, "qdrant/storage"),
      QDRANT__TELEMETRY_DISABLED: "true",
    },
  });
  // The folder of the one is not the folder of the other.
  expect((await stat(path.join(folder, "qdrant/storage"))).isDirectory()).toBe(true);
  await expect(stat(path.join(folder, "qdrant/stand-in"))).rejects.toThrow("ENOENT");
});

test.each(["the stand-in", "a program"])("%s of a school that was killed does not stand in the way", async (which) => {
  const folder = await temporaryDirectory();
  const searchPath = which === "a program" ? await program(folder, LIKE_A_REAL_ONE) : "";
  const { log: _, ...options } = await optionsIn(folder, { searchPath });
  const start = `
    import { startLocalQdrant } from ${JSON.stringify(path.join(PROJECT, "build/local/qdrant-process.ts"))};
    const { url } = await startLocalQdrant({ ...${JSON.stringify(options)}, log() {} });
    console.log(url);`;
  const school = spawn(process.execPath, ["--input-type=module", "-e", start], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(school.stdout, "data")) as [Buffer];
  await clientOf(line.toString().trim(), KEYS.apiKey).createCollection("c", LIKE_OURS);
  school.kill("SIGKILL");
  await once(school, "exit");

  const next = await startLocalQdrant({ ...options, log: () => undefined });
  expect(await clientOf(next.url, KEYS.apiKey).collectionExists("c")).toEqual({ exists: true });
  expect([...(await processesOf(folder))]).toHaveLength(1);
  await next.close();
  expect(await processesOf(folder)).toEqual(new Map());
});

test("one that cannot run says why, in its own words", async () => {
  const folder = await temporaryDirectory();
  const searchPath = await program(folder, `console.error("Error: the disk is on fire"); process.exitCode = 1;`);
  const refusal = await startLocalQdrant(await optionsIn(folder, { searchPath })).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CannotStart);
  expect(String(refusal)).toContain("the disk is on fire");
});
