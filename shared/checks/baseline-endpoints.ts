/** Who answered before a change: the Services of the namespaces it touches, and those its workloads are told to talk to. */
import type { ObjectRef } from "../domain/change-set.ts";
import type { Baseline } from "../domain/health.ts";
import type { ClusterReader } from "../ports.ts";
import { dependenciesOf } from "./dependencies.ts";
import { addressesIn, addressesOf } from "./endpoints-read.ts";
import { allNamespaces, key, workloadTargets } from "./targets.ts";

/** More Services than these are not kept: the record must stay small. */
const MOST_SERVICES = 500;

/** Ready addresses by `namespace/service`: 0 for what a workload talks to and nobody answers, or does not even exist. */
export async function measureEndpoints(
  objects: readonly ObjectRef[],
  cluster: ClusterReader,
  signal?: AbortSignal,
): Promise<NonNullable<Baseline["endpoints"]>> {
  const namespaces = allNamespaces(objects);
  const [near, named] = await Promise.all([
    Promise.all(namespaces.map((namespace) => addressesIn(namespace, cluster, signal))),
    Promise.all(workloadTargets(objects).map((target) => dependenciesOf(target, cluster, signal))),
  ]);
  const elsewhere = named.flat().filter(({ namespace }) => !namespaces.includes(namespace));
  const far = await Promise.all(
    elsewhere.map(async (service) => {
      const found = await addressesOf(service, cluster, signal);
      return [key(service.namespace, service.name), found?.ready ?? 0] as const;
    }),
  );
  const unanswered = named.flat().map(({ namespace, name }) => [key(namespace, name), 0] as const);
  const here = near.flatMap((found) => [...found].map(([id, { ready }]) => [id, ready] as const));
  return Object.fromEntries([...unanswered, ...far, ...here].slice(0, MOST_SERVICES));
}
