import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeRoom } from "../../../functions/validate/node-room.ts";
import { argoCd } from "../../../shared/adapters/argocd.ts";
import { clusterReader } from "../../../shared/adapters/cluster-reader.ts";
import type { ClusterSettings } from "../../../shared/adapters/kube-config.ts";
import { prometheus } from "../../../shared/adapters/prometheus.ts";
import { decideLive } from "../../../shared/argocd/live.ts";
import { defaultMetricNames, errorRatioQuery } from "../../../shared/checks/queries.ts";
import { networkPolicy, type School, school } from "./platform.ts";

let it: School;
let folder: string;
let settings: ClusterSettings;
beforeAll(async () => {
  it = await school();
  folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  const file = join(folder, "config");
  await writeFile(file, it.sandbox.kubeconfig());
  settings = { KUBECONFIG: file, ARGOCD_NAMESPACE: "argocd", KUBE_TIMEOUT_MS: 15_000 };
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test("the school's own eyes see a commit become live", async () => {
  const cluster = argoCd(settings);
  const commit = await it.remote.push({ "apps/shop/policy.yaml": networkPolicy("deny", "web") });
  const objects = [
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", namespace: "shop", name: "deny", effect: "create" },
  ] as const;
  const ask = async () => {
    const application = await cluster.application("shop");
    return decideLive({ application, commit, objects }, async (ancestor, descendant) => ancestor === descendant);
  };
  expect(await ask()).toMatchObject({ kind: "wait", refresh: true });
  await cluster.refresh("shop");
  let answer = await ask();
  while (answer.kind === "wait") answer = await ask();
  expect(answer).toEqual({ kind: "live", revision: commit, coalesced: false, drift: false });
});

test("the school's own eyes see workloads, pods, logs and metrics", async () => {
  const cluster = clusterReader(settings);
  const web = await cluster.workload("Deployment", "shop", "web");
  expect(web).toMatchObject({ desired: 2, updated: 2, ready: 2, available: 2, selector: { app: "web" } });
  const pods = await cluster.pods("shop", web?.selector ?? {});
  expect(pods.map(({ phase, ready, restarts }) => `${phase} ${ready} ${restarts}`)).toEqual([
    "Running true 0",
    "Running true 0",
  ]);
  expect(await cluster.logs("shop", pods[0]?.name ?? "", 60)).not.toEqual([]);
  expect(await cluster.events("shop")).toEqual([]);
  const metrics = prometheus({
    PROMETHEUS_URL: it.sandbox.prometheusUrl,
    PROMETHEUS_TIMEOUT_MS: 10_000,
    METRICS_WORKLOAD_LABEL: "service",
    METRICS_STATUS_LABEL: "status",
    METRICS_RATE_WINDOW: "2m",
  });
  const samples = await metrics.query(errorRatioQuery({ namespace: "shop", workload: "web" }, defaultMetricNames));
  expect(samples).toHaveLength(1);
  expect(samples[0]?.value).toBeLessThan(0.002);
});

test("the school's own eyes see what the node has left", async () => {
  const metrics = prometheus({
    PROMETHEUS_URL: it.sandbox.prometheusUrl,
    PROMETHEUS_TIMEOUT_MS: 10_000,
    METRICS_WORKLOAD_LABEL: "service",
    METRICS_STATUS_LABEL: "status",
    METRICS_RATE_WINDOW: "2m",
  });
  const pods = (cpu: number) => [{ name: "Deployment shop/new", count: 2, cpu, memory: 2 ** 30 }];
  expect(await nodeRoom(pods(1), metrics)).toMatchObject({ verdict: "fits" });
  expect(await nodeRoom(pods(12), metrics)).toMatchObject({
    verdict: "over",
    because: expect.stringContaining("no node has room for pod 2 of 2"),
  });
});
