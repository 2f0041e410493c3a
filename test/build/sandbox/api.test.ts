import { AppsV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultMetricNames, namespaceErrorRatioQuery, seriesQuery } from "../../../shared/checks/queries.ts";
import { deployment, platform, type School, school, service } from "./platform.ts";

const scaled: [string, number][] = [];
let it: School;
beforeAll(async () => {
  it = await school(
    {
      ...platform,
      "apps/shop/cron.yaml": `apiVersion: batch/v1
kind: CronJob
metadata: { name: backup }
spec:
  schedule: "0 3 * * *"
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: dump, image: "registry.example.org/dump:1" }] } } } }
`,
      "apps/shop/bare.yaml": deployment("bare"),
      "apps/shop/rule.yaml":
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: { name: alerts }\nspec: {}\n",
    },
    {
      scaleTarget: {
        replicas: (name) => (name === "verify" ? 0 : undefined),
        onScale: (name, replicas) => void scaled.push([name, replicas]),
      },
    },
  );
});
afterAll(() => it[Symbol.asyncDispose]());

async function call(path: string, init: RequestInit & { token?: string } = {}) {
  const { token = it.sandbox.token, ...rest } = init;
  const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) };
  const answer = await fetch(`${it.sandbox.url}${path}`, { ...rest, headers });
  const text = await answer.text();
  return {
    status: answer.status,
    body: (text.startsWith("{") ? JSON.parse(text) : { text }) as Record<string, unknown>,
  };
}

const shop = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop";
const mergePatch = { "content-type": "application/merge-patch+json" };

describe("the Kubernetes API", () => {
  test("is closed without the token, except for its health", async () => {
    expect(await call("/api/v1/pods", { token: "wrong" })).toMatchObject({
      status: 401,
      body: { kind: "Status", code: 401, reason: "Unauthorized" },
    });
    expect((await fetch(`${it.sandbox.url}/sandbox/state`)).status).toBe(401);
    expect((await fetch(`${it.sandbox.url}/livez`)).status).toBe(200);
    const config = new KubeConfig();
    config.loadFromString(it.sandbox.kubeconfig().replace(it.sandbox.token, "wrong"));
    await expect(config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace: "shop" })).rejects.toMatchObject(
      { code: 401 },
    );
  });

  test.each([
    ["an object that is not there", "/api/v1/namespaces/shop/pods/none", 404, "NotFound"],
    ["a kind that is not served", "/api/v1/namespaces/shop/potatoes", 404, "NotFound"],
    ["a selector that cannot be parsed", "/api/v1/namespaces/shop/pods?labelSelector=a%20b", 400, "BadRequest"],
    ["a watch", "/api/v1/namespaces/shop/pods?watch=true", 400, "BadRequest"],
  ])("answers %s with a Status", async (_what, path, code, reason) => {
    expect(await call(path)).toMatchObject({ status: code, body: { kind: "Status", status: "Failure", code, reason } });
  });

  test.each([
    ["app=web", 2],
    ["app==web", 2],
    ["app!=web", 2],
    ["app in (web, bare)", 4],
    ["app notin (web)", 2],
    ["app", 4],
    ["!app", 0],
    ["app=web,app in (bare)", 0],
    ["app=web,pod-template-hash", 2],
  ])("lists the pods that %s selects", async (labelSelector, count) => {
    const { items } = await it.core.listNamespacedPod({ namespace: "shop", labelSelector });
    expect(items).toHaveLength(count);
  });

  test("serves every kind the repository holds, page by page if asked", async () => {
    expect((await it.batch.readNamespacedCronJob({ namespace: "shop", name: "backup" })).spec?.schedule).toBe(
      "0 3 * * *",
    );
    expect((await call("/apis/monitoring.coreos.com/v1/namespaces/shop/prometheusrules/alerts")).body["kind"]).toBe(
      "PrometheusRule",
    );
    const page = await call("/apis/apps/v1/namespaces/shop/deployments?limit=1");
    expect(page.body["metadata"]).toMatchObject({ remainingItemCount: 1, continue: "1" });
    const everywhere = await it.apps.listStatefulSetForAllNamespaces();
    expect(everywhere.items.map(({ metadata }) => metadata?.namespace)).toEqual(["data"]);
    const { items } = await it.core.listNamespace();
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(["argocd", "data", "default", "kube-system", "shop"]);
  });

  test("a merge patch of an Application merges, deletes by null and minds the resourceVersion", async () => {
    await it.patch("shop", { metadata: { annotations: { note: "one" } } });
    const { body } = await call(shop, {
      method: "PATCH",
      headers: mergePatch,
      body: '{"metadata":{"annotations":{"note":null}}}',
    });
    expect(JSON.stringify(body["metadata"])).not.toContain("note");
    const stale = await call(shop, {
      method: "PATCH",
      headers: mergePatch,
      body: '{"metadata":{"resourceVersion":"1"}}',
    });
    expect(stale).toMatchObject({ status: 409, body: { reason: "Conflict" } });
  });

  test.each([
    ["another patch type", "application/json-patch+json", "[]", 415],
    ["a body that is not JSON", "application/merge-patch+json", "{", 400],
  ])("refuses %s", async (_what, type, body, status) => {
    expect(await call(shop, { method: "PATCH", headers: { "content-type": type }, body })).toMatchObject({
      status,
      body: { kind: "Status" },
    });
  });

  test("nothing but Applications is written, yet a dry run says what would be refused", async () => {
    const path = "/api/v1/namespaces/shop/configmaps";
    const post = (name: string, query: string) =>
      call(`${path}${query}`, {
        method: "POST",
        body: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } }),
      });
    expect((await post("idea", "")).status).toBe(405);
    expect((await post("idea", "?dryRun=All")).status).toBe(201);
    expect(await post("Idea", "?dryRun=All")).toMatchObject({ status: 422, body: { reason: "Invalid" } });
    expect((await post("settings", "?dryRun=All")).status).toBe(409);
    expect((await call(`${path}/idea`)).status).toBe(404);
  });

  test("the scale of the school's functions goes to the autoscaler, everybody else's is Git's", async () => {
    const place = { namespace: "cortex-school", name: "verify" };
    expect((await it.apps.readNamespacedDeploymentScale(place)).spec?.replicas).toBe(0);
    const options = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
    const body = { spec: { replicas: 1 } };
    expect((await it.apps.patchNamespacedDeploymentScale({ ...place, body }, options)).spec?.replicas).toBe(1);
    expect(scaled).toEqual([["verify", 1]]);
    await expect(it.apps.readNamespacedDeploymentScale({ ...place, name: "none" })).rejects.toMatchObject({
      code: 404,
    });
    const web = { namespace: "shop", name: "web" };
    expect((await it.apps.readNamespacedDeploymentScale(web)).status?.replicas).toBe(2);
    await expect(it.apps.patchNamespacedDeploymentScale({ ...web, body }, options)).rejects.toMatchObject({
      code: 405,
    });
  });

  test("logs come by time and by number of lines", async () => {
    const { items } = await it.core.listNamespacedPod({ namespace: "shop", labelSelector: "app=web" });
    const pod = { namespace: "shop", name: items[0]?.metadata?.name ?? "" };
    const log = await it.core.readNamespacedPodLog({ ...pod, sinceSeconds: 3_600, tailLines: 1 });
    expect(log.trimEnd().split("\n")).toHaveLength(1);
    expect(log).toContain("level=info");
    await expect(it.core.readNamespacedPodLog({ ...pod, container: "none" })).rejects.toMatchObject({ code: 400 });
  });
});

describe("Prometheus", () => {
  const query = async (promql: string, init?: RequestInit) => {
    const path = init === undefined ? `/api/v1/query?query=${encodeURIComponent(promql)}` : "/api/v1/query";
    const answer = await fetch(`${it.sandbox.prometheusUrl}${path}`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test("answers the checks' own queries, by GET and by POST alike", async () => {
    const promql = namespaceErrorRatioQuery("shop", defaultMetricNames);
    const got = await query(promql);
    expect(got).toMatchObject({ status: 200, body: { status: "success", data: { resultType: "vector" } } });
    const posted = await query("", { method: "POST", body: new URLSearchParams({ query: promql }) });
    const results = (answer: typeof got) =>
      (answer.body["data"] as { result: { metric: unknown; value: [number, string] }[] }).result;
    expect(results(got).map(({ metric }) => metric)).toEqual([{ service: "web" }]);
    expect(results(posted)[0]?.value[1]).toBe(results(got)[0]?.value[1]);
    expect(Number(results(got)[0]?.value[1])).toBeLessThan(0.002);
  });

  test("has no data for a workload that no Service exposes", async () => {
    const { body } = await query(seriesQuery({ namespace: "shop", workload: "bare" }, defaultMetricNames));
    expect(body["data"]).toEqual({ resultType: "vector", result: [] });
  });

  test.each([["up"], ["sum(rate(http_requests_total[5m]))"]])("refuses %s", async (promql) => {
    expect(await query(promql)).toMatchObject({ status: 422, body: { status: "error", errorType: "execution" } });
  });
});

describe("the controls", () => {
  test("switch faults on and off over HTTP and show the state", async () => {
    const fault = { kind: "latency", namespace: "shop", workload: "web", when: "changed" };
    const injected = await call("/sandbox/faults", { method: "POST", body: JSON.stringify(fault) });
    expect(injected).toMatchObject({ status: 201, body: { name: "latency:shop/web" } });
    const { body } = await call("/sandbox/state");
    expect(body["faults"]).toEqual([{ name: "latency:shop/web", kind: "latency", when: "changed" }]);
    expect((await call("/sandbox/faults/latency:shop/web", { method: "DELETE" })).status).toBe(204);
    expect((await call("/sandbox/faults/latency:shop/web", { method: "DELETE" })).status).toBe(404);
    expect((await call("/sandbox/faults", { method: "POST", body: '{"kind":"earthquake"}' })).status).toBe(400);
  });
});

test("a second service of the same name in another namespace is another one", async () => {
  await it.deploy("data", { "apps/data/web.yaml": `${deployment("web")}---\n${service("web")}` });
  expect((await it.core.listServiceForAllNamespaces({ fieldSelector: "metadata.name=web" })).items).toHaveLength(2);
});
