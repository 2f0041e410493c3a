/** Health endpoints on a bare node:http: alive, and ready to take work. */
import { createServer, type Server } from "node:http";
import { BUILD } from "./build-info.ts";

/** Both spellings: ours, and the ones Knative's `func` and its probes use. */
export const LIVENESS = ["/health", "/health/liveness"];
export const READINESS = ["/ready", "/health/readiness"];

export function serveProbes(port: number, isReady: () => boolean): Server {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] as string;
    const known = [...LIVENESS, ...READINESS].includes(path);
    const status = !known ? 404 : READINESS.includes(path) && !isReady() ? 503 : 200;
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(JSON.stringify({ status: status === 200 ? "ok" : "unavailable", build: BUILD }));
  });
  server.listen(port);
  server.unref();
  return server;
}
