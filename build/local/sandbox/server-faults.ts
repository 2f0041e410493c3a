/** What goes wrong between a client and the servers: refused, reset, throttled and failed calls. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { statusBody } from "./api-status.ts";
import type { InjectedFault } from "./faults.ts";
import { fraction } from "./json.ts";
import type { Interference } from "./server.ts";

/** What the share of calls that fails meets, one after the other. */
const FAILURES = ["429", "503", "reset", "500"] as const;

/** Never in the way of those who switch faults on and off, nor of the probes. */
const SPARED = /^\/(?:sandbox\/|healthz|livez|readyz)/;

/**
 * The faults of the Kubernetes API. Which calls fail is decided by their number since the fault was injected, so that every
 * run meets the same sequence.
 */
export function apiInterference(faults: ReadonlyMap<string, InjectedFault>): Interference {
  let calls = 0;
  let failures = 0;
  return (request, response) => {
    const fault = faults.get("api-errors");
    if (fault === undefined || SPARED.test(request.url ?? "")) return false;
    calls += 1;
    if (fraction(`call ${calls}`) >= (fault.ratio ?? 0.3)) return false;
    failures += 1;
    fail(request, response, FAILURES[failures % FAILURES.length] ?? "503");
    return true;
  };
}

function fail(request: IncomingMessage, response: ServerResponse, how: (typeof FAILURES)[number]): void {
  switch (how) {
    case "reset":
      request.socket.resetAndDestroy();
      return;
    case "429":
      // As API Priority and Fairness answers (apiserver, util/flowcontrol): the header in whole seconds.
      response.setHeader("Retry-After", "1");
      return refuse(response, 429, "TooManyRequests", "too many requests, please try again later");
    case "500":
      return refuse(response, 500, "InternalError", "Internal error occurred: etcdserver: leader changed");
    case "503":
      return refuse(response, 503, "ServiceUnavailable", "etcdserver: request timed out");
  }
}

function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(statusBody({ name: "ApiError", code, reason, message })));
}

/** Whether somebody listens on Prometheus's port. */
export function prometheusListens(faults: ReadonlyMap<string, InjectedFault>): boolean {
  const fault = faults.get("prometheus-away");
  return fault === undefined || fault.answer === "503";
}

/** What stands before Prometheus when it has gone: an ingress without a backend. */
export function prometheusInterference(faults: ReadonlyMap<string, InjectedFault>): Interference {
  return (_request, response) => {
    if (faults.get("prometheus-away")?.answer !== "503") return false;
    response.writeHead(503, { "content-type": "text/html" });
    response.end("<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>\n");
    return true;
  };
}
