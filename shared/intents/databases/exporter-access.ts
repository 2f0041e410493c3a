/** The NetworkPolicies a new exporter needs where a namespace is closed: only what would be missing, and nothing else. */
import type { Platform } from "../../repository/platform.ts";
import { stringsAt } from "../../repository/values.ts";
import type { NewObject } from "../edit/new-objects.ts";
import { scrapersOf } from "../traffic/callers.ts";
import { closedEgress, closedIngress, closedNames, foreignPolicy, type Pods } from "../traffic/pod-traffic.ts";
import type { ExporterPlan } from "./exporter-plan.ts";

type Labels = Readonly<Record<string, string>>;

const API_VERSION = "networking.k8s.io/v1";
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/**
 * Policies that let the exporter's pods (`labels`) reach the database, and Prometheus reach them. Policies add up, so each
 * only opens what the ones that are there close; a pod nothing isolates is never isolated by them.
 */
export function exporterAccess(
  platform: Platform,
  { workload, namespace, port, exporter }: ExporterPlan,
  name: string,
  labels: Labels,
): readonly NewObject[] | string {
  const foreign = foreignPolicy(platform, namespace);
  if (foreign !== undefined) return `what ${foreign.kind} ${foreign.name} lets through cannot be told`;
  const own: Pods = { namespace, labels };
  const database: Pods = { namespace, labels: workload.podLabels };
  const selector = selectorOf(workload.resource.object);
  const objects: NewObject[] = [];

  const egress = closedEgress(platform, own, database, port) ?? closedNames(platform, own);
  const scrapers = scrapeSources(platform);
  const unheard = scrapers.some((from) => closedIngress(platform, from, own, exporter.port) !== undefined);
  if (egress !== undefined || unheard) {
    const from = scrapers.map((one) => ({ namespaceSelector: spaceSelector(one.namespace) }));
    objects.push(
      policy(name, {
        podSelector: { matchLabels: labels },
        policyTypes: [...(unheard ? ["Ingress"] : []), ...(egress === undefined ? [] : ["Egress"])],
        ...(unheard ? { ingress: [{ from, ports: [{ protocol: "TCP", port: exporter.port }] }] } : {}),
        ...(egress === undefined ? {} : { egress: outward(selector, port) }),
      }),
    );
  }
  if (closedIngress(platform, own, database, port) !== undefined) {
    objects.push(
      policy(`${name}-to-database`, {
        podSelector: { matchLabels: selector },
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: { matchLabels: labels } }], ports: [{ protocol: "TCP", port }] }],
      }),
    );
  }
  return objects;
}

function policy(name: string, spec: NewObject["body"]): NewObject {
  return { apiVersion: API_VERSION, kind: "NetworkPolicy", name, body: { spec } };
}

function outward(selector: Labels, port: number): readonly NewObject["body"][] {
  return [
    { to: [{ podSelector: { matchLabels: selector } }], ports: [{ protocol: "TCP", port }] },
    {
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    },
  ];
}

/** Where Prometheus runs; anywhere, when the repository does not show it. */
function scrapeSources(platform: Platform): readonly Pods[] {
  const homes = [...new Set(scrapersOf(platform).map(({ namespace }) => namespace))].filter((one) => one !== undefined);
  const known = homes.sort().map((namespace): Pods => ({ namespace, labels: undefined }));
  return known.length > 0 ? known : [{ namespace: ANYWHERE, labels: undefined }];
}

/** No namespace has this name, so no policy is about it alone. */
const ANYWHERE = "*";

function spaceSelector(namespace: string): NewObject["body"] {
  return namespace === ANYWHERE ? {} : { matchLabels: { [NAMESPACE_LABEL]: namespace } };
}

/** The labels a workload's own selector asks for: they never change while it lives. */
function selectorOf(object: NewObject["body"]): Labels {
  const wanted = stringsAt(object, "spec", "selector", "matchLabels");
  return Object.keys(wanted).length > 0 ? wanted : stringsAt(object, "spec", "template", "metadata", "labels");
}
