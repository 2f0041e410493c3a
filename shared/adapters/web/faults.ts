/** What became of a request that brought no document: whether to ask again, and otherwise what to tell people. */
import { RetryLater } from "../../runtime/errors.ts";
import type { WebAnswer } from "../../source-ports.ts";
import { TooLarge, UnknownEncoding } from "./body.ts";
import { ForbiddenAddress } from "./connections.ts";
import type { AnswerHeaders } from "./headers.ts";
import { statedPause } from "./retry-after.ts";

export type Refused = Extract<WebAnswer, { kind: "refused" }>;
/** `holdMs`: how long the host is better left alone by everybody. */
export interface Later {
  readonly kind: "later";
  readonly error: RetryLater;
  readonly holdMs?: number;
}

/** Between two tries where the server says nothing, give or take a third, so that many of them do not meet. */
const PUT_OFF_MS = 30_000;

/** What people can do about a status. */
const ADVICE: Readonly<Record<number, string>> = {
  401: "asks for a login; only what is public is read: hand the text in instead",
  403: "does not let the school in; if it should, its owner can allow the agent, else hand the text in",
  404: "has no such page: check the address",
  410: "says that the page is gone for good: remove the address",
  451: "may not show the page for legal reasons",
};

/** A status that is no answer; `where` as shown to people. */
export function fateOfStatus(status: number, headers: AnswerHeaders, where: string): Later | Refused {
  const stated = statedPause(headers, Date.now());
  const pause = stated ?? putOff();
  const later = (what: string, free: boolean) => {
    const until = stated === undefined ? "" : `, for ${seconds(stated)} more`;
    return new RetryLater(`${where}: the host ${what} (${status})${until}`, pause, { free });
  };
  // GitHub says 403 where others say 429.
  if (status === 429 || (status === 403 && stated !== undefined)) {
    return { kind: "later", error: later("limits how much may be asked", stated !== undefined), holdMs: pause };
  }
  if ((status >= 500 && status < 600) || status === 408 || status === 425) {
    const isPlanned = status === 503 && stated !== undefined;
    const error = later("is out of order", isPlanned);
    return { kind: "later", error, ...(isPlanned ? { holdMs: pause } : {}) };
  }
  const advice = ADVICE[status] ?? "gives no document: check the address";
  return { kind: "refused", status, because: `${where}: the host ${advice} (${status})` };
}

/** What a request threw. Rethrows what is none of the web's business. */
export function fateOfError(error: unknown, where: string, limits: { bytes: number; ms: number }): Later | Refused {
  const refused = (what: string): Refused => ({ kind: "refused", because: `${where}: ${what}` });
  const later = (what: string): Later => ({ kind: "later", error: new RetryLater(`${where}: ${what}`, putOff()) });
  const name = error instanceof Error ? error.name : "";
  const code = codeOf(error);
  if (error instanceof ForbiddenAddress) return { kind: "refused", because: error.message };
  if (error instanceof TooLarge) return refused(`the document is larger than ${limits.bytes} bytes (MAX_SOURCE_BYTES)`);
  if (error instanceof UnknownEncoding) return refused("the host packs the document in a way that was not asked for");
  if (name === "TimeoutError") return later(`the answer was not complete within ${seconds(limits.ms)}`);
  if (name === "HTTPParserError") return refused("the host does not speak HTTP as it should");
  // A mistake of ours, not of the host.
  if (code === undefined || code === "UND_ERR_INVALID_ARG") throw error;
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return later("the host does not answer in time");
  if (code === "ENOTFOUND") return refused("there is no host of this name: check the address");
  if (/ALTNAME|EXPIRED|NOT_YET/.test(code)) return refused(`the host's certificate is not valid for it (${code})`);
  if (CERTIFICATE.test(code)) {
    return refused(
      `the host's certificate is not to be trusted (${code}); your own authority goes into NODE_EXTRA_CA_CERTS`,
    );
  }
  if (/^Z_BUF_ERROR|CONTENT_LENGTH_MISMATCH/.test(code)) return later("the answer ended before it was complete");
  if (/^Z_|^ERR_BROTLI|^ERR__ERROR/.test(code)) return refused("the document cannot be unpacked");
  if (/HEADERS_OVERFLOW|ERR_SSL/.test(code)) return refused(`the host does not speak HTTP as it should (${code})`);
  return later(`the host is out of reach (${code})`);
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)/;

/** The code of an error, of its cause, or of the first of several (one try per address of a host). */
function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    const { code, cause } = at as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    at = cause ?? (at instanceof AggregateError ? at.errors[0] : undefined);
  }
  return undefined;
}

function putOff(): number {
  return Math.round(PUT_OFF_MS * (2 / 3 + (Math.random() * 2) / 3));
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
