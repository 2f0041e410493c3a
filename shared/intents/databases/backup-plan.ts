/** Everything a backup of one database workload needs, found in the repository; or what is missing. */

import { isPinned } from "../../policy/images.ts";
import { limitsOf } from "../../repository/limit-range.ts";
import { inNamespace, ofKind, oncePer } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { formatMemory, parseQuantity } from "../../repository/quantity.ts";
import { portsOf, servicesOf } from "../../repository/services.ts";
import { at, type Fields, fieldsAt, itemsAt, listAt, stringsAt, textAt } from "../../repository/values.ts";
import { type Container, type RepositoryWorkload, selects, workloadsOf } from "../../repository/workloads.ts";
import { editableIn } from "../targets.ts";
import { credentialsFor, type Database, databaseIn } from "./databases.ts";

export interface BackupPlan {
  readonly application: RepositoryApplication;
  readonly workload: RepositoryWorkload;
  readonly container: Container;
  readonly database: Database;
  readonly service: Resource;
  readonly port: number;
  readonly credentials: readonly Fields[];
  /** `storageClassName` as the repository writes it, undefined where it leaves it to the default class. */
  readonly storageClass: string | undefined;
  readonly size: string;
}

export function backupPlan(platform: Platform, workload: RepositoryWorkload): BackupPlan | string {
  const application = editableIn(platform, workload.resource);
  if (typeof application === "string") return application;
  const container = workload.containers.find((one) => databaseIn(one) !== undefined);
  const database = container === undefined ? undefined : databaseIn(container);
  if (container === undefined || database === undefined) return `${workload.name} runs no known database`;
  if (workload.replicas === 0) return `${workload.name} is scaled to zero`;
  if (!isPinned(container.image)) return `image ${container.image || "(none)"} is not pinned to a version`;
  const existing = existingBackup(platform, workload);
  if (existing !== undefined) return `${existing.path} already holds ${existing.kind} ${existing.name}`;
  const found = serviceFor(platform, workload, container, database);
  if (found === undefined) return `no Service leads to port ${database.port} of ${workload.name}`;
  const credentials = credentialsFor(database, container);
  if (typeof credentials === "string") return credentials;
  if (!keepsData(workload)) return `${workload.name} has no volume that outlives its pod, there is nothing to keep`;
  const storage = storageFor(platform, workload);
  if (typeof storage === "string") return storage;
  return { application, workload, container, database, ...found, credentials, ...storage };
}

/** A database without a lasting volume is a cache: what it loses by a restart, a backup need not hold. */
export function keepsData({ resource, podSpec }: RepositoryWorkload): boolean {
  const volumes = itemsAt(podSpec, "volumes");
  const lasting = volumes.some((one) => one["persistentVolumeClaim"] !== undefined || one["hostPath"] !== undefined);
  return lasting || itemsAt(resource.object, "spec", "volumeClaimTemplates").length > 0;
}

const backupObjects = oncePer(({ resources }) =>
  resources.filter(({ kind }) => kind === "CronJob" || kind === "ScheduledBackup" || kind === "Schedule"),
);

/** A CronJob or a backup tool's object that already takes care of the workload. */
export function existingBackup(platform: Platform, workload: RepositoryWorkload): Resource | undefined {
  const services = servicesOf(platform, workload).map(({ name }) => name);
  const names = [workload.name, ...services];
  return backupObjects(platform).find((resource) => {
    const { kind, apiVersion, namespace, object } = resource;
    if (kind === "ScheduledBackup") return namespace === workload.namespace;
    if (kind === "Schedule" && apiVersion.startsWith("velero.io/")) {
      const included = listAt(object, "spec", "template", "includedNamespaces");
      return included.length === 0 || included.includes("*") || included.includes(workload.namespace);
    }
    if (kind !== "CronJob") return false;
    const text = JSON.stringify(object);
    const isBackup = /backup|dump|--rdb|wal-g|restic|snapshot/i.test(text);
    return isBackup && names.some((name) => namesIt(text, name, namespace === workload.namespace, workload.namespace));
  });
}

/** True when the text names the workload: by itself in the same namespace, with its namespace elsewhere. */
function namesIt(text: string, name: string, sameNamespace: boolean, namespace: string | undefined): boolean {
  const escaped = name.replaceAll(".", "\\.");
  const alone = `(?<![-\\w])${escaped}(?![-\\w])`;
  const inOwnName = `(?<![-\\w])${escaped}-(?:[a-z0-9]+-)*(?:backup|dump)|(?:backup|dump)s?-${escaped}(?![-\\w])`;
  const elsewhere = `(?<![-\\w])${escaped}\\.${namespace ?? ""}(?![-\\w])`;
  return new RegExp(sameNamespace ? `${alone}|${inOwnName}` : elsewhere).test(text);
}

/** The Service that leads to the database's port, and its port there. */
export function serviceFor(
  platform: Platform,
  workload: RepositoryWorkload,
  container: Container,
  database: Database,
): { service: Resource; port: number } | undefined {
  const named = new Map(itemsAt(container.spec, "ports").map((port) => [port["name"], port["containerPort"]]));
  for (const service of [...servicesOf(platform, workload)].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const fitting = portsOf(service).find(({ target }) => (named.get(target) ?? target) === database.port);
    if (fitting === undefined) continue;
    const isHeadless = at(service.object, "spec", "clusterIP") === "None";
    return { service, port: isHeadless ? database.port : fitting.port };
  }
  return undefined;
}

/** Dumps go where the repository already keeps data: same storage class, the database's own size. */
function storageFor(
  platform: Platform,
  workload: RepositoryWorkload,
): { storageClass: string | undefined; size: string } | string {
  const own = itemsAt(workload.resource.object, "spec", "volumeClaimTemplates").map((claim) => fieldsAt(claim, "spec"));
  const claimed = new Set(
    itemsAt(workload.podSpec, "volumes").map((one) => textAt(one, "persistentVolumeClaim", "claimName")),
  );
  const claims = ofKind(platform, "PersistentVolumeClaim");
  const mounted = claims.filter(({ name, namespace }) => namespace === workload.namespace && claimed.has(name));
  const near = claims.filter(({ namespace }) => namespace === workload.namespace);
  const templates = workloadsOf(platform).flatMap(({ resource }) =>
    itemsAt(resource.object, "spec", "volumeClaimTemplates"),
  );
  const all = [
    ...own,
    ...mounted.map(({ object }) => fieldsAt(object, "spec")),
    ...near.map(({ object }) => fieldsAt(object, "spec")),
    ...claims.map(({ object }) => fieldsAt(object, "spec")),
    ...templates.map((claim) => fieldsAt(claim, "spec")),
  ];
  const [model] = all;
  if (model === undefined) return "the repository shows no volume claim, so there is no known place for dumps";
  const limits = limitsOf(platform, workload.namespace);
  const wanted = parseQuantity(at(model, "resources", "requests", "storage"));
  if (wanted === undefined) return "the size of the database's volume is not known";
  const bytes = Math.min(Math.max(wanted, limits?.claimMin ?? 0), limits?.claimMax ?? Number.POSITIVE_INFINITY);
  return { storageClass: textAt(model, "storageClassName"), size: formatMemory(bytes, "up") };
}

/** Why a pod with these labels could not reach the database; a backup that cannot connect would have no effect. */
export function blockedBy(
  platform: Platform,
  { workload, port }: Pick<BackupPlan, "workload" | "port">,
  podLabels: Readonly<Record<string, string>>,
): string | undefined {
  const policies = inNamespace(platform, workload.namespace).filter(({ kind }) => kind === "NetworkPolicy");
  const picks = (spec: Fields, labels: Readonly<Record<string, string>>) =>
    matchesSelector(fieldsAt(spec, "podSelector"), labels, true);
  const types = (spec: Fields) => listAt(spec, "policyTypes");
  const egress = policies.find(({ object }) => {
    const spec = fieldsAt(object, "spec");
    const open = itemsAt(spec, "egress").some((rule) => Object.keys(rule).length === 0);
    return types(spec).includes("Egress") && picks(spec, podLabels) && !open;
  });
  if (egress !== undefined) return `NetworkPolicy ${egress.name} restricts what new pods may call`;
  const guarding = policies.filter(({ object }) => {
    const spec = fieldsAt(object, "spec");
    return (types(spec).includes("Ingress") || types(spec).length === 0) && picks(spec, workload.podLabels);
  });
  const admits = guarding.some(({ object }) =>
    itemsAt(object, "spec", "ingress").some((rule) => admitsPod(rule, podLabels, port)),
  );
  return guarding.length === 0 || admits ? undefined : `NetworkPolicy ${guarding[0]?.name} would not let the backup in`;
}

function admitsPod(rule: Fields, labels: Readonly<Record<string, string>>, port: number): boolean {
  const from = itemsAt(rule, "from");
  const ports = itemsAt(rule, "ports");
  const open =
    from.length === 0 ||
    from.some(
      (peer) =>
        peer["namespaceSelector"] === undefined &&
        matchesSelector(fieldsAt(peer, "podSelector"), labels, false) &&
        peer["ipBlock"] === undefined,
    );
  return open && (ports.length === 0 || ports.some((one) => one["port"] === port || typeof one["port"] === "string"));
}

/** `{}` picks every pod. Expressions are not evaluated: they count as `unsure`. */
function matchesSelector(selector: Fields, labels: Readonly<Record<string, string>>, unsure: boolean): boolean {
  if (listAt(selector, "matchExpressions").length > 0) return unsure;
  const wanted = stringsAt(selector, "matchLabels");
  return Object.keys(wanted).length === 0 || selects(wanted, labels);
}
