/** GET /metrics: Prometheus text, open to everybody inside the network, computed on scrape. */
import { Hono } from "hono";
import { renderMetrics } from "../metrics.ts";
import type { School } from "../school.ts";

export function metricsApi(school: School): Hono {
  return new Hono().get("/", async () => {
    const { type, text } = await renderMetrics(school);
    return new Response(text, { headers: { "content-type": type } });
  });
}
