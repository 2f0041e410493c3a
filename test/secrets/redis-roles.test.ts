/** Redis' users as the cluster has them: what they keep out, and that the whole pipeline needs no more than it is given. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoClient } from "../../build/local/demo/client.ts";
import { type LocalSchool, startSchool } from "../../build/local/school.ts";
import { PATIENCE_MS, processesOf, untilVerified } from "../support/local-school.ts";
import { type RedisWithUsers, redisWithUsers } from "../support/secrets/redis-users.ts";

const TALK = "Set memory limits on every container. You must set memory requests and limits on all pods.";
const PACE = { HEALTH_CHECK_DURATION: "6", VERIFY_INTERVAL: "1", SYNC_INTERVAL: "1", LEASE_SECONDS: "30" };
const passwords = {
  keda: "the password of KEDA",
  function: "the password of functions",
  coordinator: "the coordinator's password",
  operator: "a person's password",
};

let redis: RedisWithUsers;
let dataDir = "";
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "redis-roles-"));
  redis = await redisWithUsers(passwords);
});
afterAll(async () => {
  await redis?.close();
  for (const pid of (await processesOf(dataDir)).keys()) process.kill(pid, "SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

/** Of these commands, those the user may give. */
async function allowed(user: keyof typeof passwords, commands: readonly string[]): Promise<string[]> {
  const client = new Redis(redis.url(user), { enableReadyCheck: false });
  const given: string[] = [];
  for (const command of commands) {
    const [name = "", ...args] = command.split(" ");
    const answer = await client.call(name, ...args).then(String, (error: Error) => error.message);
    if (!/NOPERM|can't run this command|No permissions/.test(answer)) given.push(command);
  }
  client.disconnect();
  await redis.operator.call("ACL", "LOG", "RESET");
  return given;
}

const TAKING = ["rpop school:queue:plan", "lmove school:queue:plan mine LEFT RIGHT", "del school:queue:plan"];
const READING = ["lrange school:queue:plan 0 -1", "lindex school:queue:plan 0", "dump school:queue:plan"];
const WRITING = ["lpush school:queue:plan x", "set freeze 1", "hset improvement:a status approved", "flushdb"];
const RULING = [
  "config get requirepass",
  "acl setuser x",
  "monitor",
  "keys *",
  "slowlog get",
  "client kill type normal",
];
const RECORDS = ["hgetall improvement:a", "get freeze", "scan 0"];

describe("what they keep out", () => {
  test("KEDA's user can neither read an event nor take one", async () => {
    expect(await allowed("keda", [...TAKING, ...READING, ...WRITING, ...RULING, ...RECORDS])).toEqual([]);
    expect(await allowed("keda", ["llen school:queue:plan"])).toHaveLength(1);
  });

  test("neither functions nor the coordinator rule Redis", async () => {
    expect(await allowed("function", [...RULING, "flushall", "shutdown", "replicaof 1.2.3.4 1", "save"])).toEqual([]);
    expect(await allowed("coordinator", [...RULING, "flushall", "shutdown", "replicaof 1.2.3.4 1", "save"])).toEqual(
      [],
    );
  });

  test("functions have nothing to do with keys of others", async () => {
    const foreign = ["get somebody:else", "lpush youtube:improvements x", "publish news x"];
    expect(await allowed("function", foreign)).toEqual([]);
    // The list of the founding platform is the coordinator's to empty.
    expect(await allowed("coordinator", foreign)).toEqual(["lpush youtube:improvements x"]);
  });
});

describe("the whole school as the user of functions", { timeout: PATIENCE_MS * 2 }, () => {
  let school: LocalSchool;
  beforeAll(async () => {
    const options = { dataDir, port: 0, sample: "harbor", log: () => undefined, cooldownMs: 60_000, maxReplicas: 1 };
    school = await startSchool(options, { ...PACE, REDIS_URL: redis.url("function") });
  });
  afterAll(() => school?.close());

  test("brings a talk into the cluster, and Redis refuses it nothing", async () => {
    const client = demoClient(school);
    await client.submit({ title: "limits", content: TALK });
    const { git_commit } = await untilVerified(client, "limits");
    expect(git_commit).toMatch(/^[0-9a-f]{40}$/);
    expect(await client.doctor()).toEqual([]);
    expect(await redis.refused()).toEqual([]);
  });
});
