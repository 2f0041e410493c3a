/**
 * How often one may ask: per token or person, more for reading than for changing; and per address for tokens nobody knows. Counted
 * in this process: a limit protects the coordinator that is asked, costs no round trip, and works while Redis is away.
 * Two coordinators allow twice as much.
 */
import type { MiddlewareHandler } from "hono";
import { personWith } from "../../shared/runtime/tokens.ts";
import { Problem } from "./problem.ts";
import { digestOf, type Env, tokenOf } from "./request.ts";
import type { School } from "./school.ts";
import { addressOf } from "./sign-in/proxy.ts";

const WINDOW_MS = 60_000;
/** Of all requests so many may change something: a person never does, a program that goes wrong does. */
const CHANGES = 0.25;
/** Tokens nobody knows that one address may try in a minute. */
const WRONG_TOKENS = 20;
/** Names a counter remembers at most; when there are more, the oldest are forgotten. */
const MOST_NAMES = 10_000;

export interface Count {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly seconds: number;
}

/** A fixed window per name, beginning with its first request. */
export function windowCounter(limit: number, clock: () => number) {
  const windows = new Map<string, { used: number; ends: number }>();

  function current(name: string) {
    const now = clock();
    const known = windows.get(name);
    if (known !== undefined && known.ends > now) return known;
    windows.delete(name);
    for (const [oldest, { ends }] of windows) {
      if (ends > now && windows.size < MOST_NAMES) break;
      windows.delete(oldest);
    }
    const fresh = { used: 0, ends: now + WINDOW_MS };
    windows.set(name, fresh);
    return fresh;
  }
  function count({ used, ends }: { used: number; ends: number }): Count {
    const seconds = Math.max(1, Math.ceil((ends - clock()) / 1_000));
    return { allowed: used <= limit, limit, remaining: Math.max(0, limit - used), seconds };
  }
  return {
    take(name: string): Count {
      const window = current(name);
      window.used += 1;
      return count(window);
    },
    /** Without counting: whether the next one would be refused. */
    isSpent(name: string): boolean {
      const window = windows.get(name);
      return window !== undefined && window.ends > clock() && window.used >= limit;
    },
  };
}

/** Tokens that somebody tries who may not have one, by address. */
export interface Guesses {
  /** Throws Problem 429 when this address has tried too many. */
  check(address: string): void;
  wasWrong(address: string): void;
}

export interface Limits {
  /** For routes that need a token. */
  readonly limited: MiddlewareHandler<Env>;
  readonly guesses: Guesses;
}

/** `perMinute` 0 switches all of it off. */
export function rateLimits(
  { tokens, proxy }: Pick<School, "tokens" | "proxy">,
  perMinute: number,
  clock: () => number = Date.now,
): Limits {
  if (perMinute === 0) {
    return { limited: (_context, next) => next(), guesses: { check: () => undefined, wasWrong: () => undefined } };
  }
  const reads = windowCounter(perMinute, clock);
  const changes = windowCounter(Math.max(1, Math.floor(perMinute * CHANGES)), clock);
  const wrong = windowCounter(WRONG_TOKENS, clock);
  const guesses: Guesses = {
    check(address) {
      if (wrong.isSpent(address)) throw tooMany(wrong.take(address), TOO_MANY_WRONG);
    },
    wasWrong: (address) => void wrong.take(address),
  };
  /** Address and token that belonged together before: guessing by others behind the same proxy must not lock them out. */
  const trusted = new Set<string>();

  /** Whether the bearer token of this request is somebody's. Throws Problem 429. */
  function isKnown(address: string, token: string): boolean {
    const pair = `${address} ${digestOf(token)}`;
    if (!trusted.has(pair)) guesses.check(address);
    if (personWith(tokens, token) === undefined) {
      guesses.wasWrong(address);
      return false;
    }
    if (trusted.size >= MOST_NAMES) trusted.clear();
    trusted.add(pair);
    return true;
  }

  const limited: MiddlewareHandler<Env> = async function limited(context, next) {
    const token = tokenOf(context);
    if (token !== undefined && !isKnown(context.get("address") ?? addressOf(context, proxy), token)) return next();
    const name = token === undefined ? context.get("caller")?.key : digestOf(token);
    if (name === undefined) return next();
    // One request that stays open, and comes back by itself when a coordinator restarts.
    if (/\btext\/event-stream\b/i.test(context.req.header("accept") ?? "")) return next();
    const reading = ["GET", "HEAD"].includes(context.req.method);
    const count = (reading ? reads : changes).take(name);
    if (!count.allowed) {
      throw tooMany(
        count,
        `More than ${count.limit} ${reading ? "reading" : "changing"} requests a minute ${token === undefined ? "by you" : "with this token"}`,
      );
    }
    await next();
    for (const [header, value] of Object.entries(headersOf(count))) context.header(header, value);
    return undefined;
  };
  return { limited, guesses };
}
const TOO_MANY_WRONG = "From this address came too many tokens that nobody knows";

function tooMany(count: Count, what: string): Problem {
  const headers = { ...headersOf(count), "retry-after": String(count.seconds) };
  return new Problem(429, `${what}; go on in ${count.seconds} seconds.`, { retry_after: count.seconds }, headers);
}

function headersOf({ limit, remaining, seconds }: Count): Record<string, string> {
  return {
    "ratelimit-limit": String(limit),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": String(seconds),
  };
}
