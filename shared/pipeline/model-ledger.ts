/** Answers, turns, budgets and counters of the models, kept in Redis: all processes of the school share them. */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { KeptAnswer, ModelServices, Reserved, Turn } from "../ledger-ports.ts";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import { modelReserveScript, modelSettleScript, modelSpendingScript } from "./scripts/model-budget.ts";
import { modelFinishScript, modelRenewScript, modelTakeScript } from "./scripts/model-turns.ts";
import { spendingOf } from "./spending.ts";

const scripts = {
  schoolModelTake: modelTakeScript,
  schoolModelRenew: modelRenewScript,
  schoolModelFinish: modelFinishScript,
  schoolModelReserve: modelReserveScript,
  schoolModelSettle: modelSettleScript,
  schoolModelSpending: modelSpendingScript,
};

export function modelLedger(redis: Redis, keys: Keys): ModelServices {
  const run = defineScripts(redis, keys.prefix, scripts);
  return {
    async take(key, leaseMs) {
      const token = randomUUID();
      const [kind, said] = (await run.schoolModelTake(key, token, leaseMs)) as [string, (string | number)?];
      if (kind === "taken") return { kind, token };
      if (kind === "busy") return { kind, leftMs: Number(said) };
      return keptTurn(String(said)) ?? (await forgotten(key, token, leaseMs));
    },
    async renew(key, token, leaseMs) {
      return (await run.schoolModelRenew(key, token, leaseMs)) === 1;
    },
    async finish(key, token, kept) {
      const text = kept === undefined ? "" : JSON.stringify(kept.answer);
      await run.schoolModelFinish(key, token, text, Math.max(1, Math.round(kept?.ttlMs ?? 1)));
    },
    async reserve({ payer, most, limits }) {
      const id = randomUUID();
      const { all = {}, payer: own = {} } = limits;
      const wanted = [all.micros, all.tokens, own.micros, own.tokens].map((limit) => limit ?? "");
      return reservedOf(id, await run.schoolModelReserve(id, payer, most.micros, most.tokens, ...wanted));
    },
    async settle(id, { micros, tokens }) {
      await run.schoolModelSettle(id, Math.ceil(micros), Math.ceil(tokens));
    },
    async count(counts) {
      const batch = redis.pipeline();
      for (const [name, number] of Object.entries(counts)) batch.hincrby(keys.metrics, name, Math.round(number));
      for (const [error] of (await batch.exec()) ?? []) if (error !== null) throw error;
    },
    async spending() {
      const [day, renewsAt, flat] = (await run.schoolModelSpending()) as [string, string, string[]];
      return { day: Number(day), renewsAt: Number(renewsAt), ...spendingOf(flat) };
    },
  };

  /** What is kept cannot be read: it is asked for anew. */
  async function forgotten(key: string, token: string, leaseMs: number): Promise<Turn> {
    await redis.del(`${keys.prefix}school:models:answer:${key}`);
    const [kind, said] = (await run.schoolModelTake(key, token, leaseMs)) as [string, (string | number)?];
    return kind === "taken" ? { kind, token } : { kind: "busy", leftMs: kind === "busy" ? Number(said) : 0 };
  }
}

function keptTurn(text: string): Turn | undefined {
  try {
    const answer = JSON.parse(text) as Partial<KeptAnswer> | null;
    if (answer === null || typeof answer.model !== "string" || !("value" in answer)) return undefined;
    const { input, output } = answer.usage ?? {};
    return typeof input === "number" && typeof output === "number"
      ? { kind: "kept", answer: answer as KeptAnswer }
      : undefined;
  } catch {
    return undefined;
  }
}

function reservedOf(id: string, reply: unknown): Reserved {
  const [kind, whose, unit, spent, limit, renewsAt] = reply as string[];
  if (kind === "reserved") return { kind, id };
  return {
    kind: "over",
    whose: whose === "all" ? "all" : "payer",
    unit: unit === "micros" ? "micros" : "tokens",
    spent: Number(spent),
    limit: Number(limit),
    renewsAt: Number(renewsAt),
  };
}
