/**
 * A nightly dump of a database nobody backs up: made by the database's own image, with the credentials its workload
 * already uses, onto a volume of its own. The newest seven dumps are kept.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { neighboursOf } from "../../repository/conventions.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { at, type Fields, listAt } from "../../repository/values.ts";
import { type NewObject, ownLabels, writeNewObjects } from "../edit/new-objects.ts";
import { type IntentDefinition, type OpenPlace, type Rendered, type Survey } from "../intent.ts";
import { resourcesForBackup } from "../resource-values.ts";
import { restrictedContainer, restrictedPod } from "../restricted-pod.ts";
import { type BackupPlan, backupPlan, blockedBy, existingBackup, keepsData } from "./backup-plan.ts";
import {
  candidatesOf,
  databaseWorkload,
  deployedOf,
  nameBeside,
  planFor,
  servicePicking,
} from "./database-workloads.ts";
import { databaseIn } from "./databases.ts";

const schema = z.strictObject({ kind: z.literal("add-backup-cronjob"), workload: databaseWorkload });
export type AddBackupCronJob = z.infer<typeof schema>;

/** A CronJob's name is at most 52 characters, because the Job's name adds eleven. */
const MAX_NAME = 52;
/** Any user without privileges will do: the tools only need a home and the variables. */
const USER = 10001;

export const addBackupCronJob: IntentDefinition<AddBackupCronJob> = {
  kind: "add-backup-cronjob",
  purpose: "A nightly dump of a database onto a volume of its own, with the credentials its workload uses.",
  schema,
  sizesPods: true,
  candidates(platform) {
    return candidatesOf(platform, (workload, reference) => {
      const intent: AddBackupCronJob = { kind: "add-backup-cronjob", workload: reference };
      const plan = backupPlan(platform, workload);
      if (typeof plan === "string" || render(intent, platform).kind === "refused") return undefined;
      const what = plan.database.kind;
      return {
        intent,
        because: `${what} on ${plan.container.image} keeps data and no CronJob dumps it`,
        application: plan.application.name,
        rank: (workload.kind === "StatefulSet" ? 4 : 2) + (what === "redis" ? 0 : 3),
      };
    });
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const { workload, target } of deployedOf(platform)) {
    const { namespace, name, containers } = workload;
    if (!containers.some((one) => databaseIn(one) !== undefined) || !keepsData(workload)) continue;
    const backup = existingBackup(platform, workload);
    const plan = backupPlan(platform, workload);
    if (backup !== undefined) done.push(`${backup.path}: ${backup.kind} ${backup.name} for ${name}`);
    else open.push({ target, namespace, because: typeof plan === "string" ? plan : "it has none" });
  }
  return { done, open };
}

function render({ workload: reference }: AddBackupCronJob, platform: Platform): Rendered {
  const { namespace, name } = reference;
  const plan = planFor(platform, reference, backupPlan);
  if (typeof plan === "string") return refused(plan);
  const backup = nameBeside(name, "backup", MAX_NAME);
  const taken = inNamespace(platform, namespace).find((one) => one.name === backup);
  if (taken !== undefined) return refused(`${taken.kind} ${namespace}/${backup} is already there`);
  const labels = ownLabels(neighboursOf(platform, plan.application.name), backup);
  const service = servicePicking(platform, namespace, labels);
  const problem = blockedBy(platform, plan, labels) ?? (service && `Service ${service} would pick the backup's pods`);
  if (problem !== undefined) return refused(problem);
  const objects = [cronJob(platform, plan, backup, labels), volumeClaim(plan, backup)];
  const written = writeNewObjects(platform, plan.application, namespace, objects);
  if (typeof written === "string") return refused(written);
  return {
    kind: "rendered",
    ...written,
    application: plan.application.name,
    changes: [
      `Added CronJob ${namespace}/${backup}: a nightly ${plan.database.kind} dump of ${name}`,
      `Added PersistentVolumeClaim ${namespace}/${backup} (${plan.size}) for the dumps`,
    ],
  };
}

function cronJob(
  platform: Platform,
  plan: BackupPlan,
  name: string,
  labels: Readonly<Record<string, string>>,
): NewObject {
  const pullSecrets = listAt(plan.workload.podSpec, "imagePullSecrets");
  const podSpec: Fields = {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
    securityContext: restrictedPod({ user: USER, group: USER, fsGroup: USER }),
    containers: [container(platform, plan)],
    volumes: [
      { name: "backup", persistentVolumeClaim: { claimName: name } },
      { name: "tmp", emptyDir: {} },
    ],
  };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    name,
    body: {
      spec: {
        schedule: scheduleFor(`${plan.workload.namespace ?? ""}/${name}`),
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        startingDeadlineSeconds: 3600,
        jobTemplate: {
          spec: {
            backoffLimit: 2,
            activeDeadlineSeconds: 7200,
            template: { metadata: { labels }, spec: podSpec },
          },
        },
      },
    },
  };
}

function container(
  platform: Platform,
  { workload, container: model, database, service, port, credentials }: BackupPlan,
): Fields {
  const pullPolicy = at(model.spec, "imagePullPolicy");
  return {
    name: "backup",
    image: model.image,
    ...(typeof pullPolicy === "string" ? { imagePullPolicy: pullPolicy } : {}),
    command: ["/bin/sh", "-c"],
    args: [script(database.dump, database.suffix)],
    env: [
      { name: "HOST", value: service.name },
      { name: "PORT", value: String(port) },
      { name: "HOME", value: "/tmp" },
      { name: "KEEP", value: "7" },
      ...credentials,
    ],
    resources: resourcesForBackup(platform, workload.namespace),
    securityContext: restrictedContainer(),
    volumeMounts: [
      { name: "backup", mountPath: "/backup" },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

/**
 * A dump counts only once it is complete: it is written under another name and renamed. No pipes, because a plain
 * POSIX shell would let a failed dump hide behind a successful gzip.
 */
function script(dump: string, suffix: string): string {
  return [
    "set -eu",
    `FINAL="/backup/$(date -u +%Y%m%dT%H%M%SZ).${suffix}"`,
    'TARGET="$FINAL.part"',
    'trap \'rm -f "$TARGET" "$TARGET.raw"\' EXIT',
    dump,
    'test -s "$TARGET"',
    'mv "$TARGET" "$FINAL"',
    `ls -1t /backup/*.${suffix} | tail -n "+$((KEEP + 1))" | while read -r OLD; do rm -f "$OLD"; done`,
    "",
  ].join("\n");
}

/** Between 01:00 and 04:59, spread by the name so that backups do not all start together. */
function scheduleFor(name: string): string {
  const hash = createHash("sha256").update(name).digest().readUInt32BE(0);
  return `${hash % 60} ${1 + (Math.floor(hash / 60) % 4)} * * *`;
}

function volumeClaim({ storageClass, size }: BackupPlan, name: string): NewObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    name,
    // A claim bound only by its first pod is Pending until the first night and would keep the Application Progressing.
    annotations: { "argocd.argoproj.io/ignore-healthcheck": "true" },
    body: {
      spec: {
        accessModes: ["ReadWriteOnce"],
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
        resources: { requests: { storage: size } },
      },
    },
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
