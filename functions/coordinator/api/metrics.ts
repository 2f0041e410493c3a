/** GET /metrics: Prometheus text, open to everybody inside the network, computed on scrape. */
import { Hono } from "hono";
import type { School } from "../school.ts";

export function metricsApi(school: School): Hono {
  return new Hono().get("/", async () => {
    // Where nobody scrapes, the metrics library is never loaded.
    const { renderMetrics } = await import("../metrics.ts");
    const { type, text } = await renderMetrics(school);
    return new Response(text, { headers: { "content-type": type } });
  });
}
