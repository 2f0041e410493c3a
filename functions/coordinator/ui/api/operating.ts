/** What pages for operating the school ask and send, and what they are answered. */
import type { StageName } from "../../../../shared/stages.ts";
import type { Client } from "./client.ts";

export interface FlagsAnswer {
  readonly on: readonly string[];
  readonly details: Readonly<
    Record<string, { readonly author: string; readonly reason: string; readonly expires_at?: number }>
  >;
  readonly warnings: readonly string[];
  readonly restricting: readonly string[];
  readonly permissive: readonly string[];
}
export interface BreakerAnswer {
  readonly open: boolean;
  readonly because: string | null;
  readonly opened_at: string | null;
  readonly closes_at: string | null;
  readonly closed_by_hand_at: string | null;
  readonly rollbacks_per_hour: number;
  readonly timeout_minutes: number;
  readonly rollbacks: readonly { readonly improvement: string; readonly at: string }[];
}
export interface Lock {
  readonly name: string;
  readonly holder: string | null;
  readonly status: string | null;
  readonly waiting: number;
}
export interface SessionLine {
  readonly session: string;
  readonly name: string;
  readonly role: string;
  readonly began_at: string;
  readonly seen_at: string;
  readonly ends_at: string;
  readonly agent: string;
  readonly own: boolean;
}
export interface ChannelsAnswer {
  readonly channels: readonly {
    readonly name: string;
    readonly kind: string;
    readonly state: "ok" | "failing" | "unused";
    readonly waiting: number;
    readonly sent: string | null;
    readonly failed: string | null;
    readonly because: string | null;
    readonly failures: number;
  }[];
  readonly sent: readonly {
    readonly at: string;
    readonly channel: string;
    readonly event: string;
    readonly result: string;
    readonly headline: string;
    readonly because?: string;
  }[];
}
export interface Setting {
  readonly name: string;
  readonly value: string | null;
  readonly secret: boolean;
  readonly from: "environment" | "default" | "unset";
}
export interface SourceLine {
  readonly id: string;
  readonly state: string;
  readonly title: string;
  readonly address?: string;
  readonly because?: string;
  readonly read_at?: string;
  readonly improvements: readonly string[];
  readonly known: number;
}
export interface Letter {
  readonly id: string;
  readonly stage: StageName;
  readonly reason: string;
  readonly attempts: number;
  readonly at: string;
  readonly event: string | null;
  readonly type: string | null;
  readonly improvement: string | null;
  readonly bytes: number;
}
export interface LettersAnswer {
  readonly letters: readonly Letter[];
  readonly next: string | null;
  readonly counts: Readonly<Record<string, number>>;
}
export interface LetterWhole {
  readonly event?: Readonly<Record<string, unknown>>;
  readonly raw?: string;
}
export interface DiscardedLetter {
  readonly letter: string;
  readonly stage: string;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly bytes: number;
  readonly entry: string;
}
export interface Moved {
  readonly refused: readonly { readonly letter: string; readonly because: string }[];
  readonly left: number;
  readonly redriven?: number;
  readonly discarded?: number;
}
export interface AuditEntry {
  readonly entry: string;
  readonly at: string;
  readonly actor: string;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly improvement: string | null;
  readonly reason: string;
  readonly facts: Readonly<Record<string, unknown>>;
}
export interface AuditAnswer {
  readonly entries: readonly AuditEntry[];
  readonly next: string | null;
  readonly decisions_since: string | null;
}
export interface NewSource {
  readonly address?: string;
  readonly title?: string;
  readonly content?: string;
  readonly again?: boolean;
}

const part = encodeURIComponent;

/** The routes by name; each rejects with a Failure that can be shown. */
export function operating({ ask, send }: Pick<Client, "ask" | "send">) {
  return {
    flags: (signal: AbortSignal) => ask<FlagsAnswer>("/api/flags", signal),
    setFlag: (name: string, body: { reason: string; expires_in?: string }) =>
      send("PUT", `/api/flags/${part(name)}`, body),
    clearFlag: (name: string, reason: string) => send("DELETE", `/api/flags/${part(name)}`, { reason }),
    breaker: (signal: AbortSignal) => ask<BreakerAnswer>("/api/breaker", signal),
    closeBreaker: (reason: string) => send("POST", "/api/breaker/close", { reason }),
    locks: (signal: AbortSignal) => ask<{ locks: readonly Lock[] }>("/api/locks", signal),
    unlock: (name: string, reason: string) => send("POST", `/api/locks/${part(name)}/unlock`, { reason }),
    allowAgain: (id: string, reason: string) => send("POST", `/api/improvements/${part(id)}/allow-again`, { reason }),
    sessions: (signal: AbortSignal) => ask<{ sessions: readonly SessionLine[] }>("/api/sessions", signal),
    endSession: (id: string, reason: string) => send("DELETE", `/api/sessions/${part(id)}`, { reason }),
    channels: (signal: AbortSignal) => ask<ChannelsAnswer>("/api/notifications?limit=20", signal),
    tryChannel: (channel: string | undefined) =>
      send("POST", "/api/notifications/test", channel === undefined ? {} : { channel }),
    settings: (signal: AbortSignal) => ask<{ settings: readonly Setting[] }>("/api/settings", signal),
    sources: (query: URLSearchParams, signal?: AbortSignal) =>
      ask<{ sources: readonly SourceLine[]; next: string | null }>(`/api/sources?${query}`, signal),
    submit: (source: NewSource) => send<{ event: string }>("POST", "/api/sources", source),
    readAgain: (id: string, source: NewSource) =>
      send<{ event: string }>("POST", `/api/sources/${part(id)}/again`, source),
    letters: (query: URLSearchParams, signal?: AbortSignal) => ask<LettersAnswer>(`/api/dead-letters?${query}`, signal),
    letter: (stage: string, id: string, signal: AbortSignal) =>
      ask<LetterWhole>(`/api/dead-letters/${part(stage)}/${part(id)}`, signal),
    discarded: (signal: AbortSignal) =>
      ask<{ discarded: readonly DiscardedLetter[] }>("/api/dead-letters/discarded?limit=50", signal),
    moveLetters: (move: "redrive" | "discard", stage: string, letter: string | undefined, reason: string) =>
      send<Moved>("POST", `/api/dead-letters/${part(stage)}/${move}`, {
        reason,
        ...(letter === undefined ? { all: true } : { letter }),
      }),
    audit: (query: URLSearchParams, signal?: AbortSignal) => ask<AuditAnswer>(`/api/audit?${query}`, signal),
  };
}
export type Operating = ReturnType<typeof operating>;
