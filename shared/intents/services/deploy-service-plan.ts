/** Everything a new service needs, found in the catalogue and the repository; or what speaks against it. */

import { MANAGED_BY_LABEL } from "../../policy/settings.ts";
import { neighboursOf } from "../../repository/conventions.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication } from "../../repository/platform.ts";
import { portsOf } from "../../repository/services.ts";
import { at, type Fields, fieldsAt, itemsAt, textAt } from "../../repository/values.ts";
import { type RepositoryWorkload, selects, workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { ownLabels } from "../edit/new-objects.ts";
import { imageName } from "../resource-values.ts";
import { type CataloguePort, type CatalogueService, httpProbe, tcpProbe } from "./catalogue/entry.ts";
import { catalogueService } from "./catalogue/services.ts";
import { closedInside, closedOutside, heldBack, homeIn, takesThem } from "./deploy-service-home.ts";
import { catalogueImage, ownImage, pullSecretsFor, type UsedImage } from "./deploy-service-image.ts";
import type { DeployService, OwnImage } from "./deploy-service-schema.ts";
import { type ChosenSize, type ChosenStorage, chooseSize, chooseStorage } from "./deploy-service-sizes.ts";
import { type NewRoute, newRoute } from "./expose-service-objects.ts";

/** What runs in the pod, wherever it comes from. */
interface Software {
  readonly title: string;
  readonly image: string;
  readonly user: number;
  readonly ports: readonly [CataloguePort, ...CataloguePort[]];
  readonly args: readonly string[];
  readonly env: readonly Fields[];
  readonly readiness: Fields;
  readonly liveness: Fields;
  readonly writable: readonly string[];
  readonly data: { readonly path: string; readonly size: string } | undefined;
  readonly config: { readonly path: string; readonly file: string; readonly text: string } | undefined;
  readonly size: ChosenSize;
}

export interface ServicePlan {
  readonly application: RepositoryApplication;
  readonly software: Software;
  readonly labels: Readonly<Record<string, string>>;
  /** The labels among them that mean these pods and no others. */
  readonly selector: Readonly<Record<string, string>>;
  readonly pullSecrets: readonly string[];
  readonly storage: ChosenStorage | undefined;
  readonly route: NewRoute | undefined;
}

/** Longer names of StatefulSets leave no room for the revision in a label of their pods. */
const LONGEST_STATEFUL = 52;
/** For images that do not say whom they run as. */
const SOMEBODY = 10001;

export function planService(platform: Platform, intent: DeployService): ServicePlan | string {
  const { namespace, name, workload } = intent;
  const application = homeIn(platform, namespace);
  if (typeof application === "string") return application;
  if (workload === "StatefulSet" && name.length > LONGEST_STATEFUL) return `${name} is too long for a StatefulSet`;
  const taken = inNamespace(platform, namespace).find(
    (one) =>
      (/^(?:Service|Deployment|StatefulSet|DaemonSet)$/.test(one.kind) &&
        [name, `${name}-headless`].includes(one.name)) ||
      (one.kind === "ConfigMap" && one.name === `${name}-config`),
  );
  if (taken !== undefined) return `${taken.path} already holds ${taken.kind} ${namespace}/${taken.name}`;
  const labels = ownLabels(neighboursOf(platform, application.name), name);
  const selector = Object.fromEntries(Object.entries(labels).filter(([key]) => key !== MANAGED_BY_LABEL));
  const taker = takesThem(platform, namespace, labels);
  if (taker !== undefined) return `${taker.kind} ${namespace}/${taker.name} would take its pods for its own`;
  const alike = workloadsIn(platform, namespace).find(({ podLabels }) => selects(selector, podLabels));
  if (alike !== undefined) return `the pods of ${alike.kind} ${alike.name} have the same labels`;
  const software =
    "service" in intent.runs ? fromCatalogue(platform, intent) : fromImage(platform, intent, intent.runs);
  if (typeof software === "string") return software;
  const problem = cutOff(platform, intent, labels, software);
  if (problem !== undefined) return problem;
  const pullSecrets = pullSecretsFor(platform, namespace, software.image);
  if (typeof pullSecrets === "string") return pullSecrets;
  const storage = storageFor(platform, intent, software);
  if (typeof storage === "string") return storage;
  const route = routeFor(platform, intent, labels, software);
  if (typeof route === "string") return route;
  return { application, software, labels, selector, pullSecrets, storage, route };
}

function fromCatalogue(platform: Platform, intent: DeployService): Software | string {
  const { namespace, workload, runs } = intent;
  const service = "service" in runs ? catalogueService(runs.service) : undefined;
  if (service === undefined) return "the catalogue has no such service";
  if (!service.kinds.includes(workload)) return `${service.id} is not run as a ${workload}`;
  const image = catalogueImage(platform, service);
  const size = chooseSize(platform, intent, image, service.size);
  if (typeof size === "string") return size;
  const password = "password" in runs ? runs.password : undefined;
  if (password !== undefined && service.password === undefined)
    return `${service.id} is not known to ask for a password`;
  if (password !== undefined && !isSecretInUse(platform, namespace, password.name, password.key)) {
    return `no workload of ${namespace} takes ${password.key.slice(0, 80)} from Secret ${password.name}`;
  }
  const lasting = workload === "StatefulSet";
  const setting = { memory: size.memory, lasting, backend: backendFor(platform, service, intent) };
  const secret =
    password === undefined || service.password === undefined
      ? []
      : [{ name: service.password.variable, valueFrom: { secretKeyRef: { name: password.name, key: password.key } } }];
  const { config } = service;
  return {
    title: service.id,
    image,
    user: service.user,
    ports: service.ports,
    args: [...(service.args?.(setting) ?? []), ...(secret.length > 0 ? (service.password?.args ?? []) : [])],
    env: [...Object.entries(service.env ?? {}).map(([key, value]) => ({ name: key, value })), ...secret],
    readiness: service.readiness,
    liveness: service.liveness,
    writable: service.writable ?? [],
    data: service.data,
    config: config === undefined ? undefined : { path: config.path, file: config.file, text: config.text(setting) },
    size,
  };
}

function isSecretInUse(platform: Platform, namespace: string, name: string, key: string): boolean {
  return workloadsIn(platform, namespace).some(({ containers }) =>
    containers.some(({ spec }) =>
      itemsAt(spec, "env").some((entry) => {
        const reference = fieldsAt(entry, "valueFrom", "secretKeyRef");
        return reference["name"] === name && reference["key"] === key;
      }),
    ),
  );
}

const STORES_TRACES = /^(?:tempo|jaeger|all-in-one|jaeger-collector)$/;
const COLLECTS = /^opentelemetry-collector(?:-contrib|-k8s)?$/;
const OTLP = 4317;
const PLAIN_NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Where a collector hands on what it takes: an agent to the gateway, both to the store of traces the repository shows. */
function backendFor(platform: Platform, { id }: CatalogueService, { workload }: DeployService): string | undefined {
  if (id !== "otel-collector") return undefined;
  const order = workload === "DaemonSet" ? [COLLECTS, STORES_TRACES] : [STORES_TRACES];
  for (const wanted of order) {
    const backend = workloadsOf(platform)
      .filter(
        ({ kind, containers }) => kind !== "DaemonSet" && containers.some(({ image }) => wanted.test(imageName(image))),
      )
      .flatMap((one) => addressOf(platform, one) ?? [])
      .sort()[0];
    if (backend !== undefined) return backend;
  }
  return undefined;
}

function addressOf(platform: Platform, { podLabels, namespace = "" }: RepositoryWorkload): string | undefined {
  const service = inNamespace(platform, namespace).find(
    (one) =>
      one.kind === "Service" &&
      one.application !== undefined &&
      selects(stringsOf(one.object), podLabels) &&
      portsOf(one).some(({ port }) => port === OTLP),
  );
  if (service === undefined || !PLAIN_NAME.test(service.name) || !PLAIN_NAME.test(namespace)) return undefined;
  return `${service.name}.${namespace}.svc:${OTLP}`;
}

function stringsOf(object: Fields): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsAt(object, "spec", "selector"));
  return Object.fromEntries(entries.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
}

function fromImage(platform: Platform, intent: DeployService, runs: OwnImage): Software | string {
  const used = ownImage(platform, runs.image);
  if (typeof used === "string") return used;
  if (intent.workload === "StatefulSet" && runs.data === undefined) return "nothing says where it keeps its data";
  if (intent.workload !== "StatefulSet" && runs.data !== undefined) return `a ${intent.workload} keeps no data`;
  const size = chooseSize(platform, intent, used.image, undefined);
  if (typeof size === "string") return size;
  const probe = runs.health === undefined ? tcpProbe("http") : httpProbe(runs.health, "http");
  return {
    title: imageName(used.image),
    image: used.image,
    user: userOf(used),
    ports: [{ name: "http", port: runs.port }],
    args: [],
    env: [],
    readiness: probe,
    // A path that answers whether it is ready may look at others; restarting it would not help them.
    liveness: tcpProbe("http"),
    writable: [...new Set(["/tmp", ...emptyFolders(used)])].filter((path) => path !== runs.data).sort(),
    data: runs.data === undefined ? undefined : { path: runs.data, size: "5Gi" },
    config: undefined,
    size,
  };
}

/** The user its image runs as where it runs already. */
function userOf({ workload, container }: UsedImage): number {
  const user =
    at(container.spec, "securityContext", "runAsUser") ?? at(workload.podSpec, "securityContext", "runAsUser");
  return typeof user === "number" && Number.isInteger(user) && user > 0 ? user : SOMEBODY;
}

/** Folders it is given to write to where it runs already. */
function emptyFolders({ workload, container }: UsedImage): readonly string[] {
  const empty = new Set(
    itemsAt(workload.podSpec, "volumes")
      .filter((one) => one["emptyDir"] !== undefined)
      .map(({ name }) => name),
  );
  return itemsAt(container.spec, "volumeMounts")
    .filter((mount) => empty.has(mount["name"]) && mount["subPath"] === undefined)
    .flatMap((mount) => textAt(mount, "mountPath") ?? [])
    .filter((path) => /^(?:\/[-\w.]+)+$/.test(path));
}

/** Why a pod there could not do its work. */
function cutOff(
  platform: Platform,
  { namespace, runs }: DeployService,
  labels: Readonly<Record<string, string>>,
  { ports: [{ port }] }: Software,
): string | undefined {
  const pods = { namespace, labels };
  const closed = closedInside(platform, pods, port);
  if (closed !== undefined) return `NetworkPolicy ${closed.name} would let nobody of ${namespace} in to it`;
  const calls = "service" in runs ? catalogueService(runs.service)?.calls === true : true;
  const held = calls ? heldBack(platform, pods) : undefined;
  return held === undefined ? undefined : `NetworkPolicy ${held.name} restricts whom new pods may call`;
}

function storageFor(platform: Platform, intent: DeployService, { data }: Software): ChosenStorage | undefined | string {
  if (intent.workload === "StatefulSet") {
    return data === undefined ? "it has no data to keep" : chooseStorage(platform, intent, data.size);
  }
  return intent.storage === undefined ? undefined : `a ${intent.workload} has no volume of its own here`;
}

function routeFor(
  platform: Platform,
  { namespace, name, runs }: DeployService,
  labels: Readonly<Record<string, string>>,
  { ports: [{ port, name: portName }] }: Software,
): NewRoute | undefined | string {
  if (!("host" in runs) || runs.host === undefined) return undefined;
  const closed = closedOutside(platform, { namespace, labels });
  if (closed !== undefined) return `NetworkPolicy ${closed.name} lets nobody in from outside of ${namespace}`;
  return newRoute(platform, { namespace, service: name, port: { number: port, name: portName }, host: runs.host });
}
