/**
 * What a function answers over HTTP. An error is application/problem+json (RFC 9457); a success is empty or one structured
 * CloudEvent, because a broker takes anything else for a failed delivery and sends the event again.
 */
import type { ServerResponse } from "node:http";
import type { SchoolEvent } from "../../domain/events.ts";
import { conceal } from "../secrets.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const titles: Readonly<Record<number, string>> = {
  400: "Not an event this function understands",
  401: "A token is needed",
  403: "This role may not do that",
  405: "Method not allowed",
  409: "Refused in the present state",
  413: "Too large",
  415: "Unsupported media type",
  422: "The event breaks a rule",
  429: "Too many at once",
  500: "The function failed",
  503: "Not now",
};

export interface ProblemOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter?: number;
  /** Further members of the problem, for programs. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** `detail` is meant for the caller: what is wrong, and what to do. */
export function problem(status: number, detail: string, options: ProblemOptions = {}): Reply {
  const { headers = {}, retryAfter, extra = {} } = options;
  const retry = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  return {
    status,
    headers: { "content-type": "application/problem+json", ...retry, ...headers },
    body: JSON.stringify({ type: "about:blank", title: titles[status] ?? "Error", status, detail, ...extra }),
  };
}

export function told(status: 200 | 202, event: SchoolEvent): Reply {
  return { status, headers: { "content-type": "application/cloudevents+json" }, body: JSON.stringify(event) };
}

export function nothingToTell(headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 204, headers, body: "" };
}

export function json(status: number, value: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** Does nothing when the caller is gone or was answered already. */
export function send(response: ServerResponse, { status, headers, body: open }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  const body = conceal(open);
  const length = status === 204 ? {} : { "content-length": String(Buffer.byteLength(body)) };
  response.writeHead(status, { "cache-control": "no-store", ...length, ...headers }).end(body);
}
