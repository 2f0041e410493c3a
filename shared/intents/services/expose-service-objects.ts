/** The objects that lead from a host to a port of a Service, in the style of the repository. */
import { issuerAnnotation } from "../../repository/cert-manager.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import type { Fields } from "../../repository/values.ts";
import type { NewObject } from "../edit/new-objects.ts";
import { isServedDomain, routeServing } from "./expose-service-routes.ts";
import { type RouteStyle, routeStyle, secretTaken } from "./expose-service-style.ts";

export interface Exposed {
  readonly namespace: string;
  readonly service: string;
  readonly port: { readonly number: number; readonly name: string | undefined };
  readonly host: string;
}

export interface NewRoute {
  readonly objects: readonly NewObject[];
  /** Lines for the commit message. */
  readonly changes: readonly string[];
}

/** A route and, where certificates are objects here, its Certificate; a text says why `host` cannot lead there. */
export function newRoute(platform: Platform, exposed: Exposed): NewRoute | string {
  const { namespace, host } = exposed;
  const serving = routeServing(platform, host, false);
  if (serving !== undefined) {
    const { path, kind, name } = serving.resource;
    return `${host} is served already: ${path}: ${kind} ${name}`;
  }
  if (!isServedDomain(platform, host)) return `${host} is not directly under a domain the repository serves`;
  const style = routeStyle(platform, namespace);
  if (typeof style === "string") return style;
  const name = freeName(platform, exposed, style.kind);
  if (name === undefined) return `${style.kind} ${namespace}/${exposed.service} is already there`;
  const secretName = `${name}-tls`;
  if (style.tls.how === "issued") {
    const taken = secretTaken(platform, namespace, secretName);
    if (taken !== undefined) return `${taken.kind} ${taken.name} uses Secret ${secretName} already`;
  }
  const route = style.kind === "Ingress" ? ingress(exposed, name, style) : ingressRoute(exposed, name, style);
  return {
    objects: [route, ...certificate(exposed, secretName, style)],
    changes: [
      `Added ${style.kind} ${namespace}/${name}: ${host} leads to port ${exposed.port.number} of Service ${exposed.service}`,
      ...(style.tls.how === "issued"
        ? [`The certificate comes from ${style.tls.issuance.issuer.kind} ${style.tls.issuance.issuer.name}`]
        : []),
    ],
  };
}

function freeName(platform: Platform, { namespace, service, host }: Exposed, kind: string): string | undefined {
  const [label = ""] = host.split(".");
  const isFree = (name: string) =>
    !inNamespace(platform, namespace).some((one) => one.kind === kind && one.name === name);
  return [service, label, `${service}-${label}`].find((name) => isFree(name) && name.length <= 59);
}

function ingress({ service, port, host }: Exposed, name: string, style: RouteStyle): NewObject {
  const { tls, front, namesPorts } = style;
  const isAsked = tls.how === "issued" && tls.issuance.style === "annotation";
  const annotations = {
    ...(isAsked ? { [issuerAnnotation(tls.issuance.issuer.kind)]: tls.issuance.issuer.name } : {}),
    ...style.annotations,
  };
  const by = namesPorts && port.name !== undefined ? { name: port.name } : { number: port.number };
  const backend = { service: { name: service, port: by } };
  return {
    apiVersion: style.apiVersion,
    kind: "Ingress",
    name,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    body: {
      spec: {
        ...front,
        ...(tls.how === "none" ? {} : { tls: [{ hosts: [host], ...secretIn(style, name) }] }),
        rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      },
    },
  };
}

function ingressRoute({ service, port, host }: Exposed, name: string, style: RouteStyle): NewObject {
  const { tls, front, middlewares, annotations } = style;
  const route: Fields = {
    match: `Host(\`${host}\`)`,
    kind: "Rule",
    ...(middlewares.length === 0 ? {} : { middlewares }),
    services: [{ name: service, port: port.number }],
  };
  return {
    apiVersion: style.apiVersion,
    kind: "IngressRoute",
    name,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    body: { spec: { ...front, routes: [route], ...(tls.how === "none" ? {} : { tls: secretIn(style, name) }) } },
  };
}

function secretIn({ tls }: RouteStyle, name: string): Fields {
  if (tls.how === "issued") return { secretName: `${name}-tls` };
  return tls.how === "fields" ? tls.fields : {};
}

function certificate({ host }: Exposed, secretName: string, { tls }: RouteStyle): readonly NewObject[] {
  if (tls.how !== "issued" || tls.issuance.style !== "certificate") return [];
  const issuerRef = { name: tls.issuance.issuer.name, kind: tls.issuance.issuer.kind, group: "cert-manager.io" };
  const body = { spec: { secretName, dnsNames: [host], issuerRef } };
  return [{ apiVersion: "cert-manager.io/v1", kind: "Certificate", name: secretName, body }];
}
