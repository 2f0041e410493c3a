/** What forecasts are made from, in Redis. */
import type { Redis } from "ioredis";
import { readForecastRow } from "../forecast/read-row.ts";
import type { ForecastBook, ForecastRow } from "../forecast/rows.ts";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import { forecastRowScript } from "./scripts/forecast-rows.ts";

const MOST_ROWS = 5_000;

/** `mostRows`: the oldest beyond these go. */
export function forecastBook(redis: Redis, keys: Keys, mostRows = MOST_ROWS): ForecastBook {
  const run = defineScripts(redis, keys.prefix, { schoolForecastRow: forecastRowScript });
  return {
    async keep(row) {
      const at = Date.parse(row.at);
      await run.schoolForecastRow(row.id, Number.isNaN(at) ? 0 : at, JSON.stringify(row), mostRows);
    },
    async rows() {
      const ids = await redis.zrevrange(keys.forecastRowTimes, 0, mostRows - 1);
      const texts = ids.length === 0 ? [] : await redis.hmget(keys.forecastRows, ...ids);
      const read = texts.map((text) => (text === null ? undefined : readForecastRow(text)));
      const rows = read.filter((row): row is ForecastRow => row !== undefined);
      return { rows, damaged: read.length - rows.length };
    },
    async extent() {
      const [count, [, newest]] = await Promise.all([
        redis.zcard(keys.forecastRowTimes),
        redis.zrevrange(keys.forecastRowTimes, 0, 0, "WITHSCORES"),
      ]);
      return { count, newest: newest === undefined ? 0 : Number(newest) };
    },
  };
}
