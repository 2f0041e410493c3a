/** Faults of what a workload needs, of the namespace, and of the servers themselves, as the real clients meet them. */
import { expect, test } from "vitest";
import { defaultMetricNames, errorRatioQuery } from "../../../shared/checks/queries.ts";
import { deployment, platform, type School, school, service, until } from "./platform.ts";

const web = { namespace: "shop", name: "web" };
const target = { namespace: "shop", workload: "web" };
const bad = {
  "apps/shop/web.yaml": `${deployment("web", { image: "registry.example.org/app:2.0.0" })}---\n${service("web")}`,
};
const good = { "apps/shop/web.yaml": platform["apps/shop/web.yaml"] ?? "" };
const needy = { ...platform, "apps/shop/stock.yaml": `${deployment("stock")}---\n${service("stock")}` };

async function readyOf(it: School, app: string): Promise<boolean[]> {
  const { items } = await it.core.listNamespacedPod({ namespace: "shop", labelSelector: `app=${app}` });
  return items.map(({ status }) => status?.conditions?.find(({ type }) => type === "Ready")?.status === "True");
}

async function endpoints(it: School, name: string): Promise<number> {
  const { subsets } = await it.core.readNamespacedEndpoints({ namespace: "shop", name });
  return (subsets ?? []).reduce((sum, { addresses }) => sum + (addresses?.length ?? 0), 0);
}

async function log(it: School): Promise<string> {
  const { items } = await it.core.listNamespacedPod({ namespace: "shop", labelSelector: "app=web" });
  return it.core.readNamespacedPodLog({ namespace: "shop", name: items[0]?.metadata?.name ?? "", sinceSeconds: 60 });
}

test("a missing dependency: its Service has no endpoints, who needs it says so and is not ready, until it is taken back", async () => {
  await using it = await school(needy);
  it.sandbox.inject({ kind: "missing-dependency", ...target, when: "changed", dependency: "stock" });
  expect(await endpoints(it, "stock")).toBe(2);
  expect(await log(it)).not.toContain("connection refused");

  await it.deploy("shop", bad);
  await until(
    () => endpoints(it, "stock"),
    (addresses) => addresses === 0,
  );
  await until(
    () => readyOf(it, "web"),
    (ready) => !ready.includes(true),
  );
  expect(await log(it)).toContain('level=error msg="dial stock.shop.svc.cluster.local: connect: connection refused"');
  const { items } = await it.core.listNamespacedEvent({ namespace: "shop", fieldSelector: "type=Warning" });
  expect(items.map(({ reason }) => reason)).toContain("Unhealthy");

  await it.deploy("shop", good);
  await until(
    async () => [...(await readyOf(it, "web")), ...(await readyOf(it, "stock"))],
    (ready) => ready.length === 4 && !ready.includes(false),
  );
  expect(await endpoints(it, "stock")).toBe(2);
});

test("a dependency outside of the cluster takes no Service down with it", async () => {
  await using it = await school(needy);
  it.sandbox.inject({ kind: "missing-dependency", ...target });
  await until(
    () => readyOf(it, "web"),
    (ready) => !ready.includes(true),
  );
  expect(await log(it)).toContain("dial upstream.example.com");
  expect(await endpoints(it, "stock")).toBe(2);
});

test("a quota refuses the pods of the next rollout: FailedCreate, ReplicaFailure, the old pods stay; without it, it goes on", async () => {
  await using it = await school();
  const { name } = it.sandbox.inject({ kind: "quota-refusal", namespace: "shop" });
  const quotas = await it.core.listNamespacedResourceQuota({ namespace: "shop" });
  expect(quotas.items.map(({ spec }) => spec?.hard)).toEqual([{ pods: "2" }]);
  await it.deploy("shop", bad);
  const failed = await until(
    () => it.apps.readNamespacedDeployment(web),
    ({ status }) => status?.conditions?.some(({ type }) => type === "ReplicaFailure") ?? false,
  );
  expect(failed.status?.conditions?.find(({ type }) => type === "ReplicaFailure")).toMatchObject({
    reason: "FailedCreate",
    message: expect.stringMatching(/forbidden: exceeded quota: .*requested: pods=1, used: pods=2, limited: pods=2$/),
  });
  expect(failed.status).toMatchObject({ readyReplicas: 2 });
  expect(failed.status?.updatedReplicas).toBeUndefined();
  const { items } = await it.core.listNamespacedEvent({ namespace: "shop", fieldSelector: "type=Warning" });
  expect(items.map(({ reason }) => reason)).toContain("FailedCreate");

  expect(it.sandbox.clear(name)).toBe(true);
  await until(
    () => it.apps.readNamespacedDeployment(web),
    ({ status }) => status?.updatedReplicas === 2 && status.replicas === 2,
  );
  expect((await it.core.listNamespacedResourceQuota({ namespace: "shop" })).items).toEqual([]);
});

test("a fault since the change stays when the change is taken back", async () => {
  await using it = await school();
  const ratio = async () => {
    const query = errorRatioQuery({ namespace: "shop", workload: "web" }, defaultMetricNames);
    const answer = await fetch(`${it.sandbox.prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1]);
  };
  it.sandbox.inject({ kind: "error-rate", ...target, when: "since-change", ratio: 0.4 });
  expect(await ratio()).toBeLessThan(0.01);
  await it.deploy("shop", bad);
  await until(ratio, (now) => now > 0.39);
  await it.deploy("shop", good);
  expect(await ratio()).toBeGreaterThan(0.39);
  it.sandbox.clear();
  expect(await ratio()).toBeLessThan(0.01);
});

test("calls to the API fail in every way a client meets, and those to the controls never do", async () => {
  await using it = await school();
  it.sandbox.inject({ kind: "api-errors", ratio: 1 });
  const headers = { authorization: `Bearer ${it.sandbox.token}` };
  const met = new Map<string, string | null>();
  for (let call = 0; call < 4; call += 1) {
    const answer = await fetch(`${it.sandbox.url}/api/v1/namespaces/shop/pods`, { headers }).catch(() => undefined);
    met.set(String(answer?.status ?? "reset"), answer?.headers.get("retry-after") ?? null);
    await answer?.body?.cancel();
  }
  expect(Object.fromEntries(met)).toEqual({ 429: "1", 500: null, 503: null, reset: null });
  const state = await fetch(`${it.sandbox.url}/sandbox/state`, { headers });
  expect(state.status).toBe(200);
  expect((await fetch(`${it.sandbox.url}/sandbox/faults`, { method: "DELETE", headers })).status).toBe(204);
  expect((await fetch(`${it.sandbox.url}/api/v1/namespaces/shop/pods`, { headers })).status).toBe(200);
});

test("a share of the calls fails, the others are answered", async () => {
  await using it = await school();
  it.sandbox.inject({ kind: "api-errors", ratio: 0.3 });
  const headers = { authorization: `Bearer ${it.sandbox.token}` };
  let good = 0;
  for (let call = 0; call < 100; call += 1) {
    const answer = await fetch(`${it.sandbox.url}/api/v1/namespaces/shop/pods`, { headers }).catch(() => undefined);
    if (answer?.status === 200) good += 1;
    await answer?.body?.cancel();
  }
  expect(good).toBeGreaterThan(55);
  expect(good).toBeLessThan(85);
});

test("stale reads answer as it was: what was created is not there yet, what was removed still is", async () => {
  await using it = await school();
  const policies = async () => {
    const { items } = await it.networking.listNamespacedNetworkPolicy({ namespace: "shop" });
    return items.map(({ metadata }) => metadata?.name);
  };
  const settings = async () => {
    const { items } = await it.core.listNamespacedConfigMap({ namespace: "shop" });
    return items.map(({ metadata }) => metadata?.name);
  };
  const policy = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: deny }\nspec: { podSelector: {} }\n`;
  const before = (await it.application("shop")).status?.sync?.revision;
  const commit = await it.deploy("shop", { "apps/shop/policy.yaml": policy }, ["apps/shop/settings.yaml"]);
  expect([await policies(), await settings()]).toEqual([["deny"], []]);

  const { name } = it.sandbox.inject({ kind: "api-stale", milliseconds: 60_000 });
  expect([await policies(), await settings()]).toEqual([[], []]);
  it.sandbox.clear(name);
  expect([await policies(), await settings()]).toEqual([["deny"], []]);
  expect((await it.application("shop")).status?.sync?.revision).toBe(commit);
  expect(before).not.toBe(commit);
});

test("without Prometheus its port refuses, or a page in its place says 503; afterwards it is where it was", async () => {
  await using it = await school();
  const ask = async () => {
    const answer = await fetch(`${it.sandbox.prometheusUrl}/-/ready`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? "refused";
  };
  expect(await ask()).toBe(200);
  it.sandbox.inject({ kind: "prometheus-away" });
  await until(ask, (answer) => answer === "refused");
  it.sandbox.inject({ kind: "prometheus-away", answer: "503" });
  await until(ask, (answer) => answer === 503);
  it.sandbox.clear();
  await until(ask, (answer) => answer === 200);
});

test.each([
  [{ kind: "api-stale", namespace: "shop" }, /takes no namespace/],
  [{ kind: "crash-loop" }, /needs a namespace/],
  [{ kind: "quota-refusal", namespace: "shop", workload: "web" }, /takes no workload/],
  [{ kind: "api-errors", when: "changed" }, /takes no when/],
  [{ kind: "latency", namespace: "shop", ratio: 0.5 }, /takes no ratio/],
  [{ kind: "missing-dependency", namespace: "shop", dependency: "nobody" }, /no Service nobody in shop/],
  [{ kind: "meteorite", namespace: "shop" }, /Invalid option/],
] as const)("%j is refused over HTTP", async (fault, why) => {
  await using it = await school();
  const answer = await fetch(`${it.sandbox.url}/sandbox/faults`, {
    method: "POST",
    headers: { authorization: `Bearer ${it.sandbox.token}` },
    body: JSON.stringify(fault),
  });
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { message: string }).message).toMatch(why);
  expect(it.sandbox.state().faults).toEqual([]);
});
