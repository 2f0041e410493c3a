/** Services that are named and not there, Services without pods, autoscalers without a target. */
import { inFile, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { ingressBackends, isService, referencesIn } from "../../repository/services.ts";
import { at, fieldsAt, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { isWorkloadKind, selects } from "../../repository/workloads.ts";
import type { Found } from "../finding.ts";
import { placeIn } from "../place.ts";
import { type Keys, nameOf } from "../review.ts";
import { doubtAbout, isThere } from "./doubt.ts";

/** Every cluster has these. */
const GIVEN: ReadonlySet<string> = new Set([
  "default/kubernetes",
  "kube-system/kube-dns",
  "kube-system/metrics-server",
]);

function doubted(doubt: string | undefined): Pick<Found, "severity"> {
  return doubt === undefined ? {} : { severity: "info" };
}

function tailOf(doubt: string | undefined): string {
  return doubt === undefined ? "" : ` (${doubt})`;
}

/** `<service>.<namespace>.svc` in the manifests, each once per file. */
export function missingAddresses(platform: Platform): readonly Found[] {
  return [...platform.files.values()].flatMap(({ path, content }) => {
    if (content === null || inFile(platform, path).length === 0) return [];
    const seen = new Set<string>();
    return referencesIn(content, path).flatMap(({ service, namespace, line }): Found[] => {
      const key = `${namespace}/${service}`;
      if (seen.has(key) || GIVEN.has(key) || isThere(platform, ["Service"], namespace, service)) return [];
      seen.add(key);
      const doubt = doubtAbout(platform, namespace, service);
      const message = `the address ${service}.${namespace}.svc leads to a Service the repository does not have${tailOf(doubt)}`;
      return [{ rule: "missing-service", message, path, line, column: 1, ...doubted(doubt) }];
    });
  });
}

interface Named {
  readonly service: string;
  readonly namespace: string | undefined;
  readonly at: Keys;
}

/** What Ingresses, routes and StatefulSets name. */
export function missingBackends(platform: Platform): readonly Found[] {
  return platform.resources.flatMap((resource) => {
    const seen = new Set<string>();
    return servicesNamedBy(resource).flatMap(({ service, namespace, at: place }): Found[] => {
      if (seen.has(service) || isThere(platform, ["Service"], namespace, service)) return [];
      seen.add(service);
      const doubt = doubtAbout(platform, namespace, service);
      const where = namespace === undefined ? service : `${namespace}/${service}`;
      const message = `${nameOf(resource)} names Service ${where.slice(0, 300)}, which the repository does not have${tailOf(doubt)}`;
      const object = nameOf(resource);
      return [{ rule: "missing-service", object, message, ...placeIn(platform, resource, place), ...doubted(doubt) }];
    });
  });
}

function servicesNamedBy(resource: Resource): readonly Named[] {
  const { apiVersion, kind, object, namespace } = resource;
  if (kind === "Ingress" && apiVersion.startsWith("networking.k8s.io/")) {
    return ingressBackends(resource).map(({ service }) => ({ service, namespace, at: ["spec", "rules"] }));
  }
  if (kind === "StatefulSet" && apiVersion.startsWith("apps/")) {
    const service = textAt(object, "spec", "serviceName");
    return service === undefined ? [] : [{ service, namespace, at: ["spec", "serviceName"] }];
  }
  if (/^IngressRoute(TCP|UDP)?$/.test(kind)) return inRoutes(resource, ["spec", "routes"], "services");
  return /^(HTTP|GRPC|TCP|TLS)Route$/.test(kind) ? inRoutes(resource, ["spec", "rules"], "backendRefs") : [];
}

function inRoutes({ object, namespace }: Resource, keys: readonly string[], list: string): Named[] {
  return itemsAt(object, ...keys).flatMap((route, index) =>
    itemsAt(route, list).flatMap((backend, position): Named[] => {
      const service = textAt(backend, "name");
      const isOther = (textAt(backend, "kind") ?? "Service") !== "Service" || service?.includes("@") === true;
      if (service === undefined || isOther) return [];
      const home = textAt(backend, "namespace") ?? namespace;
      return [{ service, namespace: home, at: [...keys, index, list, position, "name"] }];
    }),
  );
}

/** Labels of everything that is a pod or makes some, whatever its kind, by namespace. */
const podLabels = oncePer((platform) => {
  const found = new Map<string | undefined, Readonly<Record<string, string>>[]>();
  for (const { kind, apiVersion, namespace, object } of platform.resources) {
    const template =
      kind === "Pod" && apiVersion === "v1"
        ? object
        : fieldsAt(object, "spec", ...(kind === "CronJob" ? ["jobTemplate", "spec"] : []), "template");
    const labels = stringsAt(template, "metadata", "labels");
    if (Object.keys(labels).length > 0) found.set(namespace, [...(found.get(namespace) ?? []), labels]);
  }
  return found;
});

export function danglingServices(platform: Platform): readonly Found[] {
  return platform.resources.filter(isService).flatMap((service): Found[] => {
    const { object, namespace, name } = service;
    const selector = stringsAt(object, "spec", "selector");
    if (Object.keys(selector).length === 0 || at(object, "spec", "type") === "ExternalName") return [];
    const known = podLabels(platform);
    const near =
      namespace === undefined
        ? [...known.values()].flat()
        : [...(known.get(namespace) ?? []), ...(known.get(undefined) ?? [])];
    if (near.some((labels) => selects(selector, labels))) return [];
    const doubt = doubtAbout(platform, namespace, name) ?? operatorIn(selector);
    const wanted = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
    const among = `${near.length} ${near.length === 1 ? "pod template" : "pod templates"}`;
    const message = `${nameOf(service)} selects ${wanted.join(", ").slice(0, 200)}, and none of ${among} ${namespace === undefined ? "" : `in ${namespace} `}has that${tailOf(doubt)}`;
    return [
      {
        rule: "dangling-service",
        object: nameOf(service),
        message,
        ...placeIn(platform, service, ["spec", "selector"]),
        ...doubted(doubt),
      },
    ];
  });
}

/** Labels controllers give to pods of their own making. */
function operatorIn(selector: Readonly<Record<string, string>>): string | undefined {
  const key = Object.keys(selector).find((one) => one.includes("/") && !one.startsWith("app.kubernetes.io/"));
  return key === undefined ? undefined : `${key} may be given by a controller`;
}

export function missingScaleTargets(platform: Platform): readonly Found[] {
  return platform.resources.flatMap((resource): Found[] => {
    if (resource.kind !== "HorizontalPodAutoscaler" && resource.kind !== "ScaledObject") return [];
    const target = fieldsAt(resource.object, "spec", "scaleTargetRef");
    const [kind, name] = [textAt(target, "kind") ?? "Deployment", textAt(target, "name")];
    if (name === undefined || !isWorkloadKind(kind) || isThere(platform, [kind], resource.namespace, name)) return [];
    const doubt = doubtAbout(platform, resource.namespace, name);
    const message = `${nameOf(resource)} scales ${kind} ${name}, which the repository does not have${tailOf(doubt)}`;
    const place = placeIn(platform, resource, ["spec", "scaleTargetRef", "name"]);
    return [{ rule: "missing-scale-target", object: nameOf(resource), message, ...place, ...doubted(doubt) }];
  });
}
