/** A Job runs to its end; its conditions say how it ended (batch/v1 JobStatus). */
import * as z from "zod";
import type { ObjectRef } from "../domain/change-set.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";

const Job = z.object({
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() })),
  }),
});

export const jobs: Check = {
  name: "jobs",
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const started = world.objects.filter(({ kind, effect }) => kind === "Job" && effect !== "delete");
    return worstOf(await Promise.all(started.map((job) => lookAt(job, world))), "no Job is started");
  },
};

async function lookAt({ apiVersion, kind, namespace, name }: ObjectRef, world: World): Promise<Look> {
  const found = await world.cluster.object(apiVersion, kind, namespace ?? "", name, world.signal);
  const job = Job.safeParse(found);
  const conditions = (job.success ? job.data.status.conditions : []).filter(({ status }) => status === "True");
  const bad = conditions.find(({ type }) => type === "Failed");
  if (bad !== undefined) return failed(`Job ${name} failed: ${(bad.message ?? "").slice(0, 300)}`);
  if (conditions.some(({ type }) => type === "Complete")) return successful(`Job ${name} is complete`);
  return inconclusive(`Job ${name} has not ended`);
}
