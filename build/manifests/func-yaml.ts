/**
 * func.yaml of one stage, for `func deploy` and `func invoke` (knative/func schema/func_yaml-schema.json). A tool for
 * development: what func cannot say (read-only root, optional secrets) is in service.yaml.
 */
import { type StageName, stageEntry } from "../../shared/stages.ts";
import { fileEnvOf, imageOf, mountsOf, resourcesOf, secretEnvOf, volumesOf } from "./deployment.ts";
import { httpLabelsOf, NAMESPACE, workloadName } from "./names.ts";

/** The newest migration of func's that this file needs no more. */
const SPEC_VERSION = "0.36.0";
/** func wants a date; it is of no consequence. */
const CREATED = "2026-01-01T00:00:00Z";

interface Secret {
  readonly name: string;
  readonly valueFrom: {
    readonly secretKeyRef: { readonly name: string; readonly key: string; readonly optional?: true };
  };
}
interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit: string };
  readonly configMap?: { readonly name: string; readonly optional?: true };
}

/** func knows nothing optional: what a function can do without is left out. */
function neededSecrets(stage: StageName): Record<string, unknown>[] {
  return (secretEnvOf(stage) as readonly unknown[] as readonly Secret[]).flatMap(({ name, valueFrom }) => {
    const { name: secret, key, optional } = valueFrom.secretKeyRef;
    return optional === true ? [] : [{ name, value: `{{ secret:${secret}:${key} }}` }];
  });
}

function neededVolumes(stage: StageName): Record<string, unknown>[] {
  return (volumesOf(stage) as readonly unknown[] as readonly Volume[]).flatMap<Record<string, unknown>>(
    ({ name, emptyDir, configMap }) => {
      const path = mountsOf(stage).find((mount) => mount["name"] === name)?.["mountPath"];
      if (configMap !== undefined) return configMap.optional === true ? [] : [{ configMap: configMap.name, path }];
      return [{ emptyDir, path }];
    },
  );
}

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
        ...neededSecrets(stage),
        ...fileEnvOf(stage),
        { value: "{{ configMap:cortex-settings }}" },
      ],
      volumes: neededVolumes(stage),
    },
    deploy: {
      namespace: NAMESPACE,
      serviceAccountName: workloadName(stage),
      // func puts them on the pods too: network policies let them be asked, and reach Redis, by those of the Service.
      labels: Object.entries({ ...httpLabelsOf(stage), "networking.knative.dev/visibility": "cluster-local" }).map(
        ([key, value]) => ({ key, value }),
      ),
      healthEndpoints: { liveness: "/health/liveness", readiness: "/health/readiness" },
      options: {
        scale: { min: 0, max: maxPods, metric: "concurrency", target: perPod, utilization: 100 },
        resources: { requests, limits: { ...limits, concurrency: perPod } },
      },
    },
  };
}
