import { describe, expect, test } from "vitest";
import { application, conditionTypes, deployment, networkPolicy, platform, school, until } from "./platform.ts";

describe("Argo CD's behaviour", () => {
  test("at start the cluster holds what the repository holds, synced, healthy and ready", async () => {
    await using it = await school();
    const head = await it.remote.tip();
    const shop = await it.application("shop");
    expect(shop.status?.sync).toMatchObject({ status: "Synced", revision: head });
    expect(shop.status?.health?.status).toBe("Healthy");
    expect(shop.status?.operationState).toMatchObject({ phase: "Succeeded", syncResult: { revision: head } });
    expect(shop.status?.resources).toEqual([
      { version: "v1", kind: "ConfigMap", namespace: "shop", name: "settings", status: "Synced" },
      { version: "v1", kind: "Service", namespace: "shop", name: "web", status: "Synced" },
      { group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "web", status: "Synced" },
    ]);
    const web = await it.apps.readNamespacedDeployment({ namespace: "shop", name: "web" });
    expect(web.status).toMatchObject({ replicas: 2, readyReplicas: 2, updatedReplicas: 2, observedGeneration: 1 });
  });

  test("a refresh compares with a new commit, syncs it and takes the annotation away", async () => {
    await using it = await school();
    const commit = await it.deploy("shop", { "apps/shop/policy.yaml": networkPolicy("deny", "web") });
    const shop = await it.application("shop");
    expect(shop.metadata.annotations ?? {}).not.toHaveProperty("argocd.argoproj.io/refresh");
    expect(shop.operation).toBeUndefined();
    expect(shop.status?.operationState).toMatchObject({ phase: "Succeeded", syncResult: { revision: commit } });
    expect(Date.parse(shop.status?.reconciledAt ?? "")).toBeGreaterThanOrEqual(
      Date.parse(shop.status?.operationState?.finishedAt ?? ""),
    );
    const policies = await it.networking.listNamespacedNetworkPolicy({ namespace: "shop" });
    expect(policies.items.map(({ metadata }) => metadata?.name)).toEqual(["deny"]);
  });

  test("an Application the commit does not touch compares with it but keeps the revision it applied", async () => {
    await using it = await school();
    const before = await it.remote.tip();
    const commit = await it.deploy("shop", { "apps/shop/web.yaml": deployment("web", { replicas: 3 }) });
    await it.refresh("data");
    const data = await until(
      () => it.application("data"),
      ({ status }) => status?.sync?.revision === commit,
    );
    expect(data.status?.operationState?.syncResult?.revision).toBe(before);
  });

  test("without a refresh Git is polled", async () => {
    await using it = await school(platform, { pollMs: 10 });
    const commit = await it.remote.push({ "apps/shop/policy.yaml": networkPolicy("deny", "web") });
    const shop = await until(
      () => it.application("shop"),
      ({ status }) => status?.operationState?.syncResult?.revision === commit,
    );
    expect(shop.status?.sync?.revision).toBe(commit);
  });

  test("several commits between two looks become one sync of the newest", async () => {
    await using it = await school();
    const skipped = await it.remote.push({ "apps/shop/a.yaml": networkPolicy("a", "web") });
    const commit = await it.deploy("shop", { "apps/shop/b.yaml": networkPolicy("b", "web") });
    const history = ((await it.application("shop")).status as { history?: { revision: string }[] }).history ?? [];
    const revisions = history.map(({ revision }) => revision);
    expect(revisions).not.toContain(skipped);
    expect(revisions.at(-1)).toBe(commit);
    const policies = await it.networking.listNamespacedNetworkPolicy({ namespace: "shop" });
    expect(policies.items.map(({ metadata }) => metadata?.name)).toEqual(["a", "b"]);
  });

  test("what leaves Git is pruned, with its pods", async () => {
    await using it = await school();
    await it.deploy("shop", {}, ["apps/shop/web.yaml"]);
    const pods = await until(
      () => it.core.listNamespacedPod({ namespace: "shop" }),
      ({ items }) => items.length === 0,
    );
    expect(pods.items).toEqual([]);
    await expect(it.apps.readNamespacedDeployment({ namespace: "shop", name: "web" })).rejects.toMatchObject({
      code: 404,
    });
  });

  test("a pruned Namespace takes everything in it along", async () => {
    const file = "apiVersion: v1\nkind: Namespace\nmetadata: { name: lab }\n";
    const map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: notes, namespace: lab }\n";
    await using it = await school({ ...platform, "apps/shop/lab.yaml": file, "apps/data/notes.yaml": map });
    await it.deploy("shop", {}, ["apps/shop/lab.yaml"]);
    await expect(it.core.readNamespacedConfigMap({ namespace: "lab", name: "notes" })).rejects.toMatchObject({
      code: 404,
    });
  });

  test("without prune the object stays and the Application is out of sync", async () => {
    await using it = await school({
      ...platform,
      "argocd/shop.yaml": application("shop", "apps/shop", "", "selfHeal: true"),
    });
    const commit = await it.remote.push({}, { remove: ["apps/shop/web.yaml"] });
    await it.refresh("shop");
    const shop = await until(
      () => it.application("shop"),
      ({ status }) => status?.sync?.revision === commit,
    );
    expect(shop.status?.sync?.status).toBe("OutOfSync");
    expect(shop.status?.resources).toContainEqual(expect.objectContaining({ kind: "Service", requiresPruning: true }));
  });

  test("auto-sync refuses to wipe out all resources; an explicit operation does it", async () => {
    await using it = await school();
    const commit = await it.remote.push(
      { "apps/shop/README.md": "nothing left" },
      { remove: ["apps/shop/web.yaml", "apps/shop/settings.yaml"] },
    );
    await it.refresh("shop");
    const refused = await until(
      () => it.application("shop"),
      (shop) => conditionTypes(shop).includes("SyncError"),
    );
    expect(refused.status?.conditions?.[0]?.message).toContain("auto-sync will wipe out all resources");
    expect(refused.status?.resources).toHaveLength(3);

    await it.patch("shop", {
      operation: { initiatedBy: { username: "school" }, sync: { revision: commit, prune: true } },
    });
    const emptied = await until(
      () => it.application("shop"),
      ({ status }) => status?.sync?.status === "Synced",
    );
    expect(emptied.status?.resources).toEqual([]);
    expect(emptied.status?.operationState).toMatchObject({ phase: "Succeeded", syncResult: { revision: commit } });
  });

  test("broken YAML is a ComparisonError that changes nothing, and the next commit repairs it", async () => {
    await using it = await school();
    await it.remote.push({ "apps/shop/bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x\n" });
    await it.refresh("shop");
    const broken = await until(
      () => it.application("shop"),
      (shop) => conditionTypes(shop).includes("ComparisonError"),
    );
    expect(broken.status?.sync).toMatchObject({ status: "Unknown" });
    expect(broken.status?.conditions?.[0]?.message).toContain('Failed to unmarshal "bad.yaml"');
    expect((await it.core.listNamespacedPod({ namespace: "shop" })).items).toHaveLength(2);

    await it.remote.push({}, { remove: ["apps/shop/bad.yaml"] });
    await it.refresh("shop");
    const repaired = await until(
      () => it.application("shop"),
      ({ status }) => status?.sync?.status === "Synced",
    );
    expect(conditionTypes(repaired)).toEqual([]);
  });

  test.each([
    ["a bad name", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: 'idea:-one' }\n", "RFC 1123"],
    [
      "a missing required field",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\nspec: { replicas: 1 }\n",
      "selector",
    ],
    ["a kind that does not exist", "apiVersion: apps/v1\nkind: Deploiment\nmetadata: { name: x }\n", "not valid"],
    [
      "a namespace that does not exist",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: nowhere }\n",
      'namespaces "nowhere" not found',
    ],
    ["an immutable selector", deployment("web").replaceAll("app: web }", "app: other }"), "immutable"],
  ])("the API server refuses %s: the operation fails and the rest is not applied", async (_what, manifest, message) => {
    await using it = await school({
      ...platform,
      "argocd/shop.yaml": application("shop", "apps/shop").replace("automated:", "retry: { limit: 0 }, automated:"),
    });
    const path = message === "immutable" ? "apps/shop/web.yaml" : "apps/shop/new.yaml";
    await it.remote.push({ [path]: manifest, "apps/shop/settings.yaml": "" });
    await it.refresh("shop");
    const failed = await until(
      () => it.application("shop"),
      ({ status }) => status?.operationState?.phase === "Failed",
    );
    expect(failed.status?.operationState?.message).toContain(message);
    await it.core.readNamespacedConfigMap({ namespace: "shop", name: "settings" });
    const noted = await until(
      () => it.application("shop"),
      (shop) => conditionTypes(shop).includes("SyncError"),
    );
    expect(noted.status?.conditions?.[0]?.message).toContain("Failed last sync attempt");
  });

  test("a failing sync is retried on its old revision until it is terminated; then the repair is applied", async () => {
    await using it = await school(platform, {
      pace: { podStartMs: 20, crashBackoffMs: 10, compareMs: 2, syncMs: 5, retryMs: 3_600_000, selfHealMs: 5 },
    });
    const bad = await it.remote.push({
      "apps/shop/new.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: A }\n",
    });
    await it.refresh("shop");
    await until(
      () => it.application("shop"),
      ({ status }) => status?.operationState?.message?.includes("Retrying attempt #1") === true,
    );
    const repair = await it.remote.push({}, { remove: ["apps/shop/new.yaml"] });
    await it.refresh("shop");
    const stuck = await until(
      () => it.application("shop"),
      ({ status }) => status?.sync?.revision === repair,
    );
    expect(stuck.status?.operationState).toMatchObject({ phase: "Running", syncResult: { revision: bad } });

    await it.patch("shop", { status: { operationState: { phase: "Terminating" } } });
    const ended = await until(
      () => it.application("shop"),
      ({ operation }) => operation === undefined,
    );
    expect(ended.status?.operationState).toMatchObject({ phase: "Failed", message: "Operation terminated" });
  });

  test("drift is healed", async () => {
    await using it = await school({ ...platform, "root.yaml": application("root", "argocd") });
    await it.patch("shop", { spec: { source: { path: "apps/data" } } });
    const healed = await until(
      () => it.application("shop"),
      ({ spec, status }) =>
        spec.source?.path === "apps/shop" && status?.sync?.status === "Synced" && status.health?.status === "Healthy",
    );
    expect(healed.status?.resources?.map(({ kind }) => kind)).toEqual(["ConfigMap", "Service", "Deployment"]);
  });

  test("an app of apps brings new Applications along and takes old ones away", async () => {
    await using it = await school({ ...platform, "root.yaml": application("root", "argocd") });
    await it.remote.push(
      { "argocd/more.yaml": application("more", "apps/more"), "apps/more/web.yaml": deployment("extra") },
      { remove: ["argocd/data.yaml"] },
    );
    await it.refresh("root");
    await until(
      async () => it.sandbox.state().applications.map(({ name, sync }) => `${name} ${sync}`),
      (names) => names.join() === "more Synced,root Synced,shop Synced",
    );
    const more = await it.apps.readNamespacedDeployment({ namespace: "more", name: "extra" });
    expect(more.metadata?.annotations?.["argocd.argoproj.io/tracking-id"]).toBe("more:apps/Deployment:more/extra");
  });

  test("what cannot be read is said, not guessed", async () => {
    await using it = await school({
      ...platform,
      "argocd/chart.yaml": application("chart", "apps/chart"),
      "apps/chart/Chart.yaml": "name: chart\n",
      "argocd/other.yaml": application("other", "x").replace("git.example.org", "elsewhere.example.org"),
      "argocd/gone.yaml": application("gone", "apps/gone"),
      "argocd/patched.yaml": application("patched", "apps/patched"),
      "apps/patched/kustomization.yaml": "resources: []\nimages: []\n",
    });
    const messages = await Promise.all(
      ["chart", "other", "gone", "patched"].map(async (name) => {
        const { status } = await it.application(name);
        return status?.conditions?.[0]?.message.replace(/.*desc = /, "");
      }),
    );
    expect(messages).toEqual([
      "apps/chart: Helm charts are not rendered by this stand-in",
      "repository not accessible: https://elsewhere.example.org/platform.git is not the repository this stand-in follows",
      "apps/gone: app path does not exist",
      "apps/patched/kustomization.yaml uses images, which this stand-in for kustomize does not render",
    ]);
  });
});
