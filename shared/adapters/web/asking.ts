/** One request over the wire: the answer, a redirect, or what became of it. Loaded when something is read for the first time. */
import { type Dispatcher, request as send } from "undici";
import type { WebAnswer } from "../../source-ports.ts";
import { withinLimit } from "../time-limit.ts";
import { shown } from "./admission.ts";
import { bodyOf, ENCODINGS, TooLarge } from "./body.ts";
import { type Connections, connections, type Resolve, systemResolver } from "./connections.ts";
import { fateOfError, fateOfStatus, type Later } from "./faults.ts";
import { headerOf, validatorsOf } from "./headers.ts";
import type { WebSettings } from "./settings.ts";

export interface Asked {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Posted as it is. */
  readonly json?: string;
  /** Validators were sent: 304 makes sense. */
  readonly isConditional: boolean;
  readonly maxBytes: number;
}
export type Answer = WebAnswer | { readonly kind: "redirect"; readonly status: number; readonly to: string } | Later;
/** `limitMs`: for all of it. Throws the signal's reason. */
export type Ask = (asked: Asked, limitMs: number, signal: AbortSignal) => Promise<Answer>;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Of a body nobody reads. */
const SWALLOWED = { bytes: 64 * 1_024, ms: 500 };

export function asking(settings: WebSettings, resolve: Resolve = systemResolver): Ask {
  const open = connections(settings, settings.proxy, resolve);
  return async (asked, limitMs, signal) => {
    try {
      return await withinLimit(limitMs, signal, (limit) => exchange(open, settings.userAgent, asked, limit));
    } catch (error) {
      signal.throwIfAborted();
      return fateOfError(error, shown(asked.url), { bytes: asked.maxBytes, ms: settings.timeoutMs });
    }
  };
}

async function exchange(open: Connections, userAgent: string, asked: Asked, signal: AbortSignal): Promise<Answer> {
  const { url, json, maxBytes } = asked;
  await open.admit(url);
  const { statusCode, headers, body } = await send(url, {
    dispatcher: open.dispatcher,
    method: json === undefined ? "GET" : "POST",
    headers: {
      "user-agent": userAgent,
      ...asked.headers,
      "accept-encoding": ENCODINGS,
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(json === undefined ? {} : { body: json }),
    signal,
  });
  // 206: nobody asked for a part.
  if (statusCode >= 200 && statusCode < 300 && statusCode !== 206) {
    if (Number(headerOf(headers, "content-length") ?? 0) > maxBytes) {
      body.on("error", () => undefined).destroy();
      throw new TooLarge();
    }
    const whole = await bodyOf(body, headerOf(headers, "content-encoding"), maxBytes);
    const contentType = headerOf(headers, "content-type")?.slice(0, 200) ?? "";
    return { kind: "ok", url: url.href, contentType, body: whole, validators: validatorsOf(headers) };
  }
  await swallowed(body, signal);
  if (statusCode === 304 && asked.isConditional) return { kind: "unchanged" };
  const to = headerOf(headers, "location");
  if (REDIRECTS.has(statusCode) && to !== undefined) return { kind: "redirect", status: statusCode, to };
  return fateOfStatus(statusCode, headers, shown(url));
}

/** Lets the connection be used again; a body that is long or slow in coming costs it instead. */
async function swallowed(body: Dispatcher.ResponseData["body"], signal: AbortSignal): Promise<void> {
  await withinLimit(SWALLOWED.ms, signal, (limit) => body.dump({ limit: SWALLOWED.bytes, signal: limit })).catch(() => {
    // The status has said what there is to say.
    body.on("error", () => undefined).destroy();
  });
  signal.throwIfAborted();
}
