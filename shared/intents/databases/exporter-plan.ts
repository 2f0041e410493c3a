/** Everything an exporter beside one database needs, found in the repository; or what is missing. */
import { MANAGED_BY, MANAGED_BY_LABEL } from "../../policy/settings.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { type MonitorHome, monitorHome } from "../../repository/service-monitors.ts";
import { isService, servicesOf } from "../../repository/services.ts";
import { type Fields, stringsAt } from "../../repository/values.ts";
import { type Container, type RepositoryWorkload, workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";
import { editableIn } from "../targets.ts";
import { serviceFor } from "./backup-plan.ts";
import { credentialsFor, type Database, databaseIn } from "./databases.ts";
import { type Exporter, exporterEnv, exporterImage, exporters } from "./exporters.ts";

/** How Prometheus gets to know of the exporter. */
export type Scraping =
  | { readonly kind: "monitor"; readonly home: MonitorHome }
  /** Annotations on the pods or on the Service, as the repository's other exporters have them. */
  | { readonly kind: "annotations"; readonly on: "pod" | "service"; readonly because: string };

export interface ExporterPlan {
  readonly application: RepositoryApplication;
  readonly workload: RepositoryWorkload;
  readonly namespace: string;
  readonly database: Database;
  readonly exporter: Exporter;
  readonly image: string;
  /** Why this image. */
  readonly because: string;
  /** False: nothing here uses the image's registry, policy has the last word. */
  readonly knownRegistry: boolean;
  /** Port the database's Service leads to, on its pods. */
  readonly port: number;
  readonly env: readonly Fields[];
  /** False: the database asks nobody who they are. */
  readonly signsIn: boolean;
  readonly args: readonly string[];
  readonly scraping: Scraping;
}

export function exporterPlan(platform: Platform, workload: RepositoryWorkload): ExporterPlan | string {
  const { namespace } = workload;
  const application = editableIn(platform, workload.resource);
  if (typeof application === "string") return application;
  if (namespace === undefined) return "its namespace is not known";
  const found = databaseOf(workload);
  if (found === undefined) return `${workload.name} runs no known database`;
  const { database, container } = found;
  if (workload.replicas === 0) return `${workload.name} is scaled to zero`;
  const existing = measuredBy(platform, workload, database);
  if (existing !== undefined) return existing;
  const reached = serviceFor(platform, workload, container, database);
  if (reached === undefined) return `no Service leads to port ${database.port} of ${workload.name}`;
  const encrypted = wantsTls(container);
  if (encrypted !== undefined) return encrypted;
  const credentials = credentialsFor(database, container);
  if (typeof credentials === "string") return credentials;
  const scraping = scrapingOf(platform, namespace);
  if (typeof scraping === "string") return scraping;
  const exporter = exporters[database.kind];
  const { image, because, known } = exporterImage(platform, exporter);
  return {
    application,
    workload,
    namespace,
    database,
    exporter,
    image,
    because,
    knownRegistry: known,
    port: database.port,
    env: exporterEnv(exporter, reached.service.name, reached.port, credentials),
    signsIn: credentials.length > 0,
    args: exporter.settings(reached.service.name, reached.port).args,
    scraping,
  };
}

export function databaseOf({
  containers,
}: RepositoryWorkload): { container: Container; database: Database } | undefined {
  for (const container of containers) {
    const database = databaseIn(container);
    if (database !== undefined) return { container, database };
  }
  return undefined;
}

/** Who measures the database already, or may do so; undefined when nobody does. */
export function measuredBy(platform: Platform, workload: RepositoryWorkload, database: Database): string | undefined {
  const { image } = exporters[database.kind];
  const isExporter = (one: Container) => image.test(imageName(one.image));
  const { name, kind, resource } = workload;
  const sidecar = workload.containers.find(isExporter);
  if (sidecar !== undefined)
    return `${resource.path}: container ${sidecar.name} of ${kind} ${name} measures it already`;
  const names = [name, ...servicesOf(platform, workload).map((service) => service.name)];
  for (const other of workloadsOf(platform)) {
    if (other.resource.application === undefined) continue;
    const exporter = other.containers.find(isExporter);
    if (exporter === undefined) continue;
    const said = JSON.stringify([exporter.spec["env"], exporter.spec["args"], exporter.spec["command"]]);
    const where = `${other.resource.path}: ${other.kind} ${other.name}`;
    const near = other.namespace === workload.namespace;
    if (names.some((one) => addresses(said, one, near, workload.namespace ?? "")))
      return `${where} measures it already`;
    if (near && !namesAnyHost(platform, other, said)) return `${where} may measure it; its target is not written there`;
  }
  return undefined;
}

/** The name as a host: alone in its own namespace, with its namespace elsewhere. */
function addresses(text: string, name: string, near: boolean, namespace: string): boolean {
  const host = near ? name : `${name}.${namespace}`;
  return new RegExp(`(?<![-\\w.])${host.replaceAll(".", "\\.")}(?![-\\w])`).test(text);
}

/** False: the target comes from a Secret or a file, so it may be any database of the namespace. */
function namesAnyHost(platform: Platform, { namespace }: RepositoryWorkload, said: string): boolean {
  const services = inNamespace(platform, namespace).filter(isService);
  const here = services.some(({ name }) => addresses(said, name, true, namespace ?? ""));
  return here || /\.svc\b|(?:\/\/|=|@|\()[\w.-]+\.[\w-]+:\d+/.test(said);
}

/** The exporters are told to speak plain text; a server that insists on TLS would turn them away. */
function wantsTls({ spec, name }: Container): string | undefined {
  const words = [spec["command"], spec["args"]].flat().map(String).join(" ");
  const insists = /tls-port|--tls\b|tlsMode|ssl=on|require[-_]secure[-_]transport/i.test(words);
  return insists ? `container ${name} asks for TLS, with certificates the exporter does not have` : undefined;
}

function scrapingOf(platform: Platform, namespace: string): Scraping | string {
  const home = monitorHome(platform, namespace);
  if (typeof home !== "string") {
    const marked = home.labels[MANAGED_BY_LABEL];
    const isOurs = marked === undefined || marked === MANAGED_BY;
    return isOurs ? { kind: "monitor", home } : `monitors must be marked as managed by ${marked}`;
  }
  const pods = [...workloadsIn(platform, namespace), ...workloadsOf(platform)].find(isAnnotated);
  if (pods !== undefined) {
    return { kind: "annotations", on: "pod", because: `pods are found by annotation, as those of ${pods.name}` };
  }
  const service = platform.resources.find((one) => isService(one) && one.application !== undefined && asksForIt(one));
  if (service !== undefined) {
    return { kind: "annotations", on: "service", because: `Services are found by annotation, as ${service.name}` };
  }
  return `${home}, and nothing is scraped by annotation: an exporter would be asked by nobody`;
}

function isAnnotated({ resource, templatePath }: RepositoryWorkload): boolean {
  if (resource.application === undefined) return false;
  return stringsAt(resource.object, ...templatePath, "metadata", "annotations")["prometheus.io/scrape"] === "true";
}

function asksForIt({ object }: Resource): boolean {
  return stringsAt(object, "metadata", "annotations")["prometheus.io/scrape"] === "true";
}
