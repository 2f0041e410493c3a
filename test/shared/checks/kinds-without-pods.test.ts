/** What is looked at where no pod was changed: that an object exists proves nothing. */
import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { api, baselineOf, look, phaseOf, policy, type Shop, shop, textOf } from "./world.ts";

type Objects = Shop["objects"];
type Case = readonly [name: string, objects: Objects, lastLook: boolean, phase: Phase | "n/a", says: RegExp];

const ref = (apiVersion: string, kind: string, name: string, effect: ObjectRef["effect"] = "create"): ObjectRef => ({
  apiVersion,
  kind,
  namespace: "shop",
  name,
  effect,
});
const endpoints = (name: string, ready: number, waiting = 0): Objects => ({
  [`Endpoints ${name}`]: {
    metadata: { name },
    subsets:
      ready + waiting === 0
        ? []
        : [
            {
              addresses: Array.from({ length: ready }, () => ({})),
              notReadyAddresses: Array.from({ length: waiting }, () => ({})),
            },
          ],
  },
});
const service = (name: string, spec: object = { selector: { app: name } }): Objects => ({
  [`Service ${name}`]: { metadata: { name }, spec },
});
const web = { ...service("web"), ...endpoints("web", 2) };

async function seen(
  check: string,
  objects: readonly ObjectRef[],
  state: Objects,
  lastLook = false,
  before: Objects = {},
  over: Partial<Shop> = {},
) {
  const baseline = await baselineOf(shop({ objects: before }), objects);
  const result = await look(check, shop({ objects: state, ...over }), { objects, baseline, lastLook });
  return [phaseOf(result), textOf(result)];
}

describe("a Service", () => {
  const objects = [ref("v1", "Service", "web")];
  const resting: Objects = {
    ...service("web", { selector: { app: "api" } }),
    ...endpoints("web", 0),
    "ScaledObject api": {
      spec: { scaleTargetRef: { name: "api" }, minReplicaCount: 0 },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    },
    "Deployment api": { spec: { template: { metadata: { labels: { app: "api" } } } } },
  };
  test.each<Case>([
    ["leads to pods", web, false, "Successful", /web has 2 ready addresses/],
    ["leads to pods that start", { ...web, ...endpoints("web", 0, 2) }, false, "Inconclusive", /none of the 2 pods/],
    [
      "leads to pods that never get ready",
      { ...web, ...endpoints("web", 0, 2) },
      true,
      "Failed",
      /no pod that is ready/,
    ],
    ["leads to nobody yet", { ...web, ...endpoints("web", 0) }, false, "Inconclusive", /no pod that is ready/],
    ["leads to nobody to the end", { ...web, ...endpoints("web", 0) }, true, "Failed", /no pod that is ready/],
    ["does not exist", {}, true, "Inconclusive", /does not exist/],
    [
      "stands for a name outside",
      service("web", { type: "ExternalName", externalName: "example.org" }),
      true,
      "n/a",
      /stands for example\.org/,
    ],
    ["has addresses written by hand", service("web", {}), true, "n/a", /by hand/],
  ])("%s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("endpoints", objects, state, lastLook)).toEqual([phase, expect.stringMatching(says)]);
  });

  test("that loses its pods by a selector nobody fits", async () => {
    const [phase, text] = await seen(
      "endpoints",
      [ref("v1", "Service", "web", "change")],
      { ...web, ...endpoints("web", 0) },
      false,
      web,
    );
    expect([phase, text]).toEqual(["Failed", expect.stringContaining("and had 2 before the change")]);
  });
  test("of a workload an autoscaler of this change puts to rest", async () => {
    const changed = [...objects, ref("keda.sh/v1alpha1", "ScaledObject", "api")];
    expect(await seen("endpoints", changed, resting, true)).toEqual([
      "Successful",
      expect.stringMatching(/ScaledObject shop\/api keeps no pods/),
    ]);
    expect((await seen("endpoints", objects, resting, true))[0]).toBe("Failed");
  });
  test("that is taken away is not missed, and its neighbours are", async () => {
    const before = { ...web, ...service("db"), ...endpoints("db", 1) };
    const gone = [ref("v1", "Service", "web", "delete")];
    expect((await seen("endpoints", gone, { ...service("db"), ...endpoints("db", 1) }, true, before))[0]).toBe(
      "Successful",
    );
    expect((await seen("endpoints", gone, { ...service("db"), ...endpoints("db", 0) }, true, before))[0]).toBe(
      "Failed",
    );
  });
});

describe("the Services around a change", () => {
  test.each<[string, readonly ObjectRef[], Objects, Phase | "n/a"]>([
    ["a policy, and all have their pods", [policy], web, "Successful"],
    ["a policy, and one lost them", [policy], { ...web, ...endpoints("web", 0) }, "Failed"],
    ["a workload whose labels no longer fit", [api], { ...web, ...endpoints("web", 0) }, "Failed"],
    ["a workload whose pods are not ready yet", [api], { ...web, ...endpoints("web", 0, 2) }, "Inconclusive"],
    ["a Service that is gone", [policy], {}, "Failed"],
    [
      "a workload that is taken away",
      [{ ...api, effect: "delete" }],
      { ...web, ...endpoints("web", 0) },
      "Inconclusive",
    ],
  ])("%s", async (_name, objects, state, phase) => {
    expect((await seen("endpoints", objects, state, false, web))[0]).toBe(phase);
  });
  test("none had any pods: there is nothing to lose", async () => {
    expect((await seen("endpoints", [policy], { ...web, ...endpoints("web", 0) }, true, endpoints("web", 0)))[0]).toBe(
      "n/a",
    );
  });
});

describe("a ConfigMap", () => {
  const objects = [ref("v1", "ConfigMap", "settings", "change")];
  const written = "2026-03-01T10:00:00Z";
  const config: Objects = {
    "ConfigMap settings": {
      metadata: { name: "settings", managedFields: [{ time: "2026-02-01T00:00:00Z" }, { time: written }] },
      data: { a: "1" },
    },
  };
  const pod = (name: string, startedAt: string | undefined, spec: object, over: object = {}): Objects => ({
    [`Pod ${name}`]: {
      metadata: { name, ...over },
      spec,
      status: {
        phase: "Running",
        containerStatuses: startedAt === undefined ? [] : [{ state: { running: { startedAt } } }],
      },
    },
  });
  const variables = { containers: [{ envFrom: [{ configMapRef: { name: "settings" } }] }] };
  const files = {
    containers: [{ volumeMounts: [{ name: "config", mountPath: "/etc" }] }],
    volumes: [{ name: "config", configMap: { name: "settings" } }],
  };
  const oneFile = { ...files, containers: [{ volumeMounts: [{ name: "config", mountPath: "/etc/a", subPath: "a" }] }] };
  const [old, fresh] = ["2026-03-01T09:59:59Z", "2026-03-01T10:00:00Z"];
  test.each<Case>([
    [
      "is taken by pods that started since",
      { ...config, ...pod("a", fresh, variables), ...pod("b", fresh, oneFile) },
      false,
      "Successful",
      /2 pods have taken/,
    ],
    [
      "is read as variables by a pod from before",
      { ...config, ...pod("a", old, variables), ...pod("b", fresh, variables) },
      true,
      "Inconclusive",
      /1 of 2 pods still run with the earlier .* a$/,
    ],
    [
      "is read as one file by a pod from before",
      { ...config, ...pod("a", old, oneFile) },
      true,
      "Inconclusive",
      /1 of 1/,
    ],
    [
      "is read as files by a pod from before",
      { ...config, ...pod("a", old, files) },
      false,
      "Successful",
      /1 read it as files, which follow/,
    ],
    [
      "is read by a pod that has not started",
      { ...config, ...pod("a", undefined, variables) },
      false,
      "Inconclusive",
      /1 of 1/,
    ],
    [
      "is read by a pod that is leaving",
      { ...config, ...pod("a", old, variables, { deletionTimestamp: fresh }) },
      false,
      "n/a",
      /no pod that runs uses/,
    ],
    ["is read by nobody", { ...config, ...pod("a", old, { containers: [{}] }) }, false, "n/a", /no pod that runs uses/],
    ["does not exist", {}, true, "Inconclusive", /does not exist/],
  ])("%s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("config-maps", objects, state, lastLook)).toEqual([phase, expect.stringMatching(says)]);
  });
  test("whose writing nobody recorded counts from the baseline on", async () => {
    const bare = { "ConfigMap settings": { metadata: { name: "settings" }, data: {} } };
    const at = (time: number) => pod("a", new Date(time).toISOString(), variables);
    expect((await seen("config-maps", objects, { ...bare, ...at(899_000) }))[0]).toBe("Inconclusive");
    expect((await seen("config-maps", objects, { ...bare, ...at(901_000) }))[0]).toBe("Successful");
  });
});

describe("a volume claim", () => {
  const objects = [ref("v1", "PersistentVolumeClaim", "data")];
  const claim = (status: object, spec: object = {}): Objects => ({
    "PersistentVolumeClaim data": {
      metadata: { name: "data" },
      spec: { resources: { requests: { storage: "2Gi" } }, ...spec },
      status,
    },
  });
  const storage = (mode: string, annotations: object = {}): Objects => ({
    "StorageClass local": { metadata: { name: "local", annotations }, volumeBindingMode: mode },
  });
  const usual = { "storageclass.kubernetes.io/is-default-class": "true" };
  const user: Objects = {
    "Pod a": {
      metadata: { name: "a" },
      spec: { volumes: [{ persistentVolumeClaim: { claimName: "data" } }] },
      status: { phase: "Pending" },
    },
  };
  const bound = (storage: string, conditions: object[] = []) =>
    claim({ phase: "Bound", capacity: { storage }, conditions });
  test.each<Case>([
    ["has its volume", bound("2Gi"), false, "Successful", /is bound/],
    ["has a larger one", bound("10Gi"), false, "Successful", /is bound/],
    ["grows", bound("1Gi"), true, "Inconclusive", /still smaller/],
    [
      "grows when its pod starts again",
      bound("1Gi", [{ type: "FileSystemResizePending", status: "True" }]),
      true,
      "Inconclusive",
      /starts again/,
    ],
    [
      "cannot grow",
      bound("1Gi", [{ type: "ControllerResizeError", status: "True", message: "quota" }]),
      false,
      "Failed",
      /cannot grow: quota/,
    ],
    [
      "waits for its volume",
      { ...claim({ phase: "Pending" }), ...storage("Immediate", usual) },
      false,
      "Inconclusive",
      /no volume yet/,
    ],
    [
      "waits to the end",
      { ...claim({ phase: "Pending" }), ...storage("Immediate", usual) },
      true,
      "Failed",
      /no volume yet/,
    ],
    [
      "waits for its first pod",
      { ...claim({ phase: "Pending" }, { storageClassName: "local" }), ...storage("WaitForFirstConsumer") },
      true,
      "Successful",
      /waits for its first pod/,
    ],
    [
      "waits for its first pod by the default class",
      { ...claim({ phase: "Pending" }), ...storage("WaitForFirstConsumer", usual) },
      true,
      "Successful",
      /waits for its first pod/,
    ],
    [
      "keeps a pod waiting",
      { ...claim({ phase: "Pending" }), ...storage("WaitForFirstConsumer", usual), ...user },
      true,
      "Failed",
      /a pod waits for it/,
    ],
    [
      "wants a volume somebody made by hand",
      { ...claim({ phase: "Pending" }, { storageClassName: "" }), ...storage("WaitForFirstConsumer", usual) },
      true,
      "Failed",
      /no volume yet/,
    ],
    [
      "is of a class that does not exist",
      claim({ phase: "Pending" }, { storageClassName: "gone" }),
      true,
      "Failed",
      /no volume yet/,
    ],
    ["lost its volume", claim({ phase: "Lost" }), false, "Failed", /lost its volume/],
    ["does not exist yet", {}, false, "Inconclusive", /does not exist/],
  ])("%s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("volume-claims", objects, state, lastLook)).toEqual([phase, expect.stringMatching(says)]);
  });
});

describe("a way in", () => {
  const ingress = (name: string, over: object = {}, addresses: object[] = [{ ip: "10.0.0.1" }]): Objects => ({
    [`Ingress ${name}`]: {
      metadata: { name },
      spec: {
        ingressClassName: "nginx",
        rules: [{ http: { paths: [{ backend: { service: { name: "web" } } }] } }],
        ...over,
      },
      status: { loadBalancer: { ingress: addresses } },
    },
  });
  test.each<Case>([
    ["leads to pods that answer", { ...ingress("shop"), ...web }, false, "Successful", /leads to Service shop\/web$/],
    [
      "leads to nobody yet",
      { ...ingress("shop"), ...service("web"), ...endpoints("web", 0) },
      false,
      "Inconclusive",
      /no ready address/,
    ],
    [
      "leads to nobody to the end",
      { ...ingress("shop"), ...service("web"), ...endpoints("web", 0) },
      true,
      "Failed",
      /no ready address/,
    ],
    ["leads to a Service that does not exist", ingress("shop"), true, "Failed", /does not exist/],
    [
      "leads out of the cluster",
      { ...ingress("shop"), ...service("web", { type: "ExternalName" }) },
      false,
      "Successful",
      /web/,
    ],
    [
      "has no address where others have one",
      { ...ingress("shop", {}, []), ...ingress("other"), ...web },
      true,
      "Failed",
      /others of its class have one/,
    ],
    [
      "has no address where others have none",
      { ...ingress("shop", {}, []), ...ingress("other", {}, []), ...web },
      true,
      "Successful",
      /assigns no addresses here/,
    ],
    [
      "has no address, and others have one of another class",
      { ...ingress("shop", {}, []), ...ingress("other", { ingressClassName: "alb" }), ...web },
      true,
      "Successful",
      /assigns no/,
    ],
    ["leads to no Service", ingress("shop", { rules: [] }), true, "n/a", /leads to no Service/],
    ["does not exist", {}, true, "Failed", /does not exist/],
  ])("by Ingress %s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("routes", [ref("networking.k8s.io/v1", "Ingress", "shop")], state, lastLook)).toEqual([
      phase,
      expect.stringMatching(says),
    ]);
  });

  const traefik = (services: object[]): Objects => ({
    "IngressRoute shop": { metadata: { name: "shop" }, spec: { routes: [{ services }] } },
  });
  test.each<Case>([
    [
      "leads to pods that answer",
      { ...traefik([{ name: "web", port: 80 }]), ...web },
      false,
      "Successful",
      /Service shop\/web/,
    ],
    [
      "leads to nobody",
      { ...traefik([{ name: "web" }, { name: "gone" }]), ...web },
      true,
      "Failed",
      /shop\/gone, which does not exist/,
    ],
    [
      "leads to what Traefik defines itself",
      traefik([{ name: "weighted", kind: "TraefikService" }]),
      true,
      "n/a",
      /leads to no Service/,
    ],
  ])("by IngressRoute %s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("routes", [ref("traefik.io/v1alpha1", "IngressRoute", "shop")], state, lastLook)).toEqual([
      phase,
      expect.stringMatching(says),
    ]);
  });

  const route = (conditions: readonly object[] | undefined): Objects => ({
    "HTTPRoute shop": {
      metadata: { name: "shop" },
      spec: { rules: [{ backendRefs: [{ name: "web", port: 80 }] }] },
      status: conditions === undefined ? {} : { parents: [{ conditions }] },
    },
  });
  const taken = [
    { type: "Accepted", status: "True" },
    { type: "ResolvedRefs", status: "True" },
  ];
  test.each<Case>([
    ["is taken and leads to pods", { ...route(taken), ...web }, false, "Successful", /shop\/web/],
    ["was seen by no gateway yet", { ...route(undefined), ...web }, false, "Inconclusive", /looked at by no gateway/],
    ["is seen by no gateway to the end", { ...route(undefined), ...web }, true, "Failed", /looked at by no gateway/],
    [
      "is refused",
      { ...route([{ type: "Accepted", status: "False", message: "no listener" }]), ...web },
      true,
      "Failed",
      /not Accepted: no listener/,
    ],
  ])("by HTTPRoute %s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("routes", [ref("gateway.networking.k8s.io/v1", "HTTPRoute", "shop")], state, lastLook)).toEqual([
      phase,
      expect.stringMatching(says),
    ]);
  });
});

describe("what becomes a Secret", () => {
  const external = [ref("external-secrets.io/v1", "ExternalSecret", "db")];
  const state = (status: object, generation = 1): Objects => ({
    "ExternalSecret db": { metadata: { name: "db", generation }, status },
  });
  const ready = (status: string, message = "") => ({
    conditions: [{ type: "Ready", status, reason: "SecretSynced", message }],
  });
  test.each<Case>([
    ["has become one", state(ready("True")), false, "Successful", /ExternalSecret shop\/db is Ready/],
    ["was not found in its store yet", state(ready("False", "no such key")), false, "Inconclusive", /no such key/],
    ["was not found to the end", state(ready("False", "no such key")), true, "Failed", /no such key/],
    ["is taken up by nobody", state({}), false, "Inconclusive", /by nobody yet/],
    [
      "has changed since",
      state({ conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] }, 2),
      false,
      "Inconclusive",
      /by nobody yet/,
    ],
    ["does not exist", {}, true, "Failed", /does not exist/],
  ])("%s", async (_name, objects, lastLook, phase, says) => {
    expect(await seen("secrets", external, objects, lastLook)).toEqual([phase, expect.stringMatching(says)]);
  });
  test("is sealed", async () => {
    const sealed = { "SealedSecret db": { status: { conditions: [{ type: "Synced", status: "True" }] } } };
    expect((await seen("secrets", [ref("bitnami.com/v1alpha1", "SealedSecret", "db")], sealed))[0]).toBe("Successful");
  });
});

describe("rights", () => {
  const role = [ref("rbac.authorization.k8s.io/v1", "Role", "reader", "change")];
  const binding: Objects = {
    "RoleBinding reader": {
      metadata: { name: "reader" },
      roleRef: { kind: "Role", name: "reader" },
      subjects: [
        { kind: "ServiceAccount", name: "worker" },
        { kind: "User", name: "dana" },
      ],
    },
  };
  const runs: Objects = {
    "Pod worker-1": {
      metadata: { name: "worker-1" },
      spec: { serviceAccountName: "worker" },
      status: { phase: "Running" },
    },
  };
  const refusal =
    'E0301 10:00:00 pods is forbidden: User "system:serviceaccount:shop:worker" cannot list resource "pods" in API group ""';
  test.each<[string, readonly ObjectRef[], Objects, readonly string[], readonly string[], Phase | "n/a", RegExp]>([
    [
      "are enough",
      role,
      { ...binding, ...runs },
      [],
      [],
      "Successful",
      /1 pods that run as shop\/worker are refused nothing new/,
    ],
    [
      "are too few now",
      role,
      { ...binding, ...runs },
      [],
      [refusal],
      "Failed",
      /shop\/worker is refused: .*cannot list/,
    ],
    ["were too few before as well", role, { ...binding, ...runs }, [refusal], [refusal], "Successful", /nothing new/],
    [
      "of somebody else are too few",
      role,
      { ...binding, ...runs },
      [],
      [refusal.replace("worker", "other")],
      "Successful",
      /nothing new/,
    ],
    ["belong to nobody", role, runs, [], [refusal], "n/a", /belong to no account/],
    ["belong to an account no pod runs as", role, binding, [], [refusal], "n/a", /no pod runs as/],
    [
      "are bound",
      [ref("rbac.authorization.k8s.io/v1", "RoleBinding", "reader")],
      { ...binding, ...runs },
      [],
      [refusal],
      "Failed",
      /cannot list/,
    ],
    [
      "are an account's",
      [ref("v1", "ServiceAccount", "worker", "change")],
      runs,
      [],
      [refusal],
      "Failed",
      /cannot list/,
    ],
  ])("%s", async (_name, objects, state, before, now, phase, says) => {
    const baseline = await baselineOf(shop({ objects: state, logs: [...before] }), objects);
    const result = await look("access", shop({ objects: state, logs: [...now] }), { objects, baseline });
    expect([phaseOf(result), textOf(result)]).toEqual([phase, expect.stringMatching(says)]);
  });
  test("that are taken away are missed by whoever had them", async () => {
    const objects = [ref("rbac.authorization.k8s.io/v1", "RoleBinding", "reader", "delete")];
    const baseline = await baselineOf(shop({ objects: { ...binding, ...runs } }), objects);
    expect(baseline.accounts).toEqual(["shop/worker"]);
    const result = await look("access", shop({ objects: runs, logs: [refusal] }), { objects, baseline });
    expect(phaseOf(result)).toBe("Failed");
  });
});

test("checks of kinds that are not changed do not apply, and say so", async () => {
  for (const name of ["dependencies", "config-maps", "secrets", "volume-claims", "routes", "access"]) {
    expect(await look(name, shop(), { objects: [policy] })).toEqual({
      applies: false,
      because: expect.stringMatching(/./),
    });
  }
});
