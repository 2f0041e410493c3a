/**
 * Copies of a database where an operator makes them from a number in Git: one more pod joins and copies by itself. A
 * revert takes the added copies away again; the primary and its data stay where they are.
 */
import * as z from "zod";
import type { Platform, Resource } from "../../repository/platform.ts";
import { asWorkload } from "../../repository/workloads.ts";
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
import { keepsData } from "./backup-plan.ts";
import { databaseOf } from "./exporter-plan.ts";
import { type ClusterKind, clusterKindOf, followsPrimary, noCopiesBecause, valueAt } from "./replicated-databases.ts";
import { type Setting, withSettings } from "./replication-edit.ts";
import { copiesOf, type ReplicationPlan, replicationPlan, titleOf } from "./replication-plan.ts";

/** Two copies to lose one of, and a majority among them where they vote. */
const WANTED = 3;

const schema = z.strictObject({
  kind: z.literal("set-replication"),
  cluster: z.strictObject({
    kind: z
      .string()
      .max(63)
      .regex(/^[A-Za-z][A-Za-z0-9]*$/, "not a kind"),
    namespace: labelName,
    name: objectName,
  }),
  /** Copies in all, the primary included. */
  instances: z.union([z.literal(3), z.literal(5), z.literal(7)]),
  /** A commit counts only once a second copy has it. */
  synchronous: z.literal(true).optional(),
});
export type SetReplication = z.infer<typeof schema>;

export const setReplication: IntentDefinition<SetReplication> = {
  kind: "set-replication",
  purpose: "Three copies of a database that an operator replicates, where there is one.",
  schema,
  sizesPods: false,
  forms: (about) => (asksForSynchronous(about) ? ["synchronous", "asynchronous"] : ["asynchronous", "synchronous"]),
  candidates(platform, about = "") {
    return platform.resources
      .map((resource) => candidateFor(platform, resource, asksForSynchronous(about)))
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function asksForSynchronous(about: string): boolean {
  return /(?<!\p{L})(?:semi[- ]?)?synchronous(?:ly)?(?!\p{L})|(?<!\p{L})sync(?:hronous)? (?:replica|replication|standby)/iu.test(
    about,
  );
}

function candidateFor(
  platform: Platform,
  resource: Resource,
  wantsSync: boolean,
): Candidate<SetReplication> | undefined {
  const { kind, namespace, name, application } = resource;
  const cluster = clusterKindOf(resource);
  if (cluster === undefined || namespace === undefined || application === undefined) return undefined;
  const synchronous = wantsSync && cluster.synchronous !== undefined;
  const current = copiesOf(resource, cluster) ?? 0;
  if (current >= fewest(cluster) && !synchronous) return undefined;
  const intent: SetReplication = {
    kind: "set-replication",
    cluster: { kind, namespace, name },
    instances: current > WANTED ? (current > 5 ? 7 : 5) : WANTED,
    ...(synchronous ? { synchronous: true as const } : {}),
  };
  if (current > intent.instances || !schema.safeParse(intent).success) return undefined;
  if (render(intent, platform).kind === "refused") return undefined;
  return {
    intent,
    target: titleOf(resource),
    namespace,
    because: `${copiesSaid(current)}, and its operator makes more of them from a number`,
    application,
    rank: (current === 1 ? 6 : 3) + (cluster.database === "Redis" ? 0 : 2),
  };
}

function copiesSaid(current: number | undefined): string {
  if (current === 1) return "there is one copy of its data";
  return current === 2 ? "it has two copies, and neither can outvote the other" : `it has ${current ?? "no"} copies`;
}

/** From this many copies on a database counts as replicated. */
function fewest({ votes }: ClusterKind): number {
  return votes ? WANTED : 2;
}

function survey(platform: Platform, about = ""): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  const wantsSync = asksForSynchronous(about);
  for (const resource of platform.resources) {
    if (resource.application === undefined) continue;
    const { namespace, path } = resource;
    const cluster = clusterKindOf(resource);
    const target = titleOf(resource);
    if (cluster !== undefined) {
      const current = copiesOf(resource, cluster);
      const isDone =
        current !== undefined && current >= fewest(cluster) && !(wantsSync && lacksSync(resource, cluster));
      const plan = isDone ? undefined : replicationPlan(platform, resource, Math.max(WANTED, current ?? 0));
      if (isDone) done.push(`${path}: ${target} has ${current} copies`);
      else open.push({ target, namespace, because: typeof plan === "string" ? plan : copiesSaid(current) });
      continue;
    }
    const plain = plainDatabase(platform, resource);
    if (plain === "follows") done.push(`${path}: ${target} follows a primary`);
    else if (plain !== undefined) exempt.push({ target, namespace, because: plain });
  }
  return { done, open, exempt };
}

function lacksSync({ object }: Resource, { synchronous }: ClusterKind): boolean {
  return synchronous !== undefined && synchronous.unless.every((path) => valueAt(object, path) === undefined);
}

/** "follows", or why a database no operator runs cannot be replicated by a number; undefined when it is none that keeps data. */
function plainDatabase(platform: Platform, resource: Resource): string | undefined {
  const workload = asWorkload(resource);
  const found = workload === undefined ? undefined : databaseOf(workload);
  if (workload === undefined || found === undefined) return noCopiesBecause(resource);
  if (followsPrimary(found.container.spec)) return "follows";
  if (!keepsData(workload) || workload.kind === "Job" || workload.kind === "CronJob") return undefined;
  const plan = replicationPlan(platform, resource, WANTED);
  return typeof plan === "string" ? plan : undefined;
}

function render(intent: SetReplication, platform: Platform): Rendered {
  const { kind, namespace, name } = intent.cluster;
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return refused(resource);
  const plan = replicationPlan(platform, resource, intent.instances);
  if (typeof plan === "string") return refused(plan);
  const sync = intent.synchronous === true ? synchronousSettings(plan) : [];
  if (typeof sync === "string") return refused(sync);
  const grows = plan.current < intent.instances;
  const settings: readonly Setting[] = [...(grows ? [{ path: plan.count, number: plan.written }] : []), ...sync];
  if (settings.length === 0) return refused(`it has ${plan.current} copies already`);
  const file = withSettings(platform, resource, settings);
  if (typeof file === "string") return refused(file);
  const target = titleOf(resource);
  return {
    kind: "rendered",
    files: [file],
    objects: [{ apiVersion: resource.apiVersion, kind, namespace, name, effect: "change" }],
    application: plan.application.name,
    changes: [
      ...(grows
        ? [
            `${target}: ${plan.current} to ${intent.instances} copies of its ${plan.database} (${plan.count.join(".")})`,
            "Each new copy takes a volume of its own and reads all data once from the primary",
          ]
        : []),
      ...(sync.length === 0 ? [] : [`${target}: a commit waits until a second copy has it`]),
    ],
  };
}

/** Settings by which a commit waits for a second copy; a text when the operator has none, or somebody decided already. */
function synchronousSettings({ cluster, resource }: ReplicationPlan): readonly Setting[] | string {
  if (cluster?.synchronous === undefined) return `how ${resource.kind} commits is not set by a field of its own`;
  if (!lacksSync(resource, cluster)) return "it says already how many copies a commit waits for";
  return [{ path: cluster.synchronous.path, fields: cluster.synchronous.fields }];
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
