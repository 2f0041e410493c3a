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
import { blockedBy } from "../databases/backup-plan.ts";
import {
  candidatesOf,
  databaseWorkload,
  deployedOf,
  nameBeside,
  planFor,
  servicePicking,
} from "../databases/database-workloads.ts";
import { ownLabels, writeNewObjects } from "../edit/new-objects.ts";
import { type IntentDefinition, type OpenPlace, type Rendered, type Survey } from "../intent.ts";
import { rotationObjects } from "./rotation-objects.ts";
import { passwordIn, type RotationPlan, rotationPlan } from "./rotation-plan.ts";

const schema = z.strictObject({ kind: z.literal("rotate-secret"), workload: databaseWorkload });
export type RotateSecret = z.infer<typeof schema>;

/** A CronJob's name is at most 52 characters, because the Job's name adds eleven. */
const MAX_NAME = 52;

export const rotateSecret: IntentDefinition<RotateSecret> = {
  kind: "rotate-secret",
  purpose: "A monthly CronJob that changes a database's password, in the database and in its Secret.",
  schema,
  sizesPods: true,
  candidates(platform) {
    return candidatesOf(platform, (workload, reference) => {
      const plan = rotationPlan(platform, workload);
      const intent: RotateSecret = { kind: "rotate-secret", workload: reference };
      if (typeof plan === "string" || render(intent, platform).kind === "refused") return undefined;
      return {
        intent,
        because: `${plan.database.kind} takes its password from Secret ${plan.secret}, which nothing changes`,
        application: plan.application.name,
        // The fewer start again, the less can go wrong.
        rank: 10 - Math.min(plan.restarted.length, 10),
      };
    });
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const { workload, target } of deployedOf(platform)) {
    const { resource, kind, namespace, name } = workload;
    if (passwordIn(workload) === undefined) continue;
    const plan = rotationPlan(platform, workload);
    const place = { target, namespace };
    if (typeof plan !== "string") open.push({ ...place, because: "nothing changes its password" });
    else if (/already lets something change/.test(plan)) done.push(`${resource.path}: ${kind} ${name}; ${plan}`);
    else if (/its store rotates it|made by/.test(plan)) exempt.push({ ...place, because: plan });
    else open.push({ ...place, because: plan });
  }
  return { done, open, exempt };
}

function render({ workload: reference }: RotateSecret, platform: Platform): Rendered {
  const { namespace, name } = reference;
  const plan = planFor(platform, reference, rotationPlan);
  if (typeof plan === "string") return refused(plan);
  const rotation = nameBeside(name, "rotation", MAX_NAME);
  const taken = inNamespace(platform, namespace).find((one) => one.name === rotation);
  if (taken !== undefined) return refused(`${taken.kind} ${namespace}/${rotation} is already there`);
  const labels = ownLabels(neighboursOf(platform, plan.application.name), rotation);
  const service = servicePicking(platform, namespace, labels);
  const problem = blockedBy(platform, plan, labels) ?? (service && `Service ${service} would pick the job's pods`);
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

/** On one of the first 28 days, between 01:00 and 04:59, spread by the name. */
function scheduleFor(namespace: string, name: string): string {
  const hash = createHash("sha256").update(`${namespace}/${name}/rotation`).digest().readUInt32BE(0);
  return `${hash % 60} ${1 + (Math.floor(hash / 60) % 4)} ${1 + (Math.floor(hash / 240) % 28)} * *`;
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
