/** The objects of a rotation: a CronJob in three steps, and an account that may touch one Secret and restart its readers. */
import type { Platform } from "../../repository/platform.ts";
import { at, type Fields, listAt } from "../../repository/values.ts";
import type { NewObject } from "../edit/new-objects.ts";
import { resourcesForBackup } from "../resource-values.ts";
import { restrictedContainer, restrictedPod } from "../restricted-pod.ts";
import type { RotationPlan } from "./rotation-plan.ts";
import { PREPARE, PUBLISH } from "./rotation-scripts.ts";

const RBAC = "rbac.authorization.k8s.io";
/** Any user without privileges will do: the clients only need a home and the variables. */
const USER = 10001;
/** Where clients of the API look for their token (kubernetes.io/docs/tasks/run-application/access-api-from-pod). */
const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface Rotation {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly schedule: string;
}

export function rotationObjects(platform: Platform, plan: RotationPlan, rotation: Rotation): readonly NewObject[] {
  const { name } = rotation;
  const namespace = plan.workload.namespace ?? "";
  return [
    cronJob(platform, plan, rotation),
    { apiVersion: "v1", kind: "ServiceAccount", name, body: { automountServiceAccountToken: false } },
    { apiVersion: `${RBAC}/v1`, kind: "Role", name, body: { rules: rulesFor(plan) } },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      name,
      body: {
        roleRef: { apiGroup: RBAC, kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    },
  ];
}

/** `rollout restart` reads a workload and patches its template. */
function rulesFor({ secret, restarted }: RotationPlan): readonly Fields[] {
  const kinds = [...new Set(restarted.map(({ kind }) => kind))].sort();
  const verbs = ["get", "patch"];
  return [
    { apiGroups: [""], resources: ["secrets"], resourceNames: [secret], verbs },
    ...kinds.map((kind) => ({
      apiGroups: ["apps"],
      resources: [`${kind.toLowerCase()}s`],
      resourceNames: restarted.filter((one) => one.kind === kind).map(({ name }) => name),
      verbs,
    })),
  ];
}

function cronJob(platform: Platform, plan: RotationPlan, { name, labels, schedule }: Rotation): NewObject {
  const pullSecrets = together(listAt(plan.workload.podSpec, "imagePullSecrets"), plan.kubectl.pullSecrets);
  const podSpec: Fields = {
    restartPolicy: "Never",
    serviceAccountName: name,
    // The token is mounted by hand, so that the database's client has none.
    automountServiceAccountToken: false,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
    securityContext: restrictedPod({ user: USER, group: USER, fsGroup: USER }),
    initContainers: [apiStep(platform, plan, "prepare", PREPARE, []), databaseStep(platform, plan)],
    containers: [
      apiStep(platform, plan, "publish", PUBLISH, [
        { name: "WORKLOADS", value: plan.restarted.map((one) => `${one.kind.toLowerCase()}/${one.name}`).join(" ") },
      ]),
    ],
    volumes: [
      { name: "work", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
      { name: "tmp", emptyDir: {} },
      { name: "token", projected: { sources: tokenSources() } },
    ],
  };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    name,
    body: {
      spec: {
        schedule,
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        startingDeadlineSeconds: 3600,
        jobTemplate: {
          spec: { backoffLimit: 6, activeDeadlineSeconds: 3600, template: { metadata: { labels }, spec: podSpec } },
        },
      },
    },
  };
}

function together(one: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  return [...new Map([...one, ...other].map((entry) => [JSON.stringify(entry), entry])).values()];
}

function apiStep(
  platform: Platform,
  { workload, secret, key, kubectl }: RotationPlan,
  name: string,
  script: string,
  more: readonly Fields[],
): Fields {
  return {
    name,
    image: kubectl.image,
    command: ["/bin/sh", "-c"],
    args: [script],
    env: [
      { name: "NAMESPACE", value: workload.namespace },
      { name: "SECRET", value: secret },
      { name: "KEY", value: key },
      { name: "HOME", value: "/tmp" },
      ...more,
    ],
    resources: resourcesForBackup(platform, workload.namespace),
    securityContext: restrictedContainer(),
    volumeMounts: [...mounts(), { name: "token", mountPath: TOKEN_PATH, readOnly: true }],
  };
}

function databaseStep(platform: Platform, { workload, container, service, port, login, change }: RotationPlan): Fields {
  const pullPolicy = at(container.spec, "imagePullPolicy");
  return {
    name: "change",
    image: container.image,
    ...(typeof pullPolicy === "string" ? { imagePullPolicy: pullPolicy } : {}),
    command: ["/bin/sh", "-c"],
    args: [change],
    env: [
      { name: "HOST", value: service.name },
      { name: "PORT", value: String(port) },
      { name: "HOME", value: "/tmp" },
      ...login,
    ],
    resources: resourcesForBackup(platform, workload.namespace),
    securityContext: restrictedContainer(),
    volumeMounts: mounts(),
  };
}

function mounts(): Fields[] {
  return [
    { name: "work", mountPath: "/rotation" },
    { name: "tmp", mountPath: "/tmp" },
  ];
}

/** What Kubernetes itself would mount, for as long as the job may run. */
function tokenSources(): readonly Fields[] {
  return [
    { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    {
      downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] },
    },
  ];
}
