/** The coordinator: always on, and safe to run more than once, because each of its steps is one script in Redis. */
import { AFTER_DRAIN, containerSecurity, imageOf, PORT, PULL, podOf, probesOf } from "./deployment.ts";
import { commonEnv, fileEnvOf, fromSecret, mountsOf, secretEnvOf, settingsOf } from "./environment.ts";
import { COORDINATOR, COORDINATOR_LABELS, COORDINATOR_SELECTOR, NAMESPACE, waveOf } from "./names.ts";
import { resourcesOf } from "./resources.ts";

/** Seconds in which addresses of a pod that goes are forgotten before it stops listening. */
const BEFORE_DRAIN = 5;
/** Seconds that its requests and loops get to finish (functions/coordinator/main.ts). */
const DRAIN = 8;

const metadata = {
  name: COORDINATOR,
  namespace: NAMESPACE,
  labels: COORDINATOR_LABELS,
  annotations: waveOf("always-on"),
};

export function coordinator(version: string): Record<string, unknown>[] {
  return [service(), deployment(version), disruptionBudget()];
}

function service(): Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { selector: COORDINATOR_SELECTOR, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  };
}

/** Without replicas: one, unless an overlay says otherwise. Nothing scales it by itself. */
function deployment(version: string): Record<string, unknown> {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      revisionHistoryLimit: 3,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: COORDINATOR_SELECTOR },
      template: {
        metadata: { labels: COORDINATOR_LABELS },
        spec: {
          ...podOf("coordinator", COORDINATOR_SELECTOR),
          terminationGracePeriodSeconds: BEFORE_DRAIN + DRAIN + AFTER_DRAIN,
          containers: [container(version)],
        },
      },
    },
  };
}

function container(version: string): Record<string, unknown> {
  return {
    name: "coordinator",
    image: imageOf("coordinator", version),
    imagePullPolicy: PULL,
    env: [
      { name: "HOST", value: "0.0.0.0" },
      { name: "PORT", value: String(PORT) },
      { name: "SCHOOL_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      fromSecret("SCHOOL_TOKENS", "cortex-http", "tokens"),
      ...commonEnv.filter(({ name }) => name !== "REDIS_URL"),
      fromSecret("REDIS_URL", "cortex-redis", "coordinator-url"),
      ...secretEnvOf("coordinator"),
      ...fileEnvOf("coordinator"),
    ],
    envFrom: settingsOf("coordinator"),
    ports: [{ name: "http", containerPort: PORT }],
    ...probesOf("http"),
    lifecycle: { preStop: { sleep: { seconds: BEFORE_DRAIN } } },
    resources: resourcesOf("coordinator"),
    securityContext: containerSecurity,
    volumeMounts: mountsOf("coordinator"),
  };
}

/** Of one it may be taken, or no node could ever be emptied; of two, one stays. */
function disruptionBudget(): Record<string, unknown> {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata,
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: COORDINATOR_SELECTOR },
    },
  };
}
