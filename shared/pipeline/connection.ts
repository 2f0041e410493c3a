/** One ioredis client per process, and the refusal to run on a Redis that may lose the school's keys. */
import { Redis, type RedisOptions } from "ioredis";
import { ConfigurationError } from "../runtime/config.ts";
import { conceal } from "../runtime/secrets.ts";

/** Reply mapping would change the shape of every reply; the scripts and readers here expect the default. */
export type ConnectionOptions = Omit<RedisOptions, "replyMapping">;

/** Reconnects for ever with back-off up to 2 s; commands wait for the connection rather than fail at once. */
export function connectRedis(url: string, options: ConnectionOptions = {}): Redis {
  const settings: ConnectionOptions = {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    // Demoted to a replica: the address leads to the new master, a connection that is open does not.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
    retryStrategy: (tries: number) => Math.min(2_000, 50 * 2 ** Math.min(tries, 6)),
    ...options,
  };
  return new DiscreetRedis(url, settings);
}

/** Redis' own sign-in has to say its password. */
const SIGN_IN = ["auth", "hello"];

/** Nothing that is written holds a secret of this process, whatever text it came from: what is there is shown to many. */
class DiscreetRedis extends Redis {
  override sendCommand(...[command, stream]: Parameters<Redis["sendCommand"]>): unknown {
    if (!SIGN_IN.includes(command.name)) {
      command.args = command.args.map((argument) => (typeof argument === "string" ? conceal(argument) : argument));
    }
    return super.sendCommand(command, stream);
  }
}

/**
 * Connects and checks that Redis will not evict keys: under any other policy than `noeviction` queues and records
 * disappear silently when memory is short. Throws ConfigurationError.
 */
export async function openRedis(url: string, options: ConnectionOptions = {}): Promise<Redis> {
  const redis = connectRedis(url, options);
  // Without a listener ioredis prints every failed try to the console; callers may add their own.
  redis.on("error", () => undefined);
  await untilUsable(redis, url);
  return redis;
}

/** Connects a client that was made with `connectRedis`, waits until Redis is there, and checks it as `openRedis` does. */
export async function untilUsable(redis: Redis, url: string): Promise<void> {
  const policy = await ready(redis)
    .then(() => evictionPolicy(redis))
    .catch((error: Error) => {
      redis.disconnect();
      if (!REFUSED.test(error.message)) throw error;
      throw new ConfigurationError([`REDIS_URL: Redis refuses the credentials (${error.message})`]);
    });
  if (policy !== undefined) {
    redis.disconnect();
    throw new ConfigurationError([`Redis at ${withoutPassword(url)} ${evicts(policy)}`]);
  }
}

/** The policy by which this Redis throws keys away when memory is short; undefined when it never does. */
export async function evictionPolicy(redis: Redis): Promise<string | undefined> {
  const policy = /maxmemory_policy:(\S+)/.exec(await redis.info("memory"))?.[1];
  return policy === "noeviction" ? undefined : policy;
}

/** What is wrong with such a Redis, and what to do. */
export function evicts(policy: string): string {
  return (
    `evicts keys (maxmemory-policy ${policy}), so improvements could vanish. ` +
    "Set it to noeviction: redis-cli config set maxmemory-policy noeviction"
  );
}

const REFUSED = /NOAUTH|WRONGPASS|NOPERM/;

/** Waits for Redis as long as it takes; rejects when it answers and refuses us, which ioredis only tells as an event. */
function ready(redis: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error) => {
      if (!REFUSED.test(error.message)) return;
      redis.off("error", refused);
      reject(error);
    };
    redis.on("error", refused);
    redis.once("ready", () => {
      redis.off("error", refused);
      resolve();
    });
    redis.connect().catch(refused);
  });
}

/** A Redis address that may be printed. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, "//");
}
