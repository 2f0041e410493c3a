/** The stand-in answers a server-side dry run as a cluster does, seen through the adapter the stages use. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dryRunPort } from "../../../shared/adapters/dry-run.ts";
import type { DryRun } from "../../../shared/dry-run-port.ts";
import { application, platform, type School, school } from "./platform.ts";

const quotas = `apiVersion: v1
kind: ResourceQuota
metadata: { name: few }
spec: { hard: { configmaps: "1", "count/deployments.apps": "9", pods: "20", requests.storage: 2Gi } }
---
apiVersion: v1
kind: LimitRange
metadata: { name: bounds }
spec:
  limits:
    - { type: Container, max: { memory: 1Gi }, default: { memory: 256Mi } }
    - { type: PersistentVolumeClaim, max: { storage: 1Gi } }
`;
const strict = `apiVersion: v1
kind: Namespace
metadata: { name: strict, labels: { pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/warn: restricted } }
`;

let it: School;
let folder: string;
let port: DryRun;
beforeAll(async () => {
  it = await school({
    ...platform,
    "apps/shop/quotas.yaml": quotas,
    "argocd/strict.yaml": application("strict", "apps/strict"),
    "apps/strict/namespace.yaml": strict,
  });
  folder = await mkdtemp(join(tmpdir(), "dry-run-"));
  await writeFile(join(folder, "config"), it.sandbox.kubeconfig());
  const found = dryRunPort({ KUBECONFIG: join(folder, "config") });
  if (found === undefined) throw new Error("no port");
  port = found;
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const meta = (name: string, namespace = "shop") => ({ name, namespace });
const config = (name: string, namespace = "shop") => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: meta(name, namespace),
  data: { mode: "test" },
});
const claim = (storage: string) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: meta("disk"),
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
});
const workload = (
  options: { namespace?: string; memory?: string; more?: object; selector?: string; pod?: object } = {},
) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: meta("web", options.namespace),
  spec: {
    ...options.more,
    selector: { matchLabels: { app: options.selector ?? "web" } },
    template: {
      metadata: { labels: { app: options.selector ?? "web" } },
      spec: {
        ...options.pod,
        containers: [
          {
            name: "main",
            image: "registry.example.org/app:1.0.1",
            resources: options.memory === undefined ? {} : { limits: { memory: options.memory } },
          },
        ],
      },
    },
  },
});

describe("a dry run at the stand-in", () => {
  test.each<[string, object, "create" | "change", readonly (readonly [string, RegExp])[]]>([
    ["what is well", workload({ memory: "512Mi" }), "change", []],
    ["another version of an object that is there", config("settings"), "change", []],
    [
      "a kind with a schema it does not meet",
      workload({ more: { replicas: "many" } }),
      "change",
      [["refused", /invalid/]],
    ],
    [
      "a field no schema has",
      workload({ more: { replica: 2 } }),
      "change",
      [["refused", /\.spec\.replica: field not declared/]],
    ],
    ["a name nobody may have", config("A_b"), "create", [["refused", /RFC 1123/]]],
    ["a selector that may not change", workload({ selector: "else" }), "change", [["refused", /immutable/]]],
    [
      "a LimitRange",
      workload({ memory: "2Gi" }),
      "change",
      [["refused", /its pods: .*maximum memory usage per Container is 1Gi/]],
    ],
    [
      "a quota on objects",
      config("more"),
      "create",
      [["refused", /exceeded quota: few, requested: configmaps=1, used: configmaps=1, limited: configmaps=1/]],
    ],
    [
      "a LimitRange of claims",
      claim("5Gi"),
      "create",
      [["refused", /maximum storage usage per PersistentVolumeClaim is 1Gi/]],
    ],
    ["a claim that fits", claim("1Gi"), "create", []],
    [
      "a level of Pod Security",
      workload({ namespace: "strict" }),
      "create",
      [
        ["warning", /would violate PodSecurity "restricted:latest"/],
        ["refused", /its pods: pods "web-.{5}" is forbidden: violates PodSecurity/],
      ],
    ],
    [
      "a namespace that is not there",
      config("x", "nowhere"),
      "create",
      [["missing", /namespaces "nowhere" not found/]],
    ],
    [
      "a kind that is not there",
      { apiVersion: "example.com/v1", kind: "Widget", metadata: meta("w") },
      "create",
      [["missing", /no kind Widget/]],
    ],
  ])("%s", async (_, object, effect, expected) => {
    const found = await port.check([{ object: object as Record<string, unknown>, effect }]);
    expect(found.map(({ kind }) => kind)).toEqual(expected.map(([kind]) => kind));
    for (const [index, [, message]] of expected.entries()) expect(found[index]?.message).toMatch(message);
  });

  test("nothing of it is stored", async () => {
    const before = it.sandbox.state();
    await port.check([
      { object: workload({ memory: "300Mi" }), effect: "change" },
      { object: config("settings"), effect: "change" },
    ]);
    expect(it.sandbox.state()).toEqual(before);
    const settings = await it.core.readNamespacedConfigMap({ namespace: "shop", name: "settings" });
    expect(settings.data).toEqual({ mode: "live" });
  });

  test("without dryRun nothing may be applied, and without a manager nothing is answered", async () => {
    const url = `${it.sandbox.url}/api/v1/namespaces/shop/configmaps/settings`;
    const ask = async (query: string) => {
      const headers = { authorization: `Bearer ${it.sandbox.token}`, "content-type": "application/apply-patch+yaml" };
      return (await fetch(`${url}?${query}`, { method: "PATCH", headers, body: JSON.stringify(config("settings")) }))
        .status;
    };
    expect(await ask("fieldManager=x")).toBe(405);
    expect(await ask("dryRun=All")).toBe(400);
    expect(await ask("dryRun=All&fieldManager=x")).toBe(200);
  });
});
