/** Ways in lead to pods that answer, and rights that changed still suffice. */
import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { type Case, endpoints, type Objects, ref, seen, service, web } from "./objects-of-shop.ts";
import { baselineOf, look, phaseOf, shop, textOf } from "./world.ts";

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
