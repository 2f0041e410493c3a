/** Whether new pods find a node: by what metrics tell, and what is said when they tell nothing. */
import { describe, expect, test } from "vitest";
import type { NewPods } from "../../functions/validate/added-pods.ts";
import { addedPods } from "../../functions/validate/added-pods.ts";
import { findRoom } from "../../functions/validate/capacity.ts";
import {
  ALLOCATABLE_QUERY,
  nodeRoom,
  PODS_QUERY,
  REQUESTED_QUERY,
  USABLE_QUERY,
} from "../../functions/validate/node-room.ts";
import type { MetricSample } from "../../shared/ports.ts";
import { withChanges } from "../../shared/repository/change.ts";
import { application, deployment, platformOf, SIZED } from "../support/platform.ts";
import { promqlErrors } from "../support/promql.ts";

const GIBI = 2 ** 30;
const sample = (labels: Record<string, string>, value: number): MetricSample => ({ labels, value });

interface Node {
  readonly cpu?: readonly [allocatable: number, requested: number];
  readonly memory?: readonly [allocatable: number, requested: number];
  readonly pods?: readonly [allocatable: number, running: number];
  readonly usable?: boolean;
}

/** As kube-state-metrics and Prometheus would answer. */
function metricsOf(nodes: Readonly<Record<string, Node>>) {
  const all = Object.entries(nodes);
  const answers = new Map<string, readonly MetricSample[]>([
    [
      ALLOCATABLE_QUERY,
      all.flatMap(([node, { cpu = [4, 0], memory = [8 * GIBI, 0], pods = [110, 0] }]) => [
        sample({ node, resource: "cpu" }, cpu[0]),
        sample({ node, resource: "memory" }, memory[0]),
        sample({ node, resource: "pods" }, pods[0]),
      ]),
    ],
    [
      REQUESTED_QUERY,
      all.flatMap(([node, { cpu = [4, 1], memory = [8 * GIBI, GIBI] }]) => [
        sample({ node, resource: "cpu" }, cpu[1]),
        sample({ node, resource: "memory" }, memory[1]),
      ]),
    ],
    [PODS_QUERY, all.map(([node, { pods = [110, 10] }]) => sample({ node }, pods[1]))],
    [USABLE_QUERY, all.flatMap(([node, { usable = true }]) => (usable ? [sample({ node }, 1)] : []))],
  ]);
  return {
    query: async (promql: string) => {
      const answer = answers.get(promql);
      if (answer === undefined) throw new Error(`not asked before: ${promql}`);
      return answer;
    },
  };
}

const pods = (count: number, cpu: number, memory: number): NewPods[] => [
  { name: "Deployment shop/new", count, cpu, memory: memory * GIBI },
];

describe("nodes", () => {
  test.each<[string, Readonly<Record<string, Node>>, NewPods[], RegExp]>([
    ["room on one of two", { full: { cpu: [4, 4] }, free: {} }, pods(2, 1, 1), /^fits: 2 nodes have room/],
    [
      "room in all together, on none alone",
      { a: { cpu: [4, 3] }, b: { cpu: [4, 3] } },
      pods(1, 2, 1),
      /^over: no node/,
    ],
    ["exactly the rest", { a: { cpu: [4, 3], memory: [8 * GIBI, 6 * GIBI] } }, pods(1, 1, 2), /^fits/],
    ["CPU here, memory there", { a: { memory: [GIBI, GIBI] }, b: { cpu: [4, 4] } }, pods(1, 1, 1), /^over/],
    ["the third does not fit", { a: { cpu: [4, 2] } }, pods(3, 1, 0), /^over: no node has room for pod 3 of 3/],
    ["no place for one more pod", { a: { pods: [110, 110] } }, pods(1, 0, 0), /^over/],
    ["free, but cordoned", { a: { usable: false }, b: { cpu: [4, 4] } }, pods(1, 1, 1), /^over/],
    ["no node known", {}, pods(1, 1, 1), /^unsure: .*tell of no node/],
  ])("%s", async (_, nodes, wanted, expected) => {
    const { verdict, because } = await nodeRoom(wanted, metricsOf(nodes));
    expect(`${verdict}: ${because}`).toMatch(expected);
  });

  test("metrics that are away tell nothing; an abort is no answer", async () => {
    const away = { query: async () => Promise.reject(new Error("Prometheus is away")) };
    expect(await nodeRoom(pods(1, 1, 1), away)).toMatchObject({ verdict: "unsure" });
    expect(await nodeRoom(pods(1, 1, 1), undefined)).toMatchObject({ verdict: "unsure" });
    const stop = AbortSignal.abort(new Error("draining"));
    await expect(nodeRoom(pods(1, 1, 1), away, stop)).rejects.toThrow("away");
  });

  test.each([ALLOCATABLE_QUERY, REQUESTED_QUERY, PODS_QUERY, USABLE_QUERY])("is PromQL: %s", (query) =>
    expect(promqlErrors(query)).toEqual([]),
  );
});

const texts = {
  "app.yaml": application("shop", "shop", "shop"),
  "shop/web.yaml": deployment("web", { extra: SIZED }),
  "shop/bare.yaml": deployment("bare"),
};

test("new pods are those that stay and were not there", () => {
  const before = platformOf(texts);
  const changed = (path: string, after: string) =>
    addedPods(before, withChanges(before, [{ path, before: null, after }]));
  const three = deployment("web", { extra: SIZED }).replace("spec:\n", "spec:\n  replicas: 3\n");
  expect(changed("shop/web.yaml", three)).toEqual([
    { name: "Deployment shop/web", count: 2, cpu: 0.1, memory: 2 ** 27 },
  ]);
  expect(changed("shop/new.yaml", deployment("new"))).toMatchObject([{ count: 1, cpu: 0 }]);
  expect(changed("shop/bare.yaml", deployment("bare", { extra: SIZED }))).toEqual([]);
  expect(changed("else/new.yaml", deployment("new"))).toEqual([]);
});

test("a change that brings no pods passes as by the manifests alone, whatever the metrics say", async () => {
  const asked = { title: "Set memory limits on every container", description: "", quotes: [] };
  const full = metricsOf({ a: { cpu: [4, 4], memory: [GIBI, GIBI] } });
  const finding = await findRoom(asked, { platform: platformOf(texts), metrics: full });
  expect(finding).toMatchObject({ result: "pass" });
  expect(finding?.because).toContain("it brings no more pods to the nodes");
});
