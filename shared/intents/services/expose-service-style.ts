/** How a repository writes its routes: kind, class, entry points, annotations, TLS. Counted over what is applied. */
import { type Issuance, isCertificate, issuanceIn } from "../../repository/cert-manager.ts";
import { mostCommon } from "../../repository/conventions.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { type Fields, fieldsAt, isFields, itemsAt, listAt, stringsAt, textAt } from "../../repository/values.ts";
import { type RouteKind, writtenRoutes } from "./expose-service-routes.ts";

export interface RouteStyle {
  readonly kind: RouteKind;
  readonly apiVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** `ingressClassName` or `entryPoints`, as most of them have it. */
  readonly front: Fields;
  /** Of an IngressRoute. */
  readonly middlewares: readonly unknown[];
  /** Backends are named by the name of their port. */
  readonly namesPorts: boolean;
  readonly tls: RouteTls;
}

/** `fields` is what stands in `tls` as it is; `issued`: a Secret that cert-manager fills. */
export type RouteTls =
  | { readonly how: "none" }
  | { readonly how: "fields"; readonly fields: Fields }
  | { readonly how: "issued"; readonly issuance: Issuance };

/** What says how a controller takes a route in, whoever the backend is. What only one backend needs is left out. */
const KEPT =
  /^kubernetes\.io\/ingress\.class$|router\.(?:entrypoints|tls|tls\.certresolver|middlewares)$|(?:ssl-redirect|tls-acme)$|^alb\.ingress\.kubernetes\.io\/(?:scheme|target-type|listen-ports|group\.name|certificate-arn|ssl-policy)$|(?:white|allow)list-source-range$|\/auth-(?:url|signin|type|realm|secret|tls-secret|tls-verify-client)$|^external-dns\.alpha\.kubernetes\.io\/(?:target|cloudflare-proxied)$/;
/** Names a Secret of the route's own namespace. */
const LOGIN_SECRET = /\/auth-(?:tls-)?secret$/;

/** The style of `namespace`, else of the whole repository; a text says what is missing. */
export function routeStyle(platform: Platform, namespace: string): RouteStyle | string {
  const all = writtenRoutes(platform);
  const ours = all.filter(({ kind }) => kind !== undefined);
  if (ours.length === 0) {
    const [other] = all;
    return other === undefined
      ? "the repository serves nothing to the outside yet, so there is no way to follow"
      : `the repository routes by ${other.resource.kind}, which is left to people`;
  }
  const near = ours.filter(({ resource }) => resource.namespace === namespace);
  const pool = near.length > 0 ? near : ours;
  const kind = mostCommon(pool.map((route) => route.kind).filter((one) => one !== undefined)) ?? "Ingress";
  const models = pool.filter((route) => route.kind === kind).map(({ resource }) => resource);
  const annotations = commonAnnotations(models);
  const secret = Object.entries(annotations).find(([key, value]) => LOGIN_SECRET.test(key) && !value.includes("/"));
  if (secret !== undefined && near.length === 0) {
    return `the others ask for a login by ${secret[0]}, and nothing shows its Secret in ${namespace}`;
  }
  const tls =
    kind === "Ingress" ? ingressTls(platform, namespace, models, annotations) : routeTls(platform, namespace, models);
  if (typeof tls === "string") return tls;
  const middlewares = kind === "Ingress" ? [] : commonMiddlewares(models);
  return {
    kind,
    apiVersion: mostCommon(models.map(({ apiVersion }) => apiVersion)) ?? "networking.k8s.io/v1",
    annotations,
    front: kind === "Ingress" ? ingressClass(models) : entryPoints(models),
    middlewares,
    namesPorts: namesPorts(models),
    tls,
  };
}

/** True when more than half have it. */
function isUsual(count: number, models: readonly unknown[]): boolean {
  return count * 2 > models.length;
}

function commonAnnotations(models: readonly Resource[]): Readonly<Record<string, string>> {
  const counts = new Map<string, number>();
  for (const { object } of models) {
    for (const [key, value] of Object.entries(stringsAt(object, "metadata", "annotations"))) {
      if (!KEPT.test(key) || value.length > 500) continue;
      const pair = JSON.stringify([key, value]);
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  }
  const usual = [...counts].filter(([, count]) => isUsual(count, models)).map(([pair]) => pair);
  return Object.fromEntries(usual.sort().map((pair) => JSON.parse(pair) as [string, string]));
}

function ingressClass(models: readonly Resource[]): Fields {
  const names = models.flatMap(({ object }) => textAt(object, "spec", "ingressClassName") ?? []);
  const name = mostCommon(names);
  return name !== undefined && isUsual(names.length, models) ? { ingressClassName: name } : {};
}

function entryPoints(models: readonly Resource[]): Fields {
  const lists = models.map(({ object }) => JSON.stringify(listAt(object, "spec", "entryPoints")));
  const usual = JSON.parse(mostCommon(lists) ?? "[]") as unknown[];
  return usual.length === 0 ? {} : { entryPoints: usual };
}

/** Whoever stands before the others (a login, a limit) stands before this one too; from other namespaces by full name. */
function commonMiddlewares(models: readonly Resource[]): readonly unknown[] {
  const sets = models.map(({ object, namespace }) => {
    const [route] = itemsAt(object, "spec", "routes");
    return itemsAt(route, "middlewares").map(({ name, namespace: home }) =>
      JSON.stringify({ name, namespace: home ?? namespace }),
    );
  });
  const all = [...new Set(sets.flat())];
  return all
    .filter((one) => isUsual(sets.filter((set) => set.includes(one)).length, models))
    .map((one) => JSON.parse(one) as unknown);
}

function namesPorts(models: readonly Resource[]): boolean {
  const ports = models.flatMap(({ object }) =>
    itemsAt(object, "spec", "rules")
      .flatMap((rule) => itemsAt(rule, "http", "paths"))
      .map((path) => fieldsAt(path, "backend", "service", "port")),
  );
  return isUsual(ports.filter((port) => textAt(port, "name") !== undefined).length, ports);
}

function ingressTls(
  platform: Platform,
  namespace: string,
  models: readonly Resource[],
  annotations: Readonly<Record<string, string>>,
): RouteTls | string {
  const secured = models.filter(({ object }) => itemsAt(object, "spec", "tls").length > 0);
  if (!isUsual(secured.length, models)) return { how: "none" };
  const entries = secured.flatMap(({ object }) => itemsAt(object, "spec", "tls"));
  const withoutSecret = entries.filter((entry) => textAt(entry, "secretName") === undefined);
  const isByDefault = isUsual(withoutSecret.length, entries);
  const hasResolver = Object.keys(annotations).some((key) => /tls\.certresolver$|certificate-arn$/.test(key));
  if (isByDefault || hasResolver) return { how: "fields", fields: {} };
  return secretOf(
    platform,
    namespace,
    secured.map(({ namespace: home, object }) => ({
      home,
      secrets: itemsAt(object, "spec", "tls").flatMap((entry) => textAt(entry, "secretName") ?? []),
    })),
  );
}

function routeTls(platform: Platform, namespace: string, models: readonly Resource[]): RouteTls | string {
  const secured = models.filter(({ object }) => isFields(fieldsAt(object, "spec")["tls"]));
  if (!isUsual(secured.length, models)) return { how: "none" };
  const blocks = secured.map(({ object }) => fieldsAt(object, "spec", "tls"));
  const withoutSecret = blocks.filter((block) => textAt(block, "secretName") === undefined);
  if (isUsual(withoutSecret.length, blocks)) {
    const resolver = mostCommon(withoutSecret.flatMap((block) => textAt(block, "certResolver") ?? []));
    return { how: "fields", fields: resolver === undefined ? {} : { certResolver: resolver } };
  }
  const found = secretOf(
    platform,
    namespace,
    secured.map(({ namespace: home, object }) => ({
      home,
      secrets: [textAt(object, "spec", "tls", "secretName") ?? []].flat(),
    })),
  );
  // cert-manager reads the annotations of Ingresses only.
  if (typeof found === "string" || found.how !== "issued") return found;
  return { how: "issued", issuance: { ...found.issuance, style: "certificate" } };
}

/** One Secret for all of the namespace (a wildcard), else one that is issued for this host. */
function secretOf(
  platform: Platform,
  namespace: string,
  secured: readonly { readonly home: string | undefined; readonly secrets: readonly string[] }[],
): RouteTls | string {
  const near = secured.filter(({ home }) => home === namespace);
  const shared = mostCommon(near.flatMap(({ secrets }) => secrets));
  const sharing = near.filter(({ secrets }) => shared !== undefined && secrets.includes(shared)).length;
  if (shared !== undefined && sharing > 1 && isUsual(sharing, near)) {
    return { how: "fields", fields: { secretName: shared } };
  }
  const issuance = issuanceIn(platform, namespace);
  if (typeof issuance !== "string") return { how: "issued", issuance };
  return `the others serve TLS with Secrets nobody here makes: ${issuance}`;
}

/** Whatever uses the Secret of a certificate, or fills it. */
export function secretTaken(platform: Platform, namespace: string, secretName: string): Resource | undefined {
  return inNamespace(platform, namespace).find((one) => {
    if (one.kind === "Secret") return one.name === secretName;
    if (isCertificate(one)) return one.name === secretName || textAt(one.object, "spec", "secretName") === secretName;
    const isSecret = (tls: Fields) => tls["secretName"] === secretName;
    return itemsAt(one.object, "spec", "tls").some(isSecret) || isSecret(fieldsAt(one.object, "spec", "tls"));
  });
}
