/** What a repository shows of KEDA: that it runs, what it scales, and the credentials it may use (keda.sh/docs). */
import { chartReleases } from "./chart-releases.ts";
import { inNamespace, ofKind, oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { fieldsAt, itemsAt, stringsAt, textAt } from "./values.ts";
import { asWorkload, type RepositoryWorkload, workloadsOf } from "./workloads.ts";

export const KEDA_API = "keda.sh/v1alpha1";
const IMAGE = /(?:^|\/)keda(?:-operator)?(?:[:@]|$)/;

export interface AuthenticationRef {
  readonly name: string;
  /** TriggerAuthentication, of the same namespace, unless it says ClusterTriggerAuthentication. */
  readonly kind?: string;
}

export interface KedaTrigger {
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly authenticationRef: AuthenticationRef | undefined;
}

/** A ScaledObject some Application applies. */
export interface RepositoryScaledObject {
  readonly resource: Resource;
  readonly triggers: readonly KedaTrigger[];
  /** The Deployment, StatefulSet … it scales, if the repository holds it. */
  readonly workload: RepositoryWorkload | undefined;
}

function isKeda({ apiVersion, application }: Resource): boolean {
  return application !== undefined && apiVersion.startsWith("keda.sh/");
}

/** What shows that KEDA runs here, the strongest first; [] when nothing does. */
export const kedaEvidence: (platform: Platform) => readonly string[] = oncePer((platform) => [
  ...workloadsOf(platform)
    .filter(({ resource, containers }) => {
      return resource.application !== undefined && containers.some(({ image }) => IMAGE.test(image));
    })
    .map(({ resource }) => describe(resource)),
  ...chartReleases(platform)
    .filter(({ chart }) => chart === "keda")
    .map(({ path, title }) => `${path}: the chart of ${title}`),
  ...platform.resources.filter(isKeda).map(describe),
  ...ofKind(platform, "CustomResourceDefinition")
    .filter(({ name, application }) => name === "scaledobjects.keda.sh" && application !== undefined)
    .map(describe),
]);

export const scaledObjectsOf: (platform: Platform) => readonly RepositoryScaledObject[] = oncePer((platform) =>
  ofKind(platform, "ScaledObject")
    .filter(isKeda)
    .map((resource) => ({ resource, triggers: triggersOf(resource), workload: targetOf(platform, resource) })),
);

export function triggersOf({ object }: Resource): readonly KedaTrigger[] {
  return itemsAt(object, "spec", "triggers").map((trigger) => {
    const name = textAt(trigger, "authenticationRef", "name");
    const kind = textAt(trigger, "authenticationRef", "kind");
    return {
      type: textAt(trigger, "type") ?? "",
      metadata: stringsAt(trigger, "metadata"),
      authenticationRef: name === undefined ? undefined : { name, ...(kind === undefined ? {} : { kind }) },
    };
  });
}

/** True when a trigger of a ScaledObject in `namespace` may use these credentials. */
export function mayAuthenticate(platform: Platform, namespace: string, { name, kind }: AuthenticationRef): boolean {
  const wanted = kind ?? "TriggerAuthentication";
  const here = wanted === "ClusterTriggerAuthentication" ? ofKind(platform, wanted) : inNamespace(platform, namespace);
  return here.some((one) => one.kind === wanted && one.name === name && isKeda(one));
}

/** Parameters credentials fill in: `password`, `host`, `sasl`, … */
export function parametersOf({ object }: Resource): readonly string[] {
  const lists = ["secretTargetRef", "env", "configMapTargetRef"].flatMap((key) => itemsAt(object, "spec", key));
  return lists.flatMap((entry) => textAt(entry, "parameter") ?? []);
}

export function authenticationsIn(platform: Platform, namespace: string): readonly Resource[] {
  return inNamespace(platform, namespace).filter((one) => one.kind === "TriggerAuthentication" && isKeda(one));
}

function targetOf(platform: Platform, { namespace, object }: Resource): RepositoryWorkload | undefined {
  const target = fieldsAt(object, "spec", "scaleTargetRef");
  const kind = textAt(target, "kind") ?? "Deployment";
  const found = inNamespace(platform, namespace).find((one) => one.kind === kind && one.name === target["name"]);
  return found === undefined ? undefined : asWorkload(found);
}

function describe({ path, kind, namespace, name }: Resource): string {
  return `${path}: ${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
