import { describe, expect, test } from "vitest";
import { clusterReader } from "../../shared/adapters/cluster-reader.ts";
import { answerWith, seen, settings } from "../support/kubernetes-api.ts";

describe("cluster", () => {
  test("a Deployment's numbers; absent ones are 0, replicas default to 1", async () => {
    answerWith(() => ({
      json: {
        metadata: { name: "api", namespace: "shop", generation: 3 },
        spec: { selector: { matchLabels: { app: "api" } } },
        status: {
          observedGeneration: 2,
          conditions: [{ type: "Progressing", status: "False", message: "deadline exceeded" }],
        },
      },
    }));
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
    answerWith(() => ({
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
    }));
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
    answerWith(() => ({ json: { items: [pod("p", status)] } }));
    expect(await clusterReader(settings).pods("shop", { app: "api", tier: "web" })).toMatchObject([expected]);
    expect(seen[0]?.query).toMatchObject({ labelSelector: "app=api,tier=web" });
  });

  test("a container that is merely starting has no reason; a pod being deleted is left out", async () => {
    const starting = { containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }], phase: "Pending" };
    answerWith(() => ({
      json: { items: [pod("new", starting), pod("old", {}, { deletionTimestamp: "2026-01-01T00:00:00Z" })] },
    }));
    expect(await clusterReader(settings).pods("shop", {})).toEqual([
      { name: "new", phase: "Pending", ready: false, restarts: 0 },
    ]);
  });

  test("long lists are read page by page", async () => {
    answerWith(({ query }) =>
      query["continue"] === undefined
        ? { json: { metadata: { continue: "next" }, items: [pod("a", {})] } }
        : { json: { metadata: { continue: "" }, items: [pod("b", {})] } },
    );
    expect((await clusterReader(settings).pods("shop", {})).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("an event's newest time counts", async () => {
    answerWith(() => ({
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
    }));
    expect(await clusterReader(settings).events("shop")).toEqual([
      { type: "Warning", reason: "BackOff", message: "m", object: "Pod/p", lastSeen: Date.UTC(2026, 0, 1, 0, 5) },
    ]);
  });

  test("logs come as lines; a container that has not started has none", async () => {
    answerWith(() => ({ text: "one\n\ntwo\n" }));
    const reader = clusterReader(settings);
    expect(await reader.logs("shop", "p", 30)).toEqual(["one", "two"]);
    expect(seen[0]).toMatchObject({ path: "/api/v1/namespaces/shop/pods/p/log", query: { sinceSeconds: "30" } });
    answerWith(() => ({ status: 400, json: { message: "container is waiting to start" } }));
    expect(await reader.logs("shop", "p", 30)).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["networking.k8s.io/v1", "NetworkPolicy", "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/x"],
    ["batch/v1", "CronJob", "/apis/batch/v1/namespaces/shop/cronjobs/x"],
    ["v1", "Service", "/api/v1/namespaces/shop/services/x"],
    ["networking.k8s.io/v1", "Ingress", "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/x"],
    ["rbac.authorization.k8s.io/v1", "ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles/x"],
  ])("%s %s is found at its path", async (apiVersion, kind, path) => {
    answerWith((request) => (request.path === path ? { json: { kind } } : { status: 404, json: {} }));
    expect(await clusterReader(settings).object(apiVersion, kind, "shop", "x")).toEqual({ kind });
  });

  test("another kind is looked up by discovery, once; a kind that is unknown does not exist", async () => {
    answerWith(({ path }) =>
      path === "/apis/monitoring.coreos.com/v1"
        ? {
            json: {
              resources: [
                { name: "prometheusrules", kind: "PrometheusRule", namespaced: true },
                { name: "prometheusrules/status", kind: "PrometheusRule", namespaced: true },
              ],
            },
          }
        : { json: { found: path } },
    );
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
