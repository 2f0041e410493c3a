/** The HTTP server itself: clients that are slow or speak no HTTP are let go, and told why in the API's own words. */
import { Server, type ServerOptions, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { KEPT_MS } from "../../shared/runtime/http/connections.ts";
import { Problem, problemBody } from "./problem.ts";

/**
 * A source of 6 MB comes within a minute or not at all. Answers may take as long as they like: events are one. Who stands in
 * front of the cluster closes idle connections, not we: a decision that was sent just then would be answered 502.
 */
export const SERVER_OPTIONS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
  keepAliveTimeout: KEPT_MS,
};

/** Answers what never became a request. */
export function answerBroken(server: unknown): void {
  if (!(server instanceof Server)) return;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const problem = problemOf(error);
    const body = problemBody(problem, "/");
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      "content-type: application/problem+json",
      `content-length: ${Buffer.byteLength(body)}`,
      "connection: close",
    ];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  });
}

function problemOf({ code }: NodeJS.ErrnoException): Problem {
  if (code === "HPE_HEADER_OVERFLOW") return new Problem(431, "All headers together are larger than 16 KB.");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new Problem(408, "The request did not come to its end in time.");
  return new Problem(400, "This is not HTTP/1.1 as this server reads it.");
}
