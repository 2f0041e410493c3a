/**
 * Lets a Deployment follow its load between the replicas it has and what its namespace has room for (autoscaling/v2, CPU
 * relative to requests). `spec.replicas` leaves Git in the same change, or Argo CD and the autoscaler would take turns
 * (argo-cd: docs/user-guide/best_practices.md, "Leaving Room For Imperativeness").
 */
import * as z from "zod";
import { mostCommon } from "../../repository/conventions.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication } from "../../repository/platform.ts";
import { at, itemsAt, textAt } from "../../repository/values.ts";
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
import { releaseReplicas, replicasThatFit, scalable, withoutCpuRequest } from "./scalable.ts";

const KIND = "HorizontalPodAutoscaler";
/** Where the repository has no custom of its own: room for what comes while a new pod starts. */
const UTILIZATION = 70;
const GROWTH = 2;

const schema = z.strictObject({
  kind: z.literal("add-horizontal-pod-autoscaler"),
  workload: z.strictObject({ kind: z.literal("Deployment"), namespace: objectName, name: objectName }),
});
export type AddHorizontalPodAutoscaler = z.infer<typeof schema>;

export const addHorizontalPodAutoscaler: IntentDefinition<AddHorizontalPodAutoscaler> = {
  kind: "add-horizontal-pod-autoscaler",
  purpose: "A HorizontalPodAutoscaler by CPU use for a replicated Deployment; its replicas leave Git.",
  schema,
  sizesPods: false,
  candidates(platform) {
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
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const workload of workloadsOf(platform)) {
    const { resource, namespace, name } = workload;
    if (workload.kind !== "Deployment" || resource.application === undefined) continue;
    const target = `Deployment ${namespace ?? ""}/${name}`;
    const plan = planFor(platform, workload);
    if (typeof plan !== "string") open.push({ target, namespace, because: "its replicas do not follow its load" });
    else if (plan.endsWith("already")) done.push(`${plan} (${target})`);
    else if (workload.replicas < 2) exempt.push({ target, namespace, because: plan });
    else open.push({ target, namespace, because: plan });
  }
  return { done, open, exempt };
}

function candidateFor(
  platform: Platform,
  workload: RepositoryWorkload,
): Candidate<AddHorizontalPodAutoscaler> | undefined {
  const { namespace, name, resource } = workload;
  if (workload.kind !== "Deployment" || namespace === undefined || resource.application === undefined) return undefined;
  const plan = planFor(platform, workload);
  if (typeof plan === "string") return undefined;
  return {
    intent: { kind: "add-horizontal-pod-autoscaler", workload: { kind: "Deployment", namespace, name } },
    target: `Deployment ${namespace}/${name}`,
    namespace,
    because: `it runs ${plan.least} replicas whatever its load is, and every container requests CPU`,
    application: plan.application.name,
    rank: 2 + Math.min(plan.least, 5),
  };
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly least: number;
  readonly most: number;
}

/** Everything an autoscaler of `workload` needs, or why it can have none. */
function planFor(platform: Platform, workload: RepositoryWorkload): Plan | string {
  const found = scalable(platform, workload);
  if (typeof found === "string") return found;
  const { application, replicas } = found;
  if (replicas < 2) return "it runs a single replica, and nothing shows that two of it would get along";
  const silent = withoutCpuRequest(platform, workload);
  if (silent.length > 0) return `container ${silent.join(", ")} requests no CPU its use could be measured by`;
  const most = replicasThatFit(platform, workload, replicas * GROWTH);
  if (most <= replicas) return `the quota of ${workload.namespace ?? ""} has no room for one more replica`;
  return { application, least: replicas, most };
}

/** The CPU target most of the repository's own autoscalers have. */
function utilization(platform: Platform): number {
  const targets = ofKind(platform, KIND).flatMap(({ object }) =>
    itemsAt(object, "spec", "metrics")
      .filter((metric) => textAt(metric, "resource", "name") === "cpu")
      .map((metric) => at(metric, "resource", "target", "averageUtilization"))
      .filter((value) => typeof value === "number" && Number.isInteger(value) && value >= 30 && value <= 90)
      .map(String),
  );
  return Number(mostCommon(targets) ?? UTILIZATION);
}

function render(intent: AddHorizontalPodAutoscaler, platform: Platform): Rendered {
  const { kind, namespace, name } = intent.workload;
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return refused(resource);
  const workload = asWorkload(resource);
  const plan = workload === undefined ? `${name} is no workload` : planFor(platform, workload);
  if (typeof plan === "string") return refused(plan);
  const { application, least, most } = plan;
  const taken = inNamespace(platform, namespace).find((one) => one.kind === KIND && one.name === name);
  if (taken !== undefined) return refused(`${taken.path} already holds ${KIND} ${name}`);
  const released = releaseReplicas(platform, resource);
  if (typeof released === "string") return refused(released);
  const averageUtilization = utilization(platform);
  const written = writeNewObjects(platform, application, namespace, [
    {
      apiVersion: "autoscaling/v2",
      kind: KIND,
      name,
      body: {
        spec: {
          scaleTargetRef: { apiVersion: resource.apiVersion, kind, name },
          minReplicas: least,
          maxReplicas: most,
          metrics: [
            { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization } } },
          ],
        },
      },
    },
  ]);
  if (typeof written === "string") return refused(written);
  return {
    kind: "rendered",
    files: [released, ...written.files],
    objects: [{ apiVersion: resource.apiVersion, kind, namespace, name, effect: "change" }, ...written.objects],
    application: application.name,
    changes: [
      `Added ${KIND} ${namespace}/${name}: ${least} to ${most} replicas at ${averageUtilization} % of the requested CPU`,
      `Took spec.replicas out of Deployment ${namespace}/${name}, or Argo CD would set it back`,
      `While it is applied the Deployment may fall to one replica, which a missing spec.replicas means, until the autoscaler brings back ${least}`,
    ],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
