/** The Deployment of one stage: no replicas of its own, they belong to KEDA. */
import { type StageName, stageEntry } from "../../shared/stages.ts";
import { commonEnv, fileEnvOf, mountsOf, type Program, secretEnvOf, settingsOf, volumesOf } from "./environment.ts";
import { type Layer, labelsOf, selectorOf, waveOf, workloadName } from "./names.ts";
import { resourcesOf } from "./resources.ts";
import { asksKubernetes } from "./rights.ts";

export { commonEnv, fileEnvOf, mountsOf, secretEnvOf, settingsOf, volumesOf } from "./environment.ts";
export { resourcesOf } from "./resources.ts";

export const PORT = 8080;
/** Seconds between the end of the drain and SIGKILL, for closing connections. */
export const AFTER_DRAIN = 5;

const KEPT_REVISIONS = 3;

/** Of stages, which wait for the storage and may be stopped at any time (keda/base/namespace/priority.yaml). */
const PRIORITY = "cortex-stages";

/** What is on the node already is taken, whatever its tag: an image brought into the cluster by hand is in no registry. */
export const PULL = "IfNotPresent";

export function deployment(stage: StageName, version: string): Record<string, unknown> {
  const { drainMs, layer, scale } = stageEntry(stage);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: workloadName(stage), labels: labelsOf(stage), annotations: waveOf(layer satisfies Layer) },
    spec: {
      revisionHistoryLimit: KEPT_REVISIONS,
      strategy: strategyOf(scale.maxPods),
      selector: { matchLabels: selectorOf(stage) },
      template: {
        metadata: { labels: labelsOf(stage) },
        spec: {
          ...podOf(stage, selectorOf(stage)),
          priorityClassName: PRIORITY,
          terminationGracePeriodSeconds: drainMs / 1_000 + AFTER_DRAIN,
          containers: [container(stage, version)],
        },
      },
    },
  };
}

/** A stage of which there is to be one must not be there twice while it is replaced. */
function strategyOf(maxPods: number): Record<string, unknown> {
  if (maxPods === 1) return { type: "Recreate" };
  return { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
}

/** What the pods of all programs have in common: Pod Security "restricted", and a token only for who asks Kubernetes. */
export function podOf(program: Program, selector: Readonly<Record<string, string>>): Record<string, unknown> {
  return {
    serviceAccountName: `cortex-${program}`,
    automountServiceAccountToken: asksKubernetes(program),
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      fsGroup: 65_532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    // Wanted, not demanded: on one node all of them may stand on it.
    topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: selector },
    })),
    volumes: volumesOf(program),
  };
}

export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Another registry or tag is set in one place, the overlay's `images`. */
export function imageOf(program: Program, version: string): string {
  return `cortex-online-school/${program}:${version}`;
}

function container(stage: StageName, version: string): Record<string, unknown> {
  return {
    name: stage,
    image: imageOf(stage, version),
    imagePullPolicy: PULL,
    env: [{ name: "PORT", value: String(PORT) }, ...commonEnv, ...secretEnvOf(stage), ...fileEnvOf(stage)],
    envFrom: settingsOf(stage),
    ports: [{ name: "health", containerPort: PORT }],
    ...probesOf("health"),
    resources: resourcesOf(stage),
    securityContext: containerSecurity,
    volumeMounts: mountsOf(stage),
  };
}

/**
 * Seconds until a start is given up. A program listens as soon as it has Redis; while it waits for one, nothing is gained by
 * starting it anew, and each time Kubernetes would wait longer before it does.
 */
const PATIENCE = 600;

/** A cold Node needs a moment; the start-up probe is what makes a fast start visible at once. */
export function probesOf(port: string): Record<string, unknown> {
  return {
    startupProbe: { httpGet: { path: "/health/liveness", port }, periodSeconds: 1, failureThreshold: PATIENCE },
    livenessProbe: {
      httpGet: { path: "/health/liveness", port },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
    readinessProbe: {
      httpGet: { path: "/health/readiness", port },
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 2,
    },
  };
}
