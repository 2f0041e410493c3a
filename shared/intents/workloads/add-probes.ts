/**
 * Gives a container the readiness probe it lacks, so that no request reaches a pod that cannot answer yet; a liveness
 * probe only where an endpoint about the process alone is evident, because one that looks further restarts a pod for
 * another's fault (kubernetes.io/docs/concepts/workloads/pods/probes).
 */
import * as z from "zod";
import type { Platform } from "../../repository/platform.ts";
import { servicesOf } from "../../repository/services.ts";
import { at, type Fields } from "../../repository/values.ts";
import { asWorkload, type Container, type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { addToContainer } from "../edit/yaml-edit.ts";
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
import { type ProbePlan, planProbes } from "./probe-plan.ts";

/** Jobs run to their end; nothing asks them whether they are ready. */
const kinds = ["Deployment", "StatefulSet", "DaemonSet"] as const;

const schema = z.strictObject({
  kind: z.literal("add-probes"),
  workload: z.strictObject({ kind: z.enum(kinds), namespace: objectName, name: objectName }),
  container: objectName,
});
export type AddProbes = z.infer<typeof schema>;

export const addProbes: IntentDefinition<AddProbes> = {
  kind: "add-probes",
  purpose: "Readiness and liveness probes for a container that serves.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return workloadsOf(platform)
      .flatMap((workload) => workload.containers.map((container) => candidateFor(platform, workload, container)))
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
    const { resource, kind, namespace, name } = workload;
    if (!isAsked(kind) || resource.application === undefined) continue;
    for (const container of workload.containers) {
      const target = `${kind} ${namespace ?? ""}/${name}, container ${container.name}`;
      if (container.spec["readinessProbe"] !== undefined) {
        done.push(`${resource.path}: container ${container.name} of ${kind} ${namespace ?? ""}/${name}`);
        continue;
      }
      const plan = planFor(platform, workload, container);
      const application = editableIn(platform, resource);
      if (typeof application === "string") open.push({ target, namespace, because: application });
      else if (typeof plan === "string") exempt.push({ target, namespace, because: plan });
      else open.push({ target, namespace, because: "it has no readiness probe" });
    }
  }
  return { done, open, exempt };
}

function isAsked(kind: string): boolean {
  return (kinds as readonly string[]).includes(kind);
}

function candidateFor(
  platform: Platform,
  workload: RepositoryWorkload,
  container: Container,
): Candidate<AddProbes> | undefined {
  const { namespace, name, resource } = workload;
  const kind = kinds.find((known) => known === workload.kind);
  if (kind === undefined || namespace === undefined || resource.application === undefined) return undefined;
  const application = editableIn(platform, resource);
  const plan = planFor(platform, workload, container);
  if (typeof application === "string" || typeof plan === "string") return undefined;
  return {
    intent: { kind: "add-probes", workload: { kind, namespace, name }, container: container.name },
    target: `${kind} ${namespace}/${name}`,
    namespace,
    because: `container ${container.name} has no readiness probe; ${plan.because}`,
    application: application.name,
    rank: rank(platform, workload, plan),
  };
}

/** Behind a Service and replicated first: there a pod that is not ready answers requests others could answer. */
function rank(platform: Platform, workload: RepositoryWorkload, { asksApplication }: ProbePlan): number {
  const served = servicesOf(platform, workload).length > 0 ? 4 : 0;
  return served + (asksApplication ? 2 : 0) + Math.min(workload.replicas, 3);
}

function planFor(platform: Platform, workload: RepositoryWorkload, container: Container): ProbePlan | string {
  if (container.spec["readinessProbe"] !== undefined)
    return `container ${container.name} has a readiness probe already`;
  return peersProblem(platform, workload) ?? planProbes(platform, workload, container);
}

/** A headless Service lists ready pods only: peers that find each other there would wait for one another. */
function peersProblem(platform: Platform, workload: RepositoryWorkload): string | undefined {
  if (workload.kind !== "StatefulSet" || workload.replicas < 2) return undefined;
  const headless = servicesOf(platform, workload).find(({ object }) => {
    return at(object, "spec", "clusterIP") === "None" && at(object, "spec", "publishNotReadyAddresses") !== true;
  });
  return headless === undefined
    ? undefined
    : `its pods may find each other through Service ${headless.name}, which would list them only once they are ready`;
}

function render(intent: AddProbes, platform: Platform): Rendered {
  const { kind, namespace, name } = intent.workload;
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return refused(resource);
  const application = editableIn(platform, resource);
  if (typeof application === "string") return refused(application);
  const workload = asWorkload(resource);
  const container = workload?.containers.find((one) => one.name === intent.container);
  if (workload === undefined || container === undefined) return refused(`${name} has no container ${intent.container}`);
  const plan = planFor(platform, workload, container);
  if (typeof plan === "string") return refused(plan);
  const probes: Fields = {
    ...(plan.startup === undefined ? {} : { startupProbe: plan.startup }),
    readinessProbe: plan.readiness,
    ...(plan.liveness === undefined ? {} : { livenessProbe: plan.liveness }),
  };
  const after = ["startupProbe", "livenessProbe", "ports", "imagePullPolicy", "image"];
  const file = addToContainer(platform, workload, container, probes, after);
  if (typeof file === "string") return refused(file);
  return {
    kind: "rendered",
    files: [file],
    objects: [{ apiVersion: resource.apiVersion, kind, namespace, name, effect: "change" }],
    application: application.name,
    changes: [
      `Added ${Object.keys(probes).join(", ")} to container ${intent.container} of ${kind} ${namespace}/${name}`,
      `Chosen because ${plan.because}`,
    ],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
