/** What the pipeline itself offers to handlers as ports: the gate, the brakes, history and outcomes. */
import type { Redis } from "ioredis";
import { BREAKER_TIMEOUT_MS, breakerText, ROLLBACK_COOLDOWN_MS } from "../domain/breaker.ts";
import { type FreezeWindow, frozenBy } from "../domain/freeze-windows.ts";
import { STATUSES } from "../domain/lifecycle.ts";
import { NewerSchema } from "../domain/schema/chain.ts";
import { RECORD_SCHEMA } from "../domain/schema/record.ts";
import type { GateAnswer, SchoolServices } from "../ports.ts";
import { LeaseLost } from "../runtime/errors.ts";
import { readBreaker, recentRollback } from "./breaker.ts";
import { readFlags } from "./flags.ts";
import type { Keys } from "./keys.ts";
import { knowledgeBook } from "./knowledge-book.ts";
import { late } from "./late.ts";
import { records } from "./records.ts";
import type { Scripts } from "./scripts/load.ts";

/** More than `rollbacksPerHour` open the breaker; commits are budgeted per hour and day. */
export interface Limits {
  readonly rollbacksPerHour: number;
  /** BREAKER_TIMEOUT_MS unless given. */
  readonly breakerTimeoutMs?: number;
  /** ROLLBACK_COOLDOWN_MS unless given; 0: no Application rests. */
  readonly cooldownMs?: number;
  readonly commitsPerHour: number;
  readonly commitsPerDay: number;
  readonly freezeWindows?: readonly FreezeWindow[];
}

export function schoolServices(redis: Redis, keys: Keys, scripts: Scripts, limits: Limits): SchoolServices {
  const improvements = records(redis, keys);
  const windows = limits.freezeWindows ?? [];
  const breaker = { perHour: limits.rollbacksPerHour, timeoutMs: limits.breakerTimeoutMs ?? BREAKER_TIMEOUT_MS };
  const cooldownMs = limits.cooldownMs ?? ROLLBACK_COOLDOWN_MS;
  const rollbackLimits = [breaker.perHour, breaker.timeoutMs, cooldownMs] as const;
  /** Empty: no window holds now. The clock is Redis's, like that of the scripts. */
  async function freezeWindow(): Promise<string> {
    const held = windows.length === 0 ? undefined : frozenBy(windows, await redisNow(redis));
    return held === undefined ? "" : `changes are frozen (${held.text})`;
  }
  return {
    gate: {
      async take({ improvement, lock, automatic }) {
        const { commitsPerHour, commitsPerDay } = limits;
        const flag = automatic ? 1 : 0;
        const window = await freezeWindow();
        return gateAnswer(
          await scripts.schoolGate(improvement, lock, flag, commitsPerHour, commitsPerDay, ...rollbackLimits, window),
        );
      },
      async admit({ improvement, automatic }) {
        const { commitsPerHour, commitsPerDay } = limits;
        const flag = automatic ? 1 : 0;
        const window = await freezeWindow();
        return gateAnswer(
          await scripts.schoolAdmitRequest(improvement, flag, commitsPerHour, commitsPerDay, ...rollbackLimits, window),
        );
      },
      async lock({ improvement, lock }) {
        const answer = gateAnswer(await scripts.schoolLock(improvement, lock));
        if (answer.kind === "taken" || answer.kind === "busy") return answer;
        throw new Error(`the lock answered ${answer.kind}`);
      },
    },
    brakes: {
      async brakes(application) {
        const now = await redisNow(redis);
        const { on } = await readFlags(redis, keys, now);
        const open = await readBreaker(redis, keys, breaker, now);
        const rest = application === undefined ? undefined : { application, cooldownMs, now };
        const iso = new Date(now).toISOString();
        const [hour, day] = await redis.mget(
          `${keys.prefix}school:budget:commits:${iso.slice(0, 13)}`,
          `${keys.prefix}school:budget:commits:${iso.slice(0, 10)}`,
        );
        const held = frozenBy(windows, now);
        const spent = Number(hour ?? 0) >= limits.commitsPerHour || Number(day ?? 0) >= limits.commitsPerDay;
        return {
          flags: {
            none: on.has("auto_approve_none"),
            all: on.has("auto_approve_all"),
            integrations: on.has("auto_approve_integrations"),
            security: on.has("auto_approve_security"),
            ...(on.has("manual_rollback") ? { manualRollback: true } : {}),
          },
          breaker: open === undefined ? null : breakerText(open),
          ...(rest === undefined ? {} : { recentRollback: await recentRollback(redis, keys, rest) }),
          freeze: on.has("freeze")
            ? "changes are frozen"
            : held === undefined
              ? null
              : `changes are frozen (${held.text})`,
          budget: spent ? `the commit budget is spent (${hour ?? 0} this hour, ${day ?? 0} today)` : null,
        };
      },
    },
    history: {
      async recent(limit) {
        const kept = STATUSES.filter((status) => status !== "rejected" && status !== "dead");
        const batch = redis.pipeline();
        for (const key of [...kept.map((status) => keys.byStatus(status)), keys.tombstones]) {
          batch.zrevrange(key, 0, limit - 1, "WITHSCORES");
        }
        const replies = (await batch.exec()) ?? [];
        const scored: { id: string; score: number }[] = [];
        for (const [error, flat] of replies) {
          if (error !== null) throw error;
          const list = flat as string[];
          for (let i = 0; i + 1 < list.length; i += 2)
            scored.push({ id: list[i] as string, score: Number(list[i + 1]) });
        }
        scored.sort((a, b) => b.score - a.score);
        const found = await improvements.many(scored.slice(0, limit).map(({ id }) => id));
        // Who cannot read the past must not judge by it; a worker of that version can.
        for (const { id, schema_version } of found) {
          const version = Number(schema_version ?? 1);
          if (version > RECORD_SCHEMA) throw new NewerSchema(`the record improvement:${id}`, version, RECORD_SCHEMA);
        }
        return found;
      },
      async source(id) {
        const { state, content_hash: contentHash, etag, last_modified } = await redis.hgetall(keys.source(id));
        if (state === undefined) return undefined;
        const validators = {
          ...(etag === undefined ? {} : { etag }),
          ...(last_modified === undefined ? {} : { lastModified: last_modified }),
        };
        return { state, ...(contentHash === undefined ? {} : { contentHash }), validators };
      },
    },
    outcomes: {
      async append(outcome) {
        const flat = Object.entries(outcome).flat();
        await scripts.schoolOutcome(outcome["row"] ?? "", flat.length, ...flat);
      },
    },
    knowledge: knowledgeBook(redis, keys),
    hostTurns: late(async () => (await import("./host-turns.ts")).hostTurns(redis, keys), ["next", "hold", "heldMs"]),
    router: late(
      async () => (await import("./router-book.ts")).routerBook(redis, keys),
      [
        "precedent",
        "remember",
        "shelf",
        "bytes",
        "stage",
        "promote",
        "stepBack",
        "discard",
        "rollout",
        "setRollout",
        "threshold",
        "keepThreshold",
        "keepRow",
        "rows",
        "sinceTraining",
        "trained",
        "note",
        "events",
        "count",
      ],
    ),
    training: late(
      async () => (await import("./training-turn.ts")).trainingTurns(redis, keys),
      ["ask", "take", "renew", "end"],
    ),
    notices: {
      async send(notice, by) {
        await (await import("./notices.ts")).sendNotice(redis, keys, notice, by);
      },
    },
    notifications: late(
      async () => (await import("./notification-book.ts")).notificationBook(redis, keys),
      ["file", "once", "take", "begin", "end", "release", "configured", "thread", "keepThread"],
    ),
    forecasts: late(
      async () => (await import("./forecast-book.ts")).forecastBook(redis, keys),
      ["keep", "rows", "extent"],
    ),
    models: late(
      async () => (await import("./model-ledger.ts")).modelLedger(redis, keys),
      ["take", "renew", "finish", "reserve", "settle", "count", "spending"],
    ),
  };
}

/** Redis's clock in milliseconds since the epoch. */
export async function redisNow(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

function gateAnswer(reply: unknown): GateAnswer {
  const [kind, first, second] = reply as readonly (string | number)[];
  switch (kind) {
    case "taken":
      return { kind };
    case "busy":
      return { kind, holder: String(first) };
    case "wait":
      return { kind, afterMs: Number(first), because: String(second) };
    case "refused":
      return { kind, rule: String(first), because: String(second) };
    case "lost":
      throw new LeaseLost("its status is another one now: somebody else moved it");
    default:
      throw new Error(`the gate answered ${String(kind)}`);
  }
}
