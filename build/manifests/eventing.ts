/** Knative Eventing as another entrance: one Broker, one Trigger per stage on the types that the stage takes. */
import { improvementEvent, REPOSITORY_CHANGED, SOURCE_SUBMITTED } from "../../shared/domain/events.ts";
import { STAGES, type StageName, stageEntry } from "../../shared/stages.ts";
import { UNDELIVERED_FILE } from "../bundle/targets.ts";
import { containerSecurity, imageOf, PORT } from "./deployment.ts";
import { httpName, labelsOf, MODE_LABEL, PART_OF, workloadName } from "./names.ts";

const BROKER = "cortex-school";
const SINK = "cortex-undelivered";

/**
 * Functions answer 503, 429 and 409 where another try helps, which a Broker retries with 5xx; every other 4xx goes to the
 * sink of the undelivered at once (eventing pkg/kncloudevents/retries.go). 1 s doubling eight times: four minutes.
 */
export function broker(): Record<string, unknown> {
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Broker",
    metadata: { name: BROKER, labels: { "app.kubernetes.io/part-of": "cortex-online-school" } },
    spec: {
      delivery: {
        retry: 8,
        backoffPolicy: "exponential",
        backoffDelay: "PT1S",
        deadLetterSink: {
          ref: { apiVersion: "serving.knative.dev/v1", kind: "Service", name: SINK },
        },
      },
    },
  };
}

/**
 * The sink logs each event with who refused it and how. It runs from the coordinator's image: a Broker is not ready before its
 * sink is, so no image from elsewhere may stand in its way. It needs no secret, no settings and nobody.
 */
export function undelivered(version: string): Record<string, unknown> {
  const labels = { "app.kubernetes.io/name": SINK, ...PART_OF };
  return {
    apiVersion: "serving.knative.dev/v1",
    kind: "Service",
    metadata: { name: SINK, labels: { ...labels, "networking.knative.dev/visibility": "cluster-local" } },
    spec: {
      template: {
        metadata: {
          // By this label of its pods Knative may reach it; the Service has none, as its port is open anyway.
          labels: { ...labels, [MODE_LABEL]: "http" },
          annotations: { "autoscaling.knative.dev/min-scale": "0", "autoscaling.knative.dev/max-scale": "1" },
        },
        spec: {
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          containers: [
            {
              name: "undelivered",
              image: imageOf("coordinator", version),
              args: [`/app/${UNDELIVERED_FILE}`],
              ports: [{ name: "http1", containerPort: PORT }],
              readinessProbe: { httpGet: { path: "/health/readiness", port: PORT }, successThreshold: 1 },
              resources: { requests: { cpu: "10m", memory: "48Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 65_532,
                runAsGroup: 65_532,
                ...containerSecurity,
                seccompProfile: { type: "RuntimeDefault" },
              },
            },
          ],
        },
      },
    },
  };
}

/** Functions answer with events of type ai.cortex.school.stage.…, which no Trigger takes, so no answer comes round again. */
export function trigger(stage: StageName): Record<string, unknown> {
  const types = typesOf(stage);
  const [only, ...more] = types;
  return {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: { name: workloadName(stage), labels: labelsOf(stage) },
    spec: {
      broker: BROKER,
      ...(more.length === 0
        ? { filter: { attributes: { type: only } } }
        : { filters: [{ any: types.map((type) => ({ exact: { type } })) }] }),
      subscriber: { ref: { apiVersion: "serving.knative.dev/v1", kind: "Service", name: httpName(stage) } },
    },
  };
}

function typesOf(stage: StageName): string[] {
  const entry = stageEntry(stage);
  if (entry.kind === "source") return [SOURCE_SUBMITTED];
  if (entry.kind === "keeper") return [REPOSITORY_CHANGED];
  return (entry.kind === "owner" ? [entry.takes] : entry.hears).map(improvementEvent);
}

/** A Broker sends no token, so the functions behind it ask for none; their addresses are inside the cluster only. */
export function eventingKustomization(namespace: string): Record<string, unknown> {
  const openPort = [
    {
      op: "add",
      path: "/spec/template/spec/containers/0/env/-",
      value: { name: "SCHOOL_HTTP_OPEN", value: "true" },
    },
  ];
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace,
    resources: [...STAGES.map((stage) => `../${stage}`), "broker.yaml", "triggers.yaml", "undelivered.yaml"],
    patches: [
      {
        target: { group: "serving.knative.dev", version: "v1", kind: "Service", labelSelector: `${MODE_LABEL}=http` },
        patch: JSON.stringify(openPort),
      },
    ],
  };
}
