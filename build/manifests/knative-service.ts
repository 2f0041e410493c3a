/**
 * Knative's Service of one stage: the same image in HTTP mode, scaled by requests. Only fields that Knative Serving takes
 * with its features as they come: no pod security context, no PORT, no start-up probe (serving pkg/apis/serving/fieldmask.go
 * and k8s_validation.go).
 */
import { type StageName, stageEntry } from "../../shared/stages.ts";
import {
  AFTER_DRAIN,
  commonEnv,
  fileEnvOf,
  imageOf,
  mountsOf,
  PORT,
  resourcesOf,
  secretEnvOf,
  settingsOf,
  volumesOf,
} from "./deployment.ts";
import { httpLabelsOf, httpName, workloadName } from "./names.ts";

export function knativeService(stage: StageName, version: string): Record<string, unknown> {
  const { drainMs, scale } = stageEntry(stage);
  return {
    apiVersion: "serving.knative.dev/v1",
    kind: "Service",
    metadata: {
      name: httpName(stage),
      // Without it Knative gives the function an address on the internet.
      labels: { ...httpLabelsOf(stage), "networking.knative.dev/visibility": "cluster-local" },
    },
    spec: {
      template: {
        metadata: {
          labels: httpLabelsOf(stage),
          annotations: {
            "autoscaling.knative.dev/class": "kpa.autoscaling.knative.dev",
            "autoscaling.knative.dev/metric": "concurrency",
            "autoscaling.knative.dev/min-scale": "0",
            "autoscaling.knative.dev/max-scale": String(scale.maxPods),
            "autoscaling.knative.dev/target": String(scale.perPod),
            // The full number per pod, as KEDA counts; at Knative's 70 % one request would ask for two pods of a stage
            // that works on one event at a time.
            "autoscaling.knative.dev/target-utilization-percentage": "100",
          },
        },
        spec: {
          serviceAccountName: workloadName(stage),
          enableServiceLinks: false,
          containerConcurrency: scale.perPod,
          // Knative makes it the pod's grace period too, so it covers the drain.
          timeoutSeconds: drainMs / 1_000 + AFTER_DRAIN,
          containers: [container(stage, version)],
          volumes: volumesOf(stage),
        },
      },
    },
  };
}

function container(stage: StageName, version: string): Record<string, unknown> {
  return {
    name: stage,
    image: imageOf(stage, version),
    env: [
      { name: "SCHOOL_MODE", value: "http" },
      {
        name: "SCHOOL_TOKENS",
        valueFrom: { secretKeyRef: { name: "cortex-http", key: "tokens", optional: true } },
      },
      ...commonEnv,
      ...secretEnvOf(stage),
      ...fileEnvOf(stage),
    ],
    envFrom: settingsOf(stage),
    ports: [{ name: "http1", containerPort: PORT }],
    // Without a period Knative's proxy asks many times a second until the function is there.
    readinessProbe: { httpGet: { path: "/health/readiness", port: PORT }, successThreshold: 1 },
    livenessProbe: {
      httpGet: { path: "/health/liveness", port: PORT },
      periodSeconds: 10,
      timeoutSeconds: 2,
      failureThreshold: 3,
    },
    resources: resourcesOf(stage),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumeMounts: mountsOf(stage),
  };
}
