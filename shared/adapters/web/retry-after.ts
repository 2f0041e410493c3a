/** How long a server asks to be left alone. */
import { type AnswerHeaders, headerOf } from "./headers.ts";

/** Nobody waits longer for a promise that an unknown server makes. */
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Milliseconds by `retry-after` (seconds, or a moment by the server's own clock), or by the end of a used-up allowance as
 * GitHub tells it; capped. Undefined where the server says nothing that makes sense.
 */
export function statedPause(headers: AnswerHeaders, now: number): number | undefined {
  const after = headerOf(headers, "retry-after")?.trim();
  const sent = Date.parse(headerOf(headers, "date") ?? "");
  const serverNow = Number.isNaN(sent) ? now : sent;
  if (after !== undefined) {
    const isMoment = /[a-z]{3}/i.test(after);
    const pause = isMoment ? Date.parse(after) - serverNow : /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1_000 : NaN;
    if (!Number.isNaN(pause)) return capped(pause);
  }
  const reset = headerOf(headers, "x-ratelimit-reset");
  if (headerOf(headers, "x-ratelimit-remaining") !== "0" || reset === undefined || !/^\d+$/.test(reset))
    return undefined;
  return capped(Number(reset) * 1_000 - serverNow);
}

/** A second at least, also where the moment has passed: a server that says so is asked once a second, not at once. */
function capped(pause: number): number {
  return Math.ceil(Math.min(LONGEST_PAUSE_MS, Math.max(1_000, pause)));
}
