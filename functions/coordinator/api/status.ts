/** GET /api/status: the whole school at a glance. */
import { Hono } from "hono";
import packageFile from "../../../package.json" with { type: "json" };
import { breakerText } from "../../../shared/domain/breaker.ts";
import { readBreaker } from "../../../shared/pipeline/breaker.ts";
import { readFlags } from "../../../shared/pipeline/flags.ts";
import { commitsMade, longTimers, redisFacts, stageLoads } from "../../../shared/pipeline/overview.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";
import { breakerLimits } from "../settings.ts";

export function statusApi(school: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(school.tokens, "viewer"), async (context) =>
    context.json(await schoolStatus(school)),
  );
}

export async function schoolStatus({ redis, keys, records, brakes, settings }: School) {
  const now = await redisNow(redis);
  const [counts, stages, timers, flags, state, commits, facts, open] = await Promise.all([
    records.counts(),
    stageLoads(redis, keys, now),
    longTimers(redis, keys),
    readFlags(redis, keys, now),
    brakes.brakes(),
    commitsMade(redis, keys, now),
    redisFacts(redis),
    readBreaker(redis, keys, breakerLimits(settings), now),
  ]);
  return {
    name: packageFile.name,
    version: packageFile.version,
    time: new Date(now).toISOString(),
    real: settings.SCHOOL_REAL.split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
    counts,
    stages,
    timers,
    flags: { on: [...flags.on], warnings: flags.warnings },
    breaker: {
      open: open !== undefined,
      because: open === undefined ? null : breakerText(open),
      openedAt: open === undefined ? null : new Date(open.openedAt).toISOString(),
      closesAt: open === undefined ? null : new Date(open.closesAt).toISOString(),
      rollbacksPerHour: settings.BREAKER_ROLLBACKS_PER_HOUR,
      timeoutMinutes: settings.BREAKER_TIMEOUT,
    },
    freeze: state.freeze,
    budgets: {
      commits: { ...commits, perHour: settings.COMMITS_PER_HOUR, perDay: settings.COMMITS_PER_DAY },
      spent: state.budget !== null,
    },
    redis: facts,
  };
}
export type SchoolStatus = Awaited<ReturnType<typeof schoolStatus>>;
