/** The users of the school's own Redis, in a real one: made as its pod makes them, each may do its part and no more. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScalers } from "../../../build/local/autoscaler/scaled-object.ts";
import { readTriggers } from "../../../build/local/autoscaler/trigger.ts";
import { freePort } from "../../../build/local/ports.ts";
import { ROOT } from "./rendered.ts";

const component = path.join(ROOT, "keda/components/redis");
const USERS = ["keda", "function", "coordinator", "operator"] as const;
const clients: Redis[] = [];
let folder = "";
let port = 0;
let server: ChildProcess | undefined;

function clientOf(username: string): Redis {
  const redis = new Redis({ port, username, password: `p&$ '${username}`, enableReadyCheck: false });
  redis.on("error", () => "it is tried again");
  clients.push(redis);
  return redis;
}

/** The commands a user may give, of those that are tried. */
async function granted(username: string, commands: readonly (readonly string[])[]): Promise<string[]> {
  const redis = clientOf(username);
  const allowed: string[] = [];
  for (const [name = "", ...args] of commands) {
    const answer = await redis.call(name, ...args).catch((error: Error) => error.message);
    if (typeof answer !== "string" || !/NOPERM|can't run this command/.test(answer))
      allowed.push([name, ...args].join(" "));
  }
  return allowed;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "redis-users-"));
  const passwords = path.join(folder, "passwords");
  await mkdir(passwords);
  // As somebody would write them by hand, with a line's end.
  for (const user of USERS) await writeFile(path.join(passwords, user), `p&$ '${user}\n`);
  const users = path.join(folder, "users.acl");
  execFileSync("sh", [path.join(component, "make-users.sh"), path.join(component, "users.acl"), passwords, users]);
  const configuration = await readFile(path.join(component, "redis.conf"), "utf8");
  const here = configuration.replace("dir /data", `dir ${folder}`).replace("/run/redis/users.acl", users);
  await writeFile(path.join(folder, "redis.conf"), here);
  port = await freePort();
  const program = process.env["SCHOOL_REDIS_SERVER"] ?? "redis-server";
  server = spawn(program, [path.join(folder, "redis.conf"), "--port", String(port)], { stdio: "ignore" });
  expect(await clientOf("probe").ping()).toBe("PONG");
});

afterAll(async () => {
  for (const client of clients) client.disconnect();
  server?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const PING = ["ping"];
const COUNT = ["eval", "return redis.call('zcard', KEYS[1])", "1", "school:queue:route:leases"];
const COUNT_RECORDS = ["eval", "return redis.call('type', KEYS[1])", "1", "improvement:a"];
const POP = ["eval", "return redis.call('rpop', KEYS[1])", "1", "school:queue:route"];
const CLAIM = ["lpush", "school:queue:route", "event"];
const WRITE = ["hset", "improvement:a", "status", "raw"];
const FLAG = ["get", "auto_approve_none"];
const TIME = ["time"];
const INFO = ["info", "memory"];
const LEGACY = ["lpush", "youtube:improvements", "x"];
const FOREIGN = ["get", "somebody:else"];
const DANGEROUS = [
  ["flushall"],
  ["keys", "*"],
  ["config", "get", "*"],
  ["acl", "list"],
  ["script", "flush"],
  ["function", "list"],
  ["monitor"],
];

const TRIED = [PING, COUNT, COUNT_RECORDS, POP, CLAIM, WRITE, FLAG, TIME, INFO, LEGACY, FOREIGN, ...DANGEROUS];
const SCHOOL = [PING, COUNT, COUNT_RECORDS, POP, CLAIM, WRITE, FLAG, TIME, INFO];

describe("in a real Redis", () => {
  test("nobody is let in without a name", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write("PING\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^-NOAUTH/);
  });

  test.each<[string, readonly (readonly string[])[]]>([
    ["probe", [PING]],
    ["keda", [PING, COUNT]],
    ["function", SCHOOL],
    ["coordinator", [...SCHOOL, LEGACY]],
  ])("%s", async (user, may) => {
    expect(await granted(user, TRIED)).toEqual(may.map((command) => command.join(" ")));
  });

  test("with its user KEDA counts a list, sorted sets and what is not there", async () => {
    const coordinator = clientOf("coordinator");
    await coordinator.del("school:queue:plan");
    await coordinator.lpush("school:queue:plan", "a", "b");
    await coordinator.zadd("school:queue:plan:leases", 1, "t");
    const keda = await readTriggers(`redis://keda:${encodeURIComponent("p&$ 'keda")}@127.0.0.1:${port}`, "");
    const [scaler] = parseScalers(await readFile(path.join(ROOT, "keda/base/reasoning/plan.yaml"), "utf8"));
    if (scaler === undefined) throw new Error("plan has no scaler");
    expect(await keda.read(scaler)).toEqual({ values: { pending: 2, leases: 1, delayed: 0 } });
    keda.close();
  });

  test("the operator may do everything", async () => {
    expect(
      await granted("operator", [
        ["acl", "list"],
        ["config", "get", "appendonly"],
      ]),
    ).toHaveLength(2);
  });

  test("it keeps what it is told and throws nothing away", async () => {
    const redis = clientOf("operator");
    for (const [setting, value] of [
      ["appendonly", "yes"],
      ["maxmemory-policy", "noeviction"],
      ["appendfsync", "everysec"],
    ] as const) {
      expect(await redis.config("GET", setting)).toEqual([setting, value]);
    }
  });

  test("no password stands in the file of users; one that is missing is named", async () => {
    expect(await readFile(path.join(folder, "users.acl"), "utf8")).not.toContain("p&$");
    const make = [path.join(component, "make-users.sh"), path.join(component, "users.acl")];
    const run = () =>
      execFileSync("sh", [...make, path.join(folder, "nothing"), path.join(folder, "no.acl")], { stdio: "pipe" });
    expect(run).toThrow(/no password under the key keda/);
  });
});
