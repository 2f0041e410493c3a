/** What shows that a program works in one namespace, and that a ClusterRole says nothing beyond namespaces. */
import { ofKind } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { isFields, itemsAt, listAt, textAt } from "../../repository/values.ts";
import type { RepositoryWorkload } from "../../repository/workloads.ts";
import { type PlacedContainer, placedContainers } from "../edit/workload-edit.ts";
import { isClusterWide } from "./add-role-rules.ts";

/** Groups of Kubernetes whose resources are in namespaces, but for those known to be cluster-wide. */
const NAMESPACED: ReadonlySet<string> = new Set([
  "",
  "apps",
  "batch",
  "autoscaling",
  "policy",
  "networking.k8s.io",
  "discovery.k8s.io",
  "coordination.k8s.io",
  "events.k8s.io",
]);
/** Variables operators bound themselves by (sdk.operatorframework.io, "Operator Scope"). */
const VARIABLE = /^(?:OPERATOR_)?WATCH(?:ED)?_NAMESPACES?$/;
const OPTION = /^--(?:watch-|watched-)?namespaces?(?:=(.*))?$/;
/** Signs that it looks further all the same. */
const EVERYWHERE = /all[-_]namespaces|cluster[-_](?:wide|scoped?)|^--namespaces?=$/i;

/** Why the rules of `role` would not be the same in a RoleBinding; undefined when they would. */
export function outsideNamespaces(platform: Platform, { object }: Resource): string | undefined {
  const rules = itemsAt(object, "rules");
  if (rules.length === 0) return "grants nothing";
  for (const rule of rules) {
    if (listAt(rule, "nonResourceURLs").length > 0) return "grants addresses of the API server";
    for (const group of listAt(rule, "apiGroups").map(String)) {
      for (const resource of listAt(rule, "resources").map(String)) {
        const [whole = ""] = resource.split("/");
        if (group === "*" || whole === "*") return "grants whatever there is (*)";
        if (isClusterWide(whole)) return `grants ${whole}, which is outside of namespaces`;
        if (!NAMESPACED.has(group) && scopeOf(platform, group, whole) !== "Namespaced")
          return `grants ${whole}.${group}, and the repository does not show that it is in namespaces`;
      }
    }
  }
  return undefined;
}

function scopeOf(platform: Platform, group: string, plural: string): string | undefined {
  const definition = ofKind(platform, "CustomResourceDefinition").find(
    ({ object }) => textAt(object, "spec", "group") === group && textAt(object, "spec", "names", "plural") === plural,
  );
  return textAt(definition?.object, "spec", "scope");
}

/** The setting by which every container of `workload` that has one bounds it to `namespace`; undefined when none shows. */
export function boundTo(workload: RepositoryWorkload, namespace: string): string | undefined {
  const containers = placedContainers(workload);
  const words = containers.flatMap((one) => wordsIn(one));
  if (words.some((word) => EVERYWHERE.test(word))) return undefined;
  const found = containers.flatMap((container) => [...byVariable(container), ...byOption(container)]);
  if (found.length === 0 || found.some(({ value }) => value !== namespace && value !== OWN)) return undefined;
  return found[0]?.name;
}

const OWN = "(its own)";
interface Bound {
  readonly name: string;
  /** The namespace, `OWN`, or undefined where it cannot be told. */
  readonly value: string | undefined;
}

function byVariable({ spec }: PlacedContainer): readonly Bound[] {
  return itemsAt(spec, "env")
    .filter((entry) => VARIABLE.test(textAt(entry, "name") ?? ""))
    .map((entry) => ({ name: textAt(entry, "name") ?? "", value: valueOf(entry) }));
}

function byOption(container: PlacedContainer): readonly Bound[] {
  const words = wordsIn(container);
  const env = itemsAt(container.spec, "env");
  return words.flatMap((word, index) => {
    const option = OPTION.exec(word);
    if (option === null) return [];
    const written = option[1] ?? words[index + 1] ?? "";
    const name = /^\$\((\w+)\)$/.exec(written)?.[1];
    const entry = name === undefined ? undefined : env.find((one) => one["name"] === name);
    const value = name === undefined ? written : entry === undefined ? undefined : valueOf(entry);
    return [{ name: word.slice(0, 100), value }];
  });
}

function valueOf(entry: Readonly<Record<string, unknown>>): string | undefined {
  const from = entry["valueFrom"];
  if (isFields(from)) return textAt(from, "fieldRef", "fieldPath") === "metadata.namespace" ? OWN : undefined;
  return textAt(entry, "value");
}

function wordsIn({ spec }: PlacedContainer): readonly string[] {
  return [...listAt(spec, "command"), ...listAt(spec, "args")].map(String);
}
