/** A Service in front of a workload that serves a port and that nobody's Service leads to. What is there stays as it is. */
import * as z from "zod";
import { neighboursOf } from "../../repository/conventions.ts";
import { inNamespace, oncePer } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication } from "../../repository/platform.ts";
import { servicesOf } from "../../repository/services.ts";
import { unseenApplication } from "../../repository/unseen.ts";
import { type Fields, fieldsAt, stringsAt, textAt } from "../../repository/values.ts";
import { asWorkload, type RepositoryWorkload, selects, workloadsOf } from "../../repository/workloads.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName } from "../schema.ts";
import { editableIn, findResource } from "../targets.ts";
import { isRunning } from "../traffic/callers.ts";
import { isAside, mainPort, type ServedPort, servedPorts, servicePorts } from "./add-service-ports.ts";
import { unansweredAddresses } from "./deploy-service-addresses.ts";
import { serviceName } from "./deploy-service-schema.ts";

const kinds = ["Deployment", "StatefulSet", "DaemonSet"] as const;
const schema = z.strictObject({
  kind: z.literal("add-service"),
  workload: z.strictObject({ kind: z.enum(kinds), namespace: labelName, name: objectName }),
  /** Where it is to be called otherwise than its workload. */
  name: serviceName.optional(),
});
export type AddService = z.infer<typeof schema>;

export const addService: IntentDefinition<AddService> = {
  kind: "add-service",
  purpose: "A Service for a workload that serves a port and has none.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return workloadsOf(platform)
      .map((workload) => candidateFor(platform, workload))
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function referenceTo({
  kind: given,
  namespace,
  name,
  resource,
}: RepositoryWorkload): AddService["workload"] | undefined {
  const kind = kinds.find((known) => known === given);
  return kind === undefined || namespace === undefined || resource.application === undefined
    ? undefined
    : { kind, namespace, name };
}

/** Somebody counts on it: clients that name it, or the StatefulSet itself, whose pods get their names from it. */
interface Demand {
  readonly name: string;
  readonly clients: number;
  readonly ports: ReadonlySet<number>;
  readonly because: string;
  readonly governs: boolean;
}

function demandFor(platform: Platform, workload: RepositoryWorkload): Demand | undefined {
  const { name, namespace, resource, kind } = workload;
  const governing = kind === "StatefulSet" ? textAt(resource.object, "spec", "serviceName") : undefined;
  const wanted = [governing, name].filter((one) => one !== undefined);
  const named = unansweredAddresses(platform).filter(
    (one) => one.namespace === namespace && wanted.includes(one.service),
  );
  const ports = new Set(named.flatMap(({ port, scheme }) => port ?? (scheme === "http" ? 80 : [])));
  const clients = new Set(named.map((one) => one.workload?.resource ?? one.path)).size;
  if (governing !== undefined) {
    const because = `its spec names Service ${governing.slice(0, 63)}, which is not there`;
    return { name: governing, clients, ports, because, governs: true };
  }
  const [first] = named;
  if (first === undefined) return undefined;
  const because = `${first.path}: ${first.name.slice(0, 80) || "a setting"} names ${name}, which no Service answers`;
  return { name, clients, ports, because, governs: false };
}

function candidateFor(platform: Platform, workload: RepositoryWorkload): Candidate<AddService> | undefined {
  const reference = referenceTo(workload);
  if (reference === undefined) return undefined;
  const plan = planFor(platform, workload, undefined);
  if (typeof plan === "string" || (plan.demand === undefined && !servesOthers(workload, plan.ports))) return undefined;
  const intent: AddService = { kind: "add-service", workload: reference };
  if (render(intent, platform).kind === "refused") return undefined;
  const port = mainPort(plan.ports);
  const { kind, namespace, name } = reference;
  return {
    intent,
    target: `${kind} ${namespace}/${name}`,
    namespace,
    because: plan.demand?.because ?? `it serves port ${port?.number} and no Service leads to it`,
    application: plan.application.name,
    rank: plan.demand === undefined ? 1 : 3 + Math.min(plan.demand.clients, 5),
  };
}

/** A DaemonSet's pods are rarely meant to stand for each other, and a port nobody declares may be asked by probes alone. */
function servesOthers({ kind, containers }: RepositoryWorkload, ports: readonly ServedPort[]): boolean {
  const isDeclared = containers.some(({ spec }) => Array.isArray(spec["ports"]) && spec["ports"].length > 0);
  return kind !== "DaemonSet" && isDeclared && ports.some((port) => !isAside(port));
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const workload of workloadsOf(platform)) {
    const reference = referenceTo(workload);
    if (reference === undefined) continue;
    const { kind, namespace, name } = reference;
    const target = `${kind} ${namespace}/${name}`;
    const [service] = servicesOf(platform, workload);
    const ports = servedPorts(workload);
    if (service !== undefined) done.push(`${service.path}: Service ${service.name} for ${target}`);
    else if (typeof ports === "string") exempt.push({ target, namespace, because: ports });
    else {
      const plan = planFor(platform, workload, undefined);
      open.push({ target, namespace, because: typeof plan === "string" ? plan : "no Service leads to it" });
    }
  }
  return { done, open, exempt };
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly name: string;
  readonly ports: readonly ServedPort[];
  readonly selector: Readonly<Record<string, string>>;
  readonly demand: Demand | undefined;
}

function planFor(platform: Platform, workload: RepositoryWorkload, asked: string | undefined): Plan | string {
  const { resource, namespace = "", kind, name } = workload;
  const application = editableIn(platform, resource);
  if (typeof application === "string") return application;
  if (!isRunning(workload)) return `${kind}s serve nobody`;
  if (workload.replicas === 0) return `${name} is scaled to zero`;
  const [existing] = servicesOf(platform, workload);
  if (existing !== undefined) return `${existing.path}: Service ${existing.name} leads to it already`;
  const ports = servedPorts(workload);
  if (typeof ports === "string") return ports;
  const demand = demandFor(platform, workload);
  const called = serviceName.safeParse(asked ?? demand?.name ?? name);
  if (!called.success) return `${(asked ?? name).slice(0, 100)} is not a name a Service can have`;
  if (demand?.governs === true && called.data !== demand.name) return `${demand.because}: no other name would do`;
  const taken = inNamespace(platform, namespace).find((one) => one.kind === "Service" && one.name === called.data);
  if (taken !== undefined) return `${taken.path} already holds Service ${namespace}/${taken.name}`;
  const selector = labelsThatPick(platform, workload);
  if (selector === undefined) return "its pods have no labels that no others have";
  const unseen = unseenApplication(platform, namespace);
  if (unseen !== undefined) return `Application ${unseen} puts pods into ${namespace} that are not written here`;
  return { application, name: called.data, ports, selector, demand };
}

const USUAL = ["app.kubernetes.io/name", "app", "k8s-app", "name"];
/** Labels that change with every version. */
const CHANGING = /version|revision|hash|chart|commit|build/;

/** The fewest of its pods' labels that no other pods of the namespace carry all of: one, what its own selector asks for, all. */
function labelsThatPick(
  platform: Platform,
  { podLabels, resource, namespace }: RepositoryWorkload,
): Readonly<Record<string, string>> | undefined {
  const own = stringsAt(resource.object, "spec", "selector", "matchLabels");
  const lasting = Object.fromEntries(Object.entries(podLabels).filter(([key]) => !CHANGING.test(key)));
  const single = USUAL.filter((key) => podLabels[key] !== undefined).map((key) => ({ [key]: podLabels[key] ?? "" }));
  const others = (podTemplates(platform).get(namespace) ?? []).filter(
    (one) => one.path !== resource.path || one.name !== resource.name,
  );
  return [...single, own, lasting].find(
    (set) => selects(set, podLabels) && !others.some(({ labels }) => selects(set, labels)),
  );
}

/** Labels of everything that makes pods, whatever its kind, by namespace. */
const podTemplates = oncePer((platform) => {
  const found = new Map<
    string | undefined,
    { path: string; name: string; labels: Readonly<Record<string, string>> }[]
  >();
  for (const { kind, namespace, object, path, name } of platform.resources) {
    const template =
      kind === "Pod"
        ? object
        : fieldsAt(object, "spec", ...(kind === "CronJob" ? ["jobTemplate", "spec"] : []), "template");
    const labels = stringsAt(template, "metadata", "labels");
    if (Object.keys(labels).length > 0) found.set(namespace, [...(found.get(namespace) ?? []), { path, name, labels }]);
  }
  return found;
});

function render({ workload: reference, name: asked }: AddService, platform: Platform): Rendered {
  const { kind, namespace, name } = reference;
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return refused(resource);
  const workload = asWorkload(resource);
  const plan = workload === undefined ? `${name} is no workload` : planFor(platform, workload, asked);
  if (typeof plan === "string") return refused(`${kind} ${namespace}/${name}: ${plan}`);
  const { application, selector, demand } = plan;
  const ports = servicePorts(plan.ports, neighboursOf(platform, application.name), demand?.ports ?? new Set());
  const headless: Fields = demand?.governs === true ? { clusterIP: "None" } : {};
  const written = writeNewObjects(platform, application, namespace, [
    { apiVersion: "v1", kind: "Service", name: plan.name, body: { spec: { ...headless, selector, ports } } },
  ]);
  if (typeof written === "string") return refused(written);
  const numbers = ports.map((port) => String(port["port"])).join(", ");
  return {
    kind: "rendered",
    ...written,
    application: application.name,
    changes: [`Added Service ${namespace}/${plan.name}: port ${numbers} of ${kind} ${name}`],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
