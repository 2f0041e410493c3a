/**
 * A volume that outlives the pod for a database that keeps its data in an emptyDir or in its container's layer. The claim
 * and the pod that mounts it come in one change, and the old pod goes before the new one starts: a ReadWriteOnce volume
 * has one writer. Neither prune nor revert takes the claim away again.
 */
import * as z from "zod";
import { withChanges } from "../../repository/change.ts";
import type { Platform } from "../../repository/platform.ts";
import { quotaRoom } from "../../repository/quota.ts";
import { at, itemsAt, textAt } from "../../repository/values.ts";
import { asWorkload, workloadsOf } from "../../repository/workloads.ts";
import { type NewObject, writeNewObjects } from "../edit/new-objects.ts";
import { addStep, appendStep, runSteps, type Step, setStep, swapStep } from "../edit/yaml-steps.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName, quantity } from "../schema.ts";
import { findResource } from "../targets.ts";
import { type ClaimPlan, claimable, takenClaim } from "./add-volume-claim-plan.ts";
import { type ChosenClaim, chooseClaim, claimProblem } from "./add-volume-claim-size.ts";

const kinds = ["Deployment", "StatefulSet"] as const;
const schema = z.strictObject({
  kind: z.literal("add-volume-claim"),
  workload: z.strictObject({ kind: z.enum(kinds), namespace: labelName, name: objectName }),
  requests: z.strictObject({ storage: quantity }),
  /** Absent: the cluster's default class. */
  storageClass: objectName.optional(),
});
export type AddVolumeClaim = z.infer<typeof schema>;

/**
 * What holds data is neither pruned nor deleted with its Application, and an Application whose Git no longer names it is
 * not OutOfSync for that (argo-cd: docs/user-guide/sync-options.md "No Prune Resources", compare-options.md).
 */
const KEPT = {
  "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
  "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
};

export const addVolumeClaim: IntentDefinition<AddVolumeClaim> = {
  kind: "add-volume-claim",
  purpose: "A PersistentVolumeClaim for a single-replica database whose data would go with its pod.",
  schema,
  sizesPods: true,
  candidates(platform) {
    return workloadsOf(platform)
      .map((workload): Candidate<AddVolumeClaim> | undefined => {
        const { kind, namespace, name } = workload;
        const found = claimable(platform, workload);
        if (kind !== "Deployment" || namespace === undefined || found?.state !== "ready") return undefined;
        const { plan } = found;
        const chosen = chooseClaim(platform, workload, plan.place.database.kind, plan.least);
        if (typeof chosen === "string") return undefined;
        const intent = intentFor({ kind, namespace, name }, chosen);
        const rendered = render(intent, platform);
        if (rendered.kind === "refused") return undefined;
        const what = plan.place.database.kind;
        return {
          intent,
          target: `${kind} ${namespace}/${name}`,
          namespace,
          because: `${what} on ${plan.container.image} keeps its data in ${plan.now}, which goes with the pod; ${chosen.because}`,
          application: rendered.application,
          rank: what === "redis" ? 1 : 3,
        };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function intentFor(workload: AddVolumeClaim["workload"], { size, storageClass }: ChosenClaim): AddVolumeClaim {
  const named = storageClass === undefined ? {} : { storageClass };
  return { kind: "add-volume-claim", workload, requests: { storage: size }, ...named };
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const workload of workloadsOf(platform)) {
    const found = claimable(platform, workload);
    if (found === undefined) continue;
    const { kind, namespace, name, resource } = workload;
    const target = `${kind} ${namespace ?? ""}/${name}`;
    if (found.state === "done") done.push(`${resource.path}: ${target} on ${found.what}`);
    else if (found.state === "exempt") exempt.push({ target, namespace, because: found.because });
    else
      open.push({
        target,
        namespace,
        because: found.state === "ready" ? whyOpen(platform, found.plan) : found.because,
      });
  }
  return { done, open, exempt };
}

/** The reason a candidate would be refused for; where there is none, what is lacking. */
function whyOpen(platform: Platform, plan: ClaimPlan): string {
  const { workload, place, now, least } = plan;
  const chosen = chooseClaim(platform, workload, place.database.kind, least);
  if (typeof chosen === "string") return chosen;
  const { namespace = "", name } = workload;
  const rendered = render(intentFor({ kind: "Deployment", namespace, name }, chosen), platform);
  return rendered.kind === "refused" ? rendered.because : `its data is in ${now}`;
}

function render(intent: AddVolumeClaim, platform: Platform): Rendered {
  const { kind, namespace, name } = intent.workload;
  const target = `${kind} ${namespace}/${name}`;
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return refused(resource);
  const workload = asWorkload(resource);
  const found = workload === undefined ? undefined : claimable(platform, workload);
  if (found === undefined) return refused(`${target} runs no database whose data path is known`);
  if (found.state === "done") return refused(`${target} keeps its data on ${found.what} already`);
  if (found.state !== "ready") return refused(`${target}: ${found.because}`);
  const { plan } = found;
  const { storage } = intent.requests;
  const problem = takenClaim(platform, plan) ?? claimProblem(platform, namespace, intent.storageClass, storage);
  if (problem !== undefined) return refused(problem);
  const file = runSteps(platform, resource, stepsFor(plan));
  if (typeof file === "string") return refused(file);
  const created = writeNewObjects(platform, plan.application, namespace, [volumeClaim(intent, plan)]);
  if (typeof created === "string") return refused(created);
  const files = [file, ...created.files];
  const over = quotaRoom(platform, withChanges(platform, files), namespace).find(({ verdict }) => verdict === "over");
  if (over !== undefined) return refused(over.message);
  return {
    kind: "rendered",
    files,
    objects: [{ apiVersion: resource.apiVersion, kind, namespace, name, effect: "change" }, ...created.objects],
    application: plan.application.name,
    changes: [
      `Added PersistentVolumeClaim ${namespace}/${plan.claim} (${storage}, ${intent.storageClass ?? "the default class"})`,
      `${target} keeps its ${plan.place.database.kind} data on it, and stops its old pod before it starts the new one`,
      `What is in ${plan.now} now is not moved: it goes with the pod, as with any restart; dump it first if it is needed`,
      "A revert leaves the claim and its data in the cluster",
    ],
  };
}

function volumeClaim({ requests, storageClass }: AddVolumeClaim, { claim }: ClaimPlan): NewObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    name: claim,
    annotations: KEPT,
    body: {
      spec: {
        accessModes: ["ReadWriteOnce"],
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
        resources: { requests },
      },
    },
  };
}

function stepsFor(plan: ClaimPlan): readonly Step[] {
  const { workload, container, claim, empty, mountPath, pgdata, subPath, fsGroup } = plan;
  const pod = [...workload.templatePath, "spec"];
  const own = [...pod, "containers", container.index];
  const source = { claimName: claim };
  const mounting =
    empty === undefined
      ? [
          appendStep(
            own,
            "volumeMounts",
            { name: volumeName(plan), mountPath, ...(subPath === undefined ? {} : { subPath }) },
            ["env", "ports", "image"],
          ),
          appendStep(pod, "volumes", { name: volumeName(plan), persistentVolumeClaim: source }),
        ]
      : [
          ...(subPath === undefined
            ? []
            : [addStep([...own, "volumeMounts", empty.mount], { subPath }, ["mountPath"])]),
          swapStep([...pod, "volumes", empty.volume], "emptyDir", "persistentVolumeClaim", source),
        ];
  const group =
    fsGroup === undefined
      ? []
      : [addStep(pod, { securityContext: { fsGroup } }, ["serviceAccountName", "restartPolicy"])];
  return [...strategyStep(workload.resource.object), ...group, ...pgdataStep(plan, own, pgdata), ...mounting];
}

/** The old pod must let go of the volume before the new one can have it. */
function strategyStep(object: Readonly<Record<string, unknown>>): readonly Step[] {
  const type = textAt(object, "spec", "strategy", "type");
  if (type === "Recreate") return [];
  const strategy = { type: "Recreate" };
  if (at(object, "spec", "strategy") !== undefined) return [swapStep(["spec"], "strategy", "strategy", strategy)];
  return [addStep(["spec"], { strategy }, ["replicas"])];
}

function pgdataStep(
  { container }: ClaimPlan,
  own: readonly (string | number)[],
  pgdata: string | undefined,
): readonly Step[] {
  if (pgdata === undefined) return [];
  const index = itemsAt(container.spec, "env").findIndex((one) => one["name"] === "PGDATA");
  if (index === -1) return [appendStep(own, "env", { name: "PGDATA", value: pgdata }, ["ports", "image"])];
  return [setStep([...own, "env", index, "value"], pgdata)];
}

/** `data`, unless a volume of that name is there. */
function volumeName({ workload, claim }: ClaimPlan): string {
  const names = itemsAt(workload.podSpec, "volumes").map((one) => one["name"]);
  return names.includes("data")
    ? claim
        .slice(0, 63)
        .replace(/[^a-z0-9]+$/, "")
        .replaceAll(".", "-")
    : "data";
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
