/**
 * Takes from containers the privileges they evidently do not use, up to what Pod Security "restricted" asks for
 * (kubernetes.io/docs/concepts/security/pod-security-standards). What the manifests do not show stays as it is: an
 * image that starts as root and changes its user needs capabilities, and `runAsNonRoot` keeps an image with a named
 * user from starting at all.
 */
import * as z from "zod";
import type { Platform } from "../../repository/platform.ts";
import {
  editResource,
  findWorkload,
  referenceTo,
  templatedWorkload,
  workloadsAndCharts,
} from "../edit/workload-edit.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { hardeningOf } from "./security-evidence.ts";

const schema = z.strictObject({ kind: z.literal("harden-security-context"), workload: templatedWorkload });
export type HardenSecurityContext = z.infer<typeof schema>;

export const hardenSecurityContext: IntentDefinition<HardenSecurityContext> = {
  kind: "harden-security-context",
  purpose: "The security context Pod Security restricted asks for, as far as a container evidently can run with it.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return workloadsAndCharts(platform)
      .map((workload): Candidate<HardenSecurityContext> | undefined => {
        const reference = referenceTo(workload);
        if (reference === undefined) return undefined;
        const { additions } = hardeningOf(platform, workload);
        const intent: HardenSecurityContext = { kind: "harden-security-context", workload: reference };
        const rendered = additions.length === 0 ? undefined : render(intent, platform);
        if (rendered?.kind !== "rendered") return undefined;
        const { kind, namespace, name } = reference;
        const lacking = additions.map((one) => `container ${one.container.name} ${one.lacks.join(", ")}`);
        return {
          intent,
          target: `${kind} ${namespace}/${name}`,
          namespace,
          because: lacking.slice(0, 5).join("; "),
          application: rendered.application,
          rank: rank(kind, workload.replicas),
        };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

/** First where a pod that does not come up is missed by nobody, because the old ones stay until it does. */
function rank(kind: string, replicas: number): number {
  const base = { Deployment: 6, DaemonSet: 3, CronJob: 2 }[kind] ?? 0;
  return base + Math.min(replicas, 3);
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const workload of workloadsAndCharts(platform)) {
    const reference = referenceTo(workload);
    if (reference === undefined) continue;
    const { kind, namespace, name } = reference;
    const target = `${kind} ${namespace}/${name}`;
    const { additions, unknown, privileged } = hardeningOf(platform, workload);
    const found = findWorkload(platform, reference);
    const lacking = [...additions.flatMap((one) => one.lacks), ...unknown];
    if (lacking.length > 0) open.push({ target, namespace, because: typeof found === "string" ? found : say(lacking) });
    else if (privileged !== undefined) exempt.push({ target, namespace, because: privileged });
    else done.push(`${workload.resource.path}: ${target}`);
  }
  return { done, open, exempt };
}

function say(reasons: readonly string[]): string {
  return [...new Set(reasons)].slice(0, 5).join("; ");
}

function render({ workload: reference }: HardenSecurityContext, platform: Platform): Rendered {
  const found = findWorkload(platform, reference);
  if (typeof found === "string") return { kind: "refused", because: found };
  const { workload, application } = found;
  const { kind, namespace, name } = reference;
  const { additions, unknown, privileged } = hardeningOf(platform, workload);
  if (additions.length === 0) {
    const because = privileged ?? (unknown.length > 0 ? say(unknown) : "its containers have all of it already");
    return { kind: "refused", because: `${kind} ${namespace}/${name}: ${because}` };
  }
  const edits = additions.map(({ container, fields }) => ({
    path: container.path,
    add: { securityContext: fields },
    after: ["resources", "ports", "imagePullPolicy", "image"],
  }));
  const file = editResource(platform, workload.resource, edits);
  if (typeof file === "string") return { kind: "refused", because: file };
  const { apiVersion } = workload.resource;
  return {
    kind: "rendered",
    files: [file],
    objects: [{ apiVersion, kind, namespace, name, effect: "change" }],
    application: application.name,
    changes: additions.map(
      ({ container, gains }) => `Container ${container.name} of ${kind} ${namespace}/${name}: ${gains.join(", ")}`,
    ),
  };
}
