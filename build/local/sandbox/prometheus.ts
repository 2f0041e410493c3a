/** The HTTP face of the stand-in for Prometheus: instant queries, and the rules it has loaded. */
import { Hono } from "hono";
import type { MetricNames } from "../../../shared/checks/queries.ts";
import type { Cluster } from "./cluster.ts";
import { answerQuery } from "./metrics.ts";
import { ruleGroups } from "./rule-groups.ts";

export function prometheusApi(cluster: Cluster, names: MetricNames): Hono {
  const app = new Hono();
  for (const path of ["/-/healthy", "/-/ready"])
    app.get(path, (context) => context.text("Prometheus stand-in is up.\n"));
  app.get("/api/v1/rules", (context) => {
    return context.json({ status: "success", data: { groups: ruleGroups(cluster) } });
  });
  app.get("/api/v1/query", (context) => {
    const { status, body } = answerQuery(cluster, names, context.req.query("query"));
    return context.json(body, status);
  });
  app.post("/api/v1/query", async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const { status, body } = answerQuery(cluster, names, form.get("query") ?? context.req.query("query"));
    return context.json(body, status);
  });
  return app;
}
