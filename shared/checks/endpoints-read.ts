/**
 * Who answers for a Service: its ready addresses as the API server lists them. The Endpoints of core/v1 are read, which
 * every cluster keeps beside its EndpointSlices and which one list per namespace tells all of.
 */
import type { ClusterReader } from "../ports.ts";
import { isFields, itemsAt, listAt, stringsAt, textAt } from "../repository/values.ts";
import { key } from "./targets.ts";

export interface Addresses {
  readonly ready: number;
  /** Pods that are selected, but not ready. */
  readonly waiting: number;
}

type Cluster = Pick<ClusterReader, "object" | "list">;

/** Of every Service of a namespace that has Endpoints, by `namespace/service`. */
export async function addressesIn(
  namespace: string,
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Addresses>> {
  const found = await cluster.list("v1", "Endpoints", namespace, signal);
  return new Map(
    found.flatMap((one) => {
      const name = textAt(one, "metadata", "name");
      return name === undefined ? [] : [[key(namespace, name), counted(one)] as const];
    }),
  );
}

/** Of one Service; undefined when it has no Endpoints. */
export async function addressesOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<Addresses | undefined> {
  const found = await cluster.object("v1", "Endpoints", namespace, name, signal);
  return found === undefined ? undefined : counted(found);
}

/** The selector of a Service; undefined when there is no such Service, {} when somebody else fills its Endpoints. */
export async function selectorOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  const service = await cluster.object("v1", "Service", namespace, name, signal);
  return service === undefined ? undefined : stringsAt(service, "spec", "selector");
}

function counted(endpoints: Readonly<Record<string, unknown>>): Addresses {
  const subsets = itemsAt(endpoints, "subsets").filter(isFields);
  const sum = (field: string) => subsets.reduce((all, subset) => all + listAt(subset, field).length, 0);
  return { ready: sum("addresses"), waiting: sum("notReadyAddresses") };
}
