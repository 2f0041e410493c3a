/** What asking models needs of the school: answers given before, turns at asking, money, and what is counted of it. */
import type { ModelUsage } from "./domain/model-call.ts";

export interface ModelServices {
  /**
   * The answer that is kept under `key`, or the turn to ask for it, which ends by itself `leaseMs` after the last renewal.
   * Keys are 64 hexadecimal digits.
   */
  take(key: string, leaseMs: number): Promise<Turn>;
  /** False: the turn has ended, and somebody else may ask. */
  renew(key: string, token: string, leaseMs: number): Promise<boolean>;
  /** Ends the turn; the others get `kept`, or ask themselves. */
  finish(key: string, token: string, kept?: { readonly answer: KeptAnswer; readonly ttlMs: number }): Promise<void>;
  /**
   * Takes `most` from today's budgets (UTC) unless that would exceed a limit. What is not settled stays spent: a process that
   * died may have paid it.
   */
  reserve(request: ReserveRequest): Promise<Reserved>;
  /** Corrects a reservation to what it really was, once; the day it was made on pays. */
  settle(id: string, spent: Amount): Promise<void>;
  /** Adds whole numbers to the school's counters; see shared/models/counts.ts. */
  count(counts: Readonly<Record<string, number>>): Promise<void>;
  /** Of the current day. */
  spending(): Promise<Spending>;
}

export type Turn =
  | { readonly kind: "kept"; readonly answer: KeptAnswer }
  | { readonly kind: "taken"; readonly token: string }
  /** Another one asks, for as long as this unless it renews. */
  | { readonly kind: "busy"; readonly leftMs: number };

export interface KeptAnswer {
  readonly value: unknown;
  readonly model: string;
  readonly usage: ModelUsage;
}

export interface Amount {
  /** Millionths of a US dollar, whole. */
  readonly micros: number;
  readonly tokens: number;
}
/** Of one UTC day; what is absent is not limited. */
export interface BudgetLimits {
  readonly all?: Partial<Amount>;
  /** Each payer's own. */
  readonly payer?: Partial<Amount>;
}
export interface ReserveRequest {
  readonly payer: string;
  readonly most: Amount;
  readonly limits: BudgetLimits;
}
export type Reserved =
  | { readonly kind: "reserved"; readonly id: string }
  | {
      readonly kind: "over";
      readonly whose: "all" | "payer";
      readonly unit: keyof Amount;
      readonly spent: number;
      readonly limit: number;
      /** Unix milliseconds. */
      readonly renewsAt: number;
    };

export interface Spending {
  /** Start of the day, Unix milliseconds. */
  readonly day: number;
  /** Unix milliseconds. */
  readonly renewsAt: number;
  /** What is reserved and not settled counts as spent. */
  readonly all: Amount;
  readonly payers: Readonly<Record<string, Amount>>;
}
