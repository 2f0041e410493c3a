/** Objects as a real API server sends them, `managedFields` included: reading their text is part of every round. */

type Json = Readonly<Record<string, unknown>>;

/** Of each namespace of the bench. */
export const WORKLOADS_PER_NAMESPACE = 10;
const EVENTS_PER_NAMESPACE = 40;
const PODS_PER_WORKLOAD = 2;

/** Workload `n` of the bench: it has an Application of its own and shares its namespace with nine others. */
export function nameOf(n: number): { readonly namespace: string; readonly name: string; readonly application: string } {
  return { namespace: `team-${Math.floor(n / WORKLOADS_PER_NAMESPACE)}`, name: `web-${n}`, application: `web-${n}` };
}

export function deployment(n: number): Json {
  const { namespace, name } = nameOf(n);
  return managed({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...metadata(name, namespace), generation: 2 },
    spec: {
      replicas: PODS_PER_WORKLOAD,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: name } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(name) },
    },
    status: {
      observedGeneration: 2,
      replicas: PODS_PER_WORKLOAD,
      updatedReplicas: PODS_PER_WORKLOAD,
      readyReplicas: PODS_PER_WORKLOAD,
      availableReplicas: PODS_PER_WORKLOAD,
      conditions: [condition("Available"), condition("Progressing")],
    },
  });
}

export function pods(n: number): readonly Json[] {
  const { namespace, name } = nameOf(n);
  return Array.from({ length: PODS_PER_WORKLOAD }, (_, i) =>
    managed({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata(`${name}-6f5d8c7b9-${i}${i}x2k`, namespace), labels: { app: name } },
      spec: {
        ...podSpec(name),
        nodeName: `node-${i}`,
        serviceAccountName: "default",
        schedulerName: "default-scheduler",
      },
      status: {
        phase: "Running",
        podIP: `10.0.${n % 250}.${i + 1}`,
        conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition),
        containerStatuses: [
          {
            name,
            ready: true,
            started: true,
            restartCount: 0,
            image: `registry.example.com/${name}:1.4.2`,
            imageID: `registry.example.com/${name}@sha256:${"8f4b2a6c".repeat(8)}`,
            containerID: `containerd://${"1d3f5a7b".repeat(8)}`,
            state: { running: { startedAt: STARTED } },
          },
        ],
      },
    }),
  );
}

export function events(namespace: string): readonly Json[] {
  return Array.from({ length: EVENTS_PER_NAMESPACE }, (_, i) =>
    managed({
      apiVersion: "v1",
      kind: "Event",
      metadata: metadata(`web-${i}.17${i}a3b5c7d9e`, namespace),
      involvedObject: { kind: "Pod", namespace, name: `other-${i}-6f5d8c7b9-x2k`, apiVersion: "v1" },
      reason: i % 4 === 0 ? "Unhealthy" : "Pulled",
      message: `Readiness probe of ${namespace} answered late, attempt ${i}`,
      type: i % 4 === 0 ? "Warning" : "Normal",
      firstTimestamp: STARTED,
      lastTimestamp: STARTED,
      count: 3,
    }),
  );
}

export function application(n: number, revision: string): Json {
  const { namespace, name, application: own } = nameOf(n);
  const kinds = ["ConfigMap", "Service", "ServiceAccount", "NetworkPolicy", "Ingress", "PodDisruptionBudget"];
  return managed({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: metadata(own, "argocd"),
    spec: {
      source: { repoURL: "https://git.example.com/platform.git", path: `apps/${own}`, targetRevision: "main" },
      destination: { namespace, server: "https://kubernetes.default.svc" },
      project: "default",
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
    status: {
      sync: { status: "Synced", revision },
      health: { status: "Healthy" },
      reconciledAt: STARTED,
      operationState: { phase: "Succeeded", startedAt: STARTED, finishedAt: STARTED, syncResult: { revision } },
      resources: [
        { group: "apps", version: "v1", kind: "Deployment", namespace, name, status: "Synced" },
        { group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", namespace, name, status: "Synced" },
        ...kinds.map((kind, i) => ({ version: "v1", kind, namespace, name: `${name}-${i}`, status: "Synced" })),
      ],
      history: Array.from({ length: 10 }, (_, id) => ({ id, revision, deployedAt: STARTED, deployStartedAt: STARTED })),
    },
  });
}

export function networkPolicy(n: number): Json {
  const { namespace, name } = nameOf(n);
  return managed({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(name, namespace),
    spec: { podSelector: { matchLabels: { app: name } }, policyTypes: ["Ingress"], ingress: [{}] },
  });
}

const STARTED = "2026-03-01T10:00:00Z";

function metadata(name: string, namespace: string): Json {
  return {
    name,
    namespace,
    uid: "5f0c2a4e-1b3d-4c5e-8f7a-9b0c1d2e3f40",
    resourceVersion: "812345",
    creationTimestamp: STARTED,
  };
}

function condition(type: string): Json {
  return { type, status: "True", reason: "AsExpected", message: "", lastTransitionTime: STARTED };
}

function podSpec(name: string): Json {
  return {
    containers: [
      {
        name,
        image: `registry.example.com/${name}:1.4.2`,
        ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
        env: ["LOG_LEVEL", "DATABASE_HOST", "CACHE_HOST", "REGION"].map((variable) => ({
          name: variable,
          value: "one",
        })),
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
        readinessProbe: { httpGet: { path: "/ready", port: 8080, scheme: "HTTP" }, periodSeconds: 10 },
        livenessProbe: { httpGet: { path: "/health", port: 8080, scheme: "HTTP" }, periodSeconds: 10 },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: {} }],
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    restartPolicy: "Always",
  };
}

/** With one entry of `managedFields` that owns every field, as the API server keeps it. */
function managed(object: Json): Json {
  const { apiVersion, kind: _, metadata: named, ...fields } = object;
  const entry = {
    manager: "argocd-controller",
    operation: "Update",
    apiVersion,
    time: STARTED,
    fieldsType: "FieldsV1",
  };
  return { ...object, metadata: { ...(named as Json), managedFields: [{ ...entry, fieldsV1: owned(fields) }] } };
}

function owned(value: unknown): Json {
  if (Array.isArray(value)) return Object.fromEntries(value.map((item, i) => [`k:{"name":"${i}"}`, owned(item)]));
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [`f:${name}`, owned(field)]));
}
