/** Probes, open to everybody: alive, and able to reach Redis. Both spellings, ours and the ones Knative's tools use. */
import { Hono } from "hono";
import { BUILD } from "../../../shared/runtime/build-info.ts";
import type { School } from "../school.ts";

export function healthApi({ redis }: Pick<School, "redis">): Hono {
  const app = new Hono();
  for (const path of ["/health", "/health/liveness"])
    app.get(path, (context) => context.json({ status: "ok", build: BUILD }));
  for (const path of ["/ready", "/health/readiness"]) {
    app.get(path, (context) => {
      const ready = redis.status === "ready";
      return ready
        ? context.json({ status: "ok", build: BUILD })
        : context.json({ status: "unavailable", because: "Redis is out of reach" }, 503);
    });
  }
  return app;
}
