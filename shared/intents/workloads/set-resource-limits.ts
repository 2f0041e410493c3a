/** Gives a container the requests and limits it lacks. Edits the file in place, nothing else in it moves. */
import * as z from "zod";
import { limitsOf } from "../../repository/limit-range.ts";
import type { Platform } from "../../repository/platform.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import type { Fields } from "../../repository/values.ts";
import { asWorkload, type Container, type RepositoryWorkload } from "../../repository/workloads.ts";
import { editResource, findWorkloadResource, workloadsAndCharts } from "../edit/workload-edit.ts";
import { addToContainer } from "../edit/yaml-edit.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { chooseResources, type Evidence, resourceEvidence, sizedFields } from "../resource-values.ts";
import { objectName, quantity } from "../schema.ts";
import { editableIn } from "../targets.ts";

const values = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() });
/** A Job's pod template cannot be changed once it exists, so Jobs are no target. */
const kinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob"] as const;

const schema = z.strictObject({
  kind: z.literal("set-resource-limits"),
  workload: z.strictObject({ kind: z.enum(kinds), namespace: objectName, name: objectName }),
  container: objectName,
  requests: values.optional(),
  limits: values.optional(),
});
export type SetResourceLimits = z.infer<typeof schema>;

export const setResourceLimits: IntentDefinition<SetResourceLimits> = {
  kind: "set-resource-limits",
  purpose: "Missing requests and limits of one container, from LimitRange or neighbours.",
  schema,
  sizesPods: true,
  candidates(platform) {
    const evidence = resourceEvidence(platform);
    return workloadsAndCharts(platform)
      .flatMap((workload) => workload.containers.map((container) => candidateFor(evidence, workload, container)))
      .filter((candidate) => candidate !== undefined)
      .filter(({ intent }) => setResourceLimits.render(intent, platform).kind === "rendered")
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const workload of workloadsAndCharts(platform)) {
    const { resource, kind, namespace, name } = workload;
    if (kind === "Job" || resource.application === undefined) continue;
    const target = `${kind} ${namespace ?? ""}/${name}`;
    for (const { name: container, requests, limits } of workload.containers) {
      const has = (one: string) => requests[one] !== undefined || limits[one] !== undefined;
      if (limits["memory"] !== undefined && has("cpu"))
        done.push(`${resource.path}: container ${container} of ${target}`);
      else {
        const editable = editableIn(platform, resource);
        const because = typeof editable === "string" ? editable : "nothing in the repository says how much it needs";
        open.push({ target: `${target}, container ${container}`, namespace, because });
      }
    }
  }
  return { done, open };
}

function candidateFor(
  evidence: Evidence,
  workload: RepositoryWorkload,
  container: Container,
): Candidate<SetResourceLimits> | undefined {
  const { namespace, name, resource } = workload;
  const kind = kinds.find((known) => known === workload.kind);
  if (kind === undefined || namespace === undefined || resource.application === undefined) return undefined;
  const application = editableIn(evidence.platform, resource);
  if (typeof application === "string") return undefined;
  const chosen = chooseResources(evidence, workload, container);
  if (chosen === undefined) return undefined;
  const missing = [
    ...Object.keys(chosen.requests).map((one) => `${one} request`),
    ...Object.keys(chosen.limits).map((one) => `${one} limit`),
  ];
  // A CPU limit alone is a matter of taste, and a LimitRange's default applies anyway.
  if (missing.every((one) => one === "cpu limit")) return undefined;
  return {
    intent: {
      kind: "set-resource-limits",
      workload: { kind, namespace, name },
      container: container.name,
      ...sizedFields(chosen),
    },
    target: `${kind} ${namespace}/${name}`,
    namespace,
    because: `container ${container.name} has no ${missing.join(", no ")}; ${chosen.because}`,
    application: application.name,
    rank: rank(evidence.platform, workload, missing),
  };
}

/** What an unlimited container can do to its neighbours: memory before CPU, many replicas and services before jobs. */
function rank(platform: Platform, workload: RepositoryWorkload, missing: readonly string[]): number {
  const weight = missing.reduce((sum, one) => sum + (one === "memory limit" ? 4 : one === "memory request" ? 2 : 1), 0);
  const lasting = workload.kind === "CronJob" ? 0 : 3;
  const defaults = limitsOf(platform, workload.namespace);
  // Admission fills in the LimitRange's defaults anyway; containers nobody protects come first.
  const unprotected = Object.keys(defaults?.defaultLimit ?? {}).length === 0 ? 4 : 0;
  return weight + lasting + unprotected + Math.min(workload.replicas, 3);
}

function render(intent: SetResourceLimits, platform: Platform): Rendered {
  const { kind, namespace, name } = intent.workload;
  const resource = findWorkloadResource(platform, intent.workload);
  if (typeof resource === "string") return refused(resource);
  const application = editableIn(platform, resource);
  if (typeof application === "string") return refused(application);
  const workload = asWorkload(resource);
  const container = workload?.containers.find((one) => one.name === intent.container);
  if (workload === undefined || container === undefined) return refused(`${name} has no container ${intent.container}`);
  const problem = valueProblem(intent, container);
  if (problem !== undefined) return refused(problem);
  const { requests, limits } = intent;
  const added = { resources: { ...(requests && { requests }), ...(limits && { limits }) } };
  const after = ["ports", "imagePullPolicy", "image"];
  const path = [...workload.templatePath, "spec", "containers", container.index];
  const file =
    resource.rendered === true
      ? editResource(platform, resource, [{ path, add: added, after }])
      : addToContainer(platform, workload, container, added, after);
  if (typeof file === "string") return refused(file);
  return {
    kind: "rendered",
    files: [file],
    objects: [{ apiVersion: resource.apiVersion, kind, namespace, name, effect: "change" }],
    application: application.name,
    changes: describe(intent).map((line) => `${line} on container ${intent.container} of ${kind} ${namespace}/${name}`),
  };
}

function valueProblem(intent: SetResourceLimits, { requests, limits }: Container): string | undefined {
  const added = { requests: intent.requests ?? {}, limits: intent.limits ?? {} };
  if (Object.keys({ ...added.requests, ...added.limits }).length === 0) return "the intent sets nothing";
  for (const name of ["cpu", "memory"] as const) {
    if (added.requests[name] !== undefined && requests[name] !== undefined) return `a ${name} request is already there`;
    if (added.limits[name] !== undefined && limits[name] !== undefined) return `a ${name} limit is already there`;
    const request = parseQuantity(added.requests[name] ?? requests[name]);
    const limit = parseQuantity(added.limits[name] ?? limits[name]);
    if (request !== undefined && limit !== undefined && request > limit) return `the ${name} request is over its limit`;
  }
  return undefined;
}

function describe({ requests, limits }: SetResourceLimits): string[] {
  const list = (set: Fields | undefined) =>
    Object.entries(set ?? {})
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(", ");
  return [
    ...(requests === undefined ? [] : [`Set requests (${list(requests)})`]),
    ...(limits === undefined ? [] : [`Set limits (${list(limits)})`]),
  ];
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
