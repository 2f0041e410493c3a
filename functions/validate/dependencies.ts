/** Does every Service it relies on exist? */
import type { Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { isService, referencesIn, type ServiceReference } from "../../shared/repository/services.ts";
import { at, stringsAt, textAt } from "../../shared/repository/values.ts";
import { type RepositoryWorkload, selects, workloadsOf } from "../../shared/repository/workloads.ts";

const CHECK = "dependencies";

type ServiceState =
  | { readonly state: "present" | "external"; readonly because: string }
  | { readonly state: "zero-replicas" | "absent" | "unseen"; readonly because: string };

type Text = Pick<Improvement, "title" | "description" | "implementation_notes" | "quotes">;

/** Services named in the text must be there; those that a workload named in the text calls should be. */
export function findMissing(improvement: Text, platform: Platform): ValidationFinding {
  const text = textOf(improvement);
  const named = unique(referencesIn(text.toLowerCase(), "the proposal"));
  const implied = unique(workloadsNamedIn(text, platform).flatMap((workload) => callsOf(workload)));
  const all = [
    ...named.map((reference) => ({ reference, ...stateOf(reference, platform), isNamed: true })),
    ...implied.map((reference) => ({ reference, ...stateOf(reference, platform), isNamed: false })),
  ];
  const missing = all.filter(({ state }) => state === "absent" || state === "zero-replicas");
  const conflict = missing.find(({ isNamed }) => isNamed);
  if (conflict !== undefined) return finding("conflict", conflict);
  const doubt = missing[0] ?? all.find(({ state, isNamed }) => state === "unseen" && isNamed);
  if (doubt !== undefined) return finding("unknown", doubt);
  const evidence = all.map(({ reference }) => nameOf(reference));
  const because = all.length === 0 ? "it relies on no Service" : `all ${all.length} Services it relies on are there`;
  return { check: CHECK, result: "pass", because, evidence };
}

function finding(
  result: "conflict" | "unknown",
  { reference, because }: { readonly reference: ServiceReference; readonly because: string },
): ValidationFinding {
  const where = reference.path === "the proposal" ? [] : [reference.path];
  return {
    check: CHECK,
    result,
    because: `Service ${nameOf(reference)} ${because}`,
    evidence: [nameOf(reference), ...where],
  };
}

function stateOf({ service, namespace }: ServiceReference, platform: Platform): ServiceState {
  if (service === "kubernetes" && namespace === "default")
    return { state: "present", because: "is part of Kubernetes" };
  const manifest = platform.resources.find(
    (one) => isService(one) && one.name === service && one.namespace === namespace && one.application !== undefined,
  );
  if (manifest === undefined) {
    const chart = chartInto(platform, namespace);
    return chart === undefined
      ? { state: "absent", because: "has no manifest in the repository" }
      : { state: "unseen", because: `may come from Application ${chart}, whose manifests are not in the repository` };
  }
  if (textAt(manifest.object, "spec", "type") === "ExternalName")
    return { state: "external", because: "is an external name" };
  const selector = stringsAt(manifest.object, "spec", "selector");
  const behind = workloadsOf(platform).filter((one) => one.namespace === namespace && selects(selector, one.podLabels));
  const asleep = behind.length > 0 && behind.every((one) => one.replicas === 0 && !isScaled(platform, one));
  return asleep
    ? { state: "zero-replicas", because: `leads to ${behind[0]?.name}, which is scaled to zero` }
    : { state: "present", because: "is there" };
}

/** An autoscaler may wake it from zero. */
function isScaled(platform: Platform, { kind, name, namespace }: RepositoryWorkload): boolean {
  return platform.resources.some(
    (one) =>
      /^(ScaledObject|HorizontalPodAutoscaler|HTTPScaledObject)$/.test(one.kind) &&
      one.namespace === namespace &&
      at(one.object, "spec", "scaleTargetRef", "name") === name &&
      (at(one.object, "spec", "scaleTargetRef", "kind") ?? "Deployment") === kind,
  );
}

/** An Application that brings objects into `namespace` that cannot be read here: a chart, or another repository. */
function chartInto(platform: Platform, namespace: string): string | undefined {
  const helm = platform.applications.find((one) => one.tool === "helm" && one.destination === namespace);
  if (helm !== undefined) return helm.name;
  const readHere = new Set(platform.applications.map(({ name }) => name));
  const other = platform.resources.find(
    (one) =>
      one.kind === "Application" &&
      !readHere.has(one.name) &&
      textAt(one.object, "spec", "destination", "namespace") === namespace,
  );
  return other?.name;
}

/** Workloads the text calls by a name that is no everyday word: with a hyphen, or as `<kind> <name>`. */
function workloadsNamedIn(text: string, platform: Platform): readonly RepositoryWorkload[] {
  const tokens = new Set(text.toLowerCase().match(/[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/g));
  return workloadsOf(platform).filter(({ name, resource }) => {
    return resource.application !== undefined && name.includes("-") && tokens.has(name);
  });
}

function callsOf({ podSpec, resource }: RepositoryWorkload): ServiceReference[] {
  return referencesIn(JSON.stringify(podSpec), resource.path);
}

function textOf({ title, description, implementation_notes, quotes }: Text): string {
  return [title, description, implementation_notes, ...quotes.map(({ text }) => text)].join("\n");
}

function unique(references: readonly ServiceReference[]): readonly ServiceReference[] {
  return [...new Map(references.map((reference) => [nameOf(reference), reference])).values()];
}

function nameOf({ service, namespace }: ServiceReference): string {
  return `${service}.${namespace}.svc`;
}
