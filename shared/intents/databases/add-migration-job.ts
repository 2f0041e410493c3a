/**
 * Schema migrations that run once, as a hook of the sync, instead of in every pod that starts: replicas that migrate at
 * the same time wait for each other's locks at best. The migration leaves the Deployment in the same change, so a revert
 * brings back what was there; the schema stays as new as it is, and migrating again finds nothing to do.
 */
import * as z from "zod";
import { autoscalerOf } from "../../repository/disruption-budgets.ts";
import type { Platform } from "../../repository/platform.ts";
import { asWorkload, type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName } from "../schema.ts";
import { findResource } from "../targets.ts";
import { withoutMigration } from "./migration-edit.ts";
import { migrationJob } from "./migration-job.ts";
import { type MigrationPlan, migrationJobOf, migrationPlan } from "./migration-plan.ts";
import { type StartMigration, startMigrations } from "./migration-start.ts";
import { type MigrationTool, migrationCommands } from "./migrations.ts";

const tools = Object.keys(migrationCommands) as [MigrationTool, ...MigrationTool[]];
const schema = z.strictObject({
  kind: z.literal("add-migration-job"),
  workload: z.strictObject({ kind: z.literal("Deployment"), namespace: labelName, name: objectName }),
  /** The container that migrates as it starts; with `tool` the one whose image holds the migrations. */
  container: labelName,
  /** The command to run where nothing migrates at the start of a pod. */
  tool: z.enum(tools).optional(),
});
export type AddMigrationJob = z.infer<typeof schema>;

export const addMigrationJob: IntentDefinition<AddMigrationJob> = {
  kind: "add-migration-job",
  purpose: "Schema migrations as a Job that runs once per sync, before the new pods, instead of in every pod.",
  schema,
  sizesPods: true,
  candidates(platform) {
    return workloadsOf(platform)
      .flatMap((workload) => startMigrations(workload).map((start) => candidateFor(platform, workload, start)))
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function candidateFor(
  platform: Platform,
  workload: RepositoryWorkload,
  { container, tool }: StartMigration,
): Candidate<AddMigrationJob> | undefined {
  const { namespace, name, kind, replicas } = workload;
  if (kind !== "Deployment" || namespace === undefined || !runsTwice(platform, workload)) return undefined;
  const intent: AddMigrationJob = {
    kind: "add-migration-job",
    workload: { kind, namespace, name },
    container: container.name,
  };
  const plan = schema.safeParse(intent).success ? planFor(platform, intent) : "";
  if (typeof plan === "string" || render(intent, platform).kind === "refused") return undefined;
  return {
    intent,
    target: `Deployment ${namespace}/${name}`,
    namespace,
    because: `container ${container.name} migrates (${tool}) in each of its ${replicas > 1 ? replicas : "scaled"} pods as it starts`,
    application: plan.application.name,
    rank: Math.min(replicas, 5) + (plan.knownUser ? 3 : 0) + (plan.moved?.form === "init" ? 1 : 0),
  };
}

function runsTwice(platform: Platform, workload: RepositoryWorkload): boolean {
  return workload.replicas > 1 || autoscalerOf(platform, workload) !== undefined;
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const workload of workloadsOf(platform)) {
    const { resource, kind, namespace = "", name } = workload;
    if (kind !== "Deployment" || resource.application === undefined) continue;
    const job = migrationJobOf(platform, workload);
    const target = `Deployment ${namespace}/${name}`;
    const starts = startMigrations(workload);
    if (job !== undefined && starts.length === 0) done.push(`${job.path}: Job ${job.name} for ${target}`);
    for (const { container, tool } of starts) {
      const plan = migrationPlan(platform, workload, container.name, undefined);
      const because = typeof plan === "string" ? plan : `container ${container.name} migrates (${tool}) in every pod`;
      if (runsTwice(platform, workload)) open.push({ target, namespace, because });
      else exempt.push({ target, namespace, because: "it runs a single pod, so nothing migrates at the same time" });
    }
  }
  return { done, open, exempt };
}

function planFor(platform: Platform, { workload, container, tool }: AddMigrationJob): MigrationPlan | string {
  const { kind, namespace, name } = workload;
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return resource;
  const found = asWorkload(resource);
  return found === undefined ? `${name} is no workload` : migrationPlan(platform, found, container, tool);
}

function render(intent: AddMigrationJob, platform: Platform): Rendered {
  const plan = planFor(platform, intent);
  if (typeof plan === "string") return refused(plan);
  const { application, workload, namespace, moved, order, name } = plan;
  const written = writeNewObjects(platform, application, namespace, [migrationJob(platform, plan)]);
  if (typeof written === "string") return refused(written);
  const edited = withoutMigration(platform, workload.resource, moved, order.deploymentWave);
  if (typeof edited === "string") return refused(edited);
  const changed = edited === undefined ? [] : [edited];
  const { apiVersion } = workload.resource;
  const deployment = { apiVersion, kind: "Deployment", namespace, name: workload.name, effect: "change" } as const;
  const place = moved?.form === "init" ? "init container" : "the first command of container";
  return {
    kind: "rendered",
    files: [...changed, ...written.files],
    objects: [...(edited === undefined ? [] : [deployment]), ...written.objects],
    application: application.name,
    changes: [
      `Added Job ${namespace}/${name}, an Argo CD hook: ${plan.tool} migrates once per sync, ${order.because}`,
      ...(moved === undefined
        ? []
        : [`Took ${place} ${plan.container.name} out of Deployment ${namespace}/${workload.name}: every pod ran it`]),
      ...(order.deploymentWave === undefined
        ? []
        : [`The Deployment waits for it in sync wave ${order.deploymentWave}`]),
      `The image stands in two places now: whoever raises the Deployment's version raises the Job's with it`,
      ...(plan.knownUser
        ? []
        : [
            `It runs as user ${plan.user} on a read-only file system with a /tmp; whether ${plan.tool} gets along with that is not known`,
          ]),
    ],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
