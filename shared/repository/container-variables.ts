/** The environment of a workload's containers as far as manifests show it. */
import { inNamespace } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { type Fields, fieldsAt, itemsAt, stringsAt, textAt } from "./values.ts";
import type { Container, RepositoryWorkload } from "./workloads.ts";

export interface Variable {
  readonly name: string;
  /** Undefined when it is taken from a Secret, from the pod itself, or from what the repository does not hold. */
  readonly value: string | undefined;
  readonly container: string;
  /** True for the container KEDA looks at unless it is told otherwise: the first. */
  readonly inFirst: boolean;
}

/** Every variable a manifest names, of all containers; a later entry of the same name in one container wins. */
export function variablesOf(
  platform: Platform,
  { namespace, containers }: Pick<RepositoryWorkload, "namespace" | "containers">,
): readonly Variable[] {
  const configMaps = inNamespace(platform, namespace).filter(
    ({ apiVersion, kind }) => kind === "ConfigMap" && apiVersion === "v1",
  );
  return containers.flatMap((container) => variablesIn(container, configMaps));
}

function variablesIn({ spec, name: container, index }: Container, configMaps: readonly Resource[]): Variable[] {
  const found = new Map<string, string | undefined>();
  for (const source of itemsAt(spec, "envFrom")) {
    const prefix = textAt(source, "prefix") ?? "";
    for (const [key, value] of Object.entries(dataOf(configMaps, textAt(source, "configMapRef", "name")))) {
      found.set(`${prefix}${key}`, value);
    }
  }
  for (const entry of itemsAt(spec, "env")) {
    const name = textAt(entry, "name");
    if (name !== undefined) found.set(name, valueOf(entry, configMaps));
  }
  return [...found].map(([name, value]) => ({ name, value, container, inFirst: index === 0 }));
}

/** `$(OTHER)` is expanded by the kubelet only, so a value that holds one is not known here. */
function valueOf(entry: Fields, configMaps: readonly Resource[]): string | undefined {
  const written = stringsAt(entry)["value"];
  const reference = fieldsAt(entry, "valueFrom", "configMapKeyRef");
  const value = written ?? dataOf(configMaps, textAt(reference, "name"))[textAt(reference, "key") ?? ""];
  return value?.includes("$(") === true ? undefined : value;
}

function dataOf(configMaps: readonly Resource[], name: string | undefined): Readonly<Record<string, string>> {
  return stringsAt(configMaps.find((one) => one.name === name)?.object, "data");
}
