/** What the rules look at: the objects of a change set, read again from its text, before and after. */
import type { ChangeSet, RuleHit } from "../domain/change-set.ts";
import { withChanges } from "../repository/change.ts";
import { chartsOf, isValuesFile } from "../repository/helm-charts.ts";
import type { Platform, Resource } from "../repository/platform.ts";
import type { PolicySettings } from "./settings.ts";

export interface ObjectChange {
  readonly before: Resource | undefined;
  readonly after: Resource | undefined;
}

export interface Review {
  readonly changeSet: ChangeSet;
  readonly before: Platform;
  readonly after: Platform;
  /** Only objects that differ. */
  readonly changes: readonly ObjectChange[];
  readonly settings: PolicySettings;
}

/** Keys and list positions from an object to a value in it. */
export type Keys = readonly (string | number)[];

/** What is wrong with an object: one sentence, or one with the place in the object. */
export type Problem = string | { readonly message: string; readonly at: Keys };

export function messageOf(problem: Problem): string {
  return typeof problem === "string" ? problem : problem.message;
}

/** The same problem, about a value inside the object. */
export function problemAt(message: string, ...at: Keys): Problem {
  return { message, at };
}

/** A rule over the change as a whole. */
export type ReviewRule = (review: Review) => readonly RuleHit[];

/** A rule over one object; for a changed object only what its earlier version did not already do counts. */
export interface ObjectRule {
  readonly id: string;
  readonly decision: "deny" | "human";
  /** `on`: created objects only, or changed ones too. */
  readonly on: "created" | "written";
  /** One sentence per problem; without a place it stands at the object's name. */
  check(resource: Resource, review: Review): readonly Problem[];
}

export function reviewOf(changeSet: ChangeSet, before: Platform, settings: PolicySettings): Review {
  const after = withChanges(before, changeSet.files);
  const paths = new Set(changeSet.files.map(({ path }) => path));
  const inPaths = ({ path }: Resource) => paths.has(path);
  const old = byIdentity(before.resources.filter(inPaths));
  const changes: ObjectChange[] = [];
  for (const [identity, resource] of byIdentity(after.resources.filter(inPaths))) {
    const was = old.get(identity);
    old.delete(identity);
    if (was === undefined || JSON.stringify(was.object) !== JSON.stringify(resource.object)) {
      changes.push({ before: was, after: resource });
    }
  }
  for (const change of changesOfCharts(before, after, paths)) changes.push(change);
  for (const gone of old.values()) changes.push({ before: gone, after: undefined });
  return { changeSet, before, after, changes, settings };
}

/** A file of values changes objects that stand in no file. */
function changesOfCharts(before: Platform, after: Platform, paths: ReadonlySet<string>): ObjectChange[] {
  if (![...paths].some((path) => isValuesFile(before, path) || isValuesFile(after, path))) return [];
  const old = byIdentity(chartsOf(before).flatMap(({ resources }) => resources));
  const now = byIdentity(chartsOf(after).flatMap(({ resources }) => resources));
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((identity) => ({ before: old.get(identity), after: now.get(identity) }))
    .filter((one) => JSON.stringify(one.before?.object) !== JSON.stringify(one.after?.object));
}

/** `Kind namespace/name`, as messages name an object. */
export function nameOf({ kind, namespace, name }: Pick<Resource, "kind" | "namespace" | "name">): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function byIdentity(resources: readonly Resource[]): Map<string, Resource> {
  const found = new Map<string, Resource>();
  for (const resource of resources) {
    const { apiVersion, kind, namespace, name } = resource;
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    const identity = JSON.stringify([group, kind, namespace, name]);
    found.set(found.has(identity) ? `${identity}#${resource.path}#${resource.document}` : identity, resource);
  }
  return found;
}
