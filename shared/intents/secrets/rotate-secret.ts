/**
 * A monthly change of a database's password: made up in the pod, set by the database's own client, written into that one
 * Secret and nowhere else. Every step can be repeated, and at no moment is the password known to nobody. A revert ends
 * the rotation and leaves the password and the Secret as they are.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { neighboursOf } from "../../repository/conventions.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { isService } from "../../repository/services.ts";
import { stringsAt } from "../../repository/values.ts";
import { asWorkload, selects, workloadsOf } from "../../repository/workloads.ts";
import { blockedBy } from "../databases/backup-plan.ts";
import { ownLabels, writeNewObjects } from "../edit/new-objects.ts";
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
import { rotationObjects } from "./rotation-objects.ts";
import { passwordIn, type RotationPlan, rotationPlan } from "./rotation-plan.ts";

const kinds = ["StatefulSet", "Deployment"] as const;
const schema = z.strictObject({
  kind: z.literal("rotate-secret"),
  workload: z.strictObject({ kind: z.enum(kinds), namespace: labelName, name: objectName }),
});
export type RotateSecret = z.infer<typeof schema>;

/** A CronJob's name is at most 52 characters, because the Job's name adds eleven. */
const MAX_NAME = 52;

export const rotateSecret: IntentDefinition<RotateSecret> = {
  kind: "rotate-secret",
  purpose: "A monthly CronJob that changes a database's password, in the database and in its Secret.",
  schema,
  sizesPods: true,
  candidates(platform) {
    return workloadsOf(platform)
      .map((workload): Candidate<RotateSecret> | undefined => {
        const { namespace, name } = workload;
        const kind = kinds.find((known) => known === workload.kind);
        if (kind === undefined || namespace === undefined) return undefined;
        const plan = rotationPlan(platform, workload);
        const intent: RotateSecret = { kind: "rotate-secret", workload: { kind, namespace, name } };
        if (typeof plan === "string" || render(intent, platform).kind === "refused") return undefined;
        return {
          intent,
          target: `${kind} ${namespace}/${name}`,
          namespace,
          because: `${plan.database.kind} takes its password from Secret ${plan.secret}, which nothing changes`,
          application: plan.application.name,
          // The fewer start again, the less can go wrong.
          rank: 10 - Math.min(plan.restarted.length, 10),
        };
      })
      .filter((candidate) => candidate !== undefined)
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
    if (!(kinds as readonly string[]).includes(kind) || resource.application === undefined) continue;
    if (passwordIn(workload) === undefined) continue;
    const plan = rotationPlan(platform, workload);
    const place = { target: `${kind} ${namespace ?? ""}/${name}`, namespace };
    if (typeof plan !== "string") open.push({ ...place, because: "nothing changes its password" });
    else if (/already lets something change/.test(plan)) done.push(`${resource.path}: ${kind} ${name}; ${plan}`);
    else if (/its store rotates it|made by/.test(plan)) exempt.push({ ...place, because: plan });
    else open.push({ ...place, because: plan });
  }
  return { done, open, exempt };
}

function render({ workload: { kind, namespace, name } }: RotateSecret, platform: Platform): Rendered {
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return refused(resource);
  const workload = asWorkload(resource);
  const plan = workload === undefined ? `${name} is no workload` : rotationPlan(platform, workload);
  if (typeof plan === "string") return refused(plan);
  const rotation = rotationName(name);
  const taken = inNamespace(platform, namespace).find((one) => one.name === rotation);
  if (taken !== undefined) return refused(`${taken.kind} ${namespace}/${rotation} is already there`);
  const labels = ownLabels(neighboursOf(platform, plan.application.name), rotation);
  const problem = blockedBy(platform, plan, labels) ?? selectedBy(platform, namespace, labels);
  if (problem !== undefined) return refused(problem);
  const objects = rotationObjects(platform, plan, { name: rotation, labels, schedule: scheduleFor(namespace, name) });
  const written = writeNewObjects(platform, plan.application, namespace, objects);
  if (typeof written === "string") return refused(written);
  return { kind: "rendered", ...written, application: plan.application.name, changes: changesOf(plan, rotation) };
}

function changesOf({ workload, secret, key, restarted, database }: RotationPlan, rotation: string): string[] {
  const { namespace, name } = workload;
  const again = restarted.map((one) => `${one.kind} ${one.name}`).join(", ");
  return [
    `Added CronJob ${namespace}/${rotation}: changes the ${database.kind} password of ${name} once a month, in Secret ${secret} (${key})`,
    again === ""
      ? "No other workload has to start again for it"
      : `After each change ${again.slice(0, 300)} start again; until then they cannot open new connections`,
    `Added ServiceAccount, Role and RoleBinding ${rotation}: that Secret and those workloads, nothing else`,
  ];
}

/** `<name>-rotation`, shortened with a hash where it would be too long for a CronJob or a label. */
function rotationName(name: string): string {
  const plain = `${name.replaceAll(".", "-")}-rotation`;
  if (plain.length <= MAX_NAME) return plain;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${plain.slice(0, MAX_NAME - 16).replace(/-+$/, "")}-${hash}-rotation`;
}

/** A Service that picked the job's pods would send them traffic. */
function selectedBy(
  platform: Platform,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const service = inNamespace(platform, namespace).find(
    (one) => isService(one) && selects(stringsAt(one.object, "spec", "selector"), labels),
  );
  return service === undefined ? undefined : `Service ${service.name} would pick the job's pods`;
}

/** On one of the first 28 days, between 01:00 and 04:59, spread by the name. */
function scheduleFor(namespace: string, name: string): string {
  const hash = createHash("sha256").update(`${namespace}/${name}/rotation`).digest().readUInt32BE(0);
  return `${hash % 60} ${1 + (Math.floor(hash / 60) % 4)} ${1 + (Math.floor(hash / 240) % 28)} * *`;
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
