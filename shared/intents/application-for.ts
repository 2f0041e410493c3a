/** Which Application to give a new object to, in a namespace several of them may write into. */
import { inNamespace } from "../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../repository/platform.ts";
import { workloadsIn } from "../repository/workloads.ts";
import { writableApplication } from "./targets.ts";

/** The one that applies objects of that kind there already, else the one that applies most; a text says why there is none. */
export function applicationFor(
  platform: Platform,
  namespace: string,
  isAlike: (resource: Resource) => boolean,
): RepositoryApplication | string {
  const here = inNamespace(platform, namespace).filter(({ application }) => application !== undefined);
  const alike = here.filter(isAlike);
  const running = workloadsIn(platform, namespace).map(({ resource }) => resource);
  const counts = new Map<string, number>();
  for (const { path } of [...alike, ...running, ...here]) counts.set(path, (counts.get(path) ?? 0) + 1);
  const first = new Set(alike.map(({ path }) => path));
  const paths = [...counts]
    .sort(([a, x], [b, y]) => Number(first.has(b)) - Number(first.has(a)) || y - x || (a < b ? -1 : 1))
    .map(([path]) => path);
  const applications = paths.map((path) => writableApplication(platform, path));
  const writable = applications.find((one) => typeof one !== "string");
  return writable ?? applications[0] ?? `no Application writes into ${namespace}`;
}
