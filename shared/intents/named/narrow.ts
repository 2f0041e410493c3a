/** The places of a change that belong to what a proposal names: a plan is made there or nowhere. */
import type { ObjectRef } from "../../domain/change-set.ts";
import type { StoredIntent } from "../../domain/improvement.ts";
import { graphOf } from "../../graph/build.ts";
import { type GraphNode, idOf } from "../../graph/graph.ts";
import type { Platform } from "../../repository/platform.ts";
import type { Candidate } from "../intent.ts";
import type { Scope } from "./named-scope.ts";
import { belongingTo, waysToBe } from "./within-scope.ts";

export interface Narrowed {
  readonly candidates: readonly Candidate[];
  /**
   * They are not what is named but what it stands in or works with: the NetworkPolicy of its namespace, the pods behind a
   * Service. Whether that is meant a person has to say.
   */
  readonly isAround: boolean;
}

/** These say what is made and which part of a workload it is about, never which object. */
const NO_OBJECT: ReadonlySet<string> = new Set(["kind", "container", "containers"]);
const OBJECT = /^([A-Z][A-Za-z]*) (?:([a-z0-9][-a-z0-9.]*)\/)?([^\s,/]+)/;

/** In the order they came in. None: no change of this kind fits what is named. */
export function narrowed(candidates: readonly Candidate[], scope: Scope, platform: Platform): Narrowed {
  const nearest = [
    ...waysToBe(scope, platform).map((isWithin) => (one: Candidate) => isWithin(placeOf(one), homeOf(one))),
    (one: Candidate) => scope.images.length === 0 && isFilledWith(one, [...selvesOf(scope), ...scope.missing]),
  ];
  const { written = [] } = scope;
  if (written.length > 0) {
    const found = candidates.filter(({ target }) => written.includes(OBJECT.exec(target)?.slice(2, 4).join("/") ?? ""));
    if (found.length > 0) return { candidates: found, isAround: false };
  }
  for (const isNear of nearest) {
    const found = candidates.filter(isNear);
    if (found.length > 0) return { candidates: found, isAround: written.length > 0 };
  }
  return { candidates: candidates.filter(aroundOf(scope, platform)), isAround: true };
}

/** Does a change of these objects reach what is named, or what it stands in? For changes no candidate offered. */
export function isAt(objects: readonly ObjectRef[], scope: Scope, platform: Platform): boolean {
  const homes = homesOf(scope);
  const ways = waysToBe(scope, platform);
  return objects.some(({ kind, namespace, name }) => {
    const place = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    if (ways.some((isWithin) => isWithin(place, namespace))) return true;
    return kind === "Namespace" && homes.includes(name);
  });
}

/** Candidates tell containers apart by their intents. */
function placeOf({ target, intent }: Candidate): string {
  const container: unknown = intent["container"];
  return typeof container === "string" ? `${target}, container ${container}` : target;
}

/** Rules for one namespace may stand in another. */
function homeOf({ intent, namespace }: Candidate): string {
  const said: unknown = intent["namespace"];
  return typeof said === "string" ? said : namespace;
}

type Named = Pick<GraphNode, "kind" | "namespace" | "name">;

function selvesOf({ workloads, objects }: Scope): readonly Named[] {
  return [...workloads.map(({ resource }) => resource), ...objects];
}

function homesOf(scope: Scope): readonly string[] {
  const homes = selvesOf(scope).flatMap(({ kind, namespace, name }) =>
    kind === "Namespace" ? name : (namespace ?? []),
  );
  return homes.length > 0 ? homes : scope.namespaces;
}

/** The intent holds the name: the account of a role, the Secret of a workload. */
function isFilledWith(candidate: Candidate, named: readonly Named[]): boolean {
  const filled = namesIn(candidate.intent);
  const home = homeOf(candidate);
  return named.some(
    ({ kind, namespace, name }) =>
      (namespace === undefined || namespace === home) &&
      filled.some((one) => one.name === name && (one.kind === undefined || one.kind === kind)),
  );
}

function namesIn(intent: StoredIntent): readonly { readonly kind: string | undefined; readonly name: string }[] {
  const found: { readonly kind: string | undefined; readonly name: string }[] = [];
  const visit = (value: unknown, kind: string | undefined): void => {
    if (typeof value === "string") found.push({ kind, name: value });
    if (Array.isArray(value)) for (const one of value) visit(one, kind);
    else if (typeof value === "object" && value !== null) {
      const own: unknown = "kind" in value ? value.kind : undefined;
      for (const [key, entry] of Object.entries(value)) {
        if (!NO_OBJECT.has(key)) visit(entry, typeof own === "string" ? own : undefined);
      }
    }
  };
  for (const [key, entry] of Object.entries(intent)) if (!NO_OBJECT.has(key)) visit(entry, undefined);
  return found;
}

/** What is made anew in its namespace or for all of it, and the workloads that use an object: never another workload by itself. */
function aroundOf(scope: Scope, platform: Platform): (candidate: Candidate) => boolean {
  const { nodes } = graphOf(platform);
  const homes = homesOf(scope);
  const users = new Set(scope.objects.flatMap((one) => belongingTo(one, platform)).map(({ id }) => id));
  return (candidate) => {
    const [, kind = "", namespace, name = ""] = OBJECT.exec(candidate.target) ?? [];
    if (scope.images.length > 0 || scope.missing.length > 0 || kind === "") return false;
    if (kind === "Namespace") return homes.includes(name);
    const id = idOf(kind, namespace, name);
    return users.has(id) || (homes.includes(homeOf(candidate)) && nodes.get(id)?.resource === undefined);
  };
}
