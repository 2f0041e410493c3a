/** What speaks against a new service, and what an image of the repository's own is given. */
import { describe, expect, test } from "vitest";
import { application, deployment, service } from "../../support/platform.ts";
import { filesOf, redis, shop } from "./services-shop.ts";

describe("what speaks against it", () => {
  const quota = (hard: string) => ({
    "shop/q.yaml": `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {${hard}}}\n`,
  });
  const policy = (spec: string) => ({
    "shop/n.yaml": `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {}, ${spec}}\n`,
  });
  test.each([
    ["a namespace nobody fills", { ...redis, namespace: "nowhere" }, {}, /no Application puts anything into nowhere/],
    ["a protected one", { ...redis, namespace: "kube-system" }, {}, /off limits/],
    ["a taken name", redis, { "shop/c.yaml": service("cache", 1) }, /already holds Service shop\/cache/],
    [
      "a Service that picks its pods",
      redis,
      {
        "shop/s.yaml": service("old", 80, "cache").replace(
          "app: cache",
          "app.kubernetes.io/managed-by: cortex-online-school",
        ),
      },
      /Service shop\/old would take its pods/,
    ],
    ["a quota", redis, quota("requests.memory: 64Mi"), /ResourceQuota shop\/q allows/],
    [
      "a policy that lets nobody in",
      redis,
      policy("policyTypes: [Ingress]"),
      /NetworkPolicy n would let nobody of shop in/,
    ],
    [
      "a policy on calls",
      { ...redis, runs: { service: "otel-collector" } },
      policy("policyTypes: [Egress]"),
      /restricts whom new pods may call/,
    ],
    ["a kind it is not run as", { ...redis, workload: "DaemonSet" }, {}, /redis is not run as a DaemonSet/],
    ["a volume without a StatefulSet", { ...redis, storage: "1Gi" }, {}, /no volume of its own/],
    [
      "a request over its limit",
      { ...redis, requests: { memory: "2Gi" }, limits: { memory: "1Gi" } },
      {},
      /request is over its limit/,
    ],
    ["a name too long for a StatefulSet", { ...redis, name: "x".repeat(53), workload: "StatefulSet" }, {}, /too long/],
    ["a name of no Service", { ...redis, name: "1st" }, {}, /not a name a Service can have/],
    ["an unknown service", { ...redis, runs: { service: "evil" } }, {}, /the intent is not valid/],
    [
      "an image of somewhere else",
      { ...redis, runs: { image: "evil.example.com/x", port: 8080 } },
      {},
      /no workload here runs an image of evil/,
    ],
    [
      "a version nobody runs",
      { ...redis, runs: { image: "web:9.9.9", port: 8080 } },
      {},
      /no workload here runs web:9.9.9/,
    ],
    ["a port under 1024", { ...redis, runs: { image: "web", port: 80 } }, {}, /the intent is not valid/],
    [
      "data in a system folder",
      { ...redis, workload: "StatefulSet", runs: { image: "web", port: 8080, data: "/etc/web" } },
      {},
      /the intent is not valid/,
    ],
    [
      "a path that climbs",
      { ...redis, workload: "StatefulSet", runs: { image: "web", port: 8080, data: "/data/../etc" } },
      {},
      /the intent is not valid/,
    ],
    [
      "a StatefulSet without data",
      { ...redis, workload: "StatefulSet", runs: { image: "web", port: 8080 } },
      {},
      /where it keeps its data/,
    ],
    [
      "a host of somebody else",
      { ...redis, runs: { image: "web", port: 8080, host: "x.example.com" } },
      {},
      /not directly under a domain/,
    ],
    ["a second document in a name", { ...redis, name: "a\n---\nkind: Secret" }, {}, /the intent is not valid/],
    [
      "kustomize that renames",
      redis,
      {
        "apps/a.yaml": application("shop", "shop", "shop"),
        "shop/kustomization.yaml": "namePrefix: x-\nresources: [web.yaml]\n",
      },
      /rewrites its files/,
    ],
    ["a chart", redis, { "shop/Chart.yaml": "name: shop\n" }, /rendered by Helm|no Application/],
  ])("%s", (_, intent, more, reason) => {
    expect(filesOf(intent, shop({}, more))).toMatch(reason);
  });

  test("an image of the repository's own runs as it does elsewhere, with the Secret it is pulled with", () => {
    const image = "registry.example.com/team/api:2.1.0";
    const there = deployment("api", {
      image,
      podExtra: "      imagePullSecrets: [{name: pull}]\n      securityContext: {runAsUser: 4000}\n",
    });
    const own = {
      ...redis,
      name: "copy",
      runs: { image: "registry.example.com/team/api", port: 8080, health: "/ready" },
    };
    const text = JSON.stringify(filesOf(own, shop({}, { "shop/api.yaml": there })));
    for (const part of [image, "name: pull", "runAsUser: 4000", "path: /ready"]) expect(text).toContain(part);
    const away = shop({}, { "other/api.yaml": there, "apps/o.yaml": application("other", "other", "other") });
    expect(filesOf(own, away)).toMatch(/nothing shows one in shop/);
  });

  test("a revert deletes no data: the claims of a StatefulSet are retained", () => {
    const text = JSON.stringify(filesOf({ ...redis, workload: "StatefulSet" }, shop({})));
    expect(text).toContain("whenDeleted: Retain");
    expect(text).toContain("volumeClaimTemplates");
  });
});
