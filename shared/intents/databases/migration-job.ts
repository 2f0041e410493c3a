/** The Job that migrates: the container that did so before, under Pod Security "restricted", as a hook of Argo CD. */
import type { Platform } from "../../repository/platform.ts";
import { at, type Fields, fieldsAt, itemsAt, textAt } from "../../repository/values.ts";
import { asContainer } from "../../repository/workloads.ts";
import type { NewObject } from "../edit/new-objects.ts";
import { chooseResources, resourceEvidence, resourcesForBackup } from "../resource-values.ts";
import { restrictedContainer, restrictedPod } from "../restricted-pod.ts";
import type { MigrationPlan } from "./migration-plan.ts";

/** A database that is only starting refuses the first tries. */
const RETRIES = 4;
/** Seconds; without an end a migration that waits for a lock would hold up every later sync, the revert included. */
const DEADLINE = 3600;
/** What decides where a pod may run and what it finds there. */
const KEPT = [
  "serviceAccountName",
  "imagePullSecrets",
  "nodeSelector",
  "tolerations",
  "priorityClassName",
  "runtimeClassName",
  "hostAliases",
  "dnsPolicy",
  "dnsConfig",
];
/** What a container that runs to its end has as well. */
const OWN = ["env", "envFrom", "workingDir", "imagePullPolicy"];

export function migrationJob(platform: Platform, plan: MigrationPlan): NewObject {
  const { workload, name, labels, order } = plan;
  const { podSpec } = workload;
  const kept = KEPT.flatMap((field) => (podSpec[field] === undefined ? [] : [[field, podSpec[field]] as const]));
  const volumes = volumesOf(plan);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    name,
    annotations: {
      "argocd.argoproj.io/hook": order.phase,
      "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
      ...(order.wave === undefined ? {} : { "argocd.argoproj.io/sync-wave": String(order.wave) }),
    },
    body: {
      spec: {
        backoffLimit: RETRIES,
        activeDeadlineSeconds: DEADLINE,
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: "Never",
            automountServiceAccountToken: false,
            ...Object.fromEntries(kept),
            securityContext: podSecurity(plan),
            containers: [container(platform, plan)],
            ...(volumes.length === 0 ? {} : { volumes }),
          },
        },
      },
    },
  };
}

function container(platform: Platform, plan: MigrationPlan): Fields {
  const { spec, name, image } = plan.container;
  const own = OWN.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]] as const]));
  const { env: _, ...rest } = Object.fromEntries(own);
  const given = itemsAt(spec, "env");
  const variables = plan.knownUser ? given : withHome(given);
  return {
    name,
    image,
    ...words(plan),
    ...rest,
    ...(variables.length === 0 ? {} : { env: variables }),
    resources: resourcesOf(platform, plan),
    securityContext: containerSecurity(spec),
    volumeMounts: mountsOf(plan),
  };
}

/** The command: a tool's, the first half of a script, or what the container runs anyway. */
function words({ container: { spec }, command, moved }: MigrationPlan): Fields {
  if (command !== undefined) return { command };
  const lists = Object.fromEntries(
    ["command", "args"].flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]] as const])),
  );
  if (moved?.form !== "script") return lists;
  const list = [...(lists[moved.field] as readonly unknown[])];
  list[moved.index] = moved.script.migration;
  return { ...lists, [moved.field]: list };
}

/** Tools keep caches at home, and a user the image does not know has none. */
function withHome(env: readonly Fields[]): readonly Fields[] {
  return env.some((one) => one["name"] === "HOME") ? env : [{ name: "HOME", value: "/tmp" }, ...env];
}

function podSecurity({ workload, user, container: { spec } }: MigrationPlan): Fields {
  const pod = fieldsAt(workload.podSpec, "securityContext");
  const group = at(spec, "securityContext", "runAsGroup") ?? pod["runAsGroup"];
  const fsGroup = pod["fsGroup"];
  return restrictedPod({
    ...(user === undefined ? {} : { user }),
    ...(typeof group === "number" && group > 0 ? { group } : {}),
    ...(typeof fsGroup === "number" ? { fsGroup } : {}),
  });
}

/** A file system it was given to write to it keeps: somebody said so, and policy will say it to a person. */
function containerSecurity(spec: Fields): Fields {
  const writes = at(spec, "securityContext", "readOnlyRootFilesystem") === false;
  return { ...restrictedContainer(), ...(writes ? { readOnlyRootFilesystem: false } : {}) };
}

function mountsOf({ container: { spec } }: MigrationPlan): readonly Fields[] {
  const own = itemsAt(spec, "volumeMounts");
  return own.some((one) => textAt(one, "mountPath") === "/tmp")
    ? own
    : [...own, { name: tmpName(own), mountPath: "/tmp" }];
}

function volumesOf(plan: MigrationPlan): readonly Fields[] {
  const own = itemsAt(plan.container.spec, "volumeMounts");
  const mounted = new Set(own.map((mount) => mount["name"]));
  const kept = itemsAt(plan.workload.podSpec, "volumes").filter((volume) => mounted.has(volume["name"]));
  const hasTmp = own.some((one) => textAt(one, "mountPath") === "/tmp");
  return hasTmp ? kept : [...kept, { name: tmpName(own), emptyDir: {} }];
}

function tmpName(mounts: readonly Fields[]): string {
  return mounts.some((one) => one["name"] === "tmp") ? "scratch" : "tmp";
}

/** Its own, what containers of its kind have, those of its pod's other containers with the same image, or small amounts. */
function resourcesOf(platform: Platform, { workload, container: { spec, image } }: MigrationPlan): Fields {
  const own = asContainer(spec, 0);
  if (isSized(own)) return fieldsAt(spec, "resources");
  const twin = workload.containers.find((one) => one.image === image && isSized(one));
  if (twin !== undefined) return fieldsAt(twin.spec, "resources");
  const chosen = chooseResources(resourceEvidence(platform), workload, own);
  const requests = { ...own.requests, ...chosen?.requests };
  const limits = { ...own.limits, ...chosen?.limits };
  return isSized({ requests, limits }) ? { requests, limits } : resourcesForBackup(platform, workload.namespace);
}

/** What policy asks of every new container. */
function isSized({ requests, limits }: { readonly requests: Fields; readonly limits: Fields }): boolean {
  const asks = ["cpu", "memory"].every((name) => requests[name] !== undefined || limits[name] !== undefined);
  return asks && limits["memory"] !== undefined;
}
