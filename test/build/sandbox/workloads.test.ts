import { describe, expect, test } from "vitest";
import { defaultMetricNames, errorRatioQuery, p95Query } from "../../../shared/checks/queries.ts";
import { deployment, networkPolicy, platform, type School, school, service, until } from "./platform.ts";

const web = { namespace: "shop", name: "web" };
const bad = {
  "apps/shop/web.yaml": `${deployment("web", { image: "registry.example.org/app:2.0.0" })}---\n${service("web")}`,
};
const good = { "apps/shop/web.yaml": platform["apps/shop/web.yaml"] ?? "" };

async function podStates(it: School) {
  const { items } = await it.core.listNamespacedPod({ namespace: "shop", labelSelector: "app=web" });
  return items.map(({ status, spec }) => ({
    image: spec?.containers[0]?.image?.split(":")[1],
    reason: status?.containerStatuses?.[0]?.state?.waiting?.reason,
    restarts: status?.containerStatuses?.[0]?.restartCount ?? 0,
    ready: status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false,
  }));
}

async function sample(it: School, query: string): Promise<number | undefined> {
  const answer = await fetch(`${it.sandbox.prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  const value = data.result[0]?.value[1];
  return value === undefined ? undefined : Number(value);
}

const errorRatio = (it: School) =>
  sample(it, errorRatioQuery({ namespace: "shop", workload: "web" }, defaultMetricNames));
const p95 = (it: School) => sample(it, p95Query({ namespace: "shop", workload: "web" }, defaultMetricNames));

describe("rollouts", () => {
  test("a new image makes new pods, and the old ones leave when the new are ready", async () => {
    await using it = await school();
    const before = await it.core.listNamespacedPod({ namespace: "shop" });
    await it.deploy("shop", bad);
    const states = await until(
      () => podStates(it),
      (pods) => pods.length === 2 && pods.every(({ image, ready }) => image === "2.0.0" && ready),
    );
    expect(states).toHaveLength(2);
    const after = await it.core.listNamespacedPod({ namespace: "shop" });
    const names = (list: typeof before) => list.items.map(({ metadata }) => metadata?.name);
    expect(names(after).some((name) => names(before).includes(name))).toBe(false);
    const { metadata, status } = await until(
      () => it.apps.readNamespacedDeployment(web),
      (now) => now.status?.updatedReplicas === 2 && now.status.replicas === 2,
    );
    expect(metadata?.generation).toBe(2);
    expect(status).toMatchObject({ observedGeneration: 2, readyReplicas: 2, availableReplicas: 2 });
    expect(status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      "Available MinimumReplicasAvailable",
      "Progressing NewReplicaSetAvailable",
    ]);
    const sets = await it.apps.listNamespacedReplicaSet({ namespace: "shop" });
    expect(sets.items.map(({ metadata: { name } = {} }) => name)).toEqual([
      after.items[0]?.metadata?.ownerReferences?.[0]?.name,
    ]);
  });

  test("a StatefulSet replaces its pods under their old names", async () => {
    await using it = await school();
    const file = (platform["apps/data/store.yaml"] ?? "").replace("db:5", "db:6");
    await it.deploy("data", { "apps/data/store.yaml": file });
    const pods = await until(
      () => it.core.listNamespacedPod({ namespace: "data" }),
      ({ items }) =>
        items.length === 2 && items.every(({ spec }) => spec?.containers[0]?.image?.endsWith("db:6") === true),
    );
    expect(pods.items.map(({ metadata }) => metadata?.name)).toEqual(["store-0", "store-1"]);
  });

  test("Services name the ready pods as their endpoints", async () => {
    await using it = await school();
    const { subsets } = await it.core.readNamespacedEndpoints(web);
    expect(subsets?.[0]?.addresses).toHaveLength(2);
    expect(subsets?.[0]?.ports).toEqual([{ port: 8080, protocol: "TCP" }]);
  });

  test("an empty rollout past its deadline degrades the Application", async () => {
    await using it = await school();
    it.sandbox.inject({ kind: "image-pull", namespace: "shop", workload: "web" });
    const manifest = deployment("web", { image: "registry.example.org/app:9" });
    await it.deploy("shop", {
      "apps/shop/web.yaml": manifest.replace("replicas: 2", "replicas: 2\n  progressDeadlineSeconds: 1"),
    });
    const shop = await until(
      () => it.application("shop"),
      ({ status }) => status?.health?.status === "Degraded",
    );
    expect(shop.status?.sync?.status).toBe("Synced");
    const { status } = await it.apps.readNamespacedDeployment(web);
    expect(status).toMatchObject({ readyReplicas: 2 });
    expect((await podStates(it)).map(({ reason }) => reason)).toContain("ImagePullBackOff");
  });
});

describe("namespace limits", () => {
  const range = `apiVersion: v1
kind: LimitRange
metadata: { name: bounds }
spec:
  limits:
    - type: Container
      max: { memory: 1Gi }
      maxLimitRequestRatio: { memory: 2 }
`;

  test.each([
    [
      "a limit over the maximum",
      "{ requests: { memory: 1Gi }, limits: { memory: 2Gi } }",
      "maximum memory usage per Container is 1Gi, but limit is 2Gi",
    ],
    [
      "a ratio over the maximum",
      "{ requests: { memory: 128Mi }, limits: { memory: 512Mi } }",
      "memory max limit to request ratio per Container is 2, but provided ratio is 4.000000",
    ],
    [
      "no limit at all",
      "{ requests: { cpu: 100m } }",
      "maximum memory usage per Container is 1Gi. No limit is specified",
    ],
  ])("pods with %s are not created, and the old ones stay", async (_what, resources, message) => {
    await using it = await school();
    await it.deploy("shop", { "apps/shop/range.yaml": range, "apps/shop/web.yaml": deployment("web", { resources }) });
    const events = await until(
      () => it.core.listNamespacedEvent({ namespace: "shop", fieldSelector: "reason=FailedCreate" }),
      ({ items }) => items.length > 0,
    );
    expect(events.items[0]).toMatchObject({ type: "Warning", involvedObject: { kind: "ReplicaSet" } });
    expect(events.items[0]?.message).toContain(message);
    const { status } = await it.apps.readNamespacedDeployment(web);
    expect(status?.conditions?.find(({ type }) => type === "ReplicaFailure")?.reason).toBe("FailedCreate");
    expect(status?.updatedReplicas ?? 0).toBe(0);
    expect(status?.readyReplicas).toBe(2);
  });

  test("a quota stops the pod that would exceed it, and only that", async () => {
    await using it = await school();
    const quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: pods }\nspec: { hard: { pods: 3 } }\n";
    await it.deploy("shop", {
      "apps/shop/quota.yaml": quota,
      "apps/shop/web.yaml": deployment("web", { replicas: 5 }),
    });
    const events = await until(
      () => it.core.listNamespacedEvent({ namespace: "shop", fieldSelector: "reason=FailedCreate" }),
      ({ items }) => items.length > 0,
    );
    expect(events.items[0]?.message).toContain(
      "exceeded quota: pods, requested: pods=1, used: pods=3, limited: pods=3",
    );
    expect(await podStates(it)).toHaveLength(3);
  });

  test("defaults of a LimitRange fill in what a container leaves out", async () => {
    const defaults = range.replace(
      "max: { memory: 1Gi }",
      "default: { memory: 256Mi }\n      defaultRequest: { memory: 128Mi }",
    );
    await using it = await school({ ...platform, "apps/shop/range.yaml": defaults });
    const { items } = await it.core.listNamespacedPod({ namespace: "shop" });
    expect(items[0]?.spec?.containers[0]?.resources).toEqual({
      requests: { memory: "128Mi" },
      limits: { memory: "256Mi" },
    });
  });
});

describe("faults", () => {
  test("a crash loop while changed: new pods crash with rising restarts, the revert makes all well", async () => {
    await using it = await school();
    it.sandbox.inject({ kind: "crash-loop", namespace: "shop", workload: "web", when: "changed" });
    expect(it.sandbox.state().workloads.flatMap(({ faults }) => faults)).toEqual([]);

    await it.deploy("shop", bad);
    const broken = await until(
      () => podStates(it),
      (pods) => pods.some(({ reason, restarts }) => reason === "CrashLoopBackOff" && restarts >= 2),
    );
    expect(broken.filter(({ ready }) => ready).every(({ image }) => image === "1.0.0")).toBe(true);
    await until(
      () => it.application("shop"),
      ({ status }) => status?.health?.status === "Progressing",
    );
    const warnings = await it.core.listNamespacedEvent({ namespace: "shop", fieldSelector: "type=Warning" });
    expect(warnings.items.map(({ reason }) => reason)).toContain("BackOff");

    await it.deploy("shop", good);
    const well = await until(
      () => podStates(it),
      (pods) => pods.length === 2 && pods.every(({ ready }) => ready),
    );
    expect(well.every(({ image }) => image === "1.0.0")).toBe(true);
    expect(it.sandbox.state().workloads.flatMap(({ faults }) => faults)).toEqual([]);
  });

  test("an added NetworkPolicy is a change for the pods it selects, and for no others", async () => {
    await using it = await school({
      ...platform,
      "apps/shop/other.yaml": `${deployment("other")}---\n${service("other")}`,
    });
    it.sandbox.inject({ kind: "error-rate", namespace: "shop", workload: "web", when: "changed", ratio: 0.3 });
    await it.deploy("shop", { "apps/shop/policy.yaml": networkPolicy("deny-other", "other") });
    expect(await errorRatio(it)).toBeLessThan(0.01);
    await it.deploy("shop", { "apps/shop/second.yaml": networkPolicy("deny-web", "web") });
    expect(await errorRatio(it)).toBeGreaterThan(0.29);
    await it.deploy("shop", {}, ["apps/shop/second.yaml"]);
    expect(await errorRatio(it)).toBeLessThan(0.01);
  });

  test("latency, lack of traffic and panics show where they would, and clearing ends them", async () => {
    await using it = await school();
    const usual = await p95(it);
    expect(usual).toBeGreaterThan(0.04);
    expect(usual).toBeLessThan(0.21);
    const { name } = it.sandbox.inject({ kind: "latency", namespace: "shop", workload: "web", milliseconds: 1_500 });
    expect(await p95(it)).toBe(1.5);
    expect(it.sandbox.clear(name)).toBe(true);
    expect(it.sandbox.clear(name)).toBe(false);
    expect(await p95(it)).toBe(usual);

    it.sandbox.inject({ kind: "no-traffic", namespace: "shop" });
    expect(await errorRatio(it)).toBeNaN();
    it.sandbox.inject({ kind: "log-panic", namespace: "shop" });
    const { items } = await it.core.listNamespacedPod({ namespace: "shop" });
    const log = await it.core.readNamespacedPodLog({
      namespace: "shop",
      name: items[0]?.metadata?.name ?? "",
      sinceSeconds: 60,
    });
    expect(log).toContain("panic: ");
  });

  test("pods that are slow to start are not ready until the cause is gone", async () => {
    await using it = await school();
    const { name } = it.sandbox.inject({
      kind: "slow-start",
      namespace: "shop",
      workload: "web",
      milliseconds: 3_600_000,
    });
    await it.deploy("shop", bad);
    const waiting = await until(
      () => podStates(it),
      (pods) => pods.some(({ image, reason }) => image === "2.0.0" && reason === undefined),
    );
    expect(waiting.some(({ image, ready }) => image === "2.0.0" && ready)).toBe(false);
    it.sandbox.clear(name);
    await until(
      () => podStates(it),
      (pods) => pods.length === 2 && pods.every(({ image, ready }) => image === "2.0.0" && ready),
    );
  });
});
