/**
 * Isolates a namespace: only its own pods, and the callers the repository shows, may open connections to it. Ingress
 * only: DNS and everything the pods themselves call stays as it is. Probes come from the node and are not affected.
 */
import * as z from "zod";
import { isProtectedNamespace } from "../../policy/protected.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { unseenApplication } from "../../repository/unseen.ts";
import type { Fields } from "../../repository/values.ts";
import { type RepositoryWorkload, workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName } from "../schema.ts";
import { writableApplication } from "../targets.ts";
import { apiServerCalls, type Caller, callersOf, isRunning } from "../traffic/callers.ts";

const NAME = "default-deny-ingress";
/** Set by Kubernetes on every namespace since 1.22. */
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

const schema = z.strictObject({ kind: z.literal("add-network-policy"), namespace: labelName });
export type AddNetworkPolicy = z.infer<typeof schema>;

export const addNetworkPolicy: IntentDefinition<AddNetworkPolicy> = {
  kind: "add-network-policy",
  purpose: "Default-deny ingress for a namespace, with what its own manifests show to be needed let through.",
  schema,
  sizesPods: false,
  candidates(platform) {
    const namespaces = new Set(workloadsOf(platform).map(({ namespace }) => namespace));
    return [...namespaces]
      .map((namespace) => (namespace === undefined ? undefined : candidateFor(platform, namespace)))
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const running = workloadsOf(platform).filter((one) => isRunning(one) && one.resource.application !== undefined);
  const namespaces = [...new Set(running.map(({ namespace }) => namespace))].filter((one) => one !== undefined).sort();
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const namespace of namespaces) {
    if (isProtectedNamespace(namespace)) continue;
    const existing = policyIn(platform, namespace);
    if (existing !== undefined) done.push(`${existing.path}: ${existing.kind} ${namespace}/${existing.name}`);
    else {
      const target = targetIn(platform, namespace);
      open.push({ target: namespace, namespace, because: typeof target === "string" ? target : "it has none" });
    }
  }
  return { done, open };
}

function policyIn(platform: Platform, namespace: string): Resource | undefined {
  return inNamespace(platform, namespace).find(({ kind }) => kind.endsWith("NetworkPolicy"));
}

function candidateFor(platform: Platform, namespace: string): Candidate<AddNetworkPolicy> | undefined {
  const intent: AddNetworkPolicy = { kind: "add-network-policy", namespace };
  const target = targetIn(platform, namespace);
  if (typeof target === "string") return undefined;
  const { application, workloads, callers } = target;
  const stateful = workloads.filter(({ kind }) => kind === "StatefulSet").length;
  const open = callers.filter(({ from }) => from === undefined || from === "*").length;
  return {
    intent,
    target: `NetworkPolicy ${namespace}/${NAME}`,
    namespace,
    because: `${workloads.length} workloads run in ${namespace} and no NetworkPolicy is there`,
    application: application.name,
    // Data first, then many workloads; a namespace that must stay open anyway gains least.
    rank: Math.min(workloads.length, 10) + 5 * stateful - 4 * open,
  };
}

interface Target {
  readonly application: RepositoryApplication;
  readonly workloads: readonly RepositoryWorkload[];
  readonly callers: readonly Caller[];
}

/** The namespace's running workloads and the Application to write into: the one that runs most of them. */
function targetIn(platform: Platform, namespace: string): Target | string {
  if (isProtectedNamespace(namespace)) return `namespace ${namespace} is off limits`;
  const workloads = workloadsIn(platform, namespace).filter(isRunning);
  const reading = workloads.filter(({ resource }) => resource.application !== undefined);
  if (reading.length === 0) return `no Application runs a workload in ${namespace}`;
  const existing = policyIn(platform, namespace);
  if (existing !== undefined) return `${existing.path} already holds NetworkPolicy ${existing.name}`;
  const problem = apiServerCalls(platform, namespace) ?? unseenPods(platform, namespace);
  if (problem !== undefined) return problem;
  const counts = new Map<string, number>();
  for (const { resource } of reading) counts.set(resource.path, (counts.get(resource.path) ?? 0) + 1);
  const paths = [...counts].sort(([, a], [, b]) => b - a).map(([path]) => path);
  const applications = paths.map((path) => writableApplication(platform, path));
  const application = applications.find((one) => typeof one !== "string");
  if (application === undefined) return applications.find((one) => typeof one === "string") ?? "nothing to write to";
  const callers = callersOf(platform, namespace);
  const isOpen = callers.some(({ from, ports }) => (from === undefined || from === "*") && ports === undefined);
  if (isOpen) return `${namespace} is called from places and on ports that cannot be told`;
  return { application, workloads: reading, callers };
}

/** Pods nobody here can read would be isolated unseen: an Application that renders a chart into the namespace. */
function unseenPods(platform: Platform, namespace: string): string | undefined {
  const name = unseenApplication(platform, namespace);
  return name === undefined ? undefined : `Application ${name} puts pods into ${namespace} that are not written here`;
}

function render({ namespace }: AddNetworkPolicy, platform: Platform): Rendered {
  const target = targetIn(platform, namespace);
  if (typeof target === "string") return { kind: "refused", because: target };
  const { callers } = target;
  const written = writeNewObjects(platform, target.application, namespace, [
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: NAME, body: { spec: specFor(callers) } },
  ]);
  if (typeof written === "string") return { kind: "refused", because: written };
  const origins = callers.map(({ from }) =>
    from === undefined ? "everywhere" : from === "*" ? "all namespaces" : from,
  );
  return {
    kind: "rendered",
    ...written,
    application: target.application.name,
    changes: [
      `Added NetworkPolicy ${namespace}/${NAME}`,
      `Allowed into ${namespace}: its own pods${origins.length === 0 ? "" : `, ${origins.join(", ")}`}`,
    ],
  };
}

function specFor(callers: readonly Caller[]): Fields {
  return {
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: {} }] }, ...callers.map(ruleFor)],
  };
}

function ruleFor({ from, ports }: Caller): Fields {
  const selector = from === "*" ? {} : { matchLabels: { [NAMESPACE_LABEL]: from } };
  return {
    ...(from === undefined ? {} : { from: [{ namespaceSelector: selector }] }),
    ...(ports === undefined ? {} : { ports: ports.map(({ port, protocol }) => ({ port, protocol })) }),
  };
}
