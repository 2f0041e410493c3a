/** The port ClusterReader over the Kubernetes API. Fields an object lacks read as 0 or absent, never as an error. */
import * as z from "zod";
import type { ClusterReader } from "../ports.ts";
import { PermanentError, RetryLater } from "../runtime/errors.ts";
import { type KubeClient, kubeClient } from "./kube-client.ts";
import type { ClusterSettings } from "./kube-config.ts";
import { readEvent, readPod, readWorkload, selectorText } from "./kube-objects.ts";
import { groupPath, objectPath, resourcePaths } from "./kube-paths.ts";

const List = z.object({
  items: z.array(z.record(z.string(), z.unknown())),
  metadata: z.object({ continue: z.string().optional() }).optional(),
});
const ObjectShape = z.record(z.string(), z.unknown());
/** Lines of one pod's log that are read at most; a pod that floods its log must not flood the school. */
const LOG_LINES = 500;
const LOG_BYTES = 256 * 1024;
/** Objects of one page, and pages at most: enough for a busy namespace, bounded for a broken one. */
const PAGE = 500;
const PAGES = 10;

export function clusterReader(settings: ClusterSettings, client: KubeClient = kubeClient(settings)): ClusterReader {
  const find = resourcePaths(client);

  async function object(apiVersion: string, kind: string, namespace: string, name: string, signal?: AbortSignal) {
    const path = await find(apiVersion, kind, signal);
    if (path === undefined) return undefined;
    const what = `get ${path.plural} ${name}${path.namespaced ? ` in ${namespace}` : ""}`;
    const answer = await client.get({ path: objectPath(apiVersion, path, namespace, name), what, signal });
    return answer === undefined ? undefined : expectShape(ObjectShape, answer, what);
  }

  async function inPages(path: string, query: Record<string, string>, what: string, signal?: AbortSignal) {
    const items: Record<string, unknown>[] = [];
    let next: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const more = next === undefined ? {} : { continue: next };
      const answer = await client.get({ path, query: { ...query, limit: String(PAGE), ...more }, what, signal });
      if (answer === undefined) return items;
      const { items: found, metadata } = expectShape(List, answer, what);
      items.push(...found);
      next = metadata?.continue === "" ? undefined : metadata?.continue;
      if (next === undefined) break;
    }
    return items;
  }

  async function listed(namespace: string, plural: string, query: Record<string, string>, signal?: AbortSignal) {
    const path = `${groupPath("v1")}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
    return inPages(path, query, `list ${plural} in ${namespace}`, signal);
  }

  return {
    object,
    async list(apiVersion, kind, namespace, signal) {
      const path = await find(apiVersion, kind, signal);
      if (path === undefined) return [];
      const { plural, namespaced } = path;
      const scope = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : "";
      const what = `list ${plural}${namespaced ? ` in ${namespace}` : ""}`;
      return inPages(`${groupPath(apiVersion)}${scope}/${plural}`, {}, what, signal);
    },
    async workload(kind, namespace, name, signal) {
      if (!["Deployment", "StatefulSet", "DaemonSet"].includes(kind)) {
        throw new PermanentError(`${kind} is not a workload`);
      }
      const found = await object("apps/v1", kind, namespace, name, signal);
      return found === undefined ? undefined : readWorkload(kind, found);
    },
    async pods(namespace, selector, signal) {
      const labelSelector = typeof selector === "string" ? selector : selectorText({ matchLabels: selector });
      const items = await listed(namespace, "pods", labelSelector === "" ? {} : { labelSelector }, signal);
      return items.flatMap((pod) => readPod(pod) ?? []);
    },
    async events(namespace, signal) {
      const items = await listed(namespace, "events", {}, signal);
      return items.map(readEvent);
    },
    async logs(namespace, pod, sinceSeconds, signal) {
      const query = {
        sinceSeconds: String(Math.max(1, Math.ceil(sinceSeconds))),
        tailLines: String(LOG_LINES),
        limitBytes: String(LOG_BYTES),
      };
      const path = `${groupPath("v1")}/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
      const text = await client.text({ path, query, what: `get pods/log ${pod} in ${namespace}`, signal });
      return (text ?? "").split("\n").filter((line) => line.trim() !== "");
    },
  };
}

function expectShape<Schema extends z.ZodType>(schema: Schema, answer: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new RetryLater(`Kubernetes: the answer to "${what}" is not what the API promises`, 5_000);
}
