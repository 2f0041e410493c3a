/** sync, verify and rollback over their real adapters: HTTP to a cluster that follows a real Git repository. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { takeBaseline } from "../../shared/checks/baseline.ts";
import { changeSet, type ObjectRef } from "../../shared/domain/change-set.ts";
import { implementMessage } from "../../shared/domain/commit-message.ts";
import { deployment, networkPolicy, type School, school } from "../build/sandbox/platform.ts";
import { committedImprovement } from "../support/improvement.ts";
import { connectTo, type EndPorts, toTheEnd } from "../support/to-the-end.ts";

let it: School;
let ports: EndPorts & AsyncDisposable;

beforeAll(async () => {
  it = await school();
  ports = await connectTo(it.sandbox, it.remote);
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await ports[Symbol.asyncDispose]();
});

/** Commits as `implement` does, then runs the stages one after the other until the improvement has come to its end. */
async function live(file: string, content: string, application: string, objects: readonly ObjectRef[]) {
  const { git, cluster, metrics } = ports;
  const baseline = await takeBaseline({ objects, cluster, metrics, now: Date.now() });
  const base = await git.head();
  const files = [{ path: file, before: (await git.tree(base)).get(file) ?? null, after: content }];
  const described = committedImprovement("", objects);
  const message = implementMessage(described, [], { approval: { actor: "rule:x", reason: "r" }, changeSet: "h" });
  const pushed = await git.commit({ base, files, message });
  if (pushed.kind !== "pushed") throw new Error("moved");

  const record = {
    ...described,
    git_commit: pushed.commit,
    baseline,
    change_set: changeSet(files, objects, application),
  };
  const { landed: _, ...first } = record;
  return toTheEnd(first, ports);
}

const web: ObjectRef = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web", effect: "change" };
const WEB = "apps/shop/web.yaml";

test("a good change is verified, a bad one is taken back, and the cluster is well again", {
  timeout: 60_000,
}, async () => {
  const original = (await it.remote.show(WEB)) ?? "";
  const better = original.replace("resources: {}", "resources: { limits: { memory: 64Mi } }");
  const good = await live(WEB, better, "shop", [web]);
  expect(good.path).toEqual(["deployed", "verified"]);
  expect(good.record.argocd_sync_revision).toBe(good.record.git_commit);

  it.sandbox.inject({ kind: "crash-loop", namespace: "shop", workload: "web", when: "changed" });
  const bad = await live(WEB, better.replace("64Mi", "1Mi"), "shop", [web]);
  expect(bad.path).toEqual(["deployed", "rolling_back", "failed"]);
  expect(bad.record.failure_reason).toMatch(/CrashLoopBackOff|restarts/);
  expect(bad.record.rollback_commit).toBe(await it.remote.tip());
  expect(await it.remote.show(WEB)).toBe(better);
  expect(await ports.cluster.workload("Deployment", "shop", "web")).toMatchObject({ desired: 2, available: 2 });
});

test("a policy that hurts its neighbours is taken out of the cluster again", { timeout: 60_000 }, async () => {
  it.sandbox.clear();
  it.sandbox.inject({ kind: "error-rate", namespace: "shop", workload: "web", when: "changed", ratio: 0.5 });
  const policy: ObjectRef = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    namespace: "shop",
    name: "too-strict",
    effect: "create",
  };
  const { path, record } = await live("apps/shop/policy.yaml", networkPolicy("too-strict", "web"), "shop", [policy]);
  expect(path).toEqual(["deployed", "rolling_back", "failed"]);
  expect(record.failure_reason).toMatch(/neighbours: .*shop\/web fail/);
  expect(await ports.cluster.object(policy.apiVersion, policy.kind, "shop", policy.name)).toBeUndefined();
  expect(await it.remote.show("apps/shop/policy.yaml")).toBeNull();
});

test("an object that the cluster refuses never counts as deployed", { timeout: 60_000 }, async () => {
  it.sandbox.clear();
  const broken = deployment("broken", { image: "registry.example.org/app:1.0.0" }).replace(
    "app: broken } }\n    spec",
    "app: other } }\n    spec",
  );
  const { path, record } = await live("apps/shop/broken.yaml", broken, "shop", [
    { ...web, name: "broken", effect: "create" },
  ]);
  expect(path[0]).toBe("rolling_back");
  expect(path.at(-1)).toBe("failed");
  expect(record.failure_reason).toMatch(/broken|selector|invalid/i);
});

const BUDGET = (app: string, spec = "maxUnavailable: 1") =>
  `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: ${app} }\nspec: { ${spec}, selector: { matchLabels: { app: ${app} } } }\n`;
const RULE = (labels: string) =>
  `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: { name: alerts, labels: ${labels} }\nspec: { groups: [{ name: g, rules: [{ alert: Down, expr: up == 0, for: 5m }] }] }\n`;
const created = (apiVersion: string, kind: string, name: string): ObjectRef => {
  return { apiVersion, kind, namespace: "shop", name, effect: "create" };
};

test("a budget is verified by its pods; one that selects none, or lets none go, is taken back", {
  timeout: 60_000,
}, async () => {
  it.sandbox.clear();
  const budget = (name: string) => [created("policy/v1", "PodDisruptionBudget", name)];
  const good = await live("apps/shop/pdb.yaml", BUDGET("web"), "shop", budget("web"));
  expect(good.path).toEqual(["deployed", "verified"]);
  expect(good.record.verification?.checks["disruption-budgets"]?.measurements.at(-1)).toMatchObject({
    phase: "Successful",
    message: "PodDisruptionBudget shop/web: 2 of 2 pods are healthy, 1 must stay",
  });
  const nobody = await live("apps/shop/none.yaml", BUDGET("nobody"), "shop", budget("nobody"));
  expect(nobody.path).toEqual(["deployed", "rolling_back", "failed"]);
  expect(nobody.record.failure_reason).toMatch(/selects no pods/);
});

test("alert rules are verified by the Prometheus that loads them; those nobody selects are taken back", {
  timeout: 60_000,
}, async () => {
  const objects = [created("monitoring.coreos.com/v1", "PrometheusRule", "alerts")];
  const prometheus = `apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: { name: p }\nspec: { ruleSelector: { matchLabels: { role: alerts } } }\n`;
  const other = RULE("{ role: alerts }").replace("name: alerts,", "name: first,").replace("name: g", "name: first");
  await it.deploy("shop", { "apps/shop/prometheus.yaml": `${prometheus}---\n${other}` });

  const unseen = await live("apps/shop/rule.yaml", RULE("{ role: mine }"), "shop", objects);
  expect(unseen.path).toEqual(["deployed", "rolling_back", "failed"]);
  expect(unseen.record.failure_reason).toMatch(/group g of PrometheusRule shop\/alerts is not loaded/);

  const seen = await live("apps/shop/rule.yaml", RULE("{ role: alerts }"), "shop", objects);
  expect(seen.path).toEqual(["deployed", "verified"]);
});

test("an autoscaler takes over the replicas; one that cannot measure is taken back", { timeout: 60_000 }, async () => {
  it.sandbox.clear();
  const busy = deployment("busy", { resources: "{ requests: { cpu: 100m } }" });
  await it.deploy("shop", { "apps/shop/busy.yaml": busy });
  const scaler = (name: string) =>
    `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: ${name} }\nspec:\n  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} }\n  minReplicas: 2\n  maxReplicas: 4\n  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }]\n`;
  await it.deploy("shop", { "apps/shop/busy.yaml": busy.replace(/^ {2}replicas: .*\n/m, "") });
  const good = await live("apps/shop/hpa.yaml", scaler("busy"), "shop", [
    created("autoscaling/v2", "HorizontalPodAutoscaler", "busy"),
  ]);
  expect(good.path).toEqual(["deployed", "verified"]);
  expect(await ports.cluster.workload("Deployment", "shop", "busy")).toMatchObject({ desired: 2, available: 2 });
  expect((await it.application("shop")).status?.sync?.status).toBe("Synced");

  await it.deploy("shop", { "apps/shop/lazy.yaml": deployment("lazy") });
  const bad = await live("apps/shop/lazy-hpa.yaml", scaler("lazy"), "shop", [
    created("autoscaling/v2", "HorizontalPodAutoscaler", "lazy"),
  ]);
  expect(bad.path).toEqual(["deployed", "rolling_back", "failed"]);
  expect(bad.record.failure_reason).toMatch(/missing request for cpu/);
});

test("a certificate is verified by cert-manager's own word", { timeout: 60_000 }, async () => {
  const objects = [created("cert-manager.io/v1", "Certificate", "web-tls")];
  const text = `apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: web-tls }\nspec: { secretName: web-tls, dnsNames: [shop.example.org], issuerRef: { name: public, kind: ClusterIssuer } }\n`;
  const issued = await live("apps/shop/certificate.yaml", text, "shop", objects);
  expect(issued.path).toEqual(["deployed", "verified"]);
  expect(issued.record.verification?.checks["certificates"]?.measurements.at(-1)?.message).toMatch(/is issued/);
});

test("a monitor is verified by the targets Prometheus finds through it", { timeout: 60_000 }, async () => {
  it.sandbox.clear();
  const prometheus = `apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: { name: p }\nspec: { ruleSelector: { matchLabels: { role: alerts } }, serviceMonitorSelector: { matchLabels: { role: metrics } } }\n`;
  const shown = `apiVersion: v1\nkind: Service\nmetadata: { name: shown, labels: { app: shown } }\nspec: { selector: { app: shown }, ports: [{ name: metrics, port: 8080 }] }\n`;
  await it.deploy("shop", {
    "apps/shop/prometheus.yaml": prometheus,
    "apps/shop/shown.yaml": `${deployment("shown")}---\n${shown}`,
  });
  const monitor = (role: string) =>
    `apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: { name: shown, labels: { role: ${role} } }\nspec: { selector: { matchLabels: { app: shown } }, endpoints: [{ port: metrics }] }\n`;
  const objects = [created("monitoring.coreos.com/v1", "ServiceMonitor", "shown")];
  const unseen = await live("apps/shop/monitor.yaml", monitor("none"), "shop", objects);
  expect(unseen.path).toEqual(["deployed", "rolling_back", "failed"]);
  expect(unseen.record.failure_reason).toMatch(/knows no target of Service shop\/shown/);
  const seen = await live("apps/shop/monitor.yaml", monitor("metrics"), "shop", objects);
  expect(seen.path).toEqual(["deployed", "verified"]);
});
