/** Requests in, answers out, in the shape of the real server. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Collections } from "./collections.ts";
import { QdrantError } from "./errors.ts";
import { admit, type Keys } from "./keys.ts";
import { OPERATIONS } from "./operations.ts";
import { find } from "./routes.ts";
import { checkBody, checkQuery } from "./schema.ts";

/** The real server's default limit of a request. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The version whose description the requests are checked against. */
const VERSION = { title: "qdrant - vector search engine (stand-in)", version: "1.19.0" };

const OPEN: Readonly<Record<string, () => unknown>> = {
  "/": () => VERSION,
  "/healthz": () => "healthz check passed",
  "/readyz": () => "all shards are ready",
  "/livez": () => "healthz check passed",
};

export function qdrantServer(collections: Collections, keys: Keys): Server {
  return createServer((request, response) => {
    const begin = performance.now();
    answer(request, collections, keys).then(
      (result) => send(response, 200, result, begin),
      (error) => refuse(response, error, begin),
    );
  });
}

async function answer(request: IncomingMessage, collections: Collections, keys: Keys): Promise<unknown> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const open = request.method === "GET" ? OPEN[url.pathname] : undefined;
  if (open !== undefined) return { whole: open() };
  const found = find(request.method ?? "", url.pathname);
  admit(request.headers, keys, found !== undefined && OPERATIONS[found.name]?.reads === true);
  const text = await bodyOf(request);
  if (found === undefined) {
    throw new QdrantError(501, `This stand-in of Qdrant does not answer ${request.method} ${url.pathname}.`);
  }
  checkQuery(found.name, url.searchParams);
  const body = checkBody(found.name, text);
  const asked = { path: found.path, query: url.searchParams, body };
  return { result: await OPERATIONS[found.name]?.answer(collections, asked) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) {
      throw new QdrantError(413, `JSON payload is larger than allowed (limit: ${MAX_BYTES} bytes).`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function send(response: ServerResponse, status: number, answered: unknown, begin: number): void {
  const { whole, result } = answered as { whole?: unknown; result?: unknown };
  const time = (performance.now() - begin) / 1000;
  if (typeof whole === "string") {
    response.writeHead(status, { "content-type": "text/plain" }).end(whole);
    return;
  }
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify(whole ?? { result, status: "ok", time }));
}

function refuse(response: ServerResponse, error: unknown, begin: number): void {
  const known = error instanceof QdrantError;
  const status = known ? error.status : 500;
  const sentence = known ? error.message : `Service internal error: ${(error as Error).message}`;
  // Whoever is not let in is told so in plain text, by the real server too.
  if (status === 401) {
    response.writeHead(status, { "content-type": "text/plain" }).end(sentence);
    return;
  }
  // What was not read of the request must not be taken for the next one.
  if (status === 413) response.setHeader("connection", "close");
  const time = (performance.now() - begin) / 1000;
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ status: { error: sentence }, time, result: null }));
}
