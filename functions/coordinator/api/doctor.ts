/** GET /api/doctor looks for differences between records, indexes and lists; POST /api/doctor/repair mends them. */
import { Hono } from "hono";
import { examine } from "../../../shared/pipeline/doctor.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function doctorApi({ redis, keys, scripts, tokens, log }: School): Hono<Env> {
  return new Hono<Env>()
    .use(needs(tokens, "operator"))
    .get("/", async (context) => {
      const findings = await examine(redis, keys, scripts);
      return context.json({ healthy: findings.length === 0, findings });
    })
    .post("/repair", async (context) => {
      const findings = await examine(redis, keys, scripts, true);
      log.warn({ by: context.get("person").name, findings: findings.length }, "doctor repaired what it could");
      return context.json({ healthy: findings.every(({ repaired }) => repaired), findings });
    });
}
