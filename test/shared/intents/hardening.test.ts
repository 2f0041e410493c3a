/** Privileges, tokens and versions: what is taken away, and what speaks against it. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import type { RenderedChangeSet } from "../../../shared/intents/render.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, deployment, platformOf, SIZED, service } from "../../support/platform.ts";

const SHOP = { "apps/shop.yaml": application("shop", "shop", "shop") };

/** A platform whose Deployment `web` in namespace `shop` is read by an Application. */
function shop(options: Parameters<typeof deployment>[1] = {}, more: Readonly<Record<string, string>> = {}): Platform {
  return platformOf({ ...SHOP, "shop/web.yaml": deployment("web", { extra: SIZED, ...options }), ...more });
}

const web = { kind: "Deployment", namespace: "shop", name: "web" };

function textOf(result: RenderedChangeSet): string {
  if (result.kind === "refused") return `refused: ${result.because}`;
  expect(result.verdict.rules.filter(({ decision }) => decision === "deny")).toEqual([]);
  return result.changeSet.files.map(({ after }) => after).join("---\n");
}

function surveyOf(kind: string, platform: Platform) {
  const { done = [], open = [], exempt = [] } = intents.get(kind)?.survey(platform) ?? {};
  return { done: done.length, open: open.map(({ because }) => because), exempt: exempt.map(({ because }) => because) };
}

describe("harden-security-context", () => {
  const harden = (platform: Platform) =>
    textOf(renderChangeSet({ kind: "harden-security-context", workload: web }, platform));
  const context = (text: string) => `          securityContext: ${text}\n${SIZED}`;

  test("an image nobody knows loses only what no image needs", () => {
    const text = harden(shop());
    expect(text).toContain("allowPrivilegeEscalation: false");
    expect(text).toContain("type: RuntimeDefault");
    expect(text).not.toMatch(/drop|runAsNonRoot/);
  });

  test.each([
    [
      "a user by number",
      { extra: context("{runAsUser: 1000}") },
      /runAsUser: 1000, allowPriv.*runAsNonRoot: true.*drop: \["ALL"\]/,
    ],
    [
      "a user of the pod",
      { podExtra: "      securityContext: {runAsUser: 1000}\n" },
      /runAsNonRoot: true[^]*drop: \["ALL"\]/,
    ],
    ["a pod that must not be root", { podExtra: "      securityContext: {runAsNonRoot: true}\n" }, /drop: \["ALL"\]/],
    ["an empty context", { extra: context("{}") }, /securityContext:\n +allowPrivilegeEscalation: false/],
  ])("%s", (_, options, wanted) => {
    expect(harden(shop(options))).toMatch(wanted);
  });

  test.each([
    ["user 0", { extra: context("{runAsUser: 0}") }, /runAsNonRoot|drop/],
    ["a low port", { extra: `          ports: [{containerPort: 80}]\n${context("{runAsUser: 1000}")}` }, /drop/],
    ["a capability it adds", { extra: context("{runAsUser: 1000, capabilities: {add: [NET_ADMIN]}}") }, /drop/],
    ["capabilities dropped by name", { extra: context("{runAsUser: 1000, capabilities: {drop: [NET_RAW]}}") }, /ALL/],
    ["a profile of its own", { extra: context("{seccompProfile: {type: Unconfined}}") }, /RuntimeDefault/],
    [
      "a pod's profile",
      { podExtra: "      securityContext: {seccompProfile: {type: Localhost, localhostProfile: x}}\n" },
      /RuntimeDefault/,
    ],
  ])("%s keeps what it may need", (_, options, kept) => {
    const text = harden(shop(options));
    expect(text).toContain("allowPrivilegeEscalation: false");
    expect(text).not.toMatch(kept);
  });

  test("a Service that leads to a low port counts as listening on it", () => {
    const options = { extra: context("{runAsUser: 1000}") };
    expect(harden(shop(options, { "shop/s.yaml": service("web", 443) }))).not.toContain("drop");
    expect(harden(shop(options, { "shop/s.yaml": service("web", 8443) }))).toContain("drop");
  });

  test("the same image that runs as non-root elsewhere is evidence; one under a given user is not", () => {
    const guarded = deployment("guarded", { extra: context("{runAsNonRoot: true}") });
    expect(harden(shop({}, { "shop/g.yaml": guarded }))).toMatch(/runAsNonRoot: true[^]*drop/);
    const numbered = deployment("guarded", { extra: context("{runAsNonRoot: true, runAsUser: 1000}") });
    expect(harden(shop({}, { "shop/g.yaml": numbered }))).not.toContain("runAsNonRoot");
  });

  test.each([
    ["privileged on purpose", "{privileged: true}"],
    ["SYS_ADMIN on purpose", "{capabilities: {add: [SYS_ADMIN]}}"],
    ["privilege escalation on purpose", "{allowPrivilegeEscalation: true}"],
  ])("%s is no target", (reason, given) => {
    const platform = shop({ extra: context(given) });
    expect(harden(platform)).toContain(`refused: Deployment shop/web: container main`);
    expect(surveyOf("harden-security-context", platform).exempt[0]).toContain(reason);
  });

  test("Windows has none of it", () => {
    expect(harden(shop({ podExtra: "      os: {name: windows}\n" }))).toContain("Windows");
  });

  test("init containers are containers", () => {
    const init = "      initContainers:\n        - name: first\n          image: registry.example.com/team/app:1.0.0\n";
    expect(harden(shop({ podExtra: init })).match(/allowPrivilegeEscalation: false/g)).toHaveLength(2);
  });

  test("what has all of it is done", () => {
    const all =
      "{allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}";
    const platform = shop({ extra: context(all) });
    expect(surveyOf("harden-security-context", platform)).toEqual({ done: 1, open: [], exempt: [] });
    expect(harden(platform)).toContain("have all of it already");
  });

  test("a context shared by an alias is left alone, because the other container would change along", () => {
    const shared = `          securityContext: &shared {runAsUser: 0}
        - name: second
          image: registry.example.com/team/app:1.0.0
          securityContext: *shared
`;
    expect(harden(shop({ extra: shared }))).toMatch(/^refused: shop\/web.yaml/);
  });
});

describe("disable-service-account-token", () => {
  const disable = (platform: Platform) =>
    textOf(renderChangeSet({ kind: "disable-service-account-token", workload: web }, platform));
  const env = (name: string, value: string) => ({
    extra: `${SIZED}          env: [{name: ${name}, value: "${value}"}]\n`,
  });

  test("a pod nothing speaks for loses the token", () => {
    expect(disable(shop())).toMatch(/\n {6}automountServiceAccountToken: false\n/);
  });

  const binding = (kind: string, subject: string) =>
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: view, apiGroup: rbac.authorization.k8s.io}\nsubjects: [${subject}]\n`;

  test.each([
    ["an account of its own", { podExtra: "      serviceAccountName: web\n" }, {}, /account of its own/],
    ["the older field", { podExtra: "      serviceAccount: web\n" }, {}, /account of its own/],
    ["a decision made", { podExtra: "      automountServiceAccountToken: true\n" }, {}, /which token it gets/],
    [
      "a projected token",
      { podExtra: "      volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: t}}]}}]\n" },
      {},
      /which token/,
    ],
    ["a client's image", { image: "quay.io/prometheus/prometheus:v3.1.0" }, {}, /usually talks/],
    ["an operator", { image: "ghcr.io/acme/queue-operator:1.0.0" }, {}, /usually talks/],
    ["a client's variable", env("KUBERNETES_NAMESPACE", "shop"), {}, /variable KUBERNETES_NAMESPACE/],
    ["a client's setting", env("DISCOVERY", "kubernetes_sd"), {}, /speaks of "kubernetes_"/],
    ["leader election", { extra: `${SIZED}          args: ["--leader-elect=true"]\n` }, {}, /leader-elect/],
    [
      "rights of its account",
      {},
      { "shop/b.yaml": binding("RoleBinding", "{kind: ServiceAccount, name: default, namespace: shop}") },
      /gives its account rights/,
    ],
    [
      "rights by name",
      {},
      { "shop/b.yaml": binding("ClusterRoleBinding", "{kind: User, name: 'system:serviceaccount:shop:default'}") },
      /gives its account/,
    ],
    [
      "rights of a group",
      {},
      { "shop/b.yaml": binding("ClusterRoleBinding", "{kind: Group, name: 'system:serviceaccounts:shop'}") },
      /gives its account/,
    ],
    [
      "a setting in a ConfigMap",
      { extra: `${SIZED}          envFrom: [{configMapRef: {name: c}}]\n` },
      { "shop/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {mode: in-cluster}\n" },
      /in-cluster/,
    ],
    ["a file nobody can read", {}, { "shop/z.yaml": "a: [\n" }, /cannot be read/],
    [
      "a chart beside it",
      {},
      {
        "apps/c.yaml":
          "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: c, namespace: argocd}\nspec: {source: {repoURL: https://charts.example.com, chart: x}, destination: {namespace: shop}}\n",
      },
      /Application c puts objects/,
    ],
  ])("%s", (_, options, more, reason) => {
    const platform = shop(options, more);
    expect(disable(platform)).toMatch(reason);
    expect(intents.get("disable-service-account-token")?.candidates(platform)).toEqual([]);
  });

  test("somebody else's rights do not count", () => {
    const other = binding("RoleBinding", "{kind: ServiceAccount, name: default, namespace: other}");
    expect(disable(shop({}, { "shop/b.yaml": other }))).toContain("automountServiceAccountToken: false");
  });

  test("an account that mounts none is done", () => {
    const account =
      "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nautomountServiceAccountToken: false\n";
    const platform = shop({}, { "shop/a.yaml": account });
    expect(surveyOf("disable-service-account-token", platform)).toEqual({ done: 1, open: [], exempt: [] });
    expect(disable(platform)).toContain("refused");
  });
});

describe("pin-image", () => {
  const APP = "registry.example.com/team/app";
  const pin = (platform: Platform) =>
    textOf(renderChangeSet({ kind: "pin-image", workload: web, container: "main" }, platform));
  const beside = (image: string, name = "other") => ({
    [`shop/${name}.yaml`]: deployment(name, { image, extra: SIZED }),
  });
  const digest = `${APP}@sha256:${"a".repeat(64)}`;

  test.each([
    ["no tag", APP, `${APP}:1.0.0`],
    ["latest", `${APP}:latest`, `${APP}:1.0.0`],
    ["in quotes", `"${APP}:latest" # ours`, `${APP}:1.0.0`],
    ["a digest", `${APP}:latest`, digest],
  ])("%s: the version a neighbour runs", (_, image, version) => {
    const text = pin(shop({ image }, beside(version)));
    expect(text).toContain(image.startsWith('"') ? `image: "${version}" # ours` : `image: ${version}\n`);
  });

  test.each([
    ["nobody runs it with a version", `${APP}:latest`, {}, /nothing here runs .*no registry is asked/],
    ["another image of that name", `${APP}:latest`, beside("ghcr.io/other/app:1.0.0"), /nothing here runs/],
    ["two versions", `${APP}:latest`, { ...beside(`${APP}:1.0.0`), ...beside(`${APP}:2.0.0`, "third") }, /2 versions/],
    ["no reference", "'not an image'", beside(`${APP}:1.0.0`), /not a plain reference/],
    ["a version already", `${APP}:0.9.0`, beside(`${APP}:1.0.0`), /runs a version already/],
  ])("%s", (_, image, more, reason) => {
    const platform = shop({ image }, more);
    expect(pin(platform)).toMatch(reason);
    expect(intents.get("pin-image")?.candidates(platform)).toEqual([]);
  });

  test("a version that runs nowhere is no evidence", () => {
    const stopped = deployment("other", { image: `${APP}:1.0.0`, extra: SIZED }).replace(
      "spec:\n",
      "spec:\n  replicas: 0\n",
    );
    expect(pin(shop({ image: APP }, { "shop/o.yaml": stopped }))).toMatch(/nothing here runs/);
    const unread = deployment("other", { image: `${APP}:1.0.0`, extra: SIZED });
    expect(pin(shop({ image: APP }, { "nobody/o.yaml": unread }))).toMatch(/nothing here runs/);
  });

  test("a store that keeps data is not taken back to an older version", () => {
    const podExtra = "      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n";
    expect(pin(shop({ image: "postgres", podExtra }, beside("postgres:16.4")))).toMatch(/keeps data/);
  });

  test("a port in the registry is no tag", () => {
    const image = "10.0.0.1:5000/app";
    expect(pin(shop({ image }, beside(`${image}:7`)))).toContain(`image: ${image}:7\n`);
  });
});
