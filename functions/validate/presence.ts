/** Whether something called so runs on the platform: there, only a placeholder, asleep, or not there. */
import { graphOf } from "../../shared/graph/build.ts";
import { type GraphNode, nodeIdOf } from "../../shared/graph/graph.ts";
import { imageName } from "../../shared/intents/resource-values.ts";
import { technologyOf } from "../../shared/knowledge/pairs/technologies.ts";
import { inNamespace, oncePer } from "../../shared/repository/lookup.ts";
import type { Platform, Resource } from "../../shared/repository/platform.ts";
import { textAt } from "../../shared/repository/values.ts";
import { asWorkload, workloadsOf } from "../../shared/repository/workloads.ts";
import type { Wanted } from "./wanted.ts";

export type Presence = "present" | "placeholder" | "zero-replicas" | "unread" | "absent";

export interface Found {
  readonly state: Presence;
  /** End of a sentence that begins with its name. */
  readonly because: string;
  /** Absent where nothing of it was found. */
  readonly node?: GraphNode;
  /** A file nobody could read as manifests that names it, with the line. */
  readonly file?: { readonly path: string; readonly line: number };
}

/** What a workload's name may say beside the name of what it runs. */
const AROUND =
  /^(?:service|server|api|deployment|app|operator|controller|manager|master|primary|leader|web|ui|agent|core|cluster|main|standalone|db|database|cache|broker|store|node|daemon|runtime|shared|platform|my|the|prod|production|instance|engine|single|v\d+|\d+)$/;
/** The best that was found decides: what runs is there, whatever else sleeps. */
const ORDER: readonly Presence[] = ["present", "zero-replicas", "placeholder", "unread"];

/** What the platform calls its workloads: names that a text may say without a capital. */
export const workloadNames = oncePer(
  (platform: Platform): ReadonlySet<string> => new Set(workloadsOf(platform).map(({ name }) => name)),
);

export function presenceOf({ names, namespace: said, within }: Wanted, platform: Platform): Found {
  const namespace = said ?? (within !== undefined && inNamespace(platform, within).length > 0 ? within : undefined);
  const found = candidatesOf(platform)
    .filter(({ resource }) => namespace === undefined || placeOf(resource) === namespace)
    .filter((candidate) => names.some((name) => isCalled(candidate, name)))
    .map(({ node }) => foundAs(node));
  const best = ORDER.map((state) => found.find((one) => one.state === state)).find((one) => one !== undefined);
  const nothing: Found = { state: "absent", because: "is in no manifest that is applied" };
  return best ?? unreadIn(platform, names) ?? found[0] ?? nothing;
}

interface Candidate {
  readonly resource: Resource;
  readonly node: GraphNode;
  readonly words: readonly string[];
  /** Last parts of its images, or the chart of an Application. */
  readonly runs: readonly string[];
}

const candidatesOf = oncePer((platform: Platform): readonly Candidate[] => {
  const { nodes } = graphOf(platform);
  return platform.resources.flatMap((resource) => {
    const node = nodes.get(nodeIdOf(resource));
    const runs = runsOf(resource);
    return node === undefined || runs === undefined ? [] : [{ resource, node, words: resource.name.split("-"), runs }];
  });
});

/** Undefined for what runs nothing: a ConfigMap or a Service called so is none of it. */
function runsOf(resource: Resource): readonly string[] | undefined {
  const workload = asWorkload(resource);
  if (workload !== undefined) {
    // A job that talks to something is not that something.
    if (workload.kind === "Job" || workload.kind === "CronJob") return [];
    return workload.containers.slice(0, 1).flatMap(({ image }) => spellings(imageName(image)));
  }
  if (resource.kind === "Application") {
    const chart = textAt(resource.object, "spec", "source", "chart");
    return chart === undefined ? [] : [chart];
  }
  if (resource.kind === "HelmRelease" || resource.kind === "HelmChart") {
    const chart = textAt(resource.object, "spec", "chart", "spec", "chart") ?? textAt(resource.object, "spec", "chart");
    return chart === undefined ? [] : [chart];
  }
  // Operators: `kind: Kafka`, `kind: RabbitmqCluster`. Most kinds run nothing: a Certificate is none of cert-manager.
  const kind = resource.kind.toLowerCase().replace(/cluster$/, "");
  return resource.apiVersion.includes(".") && technologyOf(kind) !== undefined ? [kind] : undefined;
}

/** `mongo` runs MongoDB. */
function spellings(name: string): readonly string[] {
  const known = technologyOf(name)?.name;
  return known === undefined ? [name] : [name, known];
}

function isCalled({ words, runs, resource }: Candidate, name: string): boolean {
  if (resource.name === name || runs.includes(name)) return true;
  if (asWorkload(resource) === undefined && resource.kind !== "Application") return false;
  const parts = name.split("-");
  const at = words.findIndex((_, i) => parts.every((part, j) => words[i + j] === part));
  if (at < 0) return false;
  const others = [...words.slice(0, at), ...words.slice(at + parts.length)];
  return others.every((word) => AROUND.test(word) || (resource.namespace ?? "").split("-").includes(word));
}

function foundAs(node: GraphNode): Found {
  const { state, because } = node;
  if (state === "placeholder" || state === "zero-replicas" || state === "absent") return { state, because, node };
  return { state: "present", because: "is there", node };
}

function placeOf({ kind, namespace, object }: Resource): string | undefined {
  return kind === "Application" ? textAt(object, "spec", "destination", "namespace") : namespace;
}

/** A file that cannot be read as manifests may hold it all the same. */
function unreadIn({ unreadable, files }: Platform, names: readonly string[]): Found | undefined {
  const lines = new RegExp(
    `^\\s*(?:- )?(?:name:\\s*["']?(?:${either(names)})["']?|image:\\s*["']?(?:\\S*/)?(?:${either(names)})(?::\\S*)?)\\s*$`,
    "i",
  );
  for (const { path } of unreadable) {
    const line = (files.get(path)?.content ?? "").split("\n").findIndex((one) => lines.test(one));
    if (line < 0) continue;
    const because = `is named in ${path}:${line + 1}, which could not be read as a manifest`;
    return { state: "unread", because, file: { path, line: line + 1 } };
  }
  return undefined;
}

function either(names: readonly string[]): string {
  return names.map((name) => name.replace(/[^\p{L}\p{N}-]/gu, "\\$&")).join("|");
}
