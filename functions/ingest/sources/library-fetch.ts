/** The Web port as a `fetch` that libraries take, so that whatever they ask goes through the same guards. */
import type { Validators, Web, WebRequest } from "../../../shared/source-ports.ts";

/** The guards or the host refused what a library asked; RetryLater passes through as it is. */
export class WebRefusal extends Error {
  readonly status: number | undefined;

  constructor(because: string, status: number | undefined) {
    super(because);
    this.name = "WebRefusal";
    this.status = status;
  }
}

/** Headers that belong to the connection, which is not the library's. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "cookie",
  "host",
  "if-modified-since",
  "if-none-match",
  "origin",
]);

/** GET, and POST of JSON. Throws RetryLater and WebRefusal; an unchanged document is a 304. */
export function fetchOver(web: Web, signal: AbortSignal, maxBytes?: number): typeof fetch {
  return async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const headers = new Headers(init?.headers ?? request?.headers);
    const body = init?.body ?? undefined;
    const answer = await web.get(webRequest(addressOf(input), headers, body, maxBytes), signal);
    if (answer.kind === "unchanged") return new Response(null, { status: 304 });
    if (answer.kind === "refused") throw new WebRefusal(answer.because, answer.status);
    const { etag, lastModified } = answer.validators;
    return new Response(Buffer.from(answer.body), {
      status: 200,
      headers: {
        ...(answer.contentType === "" ? {} : { "content-type": answer.contentType }),
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { "last-modified": lastModified }),
      },
    });
  };
}

function addressOf(input: string | URL | Request): string {
  if (typeof input === "string") return input;
  return input instanceof URL ? input.href : input.url;
}

function webRequest(url: string, headers: Headers, body: unknown, maxBytes: number | undefined): WebRequest {
  const known = validatorsOf(headers);
  const accept = headers.get("accept");
  if (body !== undefined && typeof body !== "string") throw new WebRefusal(`${url}: only JSON is sent`, undefined);
  return {
    url,
    ...(accept === null ? {} : { accept }),
    headers: Object.fromEntries([...headers].filter(([name]) => !OF_THE_CONNECTION.has(name))),
    ...(body === undefined ? {} : { json: JSON.parse(body) as unknown }),
    ...(known === undefined ? {} : { known }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  };
}

function validatorsOf(headers: Headers): Validators | undefined {
  const etag = headers.get("if-none-match");
  const lastModified = headers.get("if-modified-since");
  if (etag === null && lastModified === null) return undefined;
  return { ...(etag === null ? {} : { etag }), ...(lastModified === null ? {} : { lastModified }) };
}
