/** A real Redis with the users the cluster has, made from keda/components/redis as its pod makes them. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { freePort } from "../../../build/local/ports.ts";

const COMPONENT = path.resolve(import.meta.dirname, "../../../keda/components/redis");
const USERS = ["keda", "function", "coordinator", "operator"] as const;
type User = (typeof USERS)[number];

export interface RedisWithUsers {
  readonly port: number;
  url(user: User): string;
  /** May do everything. */
  readonly operator: Redis;
  /** What Redis refused anybody since it began: user, what kind of right was missing, and which. */
  refused(): Promise<string[]>;
  close(): Promise<void>;
}

export async function redisWithUsers(passwords: Readonly<Record<User, string>>): Promise<RedisWithUsers> {
  const folder = await mkdtemp(path.join(tmpdir(), "redis-users-"));
  const secrets = path.join(folder, "passwords");
  await mkdir(secrets);
  for (const user of USERS) await writeFile(path.join(secrets, user), passwords[user]);
  const users = path.join(folder, "users.acl");
  execFileSync("sh", [path.join(COMPONENT, "make-users.sh"), path.join(COMPONENT, "users.acl"), secrets, users]);
  const configuration = await readFile(path.join(COMPONENT, "redis.conf"), "utf8");
  const here = configuration.replace("dir /data", `dir ${folder}`).replace("/run/redis/users.acl", users);
  await writeFile(path.join(folder, "redis.conf"), here);
  const port = await freePort();
  const program = process.env["SCHOOL_REDIS_SERVER"] ?? "redis-server";
  const server: ChildProcess = spawn(program, [path.join(folder, "redis.conf"), "--port", String(port)], {
    stdio: "ignore",
  });
  const url = (user: User) => `redis://${user}:${encodeURIComponent(passwords[user])}@127.0.0.1:${port}`;
  const operator = new Redis(url("operator"), { maxRetriesPerRequest: null });
  operator.on("error", () => "it is tried again");
  await operator.ping();
  return {
    port,
    url,
    operator,
    async refused() {
      const entries = (await operator.call("ACL", "LOG", "128")) as unknown[][];
      return entries.map((entry) => {
        const field = (name: string) => String(entry[entry.indexOf(name) + 1]);
        return `${field("username")}: ${field("reason")} ${field("object")} (${field("context")})`;
      });
    },
    async close() {
      operator.disconnect();
      server.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Everything in it, as text. */
export async function everythingIn(redis: Redis): Promise<string> {
  const texts: string[] = [];
  for await (const keys of redis.scanStream({ count: 500 })) {
    for (const key of keys as string[]) texts.push(`${key} ${JSON.stringify(await valueOf(redis, key))}`);
  }
  return texts.join("\n");
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "string":
      return redis.get(key);
    case "hash":
      return redis.hgetall(key);
    case "list":
      return redis.lrange(key, 0, -1);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, "0", "-1");
    default:
      return redis.xrange(key, "-", "+");
  }
}
