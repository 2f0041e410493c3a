/** What a day's hash of spending says: `micros` and `tokens` of all, and the same with `:<payer>` behind it. */
import type { Amount, Spending } from "../ledger-ports.ts";

/** Fields and values in turn, as HGETALL gives them to a script. */
export function spendingOf(flat: readonly string[]): Pick<Spending, "all" | "payers"> {
  const all = { micros: 0, tokens: 0 };
  const payers: Record<string, { micros: number; tokens: number }> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [, unit, payer] = /^(micros|tokens)(?::(.+))?$/s.exec(flat[i] ?? "") ?? [];
    if (unit === undefined) continue;
    const amount = payer === undefined ? all : (payers[payer] ??= { micros: 0, tokens: 0 });
    amount[unit as keyof Amount] = Number(flat[i + 1]);
  }
  return { all, payers };
}
