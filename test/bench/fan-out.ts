/** How soon many who follow the school live hear of a transition, beside one bare reader of the stream. */
import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { TOKEN } from "./coordinator-process.ts";
import { median, percentile, type Row } from "./rows.ts";

/** `events` transitions, one after the other, each when everybody has heard of the one before. */
export async function fanOut(url: string, redisUrl: string, clients: number, events: number): Promise<Row> {
  const { events: stream } = keysOf();
  const redis = new Redis(redisUrl);
  const bare = new Redis(redisUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const followers = await Promise.all(Array.from({ length: clients }, () => follow(agent, `${url}/api/events`)));
  const [mine, least]: [number[], number[]] = [[], []];
  try {
    await everybodyHears(redis, stream, followers);
    for (let n = -3; n < events; n += 1) {
      const heard = bare.xread("BLOCK", 30_000, "STREAMS", stream, "$").then(() => performance.now());
      // A command of its own connection that is answered has gone behind the one that blocks.
      await redis.ping();
      const began = performance.now();
      const all = followers.map((one) => one.hears(`bench-${n}"`));
      await redis.xadd(stream, "*", ...transitionOf(`bench-${n}`));
      const times = await Promise.all(all);
      const bareTime = await heard;
      if (n < 0) continue;
      mine.push(...times.map((time) => time - began));
      least.push(bareTime - began);
    }
  } finally {
    for (const one of followers) one.close();
    agent.destroy();
    redis.disconnect();
    bare.disconnect();
  }
  const [value, peer] = [percentile(mine, 0.95), percentile(least, 0.95)];
  return {
    name: `p95 until each of ${clients} live clients hears of a transition`,
    value,
    unit: "ms",
    median: median(mine),
    peer: `bare XREAD (${peer.toFixed(1)} ms)`,
    ratio: value / peer,
  };
}

type Follower = Awaited<ReturnType<typeof follow>>;

/** Whoever comes begins with what happens next, from a moment on that nobody is told of. */
async function everybodyHears(redis: Redis, stream: string, followers: readonly Follower[]): Promise<void> {
  let silent = true;
  const all = Promise.all(followers.map((one) => one.hears('bench-begin"'))).then(() => {
    silent = false;
  });
  while (silent) {
    await redis.xadd(stream, "*", ...transitionOf("bench-begin"));
    await Promise.race([all, wait(100)]);
  }
}

function transitionOf(improvement: string): string[] {
  return ["improvement", improvement, "from", "raw", "to", "routed", "by", "route", "because", "bench"];
}

async function follow(agent: Agent, url: string) {
  const headers = { authorization: `Bearer ${TOKEN}`, accept: "text/event-stream" };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent, headers }, resolve).on("error", reject);
  });
  if (response.statusCode !== 200) throw new Error(`${url} was answered with ${response.statusCode}`);
  let text = "";
  let waiting: { readonly part: string; readonly resolve: (at: number) => void } | undefined;
  response.on("data", (piece: Buffer) => {
    // What was heard of before is of no interest.
    text = (text + piece.toString("utf8")).slice(-2_000);
    if (waiting === undefined || !text.includes(waiting.part)) return;
    waiting.resolve(performance.now());
    waiting = undefined;
  });
  response.on("error", () => undefined);
  return {
    hears: (part: string) => new Promise<number>((resolve) => (waiting = { part, resolve })),
    close: () => response.destroy(),
  };
}
