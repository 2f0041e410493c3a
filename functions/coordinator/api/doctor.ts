/** GET /api/doctor looks for differences between records, indexes and lists; POST /api/doctor/repair mends them. */
import { Hono } from "hono";
import { examine, type Finding } from "../../../shared/pipeline/doctor.ts";
import { rememberLocks } from "../../../shared/pipeline/locks.ts";
import { findKey } from "../../../shared/pipeline/search/index-keeper.ts";
import { upgradeState } from "../about.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function doctorApi({ redis, keys, scripts, tokens, listing: { index }, log }: School): Hono<Env> {
  async function findings(repair: boolean): Promise<Finding[]> {
    const found = await examine(redis, keys, scripts, repair);
    if (repair) await rememberLocks(redis, keys);
    if (found.some(({ id }) => id === findKey(keys))) return found;
    await index.catchUp();
    if (!(await index.state()).complete) return found;
    const missing = await index.missing();
    if (missing === 0) return found;
    if (repair) await index.fill();
    const repaired = repair && (await index.missing()) === 0;
    const problem = `${missing} improvements are missing from the search index`;
    return [...found, { kind: "index", id: "search", problem, repaired }];
  }
  return new Hono<Env>()
    .use(needs(tokens, "operator"))
    .get("/", async (context) => {
      const found = await findings(false);
      return context.json({
        healthy: found.length === 0,
        findings: found,
        upgrade: await upgradeState({ redis, keys }),
      });
    })
    .post("/repair", async (context) => {
      const found = await findings(true);
      log.warn({ by: context.get("person").name, findings: found.length }, "doctor repaired what it could");
      const healthy = found.every(({ repaired }) => repaired);
      return context.json({ healthy, findings: found, upgrade: await upgradeState({ redis, keys }) });
    });
}
