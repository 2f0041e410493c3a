/** What leads to a Service from outside: Ingress, Traefik's IngressRoute, the Gateway API. */
import type { Resource } from "../repository/platform.ts";
import { type Fields, fieldsAt, isFields, listAt, textAt } from "../repository/values.ts";
import { connect, type Draft, entriesAt, placeIn } from "./draft.ts";
import { nodeIdOf } from "./graph.ts";

type Keys = readonly (string | number)[];

export function addRoute(draft: Draft, resource: Resource): void {
  const { apiVersion, kind } = resource;
  if (kind === "Ingress" && /^(?:networking\.k8s\.io|extensions)\//.test(apiVersion)) addIngress(draft, resource);
  if (/^IngressRoute(?:TCP|UDP)?$/.test(kind)) addTraefik(draft, resource);
  if (/^(?:HTTP|GRPC|TCP|TLS|UDP)Route$/.test(kind) && apiVersion.startsWith("gateway.networking.k8s.io/")) {
    addGatewayRoute(draft, resource);
  }
}

function addIngress(draft: Draft, resource: Resource): void {
  const { object } = resource;
  for (const [index, rule] of entriesAt(object, "spec", "rules")) {
    const keys = ["spec", "rules", index];
    addHost(draft, resource, textAt(rule, "host"), [...keys, "host"]);
    for (const [position, path] of entriesAt(rule, "http", "paths")) {
      backend(draft, resource, fieldsAt(path, "backend"), [...keys, "http", "paths", position, "backend"]);
    }
  }
  backend(draft, resource, fieldsAt(object, "spec", "defaultBackend"), ["spec", "defaultBackend"]);
  for (const [index, tls] of entriesAt(object, "spec", "tls")) {
    const name = textAt(tls, "secretName");
    if (name === undefined) continue;
    const secret = { kind: "Secret", namespace: resource.namespace, name };
    connect(draft, resource, "refers-to", secret, placeIn(resource, ["spec", "tls", index, "secretName"]));
  }
  const name = textAt(object, "spec", "ingressClassName");
  if (name !== undefined) {
    const ingressClass = { kind: "IngressClass", namespace: undefined, name };
    connect(draft, resource, "uses-class", ingressClass, placeIn(resource, ["spec", "ingressClassName"]));
  }
}

/** `service.name`, and `serviceName` of the time before networking.k8s.io/v1. */
function backend(draft: Draft, resource: Resource, holder: Fields, keys: Keys): void {
  for (const path of [["service", "name"], ["serviceName"]]) {
    const name = textAt(holder, ...path);
    if (name !== undefined) expose(draft, resource, resource.namespace, name, [...keys, ...path]);
  }
}

function expose(draft: Draft, resource: Resource, namespace: string | undefined, name: string, keys: Keys): void {
  connect(draft, resource, "exposes", { kind: "Service", namespace, name }, placeIn(resource, keys));
}

/** Who calls the host depends on the route; nobody can call a pattern. */
function addHost(draft: Draft, resource: Resource, host: string | undefined, keys: Keys): void {
  if (host === undefined || !/^[a-z0-9][-a-z0-9.]{0,252}$/i.test(host)) return;
  const name = host.toLowerCase();
  draft.served.set(name, nodeIdOf(resource));
  draft.named.set(`Host/${name}`, { kind: "Host", namespace: undefined, name });
  const route = { kind: resource.kind, namespace: resource.namespace, name: resource.name };
  connect(draft, `Host/${name}`, "exposes", route, placeIn(resource, keys));
}

function addTraefik(draft: Draft, resource: Resource): void {
  for (const [index, route] of entriesAt(resource.object, "spec", "routes")) {
    const keys = ["spec", "routes", index];
    const match = textAt(route, "match")?.slice(0, 5_000) ?? "";
    for (const [, hosts = ""] of match.matchAll(/Host(?:SNI)?\(([^)]{1,2000})\)/g)) {
      for (const [, host] of hosts.matchAll(/[`"']([^`"']+)[`"']/g)) addHost(draft, resource, host, [...keys, "match"]);
    }
    for (const [position, service] of entriesAt(route, "services")) {
      const name = textAt(service, "name");
      const kind = textAt(service, "kind") ?? "Service";
      if (name === undefined || name.includes("@")) continue;
      const namespace = textAt(service, "namespace") ?? resource.namespace;
      const place = placeIn(resource, [...keys, "services", position, "name"]);
      connect(draft, resource, "exposes", { kind, namespace, name }, place);
    }
    for (const [position, middleware] of entriesAt(route, "middlewares")) {
      const name = textAt(middleware, "name");
      if (name === undefined || name.includes("@")) continue;
      const namespace = textAt(middleware, "namespace") ?? resource.namespace;
      const place = placeIn(resource, [...keys, "middlewares", position, "name"]);
      connect(draft, resource, "refers-to", { kind: "Middleware", namespace, name }, place);
    }
  }
  const name = textAt(resource.object, "spec", "tls", "secretName");
  if (name === undefined) return;
  const secret = { kind: "Secret", namespace: resource.namespace, name };
  connect(draft, resource, "refers-to", secret, placeIn(resource, ["spec", "tls", "secretName"]));
}

function addGatewayRoute(draft: Draft, resource: Resource): void {
  const spec = fieldsAt(resource.object, "spec");
  for (const [index, host] of listAt(spec, "hostnames").entries()) {
    if (typeof host === "string") addHost(draft, resource, host, ["spec", "hostnames", index]);
  }
  for (const [index, parent] of entriesAt(spec, "parentRefs")) {
    const name = textAt(parent, "name");
    const kind = textAt(parent, "kind") ?? "Gateway";
    const namespace = textAt(parent, "namespace") ?? resource.namespace;
    if (name === undefined) continue;
    connect(
      draft,
      resource,
      "refers-to",
      { kind, namespace, name },
      placeIn(resource, ["spec", "parentRefs", index, "name"]),
    );
  }
  for (const [index, rule] of entriesAt(spec, "rules")) {
    for (const [position, one] of entriesAt(rule, "backendRefs")) {
      const name = textAt(one, "name");
      if (name === undefined || !isFields(one) || (textAt(one, "kind") ?? "Service") !== "Service") continue;
      const keys = ["spec", "rules", index, "backendRefs", position, "name"];
      expose(draft, resource, textAt(one, "namespace") ?? resource.namespace, name, keys);
    }
  }
}
