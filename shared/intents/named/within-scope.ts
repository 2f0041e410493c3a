/** Which places of a survey belong to what a proposal names. */
import { graphOf } from "../../graph/build.ts";
import { type EdgeType, type GraphNode, nodeIdOf } from "../../graph/graph.ts";
import { withoutVersion } from "../../policy/images.ts";
import { inFile } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { placedContainers } from "../edit/workload-edit.ts";
import type { Survey } from "../intent.ts";
import type { Scope } from "./named-scope.ts";

/** What belongs to a workload alone, and stands for it: its Service, its claims, its account, its autoscaler. */
const OWN: ReadonlySet<EdgeType> = new Set<EdgeType>([
  "selects",
  "mounts",
  "reads-env-from",
  "uses-account",
  "owns-storage",
  "scales",
]);

/** A place as surveys and candidates write it: `<path>: <object>` or `<object>`, with the namespace where it is known. */
export type IsWithin = (place: string, namespace?: string) => boolean;

export function surveyWithin({ done, open, exempt = [] }: Survey, scope: Scope, platform: Platform): Required<Survey> {
  const named = (isWithin: IsWithin): Required<Survey> => ({
    done: done.filter((place) => isWithin(place)),
    open: open.filter(({ target, namespace }) => isWithin(target, namespace)),
    exempt: exempt.filter(({ target, namespace }) => isWithin(target, namespace)),
  });
  for (const isWithin of waysToBe(scope, platform)) {
    const found = named(isWithin);
    if (found.done.length + found.open.length + found.exempt.length > 0) return found;
  }
  return { done: [], open: [], exempt: [] };
}

export function candidatesWithin<T extends { readonly target: string; readonly namespace: string }>(
  candidates: readonly T[],
  scope: Scope,
  platform: Platform,
): readonly T[] {
  for (const isWithin of waysToBe(scope, platform)) {
    const found = candidates.filter(({ target, namespace }) => isWithin(target, namespace));
    if (found.length > 0) return found;
  }
  return [];
}

/** Itself first; what is its own where a survey knows only that. */
export function waysToBe(scope: Scope, platform: Platform): readonly IsWithin[] {
  const { workloads, objects, namespaces, missing, images } = scope;
  if (images.length === 0 && workloads.length + objects.length + missing.length === 0) {
    return [(place, namespace) => isInNamespace(place, namespace, namespaces, platform)];
  }
  const selves = [...workloads.map(({ resource }) => resource), ...objects];
  const containers = images.length === 0 ? undefined : containersOf(scope);
  const itself: IsWithin = (place) =>
    selves.some((one) => isNamed(place, one)) && (containers === undefined || isContainer(place, containers));
  if (containers !== undefined) return [itself];
  const own = workloads.flatMap(({ resource }) => ownOf(resource, platform));
  return [itself, (place) => own.some((one) => isNamed(place, one))];
}

function isNamed(
  place: string,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string | undefined; readonly name: string },
): boolean {
  if (has(place, `${namespace ?? ""}/${name}`)) return !isOtherKind(place, kind, `${namespace ?? ""}/${name}`);
  return namespace === undefined && has(place, `${kind} ${name}`);
}

/** A Service and a Deployment share a name: where a place says the kind, it counts. */
function isOtherKind(place: string, kind: string, id: string): boolean {
  const before = place.slice(0, place.indexOf(id)).trimEnd();
  const word = /[A-Z][A-Za-z]+$/.exec(before)?.[0];
  return word !== undefined && word !== kind;
}

function has(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const [before = "", after = ""] = [text[at - 1], text[at + part.length]];
    if (!/[\w./-]/.test(before) && !/[\w/-]/.test(after)) return true;
  }
  return false;
}

function isInNamespace(
  place: string,
  namespace: string | undefined,
  namespaces: readonly string[],
  platform: Platform,
): boolean {
  if (namespace !== undefined) return namespaces.includes(namespace);
  const at = place.indexOf(": ");
  const path = at < 0 ? "" : place.slice(0, at).replace(/:\d+$/, "");
  const said = at < 0 ? place : place.slice(at + 2);
  if (/(?:^|\s)[a-z0-9-]+\/[a-z0-9]/.test(said)) {
    return namespaces.some((one) => new RegExp(`(?:^|[\\s(])${one}/`).test(said));
  }
  return (
    namespaces.some((one) => has(said, `Namespace ${one}`)) ||
    inFile(platform, path).some(({ namespace: home }) => home !== undefined && namespaces.includes(home))
  );
}

function ownOf(resource: Resource, platform: Platform): readonly GraphNode[] {
  return belongingTo({ id: nodeIdOf(resource) }, platform);
}

/** What is its own, and whose own it is; with the routes to it. */
export function belongingTo({ id }: Pick<GraphNode, "id">, platform: Platform): readonly GraphNode[] {
  const graph = graphOf(platform);
  const near = [
    ...(graph.from.get(id) ?? []).filter(({ type }) => OWN.has(type)).map(({ to }) => to),
    ...(graph.to.get(id) ?? []).filter(({ type }) => OWN.has(type)).map(({ from }) => from),
  ];
  const routes = near.flatMap((one) =>
    (graph.to.get(one) ?? []).filter(({ type }) => type === "exposes").map(({ from }) => from),
  );
  return [...new Set([...near, ...routes])].flatMap((one) => graph.nodes.get(one) ?? []);
}

function containersOf({ workloads, images }: Scope): ReadonlySet<string> {
  return new Set(
    workloads.flatMap((one) =>
      placedContainers(one)
        .filter(({ image }) => images.includes(withoutVersion(image)))
        .map(({ name }) => name),
    ),
  );
}

/** Surveys that tell containers apart say so behind the workload, or before it. */
function isContainer(place: string, containers: ReadonlySet<string>): boolean {
  const said = /container ([a-z0-9-]+)/.exec(place)?.[1];
  return said === undefined || containers.has(said);
}
