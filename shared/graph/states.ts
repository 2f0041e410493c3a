/** Whether a thing that is there, or is only named, can be relied on. */
import { groupBy, ofKind, oncePer } from "../repository/lookup.ts";
import type { Platform, Resource } from "../repository/platform.ts";
import { makerOf, writerOf } from "../repository/secrets.ts";
import { stringsAt, textAt } from "../repository/values.ts";
import { asWorkload } from "../repository/workloads.ts";
import type { Draft, Named } from "./draft.ts";
import { isCustom, isWritten } from "./from-objects.ts";
import { type Edge, idOf, type NodeState } from "./graph.ts";
import { placeholderSecret, placeholderWorkload } from "./placeholder.ts";
import { isWholeView, unseenSource } from "./unseen.ts";

export interface Standing {
  readonly state: NodeState;
  readonly because: string;
}

/** Edges by the node they start or end at. */
export interface Edges {
  readonly from: ReadonlyMap<string, readonly Pick<Edge, "to" | "type">[]>;
  readonly to: ReadonlyMap<string, readonly Pick<Edge, "from" | "type">[]>;
}

const PRESENT: Standing = { state: "present", because: "is there" };

/**
 * Applied: an Application reads the file. The first Application is applied by hand, and where a repository holds none at
 * all somebody else applies everything.
 */
export function isApplied(
  { applications, readers }: Platform,
  { path, rendered, apiVersion, kind }: Resource,
): boolean {
  if (rendered === true || applications.length === 0 || (readers.get(path)?.length ?? 0) > 0) return true;
  return apiVersion.startsWith("argoproj.io/") && /^(?:Application|ApplicationSet|AppProject)$/.test(kind);
}

export function standingOf(draft: Draft, edges: Edges, id: string, resource: Resource): Standing {
  const { platform } = draft;
  if (!isApplied(platform, resource)) {
    return { state: "absent", because: `has a manifest in ${resource.path}, which no Application applies` };
  }
  if (resource.kind === "Service" && resource.apiVersion === "v1") return serviceStanding(draft, edges, id, resource);
  const workload = asWorkload(resource);
  if (workload !== undefined) {
    const rests = workload.replicas === 0 && workload.kind !== "CronJob" && !isScaled(edges, id);
    if (rests) return { state: "zero-replicas", because: "is scaled to zero" };
    const because = placeholderWorkload(workload);
    if (because !== undefined) return { state: "placeholder", because: `is only a placeholder: it ${because}` };
  }
  const empty = placeholderSecret(resource);
  if (empty !== undefined) return { state: "placeholder", because: empty };
  return PRESENT;
}

function serviceStanding(draft: Draft, edges: Edges, id: string, service: Resource): Standing {
  if (textAt(service.object, "spec", "type") === "ExternalName") {
    return { state: "external", because: "is an external name" };
  }
  const behind = (edges.from.get(id) ?? []).filter(({ type }) => type === "selects").map(({ to }) => to);
  const standings = behind.flatMap((one) => {
    const resource = draft.resources.get(one);
    return resource === undefined ? [] : [{ resource, ...standingOf(draft, edges, one, resource) }];
  });
  const [first] = standings;
  if (first === undefined) return emptyService(draft, service);
  for (const state of ["absent", "zero-replicas", "placeholder"] as const) {
    if (!standings.every((one) => one.state === state || one.state === "absent")) continue;
    const shown = standings.find((one) => one.state === state) ?? first;
    return { state, because: `leads to ${shown.resource.name}, which ${shown.because}` };
  }
  return PRESENT;
}

function emptyService({ platform }: Draft, { namespace, name, object }: Resource): Standing {
  const isSelecting = Object.keys(stringsAt(object, "spec", "selector")).length > 0;
  const written =
    writtenIn(platform)
      .get(namespace ?? "")
      ?.some((one) => one.name.startsWith(name)) === true;
  if (!isSelecting) return { state: "present", because: written ? "leads to written addresses" : "is there" };
  const unseen = unseenSource(platform, namespace, name) ?? controllerOf(platform, namespace, name);
  return unseen === undefined
    ? { state: "present", because: "is there, but selects no workload of the repository" }
    : { state: "present", because: `is there; what it selects may come from ${unseen}` };
}

const writtenIn = oncePer((platform) =>
  groupBy(
    [...ofKind(platform, "Endpoints"), ...ofKind(platform, "EndpointSlice")].filter(isWritten),
    ({ namespace }) => namespace,
  ),
);

function isScaled({ to }: Edges, id: string): boolean {
  return (to.get(id) ?? []).some(({ type, from }) => type === "scales" && !from.startsWith("VerticalPodAutoscaler/"));
}

/** Things every cluster has (kubernetes.io; k3s and Argo CD for their own). */
const BUILT_IN: readonly RegExp[] = [
  /^Service\/default\/kubernetes$/,
  /^Service\/kube-system\/(?:kube-dns|metrics-server)$/,
  /^ServiceAccount\/[^/]+\/default$/,
  /^ConfigMap\/[^/]+\/kube-root-ca\.crt$/,
  /^Namespace\/(?:default|kube-system|kube-public|kube-node-lease)$/,
  /^PriorityClass\/system-(?:cluster|node)-critical$/,
  /^ClusterRole\/(?:cluster-admin|admin|edit|view|system:.*)$/,
  /^Role\/kube-system\/extension-apiserver-authentication-reader$/,
  /^CustomResourceDefinition\/(?:applications|applicationsets|appprojects)\.argoproj\.io$/,
];
/** Kinds that clusters, operators or people bring along: that there is no manifest of one proves nothing. */
const OFTEN_ELSEWHERE =
  /^(?:StorageClass|IngressClass|PriorityClass|RuntimeClass|ClusterRole|Namespace|Application|Node|GatewayClass|CustomResourceDefinition)$/;

/** The standing of what is only named. */
export function standingOfNamed(draft: Draft, { kind, namespace, name }: Named): Standing {
  const { platform } = draft;
  const id = idOf(kind, namespace, name);
  if (kind === "Host") return hostStanding(draft, name);
  if (BUILT_IN.some((pattern) => pattern.test(id))) return { state: "built-in", because: "is part of Kubernetes" };
  if (kind === "File") return PRESENT;
  if (kind === "Application" && platform.applications.some((one) => one.name === name)) {
    return { state: "present", because: "is made by an ApplicationSet" };
  }
  if (kind === "Namespace" && platform.applications.some(({ destination }) => destination === name)) {
    return { state: "present", because: "is where an Application puts its objects" };
  }
  if (kind === "Secret" && namespace !== undefined) return secretStanding(draft, namespace, name);
  const source = unseenSource(platform, namespace, name) ?? controllerOf(platform, namespace, name);
  if (source !== undefined) return { state: "unseen", because: `may come from ${source}` };
  if (OFTEN_ELSEWHERE.test(kind) && !isOwnBusiness(draft, kind)) {
    return { state: "unseen", because: "comes with the cluster, or from where this repository does not look" };
  }
  const chart = looseChart(platform, name);
  const hint = chart === undefined ? "" : `; the chart in ${chart} may make it, but no Application installs that`;
  return { state: "absent", because: `has no manifest in the repository${hint}` };
}

/** A chart of the repository that no Application reads, by whose name the thing is called. */
function looseChart(platform: Platform, name: string): string | undefined {
  return looseCharts(platform).find((folder) => name.includes(folder.slice(folder.lastIndexOf("/") + 1)));
}

const looseCharts = oncePer(({ files, readers }) =>
  [...files.keys()]
    .filter((path) => path.endsWith("/Chart.yaml") && !readers.has(path))
    .map((path) => path.slice(0, -"/Chart.yaml".length)),
);

/** A repository that writes such things itself, and takes nothing from elsewhere, would have this one too. */
function isOwnBusiness({ platform }: Draft, kind: string): boolean {
  if (kind === "Namespace" || kind === "Application" || kind === "Node") return false;
  const writes = ofKind(platform, kind).some((one) => isApplied(platform, one));
  return writes && isWholeView(platform) && kind !== "ClusterRole";
}

function hostStanding({ served }: Draft, name: string): Standing {
  const route = served.get(name);
  return route === undefined
    ? { state: "external", because: "is outside the cluster" }
    : { state: "present", because: `is served by ${route}` };
}

/** Secrets are often made by hand: only where the repository keeps those of the namespace is one missing. */
function secretStanding({ platform }: Draft, namespace: string, name: string): Standing {
  const maker = makerOf(platform, namespace, name);
  if (maker !== undefined) {
    const standing = { state: "present", because: `is made by ${maker.kind} ${maker.name}` } as const;
    return isApplied(platform, maker)
      ? standing
      : { state: "absent", because: `would be made by ${maker.kind} ${maker.name}, which no Application applies` };
  }
  const writer = writerOf(platform, namespace, name);
  if (writer !== undefined) return { state: "unseen", because: `may be written by whoever has Role ${writer.name}` };
  const source = unseenSource(platform, namespace, name) ?? controllerOf(platform, namespace, name);
  if (source !== undefined) return { state: "unseen", because: `may come from ${source}` };
  return keepsSecrets(platform).has(namespace)
    ? { state: "absent", because: "has no manifest in the repository, which holds other Secrets of the namespace" }
    : { state: "unseen", because: "is not kept in the repository, like all Secrets of its namespace" };
}

const keepsSecrets = oncePer(
  (platform) =>
    new Set(
      ["Secret", "SealedSecret", "ExternalSecret"]
        .flatMap((kind) => ofKind(platform, kind))
        .filter((one) => isApplied(platform, one))
        .map(({ namespace }) => namespace),
    ),
);

/** Kinds that make nothing but what they say. */
const MAKES_NOTHING =
  /^(?:IngressRoute(?:TCP|UDP)?|Middleware|ServersTransport|HTTPRoute|VirtualService|DestinationRule|ServiceMonitor|PodMonitor|Probe|PrometheusRule|ScaledObject|TriggerAuthentication|VerticalPodAutoscaler|SecretStore|PushSecret|Application|ApplicationSet|AppProject|Certificate|Issuer|SealedSecret|ExternalSecret|CiliumNetworkPolicy|PeerAuthentication|AuthorizationPolicy|Task|Pipeline|TriggerTemplate|TriggerBinding)$/;

/** Operators name what they make after their own object: `<cluster>-rw`, `<release>-master`. */
function controllerOf(platform: Platform, namespace: string | undefined, name: string): string | undefined {
  const maker = (makersIn(platform).get(namespace ?? "") ?? []).find(
    (one) => name === one.name || name.startsWith(`${one.name}-`),
  );
  return maker === undefined ? undefined : `the controller of ${maker.kind} ${maker.name}`;
}

const makersIn = oncePer((platform) =>
  groupBy(
    platform.resources.filter((one) => isCustom(one) && !MAKES_NOTHING.test(one.kind) && isApplied(platform, one)),
    ({ namespace }) => namespace,
  ),
);
