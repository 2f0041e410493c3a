import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const repository = path.resolve(import.meta.dirname, "../..");
let root: string;
let bin: string;

/** A project with set-up's own files, a lock file, an npm that notes its calls, and a start that says what it got. */
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "school-setup-"));
  bin = path.join(root, "bin");
  await cp(path.join(repository, "build/setup"), path.join(root, "build/setup"), { recursive: true });
  await cp(path.join(repository, "build/setup.mjs"), path.join(root, "build/setup.mjs"));
  await put("package-lock.json", `{ "lockfileVersion": 3 }`);
  await put("build/bundle.ts", `console.log("bundle", ...process.argv.slice(2));`);
  await put(
    "build/local/start.ts",
    `const { PATH, SCHOOL_REDIS_SERVER: redis } = process.env;
     console.log(JSON.stringify({ args: process.argv.slice(2), node: process.argv0, PATH, redis }));
     process.exitCode = 7;`,
  );
  await put(
    "npm-cli.js",
    `const { appendFileSync, mkdirSync, symlinkSync } = require("node:fs");
     appendFileSync("npm-calls", process.argv.slice(2).join(" ") + "\\n");
     console.warn("npm warn EBADENGINE noise");
     if (process.env.OFFLINE) { console.error("npm error code EAI_AGAIN"); process.exit(1); }
     mkdirSync("node_modules/node/bin", { recursive: true });
     symlinkSync(process.execPath, "node_modules/node/bin/node");`,
  );
  await program("redis-server", "echo 'Redis server v=7.0.15 sha=0'");
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}
async function program(name: string, script: string): Promise<void> {
  await put(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  await chmod(path.join(bin, name), 0o755);
}
const environment = (over: Record<string, string> = {}) => ({
  PATH: bin,
  HOME: root,
  npm_execpath: path.join(root, "npm-cli.js"),
  ...over,
});
async function setup(args: string[], over: Record<string, string> = {}) {
  const command = [path.join(root, "build/setup.mjs"), ...args];
  const options = { env: environment(over), cwd: root };
  const run = promisify(execFile)(process.execPath, command, options);
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}
const npmCalls = () => readFile(path.join(root, "npm-calls"), "utf8").catch(() => "");
function started(stdout: string): { args: string[]; node: string; PATH: string; redis?: string } {
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) throw new Error(`start did not run:\n${stdout}`);
  return JSON.parse(line) as ReturnType<typeof started>;
}

test("the first run installs without noise, the second does not, a changed lock file installs again", async () => {
  const first = await setup(["start"]);
  expect(first.stdout).toMatch(/^Installing packages .* done in \d+ s$/m);
  expect(first.stdout + first.stderr).not.toContain("EBADENGINE");
  expect(await npmCalls()).toBe("ci --no-audit --no-fund\n");

  expect((await setup(["start"])).stdout).not.toContain("Installing");
  expect(await npmCalls()).toBe("ci --no-audit --no-fund\n");

  await put("package-lock.json", `{ "lockfileVersion": 3, "packages": {} }`);
  await rm(path.join(root, "node_modules/node"), { recursive: true });
  await setup(["start"]);
  expect((await npmCalls()).split("\n")).toHaveLength(3);
});

test("without a network it shows npm's own words and what to do, and tries again next time", async () => {
  const { code, stderr } = await setup(["start"], { OFFLINE: "1" });
  expect(code).toBe(1);
  expect(stderr).toContain("npm error code EAI_AGAIN");
  expect(stderr).toContain("later runs work offline");
  expect(stderr).not.toMatch(/EBADENGINE|at file:/);
  expect((await setup(["start"])).code).toBe(7);
});

test("the rest runs under the packaged Node, with its arguments, and its exit code comes back", async () => {
  const { code, stdout } = await setup(["start", "--demo", "--data", "x y"]);
  expect(code).toBe(7);
  expect(stdout).toContain("bundle --quiet\n");
  const child = started(stdout);
  expect(child.args).toEqual(["--demo", "--data", "x y"]);
  expect(child.node).toBe(path.join(root, "node_modules/node/bin/node"));
  expect(child.PATH).toBe(`${path.join(root, "node_modules/.bin")}:${bin}`);
  expect(child.redis).toBe(path.join(bin, "redis-server"));
});

test("a bundle that cannot be built ends it there", async () => {
  await put("build/bundle.ts", "process.exit(4);");
  const { code, stdout } = await setup(["start"]);
  expect(code).toBe(4);
  expect(stdout).not.toContain("{");
});

test("a Redis that is too old is passed over, Valkey is as good", async () => {
  await program("redis-server", "echo 'Redis server v=5.0.14 sha=0'");
  await program("valkey-server", "echo 'Server v=8.0.1 sha=0'");
  expect(started((await setup(["start"])).stdout).redis).toBe(path.join(bin, "valkey-server"));
});

test("without any Redis it names the package and REDIS_URL; with REDIS_URL in .env it needs none", async () => {
  await rm(path.join(bin, "redis-server"));
  const { code, stderr } = await setup(["start"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/`redis-server` \(Debian[^]*REDIS_URL=/);

  await put(".env", "# mine\nREDIS_URL=redis://elsewhere:6379\n");
  expect(started((await setup(["start"])).stdout).redis).toBeUndefined();
});

test("a variable of the shell counts as the user's Redis only with --real", async () => {
  await rm(path.join(bin, "redis-server"));
  const env = { REDIS_URL: "redis://elsewhere:6379" };
  expect((await setup(["start"], env)).code).toBe(1);
  expect((await setup(["start", "--real"], env)).code).toBe(7);
});

test("an unpacked Redis of an earlier run is found without asking anybody", async () => {
  await rm(path.join(bin, "redis-server"));
  const unpacked = path.join(root, ".cache/cortex-online-school/redis");
  await mkdir(unpacked, { recursive: true });
  await writeFile(path.join(unpacked, "redis-server"), "#!/bin/sh\necho 'Redis server v=7.0.15'\n", { mode: 0o755 });
  expect(started((await setup(["start"])).stdout).redis).toBe(path.join(unpacked, "redis-server"));
});

test("Ctrl-C, which comes from the terminal and again from npm, reaches the child once and is waited for", async () => {
  await setup(["start"]);
  await put(
    "build/local/start.ts",
    `let signals = 0;
     process.on("SIGINT", () => {
       signals += 1;
       if (signals === 1) setTimeout(() => { console.log("signals", signals); process.exit(3); }, 300);
     });
     setInterval(() => {}, 1000);
     console.log("up");`,
  );
  const child = spawn(process.execPath, [path.join(root, "build/setup.mjs"), "start"], {
    env: environment(),
    cwd: root,
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (output.endsWith("up\n")) {
      child.kill("SIGINT");
      child.kill("SIGINT");
    }
  });
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(3);
  expect(output).toContain("signals 1\n");
});

test.each<[string, string]>([
  ["packages are installed", "npm-cli.js"],
  ["the programs are bundled", "build/bundle.ts"],
])("Ctrl-C while %s ends it there, and the next start does it again from the beginning", async (_when, slow) => {
  const works = await readFile(path.join(root, slow), "utf8");
  const noted = path.join(root, "began");
  const note = `writeFileSync(${JSON.stringify(noted)}, ""); setInterval(() => {}, 1_000);`;
  await put(slow, `process.getBuiltinModule("node:fs").${note}`);
  const child = spawn(process.execPath, [path.join(root, "build/setup.mjs"), "start"], {
    env: environment(),
    cwd: root,
    detached: true,
  });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  await expect.poll(() => existsSync(noted), { timeout: 20_000 }).toBe(true);
  // As a terminal does: to everybody in the foreground.
  process.kill(-(child.pid as number), "SIGINT");
  const [code, signal] = await ended;
  expect(signal ?? code).toBe(signal === null ? 130 : "SIGINT");

  await put(slow, works);
  const { stdout } = await setup(["start"]);
  expect(stdout).toContain("bundle --quiet");
  expect(stdout).toContain(`"args":[]`);
});

test("an unknown command says which there are", async () => {
  const { code, stderr } = await setup(["strat"]);
  expect(code).toBe(1);
  expect(stderr).toContain("start|test|bench|chaos|eval|advisories|check|generate|bundle|images|scenario");
});
