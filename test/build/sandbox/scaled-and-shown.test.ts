/** What the intents of event-driven scaling and dashboards write runs in the stand-in: applied, healthy, looked at by the checks. */
import { CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { metricsQuery } from "../../../shared/checks/queries.ts";
import { addDashboard } from "../../../shared/intents/monitoring/add-dashboard.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { addScaledObject } from "../../../shared/intents/workloads/add-scaled-object.ts";
import { galleryTexts } from "../../shared/intents/gallery.ts";
import { platformOf } from "../../support/platform.ts";
import { application, type School, school, until } from "./platform.ts";

const texts = {
  ...galleryTexts,
  "argocd/shop.yaml": application("shop", "apps/shop"),
  "argocd/jobs.yaml": application("jobs", "apps/jobs"),
  "argocd/monitoring.yaml": application("monitoring", "apps/monitoring"),
};
const platform = platformOf(texts);
let it: School;
let objects: CustomObjectsApi;
beforeAll(async () => {
  it = await school(texts);
  const config = new KubeConfig();
  config.loadFromString(it.sandbox.kubeconfig());
  objects = config.makeApiClient(CustomObjectsApi);
});
afterAll(() => it[Symbol.asyncDispose]());

/** Commits the best candidate and waits until its Application is synced and healthy. */
async function carryOut(
  { candidates }: Pick<typeof addScaledObject | typeof addDashboard, "candidates">,
  namespace: string,
) {
  const candidate = candidates(platform).find((one) => one.namespace === namespace);
  if (candidate === undefined) throw new Error("no candidate");
  const rendered = renderChangeSet(candidate.intent, platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  await it.deploy(
    rendered.changeSet.application,
    Object.fromEntries(rendered.changeSet.files.map(({ path, after }) => [path, after ?? ""])),
  );
  const found = await until(
    () => it.application(rendered.changeSet.application),
    ({ status }) => status?.health?.status === "Healthy",
  );
  expect(found.status?.sync?.status).toBe("Synced");
}

test("a worker follows its queue: the ScaledObject is ready, and the replicas are nobody's in Git", async () => {
  await carryOut(addScaledObject, "jobs");
  const place = { group: "keda.sh", version: "v1alpha1", namespace: "jobs", plural: "scaledobjects" };
  const scaler = await until(
    async () =>
      (await objects.getNamespacedCustomObject({ ...place, name: "mailer" })) as {
        status?: { conditions?: { type: string; status: string }[] };
      },
    ({ status }) => status?.conditions?.some(({ type, status: held }) => type === "Ready" && held === "True") === true,
  );
  expect(scaler.status?.conditions?.length).toBeGreaterThan(0);
  expect((await it.apps.readNamespacedDeployment({ namespace: "jobs", name: "mailer" })).status?.readyReplicas).toBe(1);
});

test("a dashboard is there, and Prometheus answers which of its metrics there are", async () => {
  await carryOut(addDashboard, "shop");
  const { data } = await it.core.readNamespacedConfigMap({ namespace: "shop", name: "shop-dashboard" });
  expect(JSON.parse(data?.["shop-overview.json"] ?? "")).toMatchObject({ title: "Namespace shop" });
  const query = new URLSearchParams({ query: metricsQuery(["up", "http_requests_total"]) });
  const response = await fetch(`${it.sandbox.prometheusUrl}/api/v1/query?${query.toString()}`);
  const answer = (await response.json()) as { data: { result: { metric: Record<string, string> }[] } };
  expect(answer.data.result.map(({ metric }) => metric["__name__"])).toEqual(["up", "http_requests_total"]);
});
