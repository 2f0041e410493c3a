/** The objects of a new service: its workload, its Services, its configuration, and the route to it. */
import type { Fields } from "../../repository/values.ts";
import type { NewObject } from "../edit/new-objects.ts";
import { restrictedContainer, restrictedPod } from "../restricted-pod.ts";
import type { ServicePlan } from "./deploy-service-plan.ts";
import type { DeployService } from "./deploy-service-schema.ts";
import { claimSpec } from "./deploy-service-sizes.ts";

/** The first names the file where the repository keeps objects of one thing in one file. */
export function serviceObjects(intent: DeployService, plan: ServicePlan): readonly NewObject[] {
  const { name, workload } = intent;
  return [
    workloadObject(intent, plan),
    service(intent, plan),
    ...(workload === "StatefulSet" ? [governingService(name, plan)] : []),
    ...configMap(name, plan),
    ...(plan.route?.objects ?? []),
  ];
}

function workloadObject({ name, workload }: DeployService, plan: ServicePlan): NewObject {
  const { labels, selector, storage } = plan;
  const template = { metadata: { labels }, spec: podSpec(name, plan) };
  const common = { selector: { matchLabels: selector }, template };
  const spec: Fields =
    workload === "DaemonSet"
      ? common
      : workload === "Deployment" || storage === undefined
        ? { replicas: 1, ...common }
        : {
            replicas: 1,
            serviceName: `${name}-headless`,
            // A revert takes the pods away and leaves their claims, whatever the cluster's default is.
            persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
            ...common,
            volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claimSpec(storage) }],
          };
  return { apiVersion: "apps/v1", kind: workload, name, body: { spec } };
}

function podSpec(name: string, plan: ServicePlan): Fields {
  const { software, pullSecrets } = plan;
  const volumes = volumesOf(name, plan);
  const { user } = software;
  return {
    automountServiceAccountToken: false,
    // Variables of neighbouring Services (`REDIS_PORT=tcp://…`) are taken for settings by much software.
    enableServiceLinks: false,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) }),
    securityContext: restrictedPod({ user, group: user, fsGroup: user }),
    containers: [container(plan)],
    ...(volumes.length === 0 ? {} : { volumes }),
  };
}

function container(plan: ServicePlan): Fields {
  const { title, image, args, env, ports, readiness, liveness, size } = plan.software;
  const mounts = mountsOf(plan);
  return {
    name:
      title
        .slice(0, 63)
        .replaceAll(/[^a-z0-9]+/g, "-")
        .replaceAll(/^-+|-+$/g, "") || "main",
    image,
    ...(args.length === 0 ? {} : { args }),
    ...(env.length === 0 ? {} : { env }),
    ports: ports.map(({ name, port }) => ({ name, containerPort: port })),
    readinessProbe: { ...readiness, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
    livenessProbe: { ...liveness, initialDelaySeconds: 10, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 },
    resources: size.resources,
    securityContext: restrictedContainer(),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

/** `tmp` for `/tmp`, `var-cache-x` for `/var/cache/x`. */
function volumeName(path: string): string {
  const name = path
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return `writable-${name}`.slice(0, 63).replace(/-+$/, "");
}

function mountsOf({ software: { data, config, writable } }: ServicePlan): readonly Fields[] {
  return [
    ...(data === undefined ? [] : [{ name: "data", mountPath: data.path }]),
    ...(config === undefined ? [] : [{ name: "config", mountPath: config.path, readOnly: true }]),
    ...writable.map((path) => ({ name: volumeName(path), mountPath: path })),
  ];
}

/** A StatefulSet's data comes from its claim template. */
function volumesOf(name: string, { software: { data, config, writable }, storage }: ServicePlan): readonly Fields[] {
  return [
    ...(data === undefined || storage !== undefined ? [] : [{ name: "data", emptyDir: {} }]),
    ...(config === undefined ? [] : [{ name: "config", configMap: { name: `${name}-config` } }]),
    ...writable.map((path) => ({ name: volumeName(path), emptyDir: {} })),
  ];
}

function service({ name, workload }: DeployService, plan: ServicePlan): NewObject {
  const { selector, software } = plan;
  const ports = software.ports.map((one) => ({ name: one.name, port: one.port, targetPort: one.name }));
  // Each client is to talk to the agent of its own node.
  const local = workload === "DaemonSet" ? { internalTrafficPolicy: "Local" } : {};
  return { apiVersion: "v1", kind: "Service", name, body: { spec: { ...local, selector, ports } } };
}

/** Gives the pods of a StatefulSet their names (kubernetes.io/docs/concepts/workloads/controllers/statefulset). */
function governingService(name: string, { selector, software }: ServicePlan): NewObject {
  const ports = software.ports.map((one) => ({ name: one.name, port: one.port, targetPort: one.name }));
  const spec = { clusterIP: "None", publishNotReadyAddresses: true, selector, ports };
  return { apiVersion: "v1", kind: "Service", name: `${name}-headless`, body: { spec } };
}

function configMap(name: string, { software: { config } }: ServicePlan): readonly NewObject[] {
  if (config === undefined) return [];
  return [
    { apiVersion: "v1", kind: "ConfigMap", name: `${name}-config`, body: { data: { [config.file]: config.text } } },
  ];
}
