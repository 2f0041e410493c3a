/** What the stand-ins of both vendors share. */
import type { IncomingHttpHeaders } from "node:http";

/** What the model says next. */
export type Reply =
  | { readonly value: unknown }
  | { readonly text: string }
  | { readonly refusal: string }
  /** It stops in the middle, at its limit of tokens. */
  | { readonly cut: true };

export type Fault =
  | { readonly status: number; readonly message: string; readonly headers?: Readonly<Record<string, string>> }
  /** Nothing, or headers and then nothing, for ever. */
  | "silence"
  | "stall"
  /** Half of the answer, and the connection ends properly; or in the middle. */
  | "truncated"
  | "reset"
  /** Somebody's proxy answers instead. */
  | "proxy page";

export interface Habits {
  /** Models that think before they answer cannot be made to call a tool. */
  readonly thinks: boolean;
  /** What this server does not know. */
  readonly lacks: readonly ("schema" | "function" | "limit" | "lifetimes" | "marks")[];
}

/** Tokens as this vendor counts them; `cached` and `written` are among `input`. */
export interface Counted {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly written: number;
}

export interface Asked {
  readonly system: string;
  readonly prompt: string;
  readonly schema: object | undefined;
}
export interface Answered {
  readonly status: number;
  readonly json: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const VALUE_TOKENS = 40;
export const COUNTED: Counted = { input: 1_000, output: VALUE_TOKENS, cached: 900, written: 0 };

/** One vendor's way of asking and answering. */
export interface Wire {
  readonly path: string;
  isAuthorised(headers: IncomingHttpHeaders, key: string): boolean;
  /** What is wrong with a request by the vendor's description. */
  wrong(body: unknown): readonly string[];
  asked(body: unknown): Asked;
  refuses(body: unknown, habits: Habits): Answered | undefined;
  answer(body: unknown, reply: Reply, counted: Counted): Answered;
  error(status: number, message: string): Answered;
}
