/** Hosts of the web as one HTTP server that answers for all of them, and a plain Web that leads every address there. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import type { Web, WebAnswer, WebRequest } from "../../../shared/source-ports.ts";

export interface AskedOfHost {
  readonly method: string;
  /** As it was asked for, before it was led here. */
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly json: unknown;
}
export interface HostAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}
export type Answering = (asked: AskedOfHost) => HostAnswer | undefined;

export interface FakeHosts extends AsyncDisposable {
  readonly web: Web;
  readonly asked: readonly AskedOfHost[];
}

const ORIGINAL = "x-asked-for";

/** What `answer` leaves undefined is a 404. */
export async function fakeHosts(answer: Answering): Promise<FakeHosts> {
  const asked: AskedOfHost[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const sent = Buffer.concat(parts).toString("utf8");
      const url = new URL(String(request.headers[ORIGINAL]));
      const one = {
        method: request.method ?? "",
        url,
        headers: request.headers,
        json: sent === "" ? undefined : (JSON.parse(sent) as unknown),
      };
      asked.push(one);
      const { status = 200, headers = {}, body = "" } = answer(one) ?? { status: 404, body: "not found" };
      response.writeHead(status, { ...headers }).end(body);
    });
  });
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    web: { get: (request, signal) => get(`http://127.0.0.1:${port}`, request, signal) },
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
}

async function get(base: string, request: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
  let url = new URL(request.url);
  for (let redirects = 0; redirects < 6; redirects += 1) {
    const response = await fetch(`${base}${url.pathname}${url.search}`, {
      method: request.json === undefined ? "GET" : "POST",
      redirect: "manual",
      signal,
      headers: {
        ...request.headers,
        ...(request.accept === undefined ? {} : { accept: request.accept }),
        ...(request.known?.etag === undefined ? {} : { "if-none-match": request.known.etag }),
        [ORIGINAL]: url.href,
      },
      ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
    });
    const { status, headers } = response;
    const body = new Uint8Array(await response.arrayBuffer());
    const location = headers.get("location");
    if (status >= 300 && status < 400 && status !== 304 && location !== null) {
      url = new URL(location, url);
      continue;
    }
    return answerOf(status, headers, body, url);
  }
  return { kind: "refused", because: `${request.url}: too many redirects` };
}

function answerOf(status: number, headers: Headers, body: Uint8Array, url: URL): WebAnswer {
  if (status === 304) return { kind: "unchanged" };
  const reset =
    headers.get("x-ratelimit-remaining") === "0"
      ? Number(headers.get("x-ratelimit-reset")) * 1000 - Date.now()
      : undefined;
  if (status === 429 || (status === 403 && reset !== undefined)) {
    const afterMs = reset ?? Number(headers.get("retry-after") ?? "30") * 1000;
    throw new RetryLater(`${url.host} limits how much may be asked (${status})`, afterMs, { free: true });
  }
  if (status >= 500) throw new RetryLater(`${url.host} is out of order (${status})`, 30_000);
  if (status >= 400) return { kind: "refused", status, because: `${url.href}: the host refuses (${status})` };
  const etag = headers.get("etag");
  return {
    kind: "ok",
    url: url.href,
    contentType: headers.get("content-type") ?? "",
    body,
    validators: etag === null ? {} : { etag },
  };
}

export function html(body: string, status = 200): HostAnswer {
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

export function json(value: unknown, headers: Readonly<Record<string, string>> = {}): HostAnswer {
  return { headers: { "content-type": "application/json; charset=utf-8", ...headers }, body: JSON.stringify(value) };
}
