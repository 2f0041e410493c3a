/** Objects whose controllers have next to nothing to do here: they get their final status as soon as they exist. */
import type { Cluster } from "./cluster.ts";
import { at, digest, type JsonMap, listAt, mapAt, textAt, textsAt } from "./json.ts";
import { groupOf } from "./kinds.ts";
import type { ReadableStore } from "./past.ts";
import { podAddress, time } from "./pod.ts";
import { selectedByMap } from "./selectors.ts";
import { type KubeObject, type ObjectStore, refOf } from "./store.ts";
import { isReady } from "./workloads.ts";

/**
 * CronJobs never fire here; Jobs run no pod and complete after the time a pod takes to start, at once before `settle`
 * is called, because what the cluster is filled with has been there for long.
 */
export function runBuiltIns({ store, agenda, pace }: Cluster): { settle(): void } {
  let settled = false;
  store.onChange(({ before, after }) => {
    if (after === undefined && before?.kind === "Namespace") emptyNamespace(store, before.metadata.name);
    if (after !== undefined && before !== undefined) growClaim(store, after);
    if (after === undefined || (before !== undefined && before.metadata.uid === after.metadata.uid)) return;
    const filled = withStatus(after, agenda.now());
    if (filled !== undefined) store.put(filled);
    if (after.kind === "Job" && groupOf(after.apiVersion) === "batch") {
      agenda.after(settled ? pace.podStartMs : 0, () => completeJob(store, after, agenda.now()));
    }
  });
  return {
    settle() {
      settled = true;
      for (const job of store.list("batch", "Job")) completeJob(store, job, agenda.now());
    },
  };
}

/** A namespace takes everything in it along. */
function emptyNamespace(store: ObjectStore, namespace: string): void {
  for (const object of store.inNamespace(namespace)) store.remove(refOf(object));
}

function withStatus(object: KubeObject, now: number): KubeObject | undefined {
  switch (`${groupOf(object.apiVersion)}/${object.kind}`) {
    case "/Namespace":
      return { ...object, status: { phase: "Active" } };
    case "/PersistentVolumeClaim":
      return { ...object, status: { phase: "Bound", capacity: mapAt(object, "spec", "resources", "requests") } };
    case "/Service":
      return { ...object, spec: serviceSpec(object), status: serviceStatus(object) };
    case "networking.k8s.io/Ingress":
      return { ...object, status: { loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } } };
    case "batch/Job":
      return { ...object, status: { startTime: time(now), active: 1 } };
    case "batch/CronJob":
      return { ...object, status: {} };
    case "monitoring.coreos.com/Prometheus":
      return { ...object, status: { availableReplicas: 1, conditions: [{ type: "Available", status: "True" }] } };
    case "cert-manager.io/Certificate":
      return { ...object, status: { conditions: [{ type: "Ready", status: "True", reason: "Ready" }] } };
    case "external-secrets.io/ExternalSecret":
      return { ...object, status: { conditions: [{ type: "Ready", status: "True", reason: "SecretSynced" }] } };
    default:
      return undefined;
  }
}

/** Every class here can grow its volumes, online. */
function growClaim(store: ObjectStore, claim: KubeObject): void {
  if (claim.kind !== "PersistentVolumeClaim" || textAt(claim, "status", "phase") !== "Bound") return;
  const wanted = textAt(claim, "spec", "resources", "requests", "storage");
  if (wanted === undefined || wanted === textAt(claim, "status", "capacity", "storage")) return;
  store.put({
    ...claim,
    status: { ...mapAt(claim, "status"), capacity: mapAt(claim, "spec", "resources", "requests") },
  });
}

function serviceSpec(object: KubeObject): JsonMap {
  const spec = mapAt(object, "spec");
  if (spec["clusterIP"] !== undefined || spec["type"] === "ExternalName") return spec;
  const hash = Number.parseInt(digest(refOf(object), 4), 16);
  return { ...spec, clusterIP: `10.43.${hash >> 8}.${hash & 255 || 1}`, type: spec["type"] ?? "ClusterIP" };
}

function serviceStatus(object: KubeObject): JsonMap {
  const balanced = textAt(object, "spec", "type") === "LoadBalancer";
  return { loadBalancer: balanced ? { ingress: [{ ip: "10.0.0.1" }] } : {} };
}

function completeJob(store: ObjectStore, job: KubeObject, now: number): void {
  const live = store.get(refOf(job));
  if (live === undefined || live.metadata.uid !== job.metadata.uid || at(live, "status", "succeeded") === 1) return;
  const condition = { type: "Complete", status: "True", lastTransitionTime: time(now) };
  const status = { startTime: at(live, "status", "startTime"), completionTime: time(now), succeeded: 1 };
  store.put({ ...live, status: { ...status, conditions: [condition] } });
}

/** Endpoints of every Service with a selector: its ready pods now. */
export function endpointsOf(store: ReadableStore, service: KubeObject): KubeObject | undefined {
  const selector = textsAt(service, "spec", "selector");
  if (Object.keys(selector).length === 0) return undefined;
  const { name, namespace } = service.metadata;
  const pods = store
    .list("", "Pod", namespace)
    .filter((pod) => selectedByMap(selector, textsAt(pod, "metadata", "labels")));
  const address = (pod: KubeObject) => ({
    ip: podAddress(pod.metadata.name),
    targetRef: { kind: "Pod", namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  });
  const ready = pods.filter(isReady).map(address);
  const waiting = pods.filter((pod) => !isReady(pod)).map(address);
  const ports = listAt(service, "spec", "ports").map((port) => ({
    ...(textAt(port, "name") === undefined ? {} : { name: textAt(port, "name") }),
    port: portNumber(port, pods[0]),
    protocol: textAt(port, "protocol") ?? "TCP",
  }));
  const subset = {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(waiting.length > 0 ? { notReadyAddresses: waiting } : {}),
    ports,
  };
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { ...service.metadata, name, labels: service.metadata.labels ?? {}, annotations: {} },
    subsets: pods.length === 0 ? [] : [subset],
  };
}

/** A named target port is looked up in the pod. */
function portNumber(port: unknown, pod: KubeObject | undefined): unknown {
  const target = at(port, "targetPort") ?? at(port, "port");
  if (typeof target === "number") return target;
  const ports = listAt(pod, "spec", "containers").flatMap((container) => listAt(container, "ports"));
  return at(
    ports.find((candidate) => textAt(candidate, "name") === target),
    "containerPort",
  );
}
