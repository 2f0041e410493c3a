/** GET pods/<name>/log. */
import type { ResourcePath } from "./api-path.ts";
import { readOne } from "./api-read.ts";
import { badRequest } from "./api-status.ts";
import type { Cluster } from "./cluster.ts";
import { dependencyName, hits } from "./faults.ts";
import { at, listAt, textAt } from "./json.ts";
import { logLines } from "./logs.ts";
import { allWorkloads, podsOf } from "./workloads.ts";

/** Throws ApiError 400 when no container can be chosen or it has not started. */
export function podLog(cluster: Cluster, path: ResourcePath, name: string, query: URLSearchParams): string {
  const { store, agenda } = cluster;
  const pod = readOne(store, path, name);
  const containers = listAt(pod, "spec", "containers").map((container) => textAt(container, "name") ?? "");
  const wanted = query.get("container") ?? (containers.length === 1 ? containers[0] : undefined);
  if (wanted === undefined) {
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.join(" ")}]`);
  }
  if (!containers.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  const status = listAt(pod, "status", "containerStatuses").find((item) => textAt(item, "name") === wanted);
  const waiting = textAt(status, "state", "waiting", "reason");
  const lastRun = at(status, "lastState", "terminated");
  const previous = query.get("previous") === "true";
  if ((waiting !== undefined && lastRun === undefined) || (previous && lastRun === undefined)) {
    throw badRequest(`container "${wanted}" in pod "${name}" is waiting to start: ${waiting ?? "no previous run"}`);
  }
  const crashing = waiting === "CrashLoopBackOff" || previous;
  const began = textAt(status, "state", "running", "startedAt") ?? textAt(lastRun, "startedAt");
  const now = agenda.now();
  const started = began === undefined ? now : Date.parse(began);
  const seconds = Number(query.get("sinceSeconds") ?? Number.POSITIVE_INFINITY);
  const since = query.get("sinceTime");
  const from = Math.max(started, now - seconds * 1_000, since === null ? 0 : Date.parse(since));
  const faults = faultsOf(cluster, path, name);
  const lines = logLines({
    pod: name,
    from,
    to: now,
    errorRatio:
      0.001 + Math.max(0, ...faults.filter(({ kind }) => kind === "error-rate").map(({ ratio = 0.2 }) => ratio)),
    panics: faults.some(({ kind }) => kind === "log-panic"),
    missing: faults.filter(({ kind }) => kind === "missing-dependency").map(dependencyName),
    crashing,
    timestamps: query.get("timestamps") === "true",
  });
  const tail = query.get("tailLines");
  const kept = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  const text = kept.length === 0 ? "" : `${kept.join("\n")}\n`;
  const bytes = query.get("limitBytes");
  return bytes === null ? text : Buffer.from(text).subarray(0, Number(bytes)).toString();
}

function faultsOf(cluster: Cluster, { namespace }: ResourcePath, name: string) {
  const { store, faults, agenda } = cluster;
  return allWorkloads(store, namespace).flatMap((workload) => {
    const pod = podsOf(store, workload).find(({ metadata }) => metadata.name === name);
    if (pod === undefined) return [];
    return [...faults.values()].filter((fault) => hits(store, fault, workload, pod, agenda.now()));
  });
}
