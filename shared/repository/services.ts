/** Services, who they lead to, and who names them: the dependencies a repository shows. */
import { groupBy, inFile, inNamespace, ofKind, oncePer } from "./lookup.ts";
import { parseFile } from "./parse.ts";
import type { Platform, Resource } from "./platform.ts";
import { fieldsAt, itemsAt, stringsAt, textAt } from "./values.ts";
import { type RepositoryWorkload, selects } from "./workloads.ts";

/** A Service's port and the port of the pods behind it (a number or a port name). */
export interface ServicePort {
  readonly port: number;
  readonly target: number | string;
  readonly protocol: string;
}

/** One mention of `<service>.<namespace>.svc` in a file. */
export interface ServiceReference {
  readonly service: string;
  readonly namespace: string;
  readonly path: string;
  readonly line: number;
}

const NAME = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
const SHORT = new RegExp(`(?<![-a-z0-9.])(${NAME})\\.(${NAME})(?![-a-z0-9.])`, "g");
const HOST = new RegExp(`(?<![-a-z0-9.])(${NAME})\\.(${NAME})\\.svc(?![-a-z0-9])`, "g");

/** The Services selecting `workload`'s pods. */
export function servicesOf(platform: Platform, workload: RepositoryWorkload): readonly Resource[] {
  return inNamespace(platform, workload.namespace).filter(
    (resource) => isService(resource) && selects(stringsAt(resource.object, "spec", "selector"), workload.podLabels),
  );
}

export function isService({ apiVersion, kind }: Resource): boolean {
  return kind === "Service" && apiVersion === "v1";
}

export function portsOf(service: Resource): readonly ServicePort[] {
  return itemsAt(service.object, "spec", "ports").flatMap((entry) => {
    const port = entry["port"];
    if (typeof port !== "number") return [];
    const target = entry["targetPort"];
    const isTarget = typeof target === "number" || (typeof target === "string" && target !== "");
    return [{ port, target: isTarget ? target : port, protocol: textAt(entry, "protocol") ?? "TCP" }];
  });
}

/** Every full Service name in a text, with its line (from 1). */
export function referencesIn(text: string, path: string): ServiceReference[] {
  const found: ServiceReference[] = [];
  if (!text.includes(".svc")) return found;
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.includes(".svc") || /^\s*#/.test(line)) continue;
    for (const [, service = "", namespace = ""] of line.matchAll(HOST)) {
      found.push({ service, namespace, path, line: index + 1 });
    }
  }
  return found;
}

/**
 * Every mention of a Service of `namespace` in any manifest, templates and values of charts included: a text that cannot be read as YAML still
 * tells whom it talks to. The short form `<service>.<namespace>` counts where such a Service is in the repository.
 */
export function referencesTo(platform: Platform, namespace: string): readonly ServiceReference[] {
  return references(platform).get(namespace) ?? [];
}

const references = oncePer((platform) => {
  const known = new Set(ofKind(platform, "Service").map(({ name, namespace }) => `${name}.${namespace}`));
  const found = [...platform.files.values()].flatMap(({ path, content }) =>
    content === null ? [] : [...referencesIn(content, path), ...shortReferencesIn(content, path, known)],
  );
  return groupBy(found, ({ namespace }) => namespace);
});

function shortReferencesIn(text: string, path: string, known: ReadonlySet<string>): ServiceReference[] {
  const found: ServiceReference[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.includes(".") || /^\s*#/.test(line)) continue;
    for (const [host, service = "", namespace = ""] of line.matchAll(SHORT)) {
      if (known.has(host)) found.push({ service, namespace, path, line: index + 1 });
    }
  }
  return found;
}

/** Namespaces whose pods are made from `path`: those of its workloads, else where its Applications put it. */
export function namespacesAt(platform: Platform, path: string): readonly string[] {
  const own = inFile(platform, path).map(({ namespace }) => namespace);
  const readers = platform.readers.get(path) ?? [];
  const given = platform.applications
    .filter(({ name }) => readers.includes(name))
    .map(({ destination }) => destination);
  const known = (own.some((namespace) => namespace !== undefined) ? own : given).filter((name) => name !== undefined);
  return [...new Set(known)].sort();
}

/** True when a file holds documents nobody could read: it must not be edited. */
export function hasUnreadable(platform: Platform, path: string): boolean {
  const file = platform.files.get(path);
  return file === undefined || file.content === null || parseFile(file).unreadable.length > 0;
}

/** The Service an Ingress backend names. */
export function ingressBackends(ingress: Resource): readonly { service: string; port: number | string | undefined }[] {
  const paths = itemsAt(ingress.object, "spec", "rules").flatMap((rule) => itemsAt(rule, "http", "paths"));
  const backends = [
    ...paths.map((path) => fieldsAt(path, "backend")),
    fieldsAt(ingress.object, "spec", "defaultBackend"),
  ];
  return backends.flatMap((backend) => {
    const service = textAt(backend, "service", "name");
    const port = fieldsAt(backend, "service", "port");
    const value = port["number"] ?? port["name"];
    const known = typeof value === "number" || typeof value === "string" ? value : undefined;
    return service === undefined ? [] : [{ service, port: known }];
  });
}
