/**
 * Lets a worker follow the length of its queue by a KEDA ScaledObject, down to nothing while the queue is empty where
 * nothing else calls it. What the queue is, where it is and who may ask come from the repository alone; `spec.replicas`
 * leaves Git in the same change.
 */
import * as z from "zod";
import { mostCommon } from "../../repository/conventions.ts";
import { autoscalerOf, budgetsFor } from "../../repository/disruption-budgets.ts";
import { KEDA_API, kedaEvidence, scaledObjectsOf } from "../../repository/keda.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication } from "../../repository/platform.ts";
import { at } from "../../repository/values.ts";
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
import { objectName } from "../schema.ts";
import { findResource } from "../targets.ts";
import { isCalled, queueOf } from "./queues/find.ts";
import type { QueueFound } from "./queues/queue.ts";
import { releaseReplicas, replicasThatFit, scalable } from "./scalable.ts";

const KIND = "ScaledObject";
/** Replicas a worker may grow to where the repository has no custom of its own. */
const MOST = 5;
/** KEDA's own default for both, seconds. */
const POLLING = 30;
const COOLDOWN = 300;

const schema = z.strictObject({
  kind: z.literal("add-scaled-object"),
  workload: z.strictObject({ kind: z.literal("Deployment"), namespace: objectName, name: objectName }),
  /** The variable that names the queue, where the worker has several; for a person to choose. */
  variable: z
    .string()
    .max(120)
    .regex(/^[A-Za-z_]\w*$/, "not the name of a variable")
    .optional(),
});
export type AddScaledObject = z.infer<typeof schema>;

export const addScaledObject: IntentDefinition<AddScaledObject> = {
  kind: "add-scaled-object",
  purpose: "A KEDA ScaledObject that scales a worker by the length of its queue; its replicas leave Git.",
  schema,
  sizesPods: false,
  candidates(platform) {
    if (kedaEvidence(platform).length === 0) return [];
    return workloadsOf(platform)
      .map((workload) => candidateFor(platform, workload))
      .filter((candidate) => candidate !== undefined)
      .filter(({ intent }) => render(intent, platform).kind === "rendered")
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done = scaledObjectsOf(platform).map(({ resource }) => `${resource.path}: ${KIND} ${resource.name}`);
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const workload of workloadsOf(platform)) {
    const { resource, namespace, name } = workload;
    if (workload.kind !== "Deployment" || resource.application === undefined) continue;
    if (autoscalerOf(platform, workload) !== undefined) continue;
    const queue = queueOf(platform, workload);
    if (queue === undefined) continue;
    const target = `Deployment ${namespace ?? ""}/${name}`;
    const plan = planFor(platform, workload);
    const because = typeof plan === "string" ? plan : "its replicas do not follow its queue";
    (typeof queue === "string" ? exempt : open).push({ target, namespace, because });
  }
  return { done, open, exempt };
}

function candidateFor(platform: Platform, workload: RepositoryWorkload): Candidate<AddScaledObject> | undefined {
  const { namespace, name, resource } = workload;
  if (workload.kind !== "Deployment" || namespace === undefined || resource.application === undefined) return undefined;
  const plan = planFor(platform, workload);
  if (typeof plan === "string") return undefined;
  const { queue, least, replicas } = plan;
  return {
    intent: { kind: "add-scaled-object", workload: { kind: "Deployment", namespace, name } },
    target: `Deployment ${namespace}/${name}`,
    namespace,
    because: `it runs ${replicas} of itself whether or not something waits in ${queue.queue}; ${queue.because}`,
    application: plan.application.name,
    rank: (least === 0 ? 4 : 2) + Math.min(replicas, 5),
  };
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly queue: QueueFound;
  readonly replicas: number;
  readonly least: number;
  readonly most: number;
  readonly polling: number;
  readonly cooldown: number;
}

/** Everything a ScaledObject of `workload` needs, or why it can have none. */
function planFor(platform: Platform, workload: RepositoryWorkload, variable?: string): Plan | string {
  const found = scalable(platform, workload);
  if (typeof found === "string") return found;
  const { application, replicas } = found;
  const queue = queueOf(platform, workload, variable);
  if (queue === undefined) return "no variable of it names a queue and the broker that holds it";
  if (typeof queue === "string") return queue;
  if (kedaEvidence(platform).length === 0) {
    return "the repository shows no KEDA: no ScaledObject, not its chart, its operator or its CRDs";
  }
  // What somebody calls, or what a budget keeps, stays as it is while nothing waits.
  const isKept =
    isCalled(platform, workload) || budgetsFor(platform, workload.namespace, workload.podLabels).length > 0;
  const least = isKept ? replicas : 0;
  const wanted = Math.max(numbers(platform, "maxReplicaCount", MOST), 2 * replicas);
  const most = replicasThatFit(platform, workload, Math.min(wanted, queue.most ?? wanted));
  if (most < Math.max(least, 1)) return `topic ${queue.queue} has fewer partitions than it has replicas`;
  if (most <= replicas && least > 0) return `nothing allows one more replica in ${workload.namespace ?? ""}`;
  const polling = numbers(platform, "pollingInterval", POLLING);
  // KEDA 2.20 may take a failed measurement for an empty queue: what rests this long outlasts it.
  const cooldown = Math.max(numbers(platform, "cooldownPeriod", COOLDOWN), 60, 3 * polling + 30);
  return { application, queue, replicas, least, most, polling, cooldown };
}

/** What most ScaledObjects of the repository say here. */
function numbers(platform: Platform, field: string, standard: number): number {
  const values = scaledObjectsOf(platform)
    .map(({ resource }) => at(resource.object, "spec", field))
    .filter((value) => typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 3_600);
  return Number(mostCommon(values.map(String)) ?? standard);
}

/** `mailer`, or `mailer-scaler` where the repository names its others so. */
function nameFor(platform: Platform, workload: RepositoryWorkload): string {
  const endings = scaledObjectsOf(platform).flatMap(({ resource, workload: scaled }) => {
    const name = scaled?.name ?? "\n";
    return resource.name.startsWith(name) ? [resource.name.slice(name.length)] : [];
  });
  const ending = mostCommon(endings) ?? "";
  // KEDA names the autoscaler it makes after it (`keda-hpa-<name>`), and that name is a label value.
  return `${workload.name}${ending}`.length <= 54 ? `${workload.name}${ending}` : workload.name;
}

function render(intent: AddScaledObject, platform: Platform): Rendered {
  const { kind, namespace, name: target } = intent.workload;
  const resource = findResource(platform, kind, namespace, target);
  if (typeof resource === "string") return refused(resource);
  const workload = asWorkload(resource);
  if (workload === undefined) return refused(`${target} is no workload`);
  const plan = planFor(platform, workload, intent.variable);
  if (typeof plan === "string") return refused(plan);
  const { application, queue, replicas, least, most, polling, cooldown } = plan;
  const name = nameFor(platform, workload);
  if (name.length > 54) return refused(`the name of its autoscaler, keda-hpa-${name}, would be too long`);
  const taken = inNamespace(platform, namespace).find(
    (one) => (one.kind === KIND && one.name === name) || one.name === `keda-hpa-${name}`,
  );
  if (taken !== undefined) return refused(`${taken.path} already holds ${taken.kind} ${taken.name}`);
  const released = releaseReplicas(platform, resource);
  if (typeof released === "string") return refused(released);
  const container = queue.container?.inFirst === false ? { envSourceContainerName: queue.container.container } : {};
  const written = writeNewObjects(platform, application, namespace, [
    {
      apiVersion: KEDA_API,
      kind: KIND,
      name,
      body: {
        spec: {
          scaleTargetRef: { apiVersion: resource.apiVersion, kind, name: target, ...container },
          pollingInterval: polling,
          cooldownPeriod: cooldown,
          minReplicaCount: least,
          maxReplicaCount: most,
          triggers: queue.triggers,
        },
      },
    },
  ]);
  if (typeof written === "string") return refused(written);
  const idle = least === 0 ? `none after ${cooldown} seconds without work` : `at least ${least}`;
  return {
    kind: "rendered",
    files: [released, ...written.files],
    objects: [{ apiVersion: resource.apiVersion, kind, namespace, name: target, effect: "change" }, ...written.objects],
    application: application.name,
    changes: [
      `Added ${KIND} ${namespace}/${name}: up to ${most} replicas by what waits in ${queue.queue}, ${idle}`,
      `Took spec.replicas (${replicas}) out of Deployment ${namespace}/${target}, or Argo CD would set it back`,
      ...(replicas > 1
        ? [
            "While it is applied the Deployment may fall to one replica, which a missing spec.replicas means, until KEDA has counted",
          ]
        : []),
    ],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
