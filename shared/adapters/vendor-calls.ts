/**
 * Requests to a vendor whose answer the caller cannot do without: so many at once, again after what passes, and for the wait
 * it asks for. What is wrong in the end is one of the fates of an error.
 */
import { setTimeout as wait } from "node:timers/promises";
import { PermanentError, RetryLater } from "../runtime/errors.ts";
import { isCutShort, NotTheVendor, rejectedBy, statusOf, told } from "./llm/answers.ts";
import { withinLimit } from "./time-limit.ts";

export interface Vendor {
  /** As in `… does not accept the key`. */
  readonly name: string;
  /** Settings to look at when something is wrong: the key and the address, and the model. */
  readonly settings: { readonly key: string; readonly model: string };
  readonly apiKey: string | undefined;
  /** Requests at the same time. */
  readonly atOnce: number;
}

export interface Patience {
  /** Milliseconds for one answer, and for all that is tried for it. */
  readonly tryMs: number;
  readonly inAllMs: number;
}

/**
 * Runs `ask`, which throws what the SDK throws, or NotTheVendor for an answer that makes no sense. Throws RetryLater,
 * PermanentError (also `ask`'s own), or the signal's reason.
 */
export type VendorCall = <Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  patience: Patience,
  signal: AbortSignal | undefined,
) => Promise<Answer>;

const FIRST_WAIT_MS = 200;
/** For an event that is put off: the vendor was given the time of one already. */
const PUT_OFF_MS = 30_000;
/** Until somebody may have paid. */
const NO_CREDIT_MS = 600_000;
const LONGEST_PUT_OFF_MS = 3_600_000;

export function vendorCalls(vendor: Vendor): VendorCall {
  const taken = slots(vendor.atOnce);
  /** A limit is the account's: whoever asks next waits as well. */
  let closedUntil = 0;
  return (ask, { tryMs, inAllMs }, signal) =>
    taken(async () => {
      signal?.throwIfAborted();
      const deadline = performance.now() + inAllMs;
      for (let tries = 1; ; tries += 1) {
        const pause = closedUntil - performance.now();
        if (pause > 0 && performance.now() + pause >= deadline) throw limited(vendor, pause);
        await waitFor(pause, signal);
        const left = Math.max(1, Math.min(tryMs, deadline - performance.now()));
        try {
          return await withinLimit(left, signal, (limit) => Promise.race([ask(limit), rejectedBy(limit)]));
        } catch (error) {
          signal?.throwIfAborted();
          const fate = fateOf(vendor, error, left);
          const stated = statedWait(error);
          if (statusOf(error) === 429 && stated !== undefined) closedUntil = performance.now() + stated;
          const next = stated ?? FIRST_WAIT_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2);
          const isLast = fate instanceof PermanentError || hasNoCredit(error) || performance.now() + next >= deadline;
          if (isLast) throw fate;
          await waitFor(next, signal);
        }
      }
    });
}

async function waitFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds <= 0) return;
  await wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  signal?.throwIfAborted();
}

/** Runs so many at once, the others in their order. */
function slots(atOnce: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Without the SDK's error as its cause: that holds what was sent, and may end in a log. */
function fateOf({ name, settings, apiKey }: Vendor, error: unknown, limitMs: number): RetryLater | PermanentError {
  if (error instanceof PermanentError || error instanceof RetryLater) return error;
  const status = statusOf(error);
  const said = told(error, apiKey);
  const later = (what: string, afterMs = PUT_OFF_MS) => new RetryLater(`${name} ${what}`, afterMs);
  const never = (what: string) => new PermanentError(`${name} ${what}`);
  if (error instanceof NotTheVendor) return later(`does not answer as one: ${said}; check ${settings.key}`);
  if (isCutShort(error)) return later("sends answers that are cut short");
  if (error instanceof Error && error.name === "TimeoutError")
    return later(`did not answer within ${seconds(limitMs)}`);
  if (status === undefined) return later(`is out of reach: ${said}; check ${settings.key}`);
  if (hasNoCredit(error)) return later("has no credit left for this account (429): see its billing", NO_CREDIT_MS);
  if (status === 429) return limited({ name }, statedWait(error));
  if (status >= 500 || status === 408 || status === 409) return later(`is out of order (${status})`);
  // Vendors repeat parts of a key they do not like.
  if (isAboutTheKey(status)) return never(`does not accept the key (${status}): check ${settings.key}`);
  if (status === 404) return never(`knows no such model (404): ${said}; check ${settings.model}`);
  return never(`does not take the request (${status}): ${said}; check ${settings.model}`);
}

/** A limit with a stated end is nobody's failed attempt. */
function limited({ name }: Pick<Vendor, "name">, afterMs: number | undefined): RetryLater {
  const after = Math.ceil(Math.min(afterMs ?? PUT_OFF_MS, LONGEST_PUT_OFF_MS));
  const until = afterMs === undefined ? "" : `, for ${seconds(after)} more`;
  return new RetryLater(`${name} limits how much may be asked (429)${until}`, after, { free: afterMs !== undefined });
}

/** 498 is Cohere's word for a key it cannot read. */
function isAboutTheKey(status: number): boolean {
  return status === 401 || status === 403 || status === 498;
}

function hasNoCredit(error: unknown): boolean {
  return statusOf(error) === 429 && (error as { readonly code?: unknown }).code === "insufficient_quota";
}

/** Milliseconds the vendor asks to wait: seconds, or a moment by its own clock. */
function statedWait(error: unknown): number | undefined {
  const headers = (error as { readonly headers?: unknown } | null)?.headers;
  if (!(headers instanceof Headers)) return undefined;
  const exact = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (exact > 0) return exact;
  const stated = headers.get("retry-after");
  if (stated === null) return undefined;
  const date = Date.parse(headers.get("date") ?? "");
  const moment = Date.parse(stated) - (Number.isNaN(date) ? Date.now() : date);
  const after = /^\s*[\d.]+\s*$/.test(stated) ? Number(stated) * 1_000 : moment;
  return after > 0 ? after : undefined;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
