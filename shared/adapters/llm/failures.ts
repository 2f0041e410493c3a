/** What an SDK throws, as what the pool does next: which questions may be asked again, and what a person has to look at. */
import { EndpointFailure, type FailureKind } from "../../models/endpoint.ts";
import { type HeaderSource, statedWait } from "../../models/rates.ts";
import { isCutShort, NotTheVendor, statusOf, told } from "./answers.ts";

export interface Known {
  readonly apiKey: string | undefined;
  /** Settings to look at when something is wrong. */
  readonly keys: string;
}

/** Nobody was reached, so nobody took the question. */
const UNREACHED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/;

/** A gateway gave up on the server behind it, which may still be working. */
const GAVE_UP = [502, 504, 520, 522, 524];
const NO_CREDIT_MS = 600_000;

/** `now`: Unix milliseconds. */
export function failureOf(error: unknown, { apiKey, keys }: Known, now: number): EndpointFailure {
  const said = told(error, apiKey);
  const status = statusOf(error);
  const fail = (
    message: string,
    kind: FailureKind,
    more: { perhapsPaid?: boolean; waitMs?: number | undefined } = {},
  ) => new EndpointFailure(message, { kind, perhapsPaid: false, ...more });
  // Whoever sends such a page may have asked the vendor before.
  if (error instanceof NotTheVendor) {
    return fail(`does not answer as one: ${said}; check ${keys}`, "outage", { perhapsPaid: true });
  }
  if (isCutShort(error)) return fail("sends answers that are cut short", "outage", { perhapsPaid: true });
  if (status === undefined) {
    return fail(`is out of reach: ${said}`, "outage", { perhapsPaid: !UNREACHED.test(codeOf(error) ?? "") });
  }
  const waitMs = waitOf(error, now);
  if (status === 429 && (error as { readonly code?: unknown }).code === "insufficient_quota") {
    return fail("has no credit left for this account (429): see its billing", "closed", { waitMs: NO_CREDIT_MS });
  }
  if (status === 429) {
    const until = waitMs === undefined ? "" : `, for ${Math.ceil(waitMs / 100) / 10} s more`;
    return fail(`limits how much may be asked (429)${until}`, "busy", { waitMs });
  }
  if (status >= 500 || status === 408 || status === 409 || status === 425) {
    const kind = waitMs === undefined ? "outage" : "busy";
    return fail(`is out of order (${status})`, kind, { waitMs, perhapsPaid: GAVE_UP.includes(status) });
  }
  // Vendors repeat parts of a key they do not like.
  if (status === 401 || status === 403) return fail(`does not accept the key (${status}): check ${keys}`, "closed");
  if (status === 404) return fail(`knows no such model (404): ${said}; check the model's name`, "closed");
  return fail(`does not take the question (${status}): ${said}`, "refused");
}

export function timedOut(milliseconds: number): EndpointFailure {
  return new EndpointFailure(`did not answer within ${milliseconds / 1_000} s`, { kind: "outage", perhapsPaid: true });
}

/** The innermost code of the causes: fetch wraps the socket's error, the SDK wraps fetch's. */
function codeOf(error: unknown): string | undefined {
  let found: string | undefined;
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth += 1) {
    const { code } = one as { readonly code?: unknown };
    if (typeof code === "string") found = code;
  }
  return found;
}

function waitOf(error: unknown, now: number): number | undefined {
  const headers = (error as { readonly headers?: unknown } | null)?.headers;
  return headers instanceof Headers ? statedWait(headers satisfies HeaderSource, now) : undefined;
}
