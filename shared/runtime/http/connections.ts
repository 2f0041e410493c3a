/** How long connections stay open: whoever stands in front has to be the one who closes them. */
import type { Server } from "node:http";

/**
 * Knative's proxy keeps an idle connection for 90 s (Go's http.DefaultTransport). Were it closed here first, as Node does
 * after 5 s, an event that is sent at that very moment would be answered 502, as knative/serving#12414 has it.
 */
export const KEPT_MS = 100_000;

export function keepConnections(server: Server): void {
  server.keepAliveTimeout = KEPT_MS;
}

/** Takes no new connections; what is open ends with the answer that is under way on it. */
export function endConnections(server: Server): void {
  // Zero would mean for ever.
  server.keepAliveTimeout = 1;
  server.keepAliveTimeoutBuffer = 0;
  server.close();
  server.closeIdleConnections();
}
