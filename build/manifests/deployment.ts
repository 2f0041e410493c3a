/** The Deployment of one stage: no replicas of its own, they belong to KEDA. */
import { type StageName, stageEntry } from "../../shared/stages.ts";
import { labelsOf, selectorOf, workloadName } from "./names.ts";

export const PORT = 8080;
/** Seconds between the end of the drain and SIGKILL, for closing connections. */
export const AFTER_DRAIN = 5;
/** Of a stage that nobody has measured yet. */
const RESOURCES = { requests: { cpu: "50m", memory: "96Mi" }, limits: { cpu: "1", memory: "384Mi" } };
/** A fit on 2,800 chunks took 430 MB. */
const OF_INDEX = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } };

/** A training on 10,000 rows took 440 MB; between trainings it needs no more than others. */
const OF_LEARN = { requests: RESOURCES.requests, limits: { cpu: "1", memory: "1Gi" } };

export function resourcesOf(stage: StageName): typeof RESOURCES {
  if (stage === "index") return OF_INDEX;
  return stage === "learn" ? OF_LEARN : RESOURCES;
}
const TMP_SIZE = "256Mi";

export function deployment(stage: StageName, version: string): Record<string, unknown> {
  const { drainMs } = stageEntry(stage);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: workloadName(stage), labels: labelsOf(stage) },
    spec: {
      revisionHistoryLimit: 3,
      selector: { matchLabels: selectorOf(stage) },
      template: {
        metadata: { labels: labelsOf(stage) },
        spec: {
          serviceAccountName: workloadName(stage),
          terminationGracePeriodSeconds: drainMs / 1_000 + AFTER_DRAIN,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            runAsGroup: 65_532,
            fsGroup: 65_532,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [container(stage, version)],
          volumes: volumesOf(stage),
        },
      },
    },
  };
}

/** Configuration that is a file: the sources ingest knows by their name. */
const SOURCES = "/etc/cortex/sources";
const hasSources = (stage: StageName) => stageEntry(stage).kind === "source";

/** Rules of notify, for NOTIFY_RULES; without them its own count. */
const RULES = "/etc/cortex/notify";

export function volumesOf(stage: StageName): readonly Record<string, unknown>[] {
  const tmp = { name: "tmp", emptyDir: { sizeLimit: TMP_SIZE } };
  if (stage === "notify") return [tmp, { name: "rules", configMap: { name: "cortex-notify-rules", optional: true } }];
  return hasSources(stage) ? [tmp, { name: "sources", configMap: { name: "cortex-sources" } }] : [tmp];
}
export function mountsOf(stage: StageName): readonly Record<string, unknown>[] {
  const tmp = { name: "tmp", mountPath: "/tmp" };
  if (stage === "notify") return [tmp, { name: "rules", mountPath: RULES, readOnly: true }];
  return hasSources(stage) ? [tmp, { name: "sources", mountPath: SOURCES, readOnly: true }] : [tmp];
}
/** Where those files are. */
export function fileEnvOf(stage: StageName): readonly Record<string, unknown>[] {
  return hasSources(stage) ? [{ name: "SOURCES", value: `${SOURCES}/sources.yaml` }] : [];
}

export function imageOf(stage: StageName, version: string): string {
  return `cortex-online-school/${stage}:${version}`;
}

export const commonEnv: readonly Record<string, unknown>[] = [
  { name: "NODE_COMPILE_CACHE", value: "/app/.compile-cache" },
  { name: "NODE_COMPILE_CACHE_PORTABLE", value: "1" },
  { name: "REDIS_URL", valueFrom: { secretKeyRef: { name: "cortex-redis", key: "url" } } },
];

/** What only this stage may know lies in its own Secret: who writes to Git has no model key, and the other way round. */
export function settingsOf(stage: StageName): readonly Record<string, unknown>[] {
  return [{ configMapRef: { name: "cortex-settings" } }, { secretRef: { name: workloadName(stage), optional: true } }];
}

function container(stage: StageName, version: string): Record<string, unknown> {
  return {
    name: stage,
    image: imageOf(stage, version),
    env: [{ name: "PORT", value: String(PORT) }, ...commonEnv, ...fileEnvOf(stage)],
    envFrom: settingsOf(stage),
    ports: [{ name: "health", containerPort: PORT }],
    // A cold Node needs a moment; the start-up probe is what makes a fast start visible at once.
    startupProbe: { httpGet: { path: "/health/liveness", port: "health" }, periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: { httpGet: { path: "/health/liveness", port: "health" }, periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { httpGet: { path: "/health/readiness", port: "health" }, periodSeconds: 5, failureThreshold: 2 },
    resources: resourcesOf(stage),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: mountsOf(stage),
  };
}
