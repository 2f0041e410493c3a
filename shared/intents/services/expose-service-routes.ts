/** What a repository serves to the outside: hosts, the domains they are in, and which route leads where. */
import { inFile, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { ingressBackends } from "../../repository/services.ts";
import { itemsAt, listAt, stringsAt, textAt } from "../../repository/values.ts";

export type RouteKind = "Ingress" | "IngressRoute";

export interface Route {
  readonly resource: Resource;
  /** Undefined for kinds the school does not write. */
  readonly kind: RouteKind | undefined;
  readonly hosts: readonly string[];
  /** Services of the route's namespace it leads to, unless it names another. */
  readonly backends: readonly { readonly service: string; readonly namespace: string | undefined }[];
}

const KINDS =
  /^(?:Ingress|IngressRoute(?:TCP|UDP)?|(?:HTTP|GRPC|TLS|TCP)Route|VirtualService|HTTPProxy|Gateway|Mapping|Route)$/;
const GROUPS =
  /^(?:networking\.k8s\.io|extensions|traefik\.(?:io|containo\.us)|gateway\.networking\.k8s\.io|networking\.istio\.io|projectcontour\.io|getambassador\.io|route\.openshift\.io)\//;

export const routesOf: (platform: Platform) => readonly Route[] = oncePer(({ resources }) =>
  resources.filter(({ kind, apiVersion }) => KINDS.test(kind) && GROUPS.test(apiVersion)).map(routeOf),
);

function routeOf(resource: Resource): Route {
  const { kind, object, namespace, apiVersion } = resource;
  if (kind === "Ingress") {
    const rules = itemsAt(object, "spec", "rules").flatMap((rule) => textAt(rule, "host") ?? []);
    const secured = itemsAt(object, "spec", "tls").flatMap((tls) => listAt(tls, "hosts"));
    const hosts = [...new Set([...rules, ...secured.filter((host) => typeof host === "string")])];
    const backends = ingressBackends(resource).map(({ service }) => ({ service, namespace }));
    return { resource, kind: apiVersion === "networking.k8s.io/v1" ? "Ingress" : undefined, hosts, backends };
  }
  if (kind.startsWith("IngressRoute")) {
    const routes = itemsAt(object, "spec", "routes");
    const backends = routes.flatMap((route) =>
      itemsAt(route, "services").map((one) => ({
        service: textAt(one, "name") ?? "",
        namespace: textAt(one, "namespace") ?? namespace,
      })),
    );
    const hosts = routes.flatMap((route) => hostsMatched(textAt(route, "match") ?? ""));
    return { resource, kind: kind === "IngressRoute" ? "IngressRoute" : undefined, hosts, backends };
  }
  const names = [
    ...listAt(object, "spec", "hostnames"),
    ...listAt(object, "spec", "hosts"),
    ...itemsAt(object, "spec", "listeners").map((one) => one["hostname"]),
    textAt(object, "spec", "virtualhost", "fqdn"),
    textAt(object, "spec", "hostname"),
    textAt(object, "spec", "host"),
  ];
  const backends = itemsAt(object, "spec", "rules").flatMap((rule) =>
    itemsAt(rule, "backendRefs").map((one) => ({
      service: textAt(one, "name") ?? "",
      namespace: textAt(one, "namespace") ?? namespace,
    })),
  );
  return { resource, kind: undefined, hosts: names.filter((host) => typeof host === "string"), backends };
}

/** ``Host(`a`) || Host(`b`, `c`)`` (doc.traefik.io: routers, rule). */
function hostsMatched(rule: string): string[] {
  return [...rule.slice(0, 5000).matchAll(/\bHost(?:SNI)?\(([^)]{0,1000})\)/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/[`"']([^`"']{1,253})[`"']/g)].map(([, host = ""]) => host),
  );
}

/** Routes that Applications apply and people wrote; cert-manager makes some of its own for a challenge. */
export function writtenRoutes(platform: Platform): readonly Route[] {
  return routesOf(platform).filter(
    ({ resource: { application, name, object } }) =>
      application !== undefined &&
      !name.startsWith("cm-acme-http-solver-") &&
      stringsAt(object, "metadata", "labels")["acme.cert-manager.io/http01-solver"] === undefined,
  );
}

/** The route that serves `host`, by its name or by a wildcard. */
export function routeServing(platform: Platform, host: string, wildcards: boolean): Route | undefined {
  const wildcard = `*${host.slice(host.indexOf("."))}`;
  return routesOf(platform).find(({ hosts }) => hosts.includes(host) || (wildcards && hosts.includes(wildcard)));
}

export function routeTo(platform: Platform, service: Resource): Route | undefined {
  return routesOf(platform).find(({ backends }) =>
    backends.some((one) => one.service === service.name && one.namespace === service.namespace),
  );
}

/** Registries sell names under these to anybody, so two of them are no one's common domain. */
const PUBLIC = /^(?:com?|org|net|ac|gov|edu|or|ne|go|gob|nom)\.[a-z]{2}$/;

/** The domains whose names the repository serves, directly below. */
export const servedDomains: (platform: Platform) => ReadonlySet<string> = oncePer((platform) => {
  const hosts = writtenRoutes(platform).flatMap((route) => route.hosts);
  return new Set(hosts.map(domainOf).filter((domain) => domain !== undefined));
});

/** `example.com` of `shop.example.com` and of `example.com` itself. */
export function domainOf(host: string): string | undefined {
  const labels = host.split(".");
  const parent = labels.slice(1).join(".");
  if (labels.length > 2 && !PUBLIC.test(parent)) return parent;
  return labels.length >= 2 && !PUBLIC.test(host) && !host.startsWith("*") ? host : undefined;
}

/** True when `host` is one name below a domain the repository serves. */
export function isServedDomain(platform: Platform, host: string): boolean {
  return servedDomains(platform).has(host.slice(host.indexOf(".") + 1));
}

/** A file the host is named in that nobody here can read: a chart's values, a template, a tunnel's table of hosts. */
export function hiddenRoute(platform: Platform, host: string): string | undefined {
  const unreadable = new Set(platform.unreadable.map(({ path }) => path));
  for (const { path, content } of platform.files.values()) {
    if (content?.includes(host) !== true) continue;
    if (unreadable.has(path) || inFile(platform, path).length === 0) return path;
    if (content.includes(`hostname: ${host}`) || content.includes(`hostname: "${host}"`)) return path;
  }
  return undefined;
}
