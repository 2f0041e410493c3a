/** Where a Service shows metrics: by the name of a port, by annotation, or because its image is known to. */
import { mostCommon } from "../../repository/conventions.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { isService } from "../../repository/services.ts";
import { type Fields, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { selects, workloadsIn } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";

export interface MetricsPort {
  /** What an endpoint of a ServiceMonitor says: the Service's port by name, or the pods' port. */
  readonly endpoint: Fields;
  readonly because: string;
}

/** Software whose metrics are at `/metrics` of its usual port, by its own documentation. */
const EXPORTERS: Readonly<Record<string, number>> = {
  prometheus: 9090,
  alertmanager: 9093,
  pushgateway: 9091,
  grafana: 3000,
  loki: 3100,
  "node-exporter": 9100,
  redis_exporter: 9121,
  "postgres-exporter": 9187,
  postgres_exporter: 9187,
  "mysqld-exporter": 9104,
  "blackbox-exporter": 9115,
  "memcached-exporter": 9150,
  qdrant: 6333,
};
const NAMED = /(?:^|-)(?:metrics|prom|prometheus|exporter)$/;
const PATH = /^\/[-\w./]{0,100}$/;

/** Undefined when nothing shows that it has metrics; a text when they are there and cannot be asked for. */
export function metricsPort(platform: Platform, service: Resource): MetricsPort | string | undefined {
  if (!isService(service) || textAt(service.object, "spec", "type") === "ExternalName") return undefined;
  const selector = stringsAt(service.object, "spec", "selector");
  const behind = workloadsIn(platform, service.namespace).filter(({ podLabels }) => selects(selector, podLabels));
  const ports = itemsAt(service.object, "spec", "ports").filter(
    (port) => (textAt(port, "protocol") ?? "TCP") === "TCP",
  );
  const containers = behind.flatMap((workload) => workload.containers);
  const numberOf = (port: Fields): unknown => {
    const target = port["targetPort"] ?? port["port"];
    if (typeof target === "number") return target;
    const named = containers.flatMap(({ spec }) => itemsAt(spec, "ports")).find((one) => one["name"] === target);
    return named?.["containerPort"];
  };
  const found = (port: Fields, because: string, path?: string): MetricsPort | string => {
    const name = textAt(port, "name");
    if (/https|tls/.test(name ?? "")) return `port ${name} wants a certificate nobody here knows`;
    const where = name === undefined ? { targetPort: numberOf(port) } : { port: name };
    return { endpoint: { ...where, path: path ?? "/metrics" }, because };
  };

  const named = ports.find((port) => NAMED.test(textAt(port, "name") ?? ""));
  if (named !== undefined) return found(named, `its port ${textAt(named, "name")} is there for metrics`);

  const places = [service.object, ...behind.map(({ resource, templatePath }) => templateOf(resource, templatePath))];
  const annotations = places
    .map((place) => stringsAt(place, "metadata", "annotations"))
    .find((all) => all["prometheus.io/scrape"] === "true");
  if (annotations !== undefined) {
    const path = annotations["prometheus.io/path"];
    if (path !== undefined && !PATH.test(path)) return "its annotation names no plain path";
    const wanted = annotations["prometheus.io/port"];
    const annotated =
      wanted === undefined
        ? ports.length === 1
          ? ports[0]
          : undefined
        : ports.find((port) => String(numberOf(port)) === wanted || String(port["port"]) === wanted);
    if (annotated === undefined) return "the port its annotation names is not one of the Service's";
    return found(annotated, "its annotations ask for it to be scraped", path);
  }
  for (const { image } of containers) {
    const name = imageName(image);
    const number = Object.hasOwn(EXPORTERS, name) ? EXPORTERS[name] : undefined;
    const port = number === undefined ? undefined : ports.find((one) => numberOf(one) === number);
    if (port !== undefined) return found(port, `${name} shows its metrics there`);
  }
  return undefined;
}

function templateOf({ object }: Resource, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Fields | undefined)?.[key], object);
}

/** How often most monitors of the repository ask; undefined leaves it to Prometheus. */
export function usualInterval(monitors: readonly Resource[]): string | undefined {
  const all = monitors.flatMap(({ object }) => itemsAt(object, "spec", "endpoints"));
  return mostCommon(all.flatMap((one) => textAt(one, "interval") ?? []).filter((one) => /^\d{1,4}[sm]$/.test(one)));
}
