/** The pod template of a workload as it stands in the cluster, and what its containers are told. */
import type { ClusterReader } from "../ports.ts";
import { type Fields, fieldsAt, itemsAt, listAt, stringsAt, textAt } from "../repository/values.ts";
import type { WorkloadTarget } from "./targets.ts";

export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Fields;
}

/** Undefined when the workload does not exist. */
export async function templateOf(
  { kind, namespace, name }: WorkloadTarget,
  cluster: Pick<ClusterReader, "object">,
  signal?: AbortSignal,
): Promise<PodTemplate | undefined> {
  const found = await cluster.object("apps/v1", kind, namespace, name, signal);
  if (found === undefined) return undefined;
  const template = fieldsAt(found, "spec", "template");
  return { labels: stringsAt(template, "metadata", "labels"), spec: fieldsAt(template, "spec") };
}

export function containersOf(spec: Fields): readonly Fields[] {
  return [...itemsAt(spec, "initContainers"), ...itemsAt(spec, "containers")];
}

/** One text a container is given, and the name of the variable that holds it. */
export interface Told {
  readonly variable: string;
  readonly text: string;
}

/** Variables with a value of their own, arguments and commands. */
export function toldDirectly(spec: Fields): readonly Told[] {
  return containersOf(spec).flatMap((container) => [
    ...itemsAt(container, "env").map((entry) => ({
      variable: textAt(entry, "name") ?? "",
      text: textAt(entry, "value") ?? "",
    })),
    ...[...listAt(container, "command"), ...listAt(container, "args")].map((word) => ({
      variable: "",
      text: typeof word === "string" ? word : "",
    })),
  ]);
}

/** How a pod uses a ConfigMap: as variables, which stay as they were at its start, or as files, which follow. */
export interface ConfigUse {
  readonly name: string;
  readonly as: "variables" | "files" | "one file";
}

/** Every ConfigMap the pod reads. "one file": mounted by `subPath`, which never follows (kubernetes.io, ConfigMaps). */
export function configMapsOf(spec: Fields): readonly ConfigUse[] {
  const variables = containersOf(spec).flatMap((container) => [
    ...itemsAt(container, "envFrom").map((source) => textAt(source, "configMapRef", "name")),
    ...itemsAt(container, "env").map((entry) => textAt(entry, "valueFrom", "configMapKeyRef", "name")),
  ]);
  const fixed = new Set(
    containersOf(spec)
      .flatMap((container) => itemsAt(container, "volumeMounts"))
      .filter((mount) => textAt(mount, "subPath") !== undefined || textAt(mount, "subPathExpr") !== undefined)
      .map((mount) => textAt(mount, "name")),
  );
  const files = itemsAt(spec, "volumes").flatMap((volume): ConfigUse[] => {
    const sources = [
      fieldsAt(volume, "configMap"),
      ...itemsAt(volume, "projected", "sources").map((one) => fieldsAt(one, "configMap")),
    ];
    const as = fixed.has(textAt(volume, "name")) ? "one file" : "files";
    return sources.flatMap((source) => {
      const name = textAt(source, "name");
      return name === undefined ? [] : [{ name, as }];
    });
  });
  const named = variables.filter((name) => name !== undefined).map((name): ConfigUse => ({ name, as: "variables" }));
  return [...new Map([...named, ...files].map((use) => [`${use.as} ${use.name}`, use])).values()];
}
