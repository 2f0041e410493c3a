import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { clusterReader } from "../../shared/adapters/cluster-reader.ts";
import type { ClusterSettings } from "../../shared/adapters/kube-config.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}
type Reply = { status?: number; json?: unknown; text?: string; headers?: Record<string, string>; hang?: boolean };

let server: Server;
let folder: string;
let settings: ClusterSettings;
let seen: Seen[] = [];
let reply: (request: Seen) => Reply = () => ({ status: 404, json: {} });

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://api");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const entry: Seen = {
    method: request.method ?? "",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    contentType: request.headers["content-type"],
    authorization: request.headers.authorization,
    body: body === "" ? undefined : JSON.parse(body),
  };
  seen.push(entry);
  const { status = 200, json, text, headers = {}, hang } = reply(entry);
  if (hang === true) return;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text ?? JSON.stringify(json));
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  const kubeconfig = join(folder, "config");
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "here",
      clusters: [{ name: "here", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "school", user: { token: "secret-token" } }],
      contexts: [{ name: "here", context: { cluster: "here", user: "school" } }],
    }),
  );
  settings = {
    KUBECONFIG: kubeconfig,
    KUBERNETES_SERVICE_HOST: undefined,
    ARGOCD_NAMESPACE: "argocd",
    KUBE_TIMEOUT_MS: 5_000,
  };
});
beforeEach(() => {
  seen = [];
  reply = () => ({ status: 404, json: {} });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const one = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop";

describe("Argo CD", () => {
  test("an Application is read with the caller's token; null and absent fields are both absent", async () => {
    reply = () => ({
      json: {
        metadata: { name: "shop", uid: "1" },
        spec: { source: { repoURL: "https://git/x", path: "apps/shop" }, destination: { namespace: "shop" } },
        operation: null,
        status: { sync: { status: "Unknown", revision: null }, reconciledAt: null, resources: null },
      },
    });
    const application = await argoCd(settings).application("shop");
    expect(application).toEqual({
      metadata: { name: "shop" },
      spec: { source: { repoURL: "https://git/x", path: "apps/shop" }, destination: { namespace: "shop" } },
      status: { sync: { status: "Unknown" } },
    });
    expect(seen[0]).toMatchObject({ method: "GET", path: one, authorization: "Bearer secret-token" });
  });

  test("an Application without any status is one too", async () => {
    reply = () => ({ json: { metadata: { name: "new" }, spec: { destination: {} } } });
    expect(await argoCd(settings).application("new")).toEqual({ metadata: { name: "new" }, spec: { destination: {} } });
  });

  test("what does not exist is undefined", async () => {
    expect(await argoCd(settings).application("gone")).toBeUndefined();
  });

  test("a field that broke its promise does not hide the others", async () => {
    reply = () => ({
      json: {
        metadata: { name: "shop" },
        spec: { destination: { namespace: "shop" } },
        status: { sync: "odd", health: { status: "Healthy" }, conditions: [{ type: "SyncError" }] },
      },
    });
    expect((await argoCd(settings).application("shop"))?.status).toEqual({
      health: { status: "Healthy" },
      conditions: [{ type: "SyncError", message: "" }],
    });
  });

  test.each<[string, (argo: ReturnType<typeof argoCd>) => Promise<void>, unknown]>([
    [
      "refresh is an annotation",
      (argo) => argo.refresh("shop"),
      { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } },
    ],
    [
      "ending an operation is a phase",
      (argo) => argo.terminateOperation("shop"),
      { status: { operationState: { phase: "Terminating" } } },
    ],
    [
      "an explicit sync prunes",
      (argo) => argo.sync("shop", "abc"),
      {
        operation: {
          initiatedBy: { username: "cortex-online-school" },
          sync: { revision: "abc", prune: true, syncStrategy: { hook: {} } },
        },
      },
    ],
  ])("%s", async (_name, act, body) => {
    reply = () => ({ json: {} });
    await act(argoCd(settings));
    expect(seen).toMatchObject([{ method: "PATCH", path: one, contentType: "application/merge-patch+json", body }]);
  });

  test("refreshing an Application that is gone is an error, not silence", async () => {
    await expect(argoCd(settings).refresh("shop")).rejects.toThrow("no Application shop");
  });
});

describe("errors", () => {
  test.each([429, 500, 503])("%i passes: try again later", async (status) => {
    reply = () => ({ status, json: { message: "busy" } });
    await expect(argoCd(settings).application("shop")).rejects.toThrow(RetryLater);
  });

  test("the server's own waiting time is kept", async () => {
    reply = () => ({ status: 429, json: {}, headers: { "retry-after": "7" } });
    await expect(argoCd(settings).application("shop")).rejects.toMatchObject({ afterMs: 7_000 });
  });

  test("a missing permission names verb, resource and the server's reason", async () => {
    reply = () => ({ status: 403, json: { kind: "Status", message: "User x cannot list pods" } });
    await expect(clusterReader(settings).pods("shop", {})).rejects.toThrow(
      /cannot list pods in shop: 403 User x cannot list pods/,
    );
  });

  test("a server out of reach passes", async () => {
    const config = join(folder, "closed");
    await writeFile(
      config,
      JSON.stringify({
        "current-context": "x",
        clusters: [{ name: "x", cluster: { server: "http://127.0.0.1:1", "insecure-skip-tls-verify": true } }],
        users: [{ name: "x", user: {} }],
        contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
      }),
    );
    const call = argoCd({ ...settings, KUBECONFIG: config }).application("shop");
    await expect(call).rejects.toThrow(RetryLater);
  });

  test("a server that never answers passes, too", async () => {
    reply = () => ({ hang: true });
    const call = argoCd({ ...settings, KUBE_TIMEOUT_MS: 50 }).application("shop");
    await expect(call).rejects.toThrow(RetryLater);
  });

  test("the caller's own abort is not mistaken for an outage", async () => {
    reply = () => ({ hang: true });
    const signal = AbortSignal.abort(new Error("lease lost"));
    await expect(argoCd(settings).application("shop", signal)).rejects.toThrow("lease lost");
  });

  test("a page of a proxy is not an Application", async () => {
    reply = () => ({ text: "<html>" });
    await expect(argoCd(settings).application("shop")).rejects.toThrow(RetryLater);
  });

  test("no cluster named and not in one: a configuration error", async () => {
    const call = argoCd({ ...settings, KUBECONFIG: undefined }).application("shop");
    await expect(call).rejects.toThrow(ConfigurationError);
  });
});

describe("cluster", () => {
  test("a Deployment's numbers; absent ones are 0, replicas default to 1", async () => {
    reply = () => ({
      json: {
        metadata: { name: "api", namespace: "shop", generation: 3 },
        spec: { selector: { matchLabels: { app: "api" } } },
        status: {
          observedGeneration: 2,
          conditions: [{ type: "Progressing", status: "False", message: "deadline exceeded" }],
        },
      },
    });
    expect(await clusterReader(settings).workload("Deployment", "shop", "api")).toEqual({
      kind: "Deployment",
      namespace: "shop",
      name: "api",
      generation: 3,
      observedGeneration: 2,
      desired: 1,
      updated: 0,
      ready: 0,
      available: 0,
      stalled: "deadline exceeded",
      selector: { app: "api" },
    });
    expect(seen[0]?.path).toBe("/apis/apps/v1/namespaces/shop/deployments/api");
  });

  test("a DaemonSet counts nodes, and selector expressions survive", async () => {
    reply = () => ({
      json: {
        metadata: { name: "agent", namespace: "ops", generation: 1 },
        spec: {
          selector: {
            matchLabels: { app: "agent" },
            matchExpressions: [
              { key: "tier", operator: "In", values: ["a", "b"] },
              { key: "old", operator: "DoesNotExist" },
            ],
          },
        },
        status: { desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberReady: 1, numberAvailable: 1 },
      },
    });
    const workload = await clusterReader(settings).workload("DaemonSet", "ops", "agent");
    expect(workload).toMatchObject({ desired: 3, updated: 2, ready: 1, selector: "app=agent,tier in (a,b),!old" });
  });

  const pod = (name: string, status: object, metadata = {}) => ({ metadata: { name, ...metadata }, status });
  test.each<[string, object, object]>([
    ["ready", { phase: "Running", conditions: [{ type: "Ready", status: "True" }] }, { phase: "Running", ready: true }],
    [
      "crash loop",
      {
        phase: "Running",
        containerStatuses: [
          { ready: false, restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: {} },
        ],
      },
      { ready: false, restarts: 4, reason: "CrashLoopBackOff" },
    ],
    [
      "out of memory, hidden behind the back-off",
      {
        phase: "Running",
        containerStatuses: [
          {
            ready: false,
            restartCount: 1,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
          },
        ],
      },
      { reason: "OOMKilled", restarts: 1 },
    ],
    [
      "image of an init container",
      {
        phase: "Pending",
        initContainerStatuses: [{ ready: false, restartCount: 0, state: { waiting: { reason: "ErrImagePull" } } }],
        containerStatuses: [{ ready: false, restartCount: 0, state: { waiting: { reason: "PodInitializing" } } }],
      },
      { phase: "Pending", reason: "ErrImagePull" },
    ],
    ["no status yet", {}, { phase: "Unknown", ready: false, restarts: 0 }],
  ])("pod: %s", async (_name, status, expected) => {
    reply = () => ({ json: { items: [pod("p", status)] } });
    expect(await clusterReader(settings).pods("shop", { app: "api", tier: "web" })).toMatchObject([expected]);
    expect(seen[0]?.query).toMatchObject({ labelSelector: "app=api,tier=web" });
  });

  test("a container that is merely starting has no reason; a pod being deleted is left out", async () => {
    const starting = { containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }], phase: "Pending" };
    reply = () => ({
      json: { items: [pod("new", starting), pod("old", {}, { deletionTimestamp: "2026-01-01T00:00:00Z" })] },
    });
    expect(await clusterReader(settings).pods("shop", {})).toEqual([
      { name: "new", phase: "Pending", ready: false, restarts: 0 },
    ]);
  });

  test("long lists are read page by page", async () => {
    reply = ({ query }) =>
      query["continue"] === undefined
        ? { json: { metadata: { continue: "next" }, items: [pod("a", {})] } }
        : { json: { metadata: { continue: "" }, items: [pod("b", {})] } };
    expect((await clusterReader(settings).pods("shop", {})).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("an event's newest time counts", async () => {
    reply = () => ({
      json: {
        items: [
          {
            type: "Warning",
            reason: "BackOff",
            message: "m",
            involvedObject: { kind: "Pod", name: "p" },
            firstTimestamp: "2026-01-01T00:00:00Z",
            lastTimestamp: null,
            series: { lastObservedTime: "2026-01-01T00:05:00.000000Z" },
          },
        ],
      },
    });
    expect(await clusterReader(settings).events("shop")).toEqual([
      { type: "Warning", reason: "BackOff", message: "m", object: "Pod/p", lastSeen: Date.UTC(2026, 0, 1, 0, 5) },
    ]);
  });

  test("logs come as lines; a container that has not started has none", async () => {
    reply = () => ({ text: "one\n\ntwo\n" });
    const reader = clusterReader(settings);
    expect(await reader.logs("shop", "p", 30)).toEqual(["one", "two"]);
    expect(seen[0]).toMatchObject({ path: "/api/v1/namespaces/shop/pods/p/log", query: { sinceSeconds: "30" } });
    reply = () => ({ status: 400, json: { message: "container is waiting to start" } });
    expect(await reader.logs("shop", "p", 30)).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["networking.k8s.io/v1", "NetworkPolicy", "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/x"],
    ["batch/v1", "CronJob", "/apis/batch/v1/namespaces/shop/cronjobs/x"],
    ["v1", "Service", "/api/v1/namespaces/shop/services/x"],
    ["networking.k8s.io/v1", "Ingress", "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/x"],
    ["rbac.authorization.k8s.io/v1", "ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles/x"],
  ])("%s %s is found at its path", async (apiVersion, kind, path) => {
    reply = (request) => (request.path === path ? { json: { kind } } : { status: 404, json: {} });
    expect(await clusterReader(settings).object(apiVersion, kind, "shop", "x")).toEqual({ kind });
  });

  test("another kind is looked up by discovery, once; a kind that is unknown does not exist", async () => {
    reply = ({ path }) =>
      path === "/apis/monitoring.coreos.com/v1"
        ? {
            json: {
              resources: [
                { name: "prometheusrules", kind: "PrometheusRule", namespaced: true },
                { name: "prometheusrules/status", kind: "PrometheusRule", namespaced: true },
              ],
            },
          }
        : { json: { found: path } };
    const reader = clusterReader(settings);
    const found = { found: "/apis/monitoring.coreos.com/v1/namespaces/shop/prometheusrules/x" };
    const version = "monitoring.coreos.com/v1";
    expect(await reader.object(version, "PrometheusRule", "shop", "x")).toEqual(found);
    expect(await reader.object(version, "PrometheusRule", "shop", "x")).toEqual(found);
    expect(seen.filter(({ path }) => path === "/apis/monitoring.coreos.com/v1")).toHaveLength(1);
    expect(await reader.object(version, "Probe", "shop", "x")).toBeUndefined();
  });

  test("hostile names stay inside their path segment", async () => {
    await clusterReader(settings).logs("shop", "../../secrets/x?y=1#z", 1);
    expect(seen[0]?.path).toBe("/api/v1/namespaces/shop/pods/..%2F..%2Fsecrets%2Fx%3Fy%3D1%23z/log");
  });
});
