/**
 * Which layers are cold although events wait for them: a list that is not empty, and no worker alive that takes from it. How long that has
 * been so is kept in `queue:<stage>:cold`, until the first worker makes it the time its cold start took (presence.ts).
 */
import type { Redis } from "ioredis";
import type { StageName } from "../stages.ts";
import type { Keys } from "./keys.ts";
import { BY_HTTP } from "./presence.ts";

/** The mark lives on while somebody looks; one that nobody renews any more says nothing. */
const MARK_MS = 10_000;

/**
 * KEYS list, workers and cold of each stage; ARGV milliseconds. Answers the numbers of those that are cold. A key of
 * another type is no list of ours, and a Redis that is full must not keep a layer from being woken.
 */
const LOOK = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local cold = {}
for i = 1, #KEYS, 3 do
  local waiting = redis.pcall('LLEN', KEYS[i])
  if type(waiting) == 'number' and waiting > 0 then
    local alive = redis.pcall('ZRANGEBYSCORE', KEYS[i + 1], '(' .. now, '+inf')
    local taking = alive.err and 1 or 0
    for _, worker in ipairs(alive) do
      if string.sub(worker, 1, ${BY_HTTP.length}) ~= '${BY_HTTP}' then taking = taking + 1 end
    end
    if taking == 0 then
      cold[#cold + 1] = (i - 1) / 3
      if not redis.pcall('SET', KEYS[i + 2], now, 'NX', 'PX', ARGV[1]) then redis.pcall('PEXPIRE', KEYS[i + 2], ARGV[1]) end
    end
  end
end
return cold
`;

/** Those of `stages` that have events waiting and nobody to take them. One round trip. */
export async function coldStages(redis: Redis, keys: Keys, stages: readonly StageName[]): Promise<StageName[]> {
  const names = stages.flatMap((stage) => [keys.list(stage), keys.workers(stage), keys.cold(stage)]);
  const cold = (await redis.eval(LOOK, names.length, ...names, MARK_MS)) as number[];
  return cold.flatMap((index) => stages[index] ?? []);
}
