/**
 * Gives a replicated workload a PodDisruptionBudget, so that a node drain takes its pods one after the other. It says
 * `maxUnavailable`, which stays right when the replicas change; `minAvailable` would one day equal them and block every
 * drain (kubernetes.io/docs/tasks/run-application/configure-pdb).
 */
import * as z from "zod";
import {
  autoscalerOf,
  budgetsFor,
  fewestReplicas,
  isBudget,
  selectedWorkloads,
} from "../../repository/disruption-budgets.ts";
import { isEmptySelector, matchesLabels } from "../../repository/label-selector.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication } from "../../repository/platform.ts";
import { type Fields, fieldsAt } from "../../repository/values.ts";
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
import { editableIn, findResource } from "../targets.ts";

const kinds = ["Deployment", "StatefulSet"] as const;
/** Large Deployments let a tenth of their pods go at once, or a drain would take a day. */
const SHARE = 0.1;

const schema = z.strictObject({
  kind: z.literal("add-pod-disruption-budget"),
  workload: z.strictObject({ kind: z.enum(kinds), namespace: objectName, name: objectName }),
  maxUnavailable: z.int().min(1).max(1_000),
});
export type AddPodDisruptionBudget = z.infer<typeof schema>;

export const addPodDisruptionBudget: IntentDefinition<AddPodDisruptionBudget> = {
  kind: "add-pod-disruption-budget",
  purpose: "A PodDisruptionBudget for a replicated workload.",
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
    const { resource, namespace } = workload;
    if (!isBudgeted(workload) || resource.application === undefined) continue;
    const [budget] = budgetsFor(platform, namespace, workload.podLabels);
    const target = targetOf(workload);
    const replicas = replicaProblem(platform, workload);
    if (budget !== undefined) done.push(`${budget.path}: PodDisruptionBudget ${budget.name} for ${target}`);
    else if (replicas !== undefined) exempt.push({ target, namespace, because: replicas });
    else {
      const plan = planFor(platform, workload);
      open.push({ target, namespace, because: typeof plan === "string" ? plan : "no PodDisruptionBudget selects it" });
    }
  }
  return { done, open, exempt };
}

function isBudgeted({ kind }: RepositoryWorkload): boolean {
  return (kinds as readonly string[]).includes(kind);
}

function targetOf({ kind, namespace, name }: RepositoryWorkload): string {
  return `${kind} ${namespace ?? ""}/${name}`;
}

function candidateFor(platform: Platform, workload: RepositoryWorkload): Candidate<AddPodDisruptionBudget> | undefined {
  const { namespace, name, resource } = workload;
  const kind = kinds.find((known) => known === workload.kind);
  if (kind === undefined || namespace === undefined || resource.application === undefined) return undefined;
  const plan = planFor(platform, workload);
  if (typeof plan === "string") return undefined;
  const { application, replicas } = plan;
  const least = autoscalerOf(platform, workload) === undefined ? `${replicas}` : `at least ${replicas}`;
  return {
    intent: {
      kind: "add-pod-disruption-budget",
      workload: { kind, namespace, name },
      maxUnavailable: mostUnavailable(kind, replicas),
    },
    target: targetOf(workload),
    namespace,
    because: `it runs ${least} replicas and no PodDisruptionBudget selects its pods`,
    application: application.name,
    // Data that needs a majority first, then what many depend on.
    rank: (kind === "StatefulSet" ? 4 : 2) + Math.min(replicas, 5),
  };
}

function mostUnavailable(kind: string, replicas: number): number {
  return kind === "StatefulSet" ? 1 : Math.max(1, Math.floor(replicas * SHARE));
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly replicas: number;
  readonly selector: Fields;
}

/** Everything a budget of `workload` needs, or why it can have none. */
function planFor(platform: Platform, workload: RepositoryWorkload): Plan | string {
  const { resource, namespace, name, podLabels } = workload;
  const application = editableIn(platform, resource);
  if (typeof application === "string") return application;
  const problem = replicaProblem(platform, workload);
  if (problem !== undefined) return problem;
  const [budget] = budgetsFor(platform, namespace, podLabels);
  if (budget !== undefined) return `${budget.path} already holds PodDisruptionBudget ${budget.name} for its pods`;
  const selector = fieldsAt(resource.object, "spec", "selector");
  if (isEmptySelector(selector) || !matchesLabels(selector, podLabels)) return `the selector of ${name} picks no pods`;
  const shared = selectedWorkloads(platform, namespace, selector).find((other) => other.resource !== resource);
  if (shared !== undefined) return `its selector picks the pods of ${shared.kind} ${shared.name} as well`;
  return { application, replicas: fewestReplicas(platform, workload), selector };
}

/** A budget over a single pod has only two meanings, and neither is wanted. */
function replicaProblem(platform: Platform, workload: RepositoryWorkload): string | undefined {
  const replicas = fewestReplicas(platform, workload);
  if (replicas >= 2) return undefined;
  const count = replicas === 0 ? "may stand at zero" : "runs a single replica";
  return `it ${count}: a budget would either forbid every drain of its node or protect nothing`;
}

function render(intent: AddPodDisruptionBudget, platform: Platform): Rendered {
  const { kind, namespace, name } = intent.workload;
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return refused(resource);
  const workload = asWorkload(resource);
  const plan = workload === undefined ? `${name} is no workload` : planFor(platform, workload);
  if (typeof plan === "string") return refused(plan);
  const { replicas, selector, application } = plan;
  const { maxUnavailable } = intent;
  if (maxUnavailable >= replicas) return refused(`${maxUnavailable} of ${replicas} replicas would protect nothing`);
  if (kind === "StatefulSet" && replicas >= 3 && (replicas - maxUnavailable) * 2 <= replicas) {
    return refused(`with ${maxUnavailable} of ${replicas} replicas away no majority would be left`);
  }
  const budget = budgetName(platform, name);
  const taken = inNamespace(platform, namespace).find((one) => isBudget(one) && one.name === budget);
  if (taken !== undefined) return refused(`${taken.path} already holds PodDisruptionBudget ${budget}`);
  const written = writeNewObjects(platform, application, namespace, [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      name: budget,
      body: { spec: { maxUnavailable, ...evictionPolicy(kind), selector } },
    },
  ]);
  if (typeof written === "string") return refused(written);
  const pods = maxUnavailable === 1 ? "one pod" : `${maxUnavailable} pods`;
  return {
    kind: "rendered",
    ...written,
    application: application.name,
    changes: [
      `Added PodDisruptionBudget ${namespace}/${budget}`,
      `A drain takes ${pods} of ${kind} ${namespace}/${name} (${replicas} replicas) at a time`,
    ],
  };
}

/**
 * Pods that never get ready must not block a drain (GA in Kubernetes 1.31, on by default since 1.27). A StatefulSet keeps
 * the default: its pod that is not ready may be the one that is just recovering data.
 */
function evictionPolicy(kind: string): Fields {
  return kind === "Deployment" ? { unhealthyPodEvictionPolicy: "AlwaysAllow" } : {};
}

/** Named like the workload, or with the suffix most of the repository's own budgets have. */
function budgetName(platform: Platform, workload: string): string {
  const suffixes = platform.resources.filter(isBudget).map(({ name }) => /-(pdb|budget)$/.exec(name)?.[0] ?? "");
  const count = (suffix: string) => suffixes.filter((one) => one === suffix).length;
  const suffix = ["", "-pdb", "-budget"].reduce((best, one) => (count(one) > count(best) ? one : best));
  return `${workload.slice(0, 253 - suffix.length)}${suffix}`;
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
