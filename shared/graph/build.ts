/** Makes the resource graph of a repository: one walk over its objects, one over the files nobody could read. */
import { chartsOf } from "../repository/helm-charts.ts";
import { groupBy, ofKind, oncePer } from "../repository/lookup.ts";
import type { Platform, Resource } from "../repository/platform.ts";
import { stringsAt } from "../repository/values.ts";
import { asWorkload } from "../repository/workloads.ts";
import type { Draft, Named } from "./draft.ts";
import { addFiles } from "./from-files.ts";
import { addAccess, addAnnotations, addClaim, addCustom, addHome, addMaker, addSettings } from "./from-objects.ts";
import { addPolicy } from "./from-policies.ts";
import { addRoute } from "./from-routes.ts";
import { addScaler, addSelector, type Neighbourhood } from "./from-selectors.ts";
import { addWorkload } from "./from-workloads.ts";
import { type Edge, type Graph, type GraphNode, idOf, kindOf, nodeIdOf } from "./graph.ts";
import { labelled } from "./labelled.ts";
import { isApplied, standingOf, standingOfNamed } from "./states.ts";

/** The same for the same repository, and remembered with it. Pure, never throws. */
export function graphOf(platform: Platform): Graph {
  return made(platform).graph;
}

/** Something somebody names, whether or not the repository does. */
export function nodeNamed(platform: Platform, named: Named): GraphNode {
  const { graph, draft } = made(platform);
  const id = idOf(named.kind, named.namespace, named.name);
  return graph.nodes.get(id) ?? { id, ...named, ...standingOfNamed(draft, named), resource: undefined };
}

/** Whether a manifest makes a Service of this name. */
export function hasService(platform: Platform, name: string, namespace: string): boolean {
  return graphOf(platform).nodes.get(idOf("Service", namespace, name))?.resource !== undefined;
}

/** Namespaces the repository fills, makes or writes out in a host. */
export function knownNamespaces(platform: Platform): ReadonlySet<string> {
  return made(platform).draft.namespaces;
}

const made = oncePer((platform) => {
  const draft = draftOf(platform);
  const around = neighbourhoodOf(draft);
  const homes = new Map(platform.applications.map(({ name, namespace }) => [name, namespace]));
  for (const resource of draft.resources.values()) {
    addWorkload(draft, resource);
    addSelector(draft, resource, around);
    addRoute(draft, resource);
    addPolicy(draft, resource, around);
    addScaler(draft, resource);
    addAccess(draft, resource);
    addClaim(draft, resource);
    addSettings(draft, resource);
    addAnnotations(draft, resource);
    addCustom(draft, resource);
    addHome(draft, resource, homes);
  }
  addFiles(draft);
  for (const named of draft.named.values()) addMaker(draft, named);
  return { draft, graph: finished(draft) };
});

/** Two manifests of one object: the one that is applied counts. */
function draftOf(platform: Platform): Draft {
  const resources = new Map<string, Resource>();
  const rendered = chartsOf(platform).flatMap((chart) => (chart.unknown.length === 0 ? chart.resources : []));
  for (const resource of [...platform.resources, ...rendered]) {
    const id = nodeIdOf(resource);
    const before = resources.get(id);
    if (before === undefined || (!isApplied(platform, before) && isApplied(platform, resource))) {
      resources.set(id, resource);
    }
  }
  const namespaces = new Set(
    [
      ...[...resources.values()].map(({ namespace }) => namespace),
      ...ofKind(platform, "Namespace").map(({ name }) => name),
      ...platform.applications.map(({ destination }) => destination),
      ...[...platform.files.values()].flatMap(({ content }) => namespacesNamed(content)),
    ].filter((name) => name !== undefined),
  );
  return { platform, resources, named: new Map(), edges: new Map(), served: new Map(), namespaces };
}

/** Whoever writes out `<service>.<namespace>.svc` somewhere means the same namespace elsewhere. */
function namespacesNamed(content: string | null): readonly string[] {
  if (content === null || !content.includes(".svc")) return [];
  return [...content.matchAll(/\.([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\.svc(?![-a-z0-9])/g)].map(
    ([, name = ""]) => name,
  );
}

function neighbourhoodOf({ resources }: Draft): Neighbourhood {
  const all = [...resources.values()];
  const workloads = all.map(asWorkload).filter((one) => one !== undefined);
  const services = all.filter(({ kind, apiVersion }) => kind === "Service" && apiVersion === "v1");
  return {
    workloads: labelled(workloads, ({ namespace, podLabels }) => ({ namespace, labels: podLabels })),
    services: labelled(services, ({ namespace, object }) => ({
      namespace,
      labels: stringsAt(object, "metadata", "labels"),
    })),
  };
}

function finished(draft: Draft): Graph {
  const edges: readonly Edge[] = [...draft.edges.values()];
  const from = groupBy(edges, (edge) => edge.from);
  const to = groupBy(edges, (edge) => edge.to);
  const nodes = new Map<string, GraphNode>();
  for (const [id, resource] of draft.resources) {
    const { namespace, name } = resource;
    const standing = standingOf(draft, { from, to }, id, resource);
    nodes.set(id, { id, kind: kindOf(resource), namespace, name, ...standing, resource });
  }
  for (const [id, named] of draft.named) {
    if (!nodes.has(id)) nodes.set(id, { id, ...named, ...standingOfNamed(draft, named), resource: undefined });
  }
  return { nodes, edges, from, to };
}
