/** Who has to reach the pods of a namespace, as far as the repository tells; what an ingress policy must let in. */
import { inNamespace, ofKind, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import {
  ingressBackends,
  isService,
  namespacesAt,
  portsOf,
  referencesTo,
  type ServicePort,
} from "../../repository/services.ts";
import { at, fieldsAt, itemsAt, listAt, stringsAt, textAt } from "../../repository/values.ts";
import { type RepositoryWorkload, workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";

export interface PolicyPort {
  readonly port: number | string;
  readonly protocol: string;
}

/** `from` undefined: from anywhere, also outside the cluster. `ports` undefined: all. */
export interface Caller {
  readonly from: string | undefined;
  readonly ports: readonly PolicyPort[] | undefined;
  readonly because: string;
}

/** Ingress controllers by image (last part); their pods carry what comes from outside. */
const CONTROLLERS =
  /^(traefik|nginx-ingress|nginx-ingress-controller|ingress-nginx-controller|controller|haproxy-ingress|kubernetes-ingress|contour|envoy|kong|ambassador|cloudflared)$/;
const PROMETHEUS =
  /^(prometheus|vmagent|victoria-metrics|grafana-agent|agent|alloy|opentelemetry-collector.*|otel-collector.*)$/;
const ROUTES = new Set([
  "IngressRoute",
  "IngressRouteTCP",
  "HTTPRoute",
  "GRPCRoute",
  "TCPRoute",
  "VirtualService",
  "HTTPProxy",
]);

/** Everything known to call into `namespace` from other places, in a stable order. */
export function callersOf(platform: Platform, namespace: string): readonly Caller[] {
  const services = inNamespace(platform, namespace).filter(isService);
  const here = workloadsIn(platform, namespace);
  return merge([
    ...fromReferences(platform, namespace, services, here),
    ...fromOutside(services, here),
    ...fromRoutes(platform, namespace, services, here),
    ...fromMetrics(platform, namespace, here),
  ]);
}

const onHostNetwork = oncePer(
  (platform) =>
    new Set(
      workloadsOf(platform)
        .filter(({ podSpec }) => podSpec["hostNetwork"] === true)
        .map(({ resource }) => resource.path),
    ),
);
const controllersOf = oncePer((platform) =>
  workloadsOf(platform).filter((one) => one.containers.some(({ image }) => CONTROLLERS.test(imageName(image)))),
);
export const scrapersOf = oncePer((platform) => [
  ...workloadsOf(platform).filter((one) => one.containers.some(({ image }) => PROMETHEUS.test(imageName(image)))),
  ...ofKind(platform, "Prometheus"),
  ...ofKind(platform, "PrometheusAgent"),
]);
const routesOf = oncePer(({ resources }) => resources.filter(({ kind }) => ROUTES.has(kind)));
const callbacksOf = oncePer(({ resources }) =>
  resources.filter(
    ({ kind }) => kind === "APIService" || kind === "CustomResourceDefinition" || kind.endsWith("WebhookConfiguration"),
  ),
);

/** Why isolating `namespace` could cut off the API server itself; undefined when nothing speaks against it. */
export function apiServerCalls(platform: Platform, namespace: string): string | undefined {
  for (const { kind, name, object } of callbacksOf(platform)) {
    const targets =
      kind === "APIService"
        ? [fieldsAt(object, "spec", "service")]
        : kind.endsWith("WebhookConfiguration")
          ? itemsAt(object, "webhooks").map((hook) => fieldsAt(hook, "clientConfig", "service"))
          : kind === "CustomResourceDefinition"
            ? [fieldsAt(object, "spec", "conversion", "webhook", "clientConfig", "service")]
            : [];
    if (targets.some((target) => textAt(target, "namespace") === namespace)) {
      return `the API server calls into ${namespace} for ${kind} ${name}`;
    }
  }
  return undefined;
}

function fromReferences(
  platform: Platform,
  namespace: string,
  services: readonly Resource[],
  here: readonly RepositoryWorkload[],
): Caller[] {
  return referencesTo(platform, namespace).flatMap((reference): Caller[] => {
    const service = services.find(({ name }) => name === reference.service);
    const ports = service === undefined ? undefined : podPorts(portsOf(service), here);
    const because = `${reference.path}:${reference.line} names ${reference.service}`;
    if (onHostNetwork(platform).has(reference.path)) return [{ from: undefined, ports, because }];
    return namespacesAt(platform, reference.path)
      .filter((caller) => caller !== namespace)
      .map((caller) => ({ from: caller, ports, because }));
  });
}

/** Services that are reached from outside the cluster. */
function fromOutside(services: readonly Resource[], here: readonly RepositoryWorkload[]): Caller[] {
  return services
    .filter(({ object }) => {
      const type = at(object, "spec", "type");
      return type === "LoadBalancer" || type === "NodePort" || listAt(object, "spec", "externalIPs").length > 0;
    })
    .map((service) => ({
      from: undefined,
      ports: podPorts(portsOf(service), here),
      because: `Service ${service.name} is reached from outside`,
    }));
}

/** Ingress and its relatives: from the controller's namespace where the repository shows one, else from anywhere. */
function fromRoutes(
  platform: Platform,
  namespace: string,
  services: readonly Resource[],
  here: readonly RepositoryWorkload[],
): Caller[] {
  const controllers = controllersOf(platform);
  const known =
    controllers.length > 0 &&
    controllers.every(({ podSpec, namespace: home }) => podSpec["hostNetwork"] !== true && home !== undefined);
  const homes = known ? [...new Set(controllers.map((one) => one.namespace))] : [undefined];
  return [...inNamespace(platform, namespace).filter(({ kind }) => kind === "Ingress"), ...routesOf(platform)].flatMap(
    (route): Caller[] => {
      const isIngress = route.kind === "Ingress";
      const isRoute = ROUTES.has(route.kind) && (route.namespace === namespace || mentions(route, namespace));
      if (!isIngress && !isRoute) return [];
      const names = isIngress ? ingressBackends(route).map(({ service }) => service) : undefined;
      const backends = services.filter(({ name }) => names === undefined || names.includes(name));
      const ports = backends.length === 0 ? undefined : podPorts(backends.flatMap(portsOf), here);
      return homes
        .filter((home) => home !== namespace)
        .map((home) => ({ from: home, ports, because: `${route.kind} ${route.name} leads here` }));
    },
  );
}

function mentions(route: Resource, namespace: string): boolean {
  return JSON.stringify(route.object).includes(JSON.stringify(namespace));
}

/** Scrapers must keep seeing the pods, or the next verification would have nothing to measure. */
function fromMetrics(platform: Platform, namespace: string, here: readonly RepositoryWorkload[]): Caller[] {
  const scrapers = scrapersOf(platform);
  const homes = new Set(scrapers.map((one) => one.namespace).filter((home) => home !== undefined));
  homes.delete(namespace);
  if (homes.size > 0) {
    return [...homes].map((from) => ({ from, ports: undefined, because: `Prometheus in ${from} scrapes` }));
  }
  const annotated = here.filter(isScraped);
  const monitors = [...ofKind(platform, "ServiceMonitor"), ...ofKind(platform, "PodMonitor")];
  const watched = monitors.filter((one) => one.namespace === namespace || mentions(one, namespace));
  if (annotated.length === 0 && watched.length === 0) return [];
  const ports = watched.length > 0 ? undefined : annotated.flatMap(scrapePorts);
  return [
    { from: "*", ports: ports?.length === 0 ? undefined : ports, because: "pods are scraped, by whom is not said" },
  ];
}

function isScraped({ resource, templatePath }: RepositoryWorkload): boolean {
  return stringsAt(resource.object, ...templatePath, "metadata", "annotations")["prometheus.io/scrape"] === "true";
}

function scrapePorts({ resource, templatePath }: RepositoryWorkload): PolicyPort[] {
  const port = Number(stringsAt(resource.object, ...templatePath, "metadata", "annotations")["prometheus.io/port"]);
  return Number.isInteger(port) && port > 0 ? [{ port, protocol: "TCP" }] : [];
}

/** Pod ports behind Service ports. A port name stands only if a container of the namespace declares it. */
function podPorts(
  ports: readonly ServicePort[],
  here: readonly RepositoryWorkload[],
): readonly PolicyPort[] | undefined {
  const declared = new Set(
    here.flatMap(({ containers }) =>
      containers.flatMap(({ spec }) => itemsAt(spec, "ports").map((port) => port["name"])),
    ),
  );
  const known = ports.every(({ target }) => typeof target === "number" || declared.has(target));
  return known && ports.length > 0 ? ports.map(({ target, protocol }) => ({ port: target, protocol })) : undefined;
}

/** One entry per origin: its ports together, all ports if any reason needs all. */
function merge(callers: readonly Caller[]): Caller[] {
  const byOrigin = new Map<string, Caller>();
  for (const caller of callers) {
    const key = caller.from ?? "";
    const before = byOrigin.get(key);
    const ports = before === undefined ? caller.ports : union(before.ports, caller.ports);
    const reasons = before === undefined ? [] : before.because.split("; ");
    const because = reasons.includes(caller.because) ? reasons : [...reasons, caller.because];
    byOrigin.set(key, { from: caller.from, ports: ports && sortPorts(ports), because: because.slice(0, 4).join("; ") });
  }
  return [...byOrigin].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, caller]) => caller);
}

function union(
  a: readonly PolicyPort[] | undefined,
  b: readonly PolicyPort[] | undefined,
): readonly PolicyPort[] | undefined {
  return a === undefined || b === undefined ? undefined : [...a, ...b];
}

function sortPorts(ports: readonly PolicyPort[]): readonly PolicyPort[] {
  const byKey = new Map(ports.map((port) => [`${port.protocol}/${port.port}`, port]));
  return [...byKey].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([, port]) => port);
}

/** Workloads of a namespace selected by anything that keeps running. */
export function isRunning({ kind }: RepositoryWorkload): boolean {
  return kind === "Deployment" || kind === "StatefulSet" || kind === "DaemonSet";
}
