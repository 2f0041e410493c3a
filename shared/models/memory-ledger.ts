/** The ledger in memory: for commands that run without a school, and for tests. One process, so nobody dies holding a turn. */
import { randomUUID } from "node:crypto";
import type { Amount, KeptAnswer, ModelServices, Reserved, ReserveRequest } from "../ledger-ports.ts";

const DAY_MS = 86_400_000;

export interface MemoryLedger extends ModelServices {
  /** What was counted, by the names of shared/models/counts.ts. */
  readonly counts: ReadonlyMap<string, number>;
}

/** `now`: Unix milliseconds. */
export function memoryLedger(now: () => number = Date.now): MemoryLedger {
  const answers = new Map<string, { readonly answer: KeptAnswer; readonly until: number }>();
  const turns = new Map<string, { readonly token: string; until: number }>();
  const reservations = new Map<string, { readonly amount: Amount; readonly payer: string; readonly day: number }>();
  const counts = new Map<string, number>();
  const days = new Map<number, { all: Amount; readonly payers: Map<string, Amount> }>();
  const NOTHING: Amount = { micros: 0, tokens: 0 };
  const today = () => Math.floor(now() / DAY_MS);
  const spentOf = (day: number) => {
    const found = days.get(day) ?? { all: NOTHING, payers: new Map<string, Amount>() };
    days.set(day, found);
    return found;
  };
  const add = (day: number, payer: string, amount: Amount) => {
    const spent = spentOf(day);
    spent.all = sum(spent.all, amount);
    spent.payers.set(payer, sum(spent.payers.get(payer) ?? NOTHING, amount));
  };

  function over({ payer, most, limits }: ReserveRequest): Reserved | undefined {
    const { all, payers } = spentOf(today());
    for (const whose of ["all", "payer"] as const) {
      for (const unit of ["micros", "tokens"] as const) {
        const limit = limits[whose]?.[unit];
        const spent = (whose === "all" ? all : (payers.get(payer) ?? NOTHING))[unit];
        if (limit === undefined || most[unit] === 0 || spent + most[unit] <= limit) continue;
        return { kind: "over", whose, unit, spent, limit, renewsAt: (today() + 1) * DAY_MS };
      }
    }
    return undefined;
  }

  return {
    counts,
    async take(key, leaseMs) {
      const kept = answers.get(key);
      if (kept !== undefined && kept.until > now()) return { kind: "kept", answer: kept.answer };
      const held = turns.get(key);
      if (held !== undefined && held.until > now()) return { kind: "busy", leftMs: held.until - now() };
      const token = randomUUID();
      turns.set(key, { token, until: now() + leaseMs });
      return { kind: "taken", token };
    },
    async renew(key, token, leaseMs) {
      const held = turns.get(key);
      if (held?.token !== token) return false;
      held.until = now() + leaseMs;
      return true;
    },
    async finish(key, token, kept) {
      if (kept !== undefined) answers.set(key, { answer: kept.answer, until: now() + kept.ttlMs });
      if (turns.get(key)?.token === token) turns.delete(key);
    },
    async reserve(request) {
      const refused = over(request);
      if (refused !== undefined) return refused;
      const id = randomUUID();
      reservations.set(id, { amount: request.most, payer: request.payer, day: today() });
      add(today(), request.payer, request.most);
      return { kind: "reserved", id };
    },
    async settle(id, spent) {
      const found = reservations.get(id);
      if (found === undefined) return;
      reservations.delete(id);
      const { amount, payer, day } = found;
      add(day, payer, { micros: spent.micros - amount.micros, tokens: spent.tokens - amount.tokens });
    },
    async count(more) {
      for (const [name, number] of Object.entries(more)) counts.set(name, (counts.get(name) ?? 0) + number);
    },
    async spending() {
      const { all, payers } = spentOf(today());
      return { day: today() * DAY_MS, renewsAt: (today() + 1) * DAY_MS, all, payers: Object.fromEntries(payers) };
    },
  };
}

function sum(a: Amount, b: Amount): Amount {
  return { micros: a.micros + b.micros, tokens: a.tokens + b.tokens };
}
