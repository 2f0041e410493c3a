/**
 * `node cluster.ts <count> <revision>`: a Kubernetes API and a Prometheus that answer from prepared texts and count what
 * they are asked. Says its addresses to who started it, and on any message what it counted.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { defaultMetricNames, parseQuery } from "../../../shared/checks/queries.ts";
import {
  application,
  deployment,
  events,
  nameOf,
  networkPolicy,
  pods,
  WORKLOADS_PER_NAMESPACE,
} from "./cluster-objects.ts";

export interface ClusterAddresses {
  readonly api: string;
  readonly prometheus: string;
}
export interface ClusterCounts {
  /** When each Application was read, milliseconds by the monotonic clock of the stand-in. */
  readonly looks: Readonly<Record<string, readonly number[]>>;
  readonly api: Readonly<Record<string, number>>;
  readonly prometheus: Readonly<Record<string, number>>;
  /** Connections that were opened to the API. */
  readonly connections: number;
}

const [count = "1", revision = ""] = process.argv.slice(2);
const texts = new Map<string, string>();
const looks: Record<string, number[]> = {};
const asked = { api: {} as Record<string, number>, prometheus: {} as Record<string, number> };
let connections = 0;

for (let n = 0; n < Number(count); n += 1) {
  const { namespace, name, application: own } = nameOf(n);
  const apps = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";
  texts.set(`${apps}/${own}`, JSON.stringify(application(n, revision)));
  texts.set(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, JSON.stringify(deployment(n)));
  texts.set(
    `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`,
    JSON.stringify(networkPolicy(n)),
  );
  texts.set(`/api/v1/namespaces/${namespace}/pods?app=${name}`, list("PodList", pods(n)));
  if (n % WORKLOADS_PER_NAMESPACE !== 0) continue;
  const neighbours = Array.from({ length: WORKLOADS_PER_NAMESPACE }, (_, i) => pods(n + i)).flat();
  texts.set(`/api/v1/namespaces/${namespace}/pods?`, list("PodList", neighbours));
  texts.set(`/api/v1/namespaces/${namespace}/events`, list("EventList", events(namespace)));
}

function list(kind: string, items: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: "v1", kind, metadata: { resourceVersion: "812345" }, items });
}

function add(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

function kubernetes(url: URL): { status: number; text: string } {
  const { pathname, searchParams } = url;
  const kind = /\/namespaces\/[^/]+\/([^/]+)(?:\/[^/]+(\/log)?)?$/.exec(pathname);
  add(asked.api, kind?.[2] === undefined ? (kind?.[1] ?? "discovery") : "logs");
  if (kind?.[1] === "applications")
    (looks[pathname.slice(pathname.lastIndexOf("/") + 1)] ??= []).push(performance.now());
  if (kind?.[2] !== undefined) return { status: 200, text: `${"GET /orders 200 in 12 ms\n".repeat(60)}` };
  const labels = kind?.[1] === "pods" ? `?${(searchParams.get("labelSelector") ?? "").slice(0, 100)}` : "";
  const text = texts.get(`${pathname}${labels}`);
  if (text !== undefined) return { status: 200, text };
  // Whatever else is listed is not there; a single object is refused in the API's words.
  const isList = /\/namespaces\/[^/]+\/[^/]+$/.test(pathname);
  if (isList) return { status: 200, text: list("List", []) };
  const refusal = { kind: "Status", apiVersion: "v1", status: "Failure", message: `${pathname} not found`, code: 404 };
  return { status: 404, text: JSON.stringify(refusal) };
}

function prometheus(url: URL): { status: number; text: string } {
  if (url.pathname.endsWith("/rules")) {
    add(asked.prometheus, "rules");
    return { status: 200, text: JSON.stringify({ status: "success", data: { groups: [] } }) };
  }
  const query = parseQuery(url.searchParams.get("query") ?? "", defaultMetricNames);
  add(asked.prometheus, query?.kind ?? "unknown");
  const result = samplesOf(query).map(([metric, value]) => ({ metric, value: [1_772_359_200, value] }));
  return { status: 200, text: JSON.stringify({ status: "success", data: { resultType: "vector", result } }) };
}

function samplesOf(query: ReturnType<typeof parseQuery>): readonly (readonly [Record<string, string>, string])[] {
  switch (query?.kind) {
    case "series":
      return [[{}, "3"]];
    case "error-ratio":
      return [[{}, "0.001"]];
    case "p95":
      return [[{}, "0.04"]];
    case "namespace-error-ratio": {
      const first = Number(query.namespace.slice("team-".length)) * WORKLOADS_PER_NAMESPACE;
      return Array.from({ length: WORKLOADS_PER_NAMESPACE }, (_, i) => [{ service: nameOf(first + i).name }, "0.001"]);
    }
    default:
      return [];
  }
}

function serve(answer: (url: URL) => { status: number; text: string }): Server {
  return createServer((request: IncomingMessage, response) => {
    const { status, text } = answer(new URL(request.url ?? "/", "http://here"));
    response
      .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
      .end(text);
  });
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const api = serve(kubernetes);
api.on("connection", () => {
  connections += 1;
});
const addresses: ClusterAddresses = { api: await listen(api), prometheus: await listen(serve(prometheus)) };
process.on("message", () => {
  const counts: ClusterCounts = { looks, ...asked, connections };
  process.send?.(counts);
});
process.send?.(addresses);
