/** What the review page asks and sends. */
import type { Deferral } from "../../../../shared/domain/deferral.ts";
import type { Forecast } from "../../../../shared/domain/forecast.ts";
import type { Query } from "../logic/address.ts";
import type { Client } from "./client.ts";

export interface ReviewRow {
  readonly id: string;
  readonly status: string;
  readonly title?: string;
  readonly category?: string;
  readonly expert?: string;
  readonly review_stage?: string;
  readonly approval_rule?: string;
  readonly intent?: string;
  readonly decision?: "auto" | "human" | "deny";
  readonly reach?: number;
  readonly forecast?: Pick<Forecast, "holds" | "minutes" | "missing">;
  readonly deferred?: Deferral;
  readonly updated_at?: string;
  readonly score: number;
  readonly risk: number;
  readonly value: number;
  readonly because: readonly string[];
  readonly alike: readonly { readonly id: string; readonly status: string }[];
}

export interface ReviewAnswer {
  readonly rows: readonly ReviewRow[];
  readonly total: number;
  readonly read: number;
  readonly deferred: number;
  readonly fitting: number;
}

export interface Together {
  readonly decided: readonly { readonly id: string; readonly status: string }[];
  readonly refused: readonly { readonly id: string; readonly because: string }[];
}

export interface IntentKind {
  readonly kind: string;
  readonly purpose: string;
  /** JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Every kind of change the school can carry out. */
export async function askIntents(api: Client, signal: AbortSignal): Promise<readonly IntentKind[]> {
  return (await api.ask<{ intents: readonly IntentKind[] }>("/api/intents", signal)).intents;
}

export function askReview(api: Client, query: Query, signal: AbortSignal): Promise<ReviewAnswer> {
  const { at: _, ...filters } = query;
  return api.ask(`/api/review?${new URLSearchParams({ limit: "200", ...filters }).toString()}`, signal);
}

export async function sendFor(
  api: Client,
  id: string,
  what: "defer" | "edit",
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  await api.send("POST", `/api/improvements/${encodeURIComponent(id)}/${what}`, body);
}

export function decideTogether(
  api: Client,
  action: "approve" | "reject",
  items: readonly { readonly id: string; readonly hash: string; readonly reason: string }[],
): Promise<Together> {
  return api.send("POST", "/api/review/decide", { action, items });
}
