/**
 * func.yaml of one stage, for `func deploy` and `func invoke` (knative/func schema/func_yaml-schema.json). A tool for
 * development: what func cannot say (read-only root, optional secrets) is in service.yaml.
 */
import { type StageName, stageEntry } from "../../shared/stages.ts";
import { imageOf, resourcesOf } from "./deployment.ts";
import { NAMESPACE, workloadName } from "./names.ts";

/** The newest migration of func's that this file needs no more. */
const SPEC_VERSION = "0.36.0";
/** func wants a date; it is of no consequence. */
const CREATED = "2026-01-01T00:00:00Z";

export function funcYaml(stage: StageName, version: string): Record<string, unknown> {
  const { maxPods, perPod } = stageEntry(stage).scale;
  const image = imageOf(stage, version);
  const { requests, limits } = resourcesOf(stage);
  return {
    specVersion: SPEC_VERSION,
    // Not the Service's name: trying something out must not replace it.
    name: `${workloadName(stage)}-func`,
    runtime: "node",
    registry: image.split("/", 1)[0],
    image,
    namespace: NAMESPACE,
    created: CREATED,
    invoke: "cloudevent",
    run: {
      envs: [
        { name: "SCHOOL_MODE", value: "http" },
        // `func invoke` sends no token, so nobody is asked for one: the label below keeps the address inside the cluster.
        { name: "SCHOOL_HTTP_OPEN", value: "true" },
        { name: "REDIS_URL", value: "{{ secret:cortex-redis:url }}" },
        { value: "{{ configMap:cortex-settings }}" },
      ],
      volumes: [{ emptyDir: {}, path: "/tmp" }],
    },
    deploy: {
      namespace: NAMESPACE,
      serviceAccountName: workloadName(stage),
      labels: [{ key: "networking.knative.dev/visibility", value: "cluster-local" }],
      healthEndpoints: { liveness: "/health/liveness", readiness: "/health/readiness" },
      options: {
        scale: { min: 0, max: maxPods, metric: "concurrency", target: perPod, utilization: 100 },
        resources: { requests, limits: { ...limits, concurrency: perPod } },
      },
    },
  };
}
