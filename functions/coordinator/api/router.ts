/** /api/router: how the router does, its decisions as a file, and what operators do to it. */
import { type Context, Hono } from "hono";
import * as z from "zod";
import { routingDecisions } from "../../../shared/pipeline/routing-decisions.ts";
import { JUDGES } from "../../../shared/routing/report/judged.ts";
import { linesOf } from "../lines-stream.ts";
import { bodyOf, type Env, needs, queryOf, Reason } from "../request.ts";
import { askForTraining, type By, promote, setRollout, stepBack } from "../router-moves.ts";
import { routerReport } from "../router-report.ts";
import type { School } from "../school.ts";

export const ReportQuery = z.strictObject({
  labels: z
    .enum(JUDGES, { error: `one of ${JUDGES.join(", ")}` })
    .default("said")
    .describe("whose word counts: what somebody said, or `all`, outcomes of what was served among them"),
});
export const ExportQuery = z.strictObject({
  format: z
    .enum(["jsonl"], { error: "jsonl, the only one there is" })
    .default("jsonl")
    .describe("one JSON object per line"),
});
const SHARE = "is needed: a share from 0 to 1, or null for the configured one";
export const RolloutBody = z.strictObject({
  share: z.number({ error: SHARE }).min(0, SHARE).max(1, SHARE).nullable(),
  reason: Reason,
});
const VERSION = "is needed: a version on the shelf, as GET /api/router lists it";
export const PromoteBody = z.strictObject({
  version: z.string({ error: VERSION }).trim().min(1, VERSION).max(80),
  reason: Reason,
});
export const RouterMoveBody = z.strictObject({ reason: Reason });

export function routerApi(school: School): Hono<Env> {
  const { redis, keys, tokens, log } = school;
  const operator = needs(tokens, "operator");
  const by = (context: Context<Env>, reason: string): By => ({ name: context.get("person").name, reason });
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) =>
      context.json(await routerReport(school, queryOf(context, ReportQuery).labels)),
    )
    .get("/decisions", needs(tokens, "viewer"), (context) => {
      queryOf(context, ExportQuery);
      context.header("content-type", "application/x-ndjson");
      context.header("content-disposition", 'attachment; filename="routing-decisions.jsonl"');
      return context.body(linesOf(routingDecisions(redis, keys), "An export of the router's decisions", log));
    })
    .post("/rollout", operator, async (context) => {
      const { share, reason } = await bodyOf(context, RolloutBody);
      const rollout = await setRollout(school, share, by(context, reason));
      context.set("facts", { share });
      log.warn({ ...rollout, reason }, "The share of the learned arm was set; `school router` shows it");
      return context.json(rollout);
    })
    .post("/promote", operator, async (context) => {
      const { version, reason } = await bodyOf(context, PromoteBody);
      const serving = await promote(school, version, by(context, reason));
      context.set("facts", { version });
      log.warn({ version, by: context.get("person").name, reason }, "A model of the router was promoted by hand");
      return context.json({ serving: version, entry: serving });
    })
    .post("/step-back", operator, async (context) => {
      const { reason } = await bodyOf(context, RouterMoveBody);
      const { from, to } = await stepBack(school, by(context, reason));
      context.set("facts", { from, to });
      log.warn({ from, to, by: context.get("person").name, reason }, "The router stepped back by hand");
      return context.json({ serving: to, from });
    })
    .post("/retrain", operator, async (context) => {
      const { reason } = await bodyOf(context, RouterMoveBody);
      const at = await askForTraining(school, by(context, reason));
      log.info({ by: context.get("person").name, reason }, "somebody has the router trained");
      return context.json({ at, stage: "learn" }, 202);
    });
}
