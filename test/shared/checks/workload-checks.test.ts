import { describe, expect, test } from "vitest";
import type { World } from "../../../shared/checks/check.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import type { ClusterEvent, Workload } from "../../../shared/ports.ts";
import { api, baselineOf, look, phaseOf, pod, type Shop, shop, textOf } from "./world.ts";

const workload = (over: Partial<Workload>): Partial<Shop> => ({
  workload: { ...(shop().workload as Workload), ...over },
});

describe("pods", () => {
  test.each<[string, Partial<Shop>, Phase, RegExp]>([
    ["all ready", {}, "Successful", /2 of 2 pods/],
    ["one still starts", { pods: [pod("api-1"), pod("api-2", { ready: false })] }, "Inconclusive", /1 of 2/],
    ["none yet", { pods: [] }, "Inconclusive", /no pods/],
    ["the workload is not there", { workload: undefined }, "Inconclusive", /does not exist/],
    [
      "leftovers of evicted pods do not count",
      { pods: [pod("api-1"), pod("api-0", { phase: "Failed", reason: "Evicted", ready: false })] },
      "Successful",
      /1 of 1/,
    ],
    ...(
      ["CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "OOMKilled", "CreateContainerConfigError"] as const
    ).map((reason): [string, Partial<Shop>, Phase, RegExp] => [
      `${reason} fails fast`,
      { pods: [pod("api-1"), pod("api-2", { ready: false, restarts: 3, reason })] },
      "Failed",
      new RegExp(reason),
    ]),
  ])("%s", async (_name, over, phase, message) => {
    const result = await look("pods", shop(over));
    expect(phaseOf(result)).toBe(phase);
    expect(textOf(result)).toMatch(message);
  });

  test("a pod that ran out of memory long ago is not blamed on the change; one that does it again is", async () => {
    const old = shop({ pods: [pod("api-1", { restarts: 7, reason: "OOMKilled" })] });
    const baseline = await baselineOf(old);
    // Ready since: it was killed before the change, and its status still says so.
    expect(phaseOf(await look("pods", old, { baseline: { ...baseline, troubledPods: {} } }))).toBe("Successful");
    const again = shop({ pods: [pod("api-1", { restarts: 8, reason: "OOMKilled" })] });
    expect(phaseOf(await look("pods", again, { baseline: { ...baseline, troubledPods: {} } }))).toBe("Failed");
  });

  test("a workload without a readable selector is an error, never every pod of the namespace", async () => {
    await expect(look("pods", shop(workload({ selector: {} })))).rejects.toThrow("no selector");
  });

  test("an object whose namespace nobody knows is an error, never skipped", async () => {
    const { namespace: _, ...nowhere } = api;
    await expect(look("pods", shop(), { objects: [nowhere] })).rejects.toThrow("namespace of Deployment api");
  });
});

describe("rollout", () => {
  test.each<[string, Partial<Shop>, Phase, RegExp]>([
    ["done", {}, "Successful", /2 of 2/],
    ["not observed", workload({ generation: 3 }), "Inconclusive", /not observed/],
    ["half updated", workload({ updated: 1 }), "Inconclusive", /1 of 2 replicas .* updated/],
    ["not ready", workload({ ready: 1 }), "Inconclusive", /ready/],
    ["not available", workload({ available: 0 }), "Inconclusive", /available/],
    ["progress deadline", workload({ ready: 0, stalled: "deadline exceeded" }), "Failed", /deadline exceeded/],
    ["a deadline of the generation before", workload({ generation: 3, stalled: "old" }), "Inconclusive", /observed/],
    ["scaled to zero proves nothing", workload({ desired: 0, updated: 0, ready: 0 }), "Inconclusive", /no replicas/],
  ])("%s", async (_name, over, phase, message) => {
    const result = await look("rollout", shop(over));
    expect(phaseOf(result)).toBe(phase);
    expect(textOf(result)).toMatch(message);
  });

  test("not ready at the last look is a failure, scaled to zero is still a question", async () => {
    expect(phaseOf(await look("rollout", shop(workload({ ready: 1 })), { lastLook: true }))).toBe("Failed");
    expect(phaseOf(await look("rollout", shop(workload({ desired: 0 })), { lastLook: true }))).toBe("Inconclusive");
  });
});

describe("restarts", () => {
  const event = (over: Partial<ClusterEvent>): ClusterEvent => ({
    type: "Warning",
    reason: "BackOff",
    message: "restarting failed container",
    object: "Pod/api-1",
    lastSeen: 980_000,
    ...over,
  });
  test.each<[string, Partial<Shop>, Phase, RegExp]>([
    ["none", {}, "Successful", /^0 restarts/],
    ["one is tolerated", { pods: [pod("api-9", { restarts: 1 })] }, "Successful", /^1 restarts/],
    ["two of new pods", { pods: [pod("api-8", { restarts: 1 }), pod("api-9", { restarts: 1 })] }, "Failed", /^2 /],
    [
      "the newest warning says why",
      { pods: [pod("api-9", { restarts: 5 })], events: [event({ lastSeen: 950_000 }), event({ reason: "Unhealthy" })] },
      "Failed",
      /Unhealthy: restarting/,
    ],
    [
      "a quota refuses the pods",
      {
        ...workload({ ready: 0 }),
        events: [event({ reason: "FailedCreate", object: "ReplicaSet/api-7d9", message: "exceeded quota" })],
      },
      "Failed",
      /cannot create pods: exceeded quota/,
    ],
    [
      "a refusal that is over",
      { events: [event({ reason: "FailedCreate", object: "ReplicaSet/api-7d9" })] },
      "Successful",
      /FailedCreate/,
    ],
    [
      "a refusal of somebody else",
      { ...workload({ ready: 0 }), events: [event({ reason: "FailedCreate", object: "ReplicaSet/web-7d9" })] },
      "Successful",
      /^0 restarts in Deployment shop\/api since the change$/,
    ],
    [
      "a refusal from before",
      { ...workload({ ready: 0 }), events: [event({ reason: "FailedCreate", lastSeen: 1 })] },
      "Successful",
      /since the change$/,
    ],
  ])("%s", async (_name, over, phase, message) => {
    const result = await look("restarts", shop(over));
    expect(phaseOf(result)).toBe(phase);
    expect(textOf(result)).toMatch(message);
  });

  test("only new restarts count", async () => {
    const baseline = await baselineOf(shop({ pods: [pod("api-1", { restarts: 41 })] }));
    const result = await look("restarts", shop({ pods: [pod("api-1", { restarts: 42 })] }), { baseline });
    expect(textOf(result)).toMatch(/^1 restarts/);
  });
});

describe("error ratio", () => {
  test.each<[string, number | undefined, number | undefined, Phase | "n/a"]>([
    ["a healthy service", 0.001, 0.001, "Successful"],
    ["one percent is always tolerated", 0, 0.01, "Successful"],
    ["more is not", 0, 0.011, "Failed"],
    ["a service that was bad before may stay so", 0.05, 0.054, "Successful"],
    ["but not become worse", 0.05, 0.056, "Failed"],
    ["no traffic is no verdict", 0.001, Number.NaN, "Inconclusive"],
    ["metrics that vanish are no verdict", 0.001, undefined, "Inconclusive"],
    ["metrics that were there without traffic, and vanish", Number.NaN, undefined, "Inconclusive"],
    ["never instrumented: does not apply", undefined, undefined, "n/a"],
    ["instrumented by the change", undefined, 0.5, "Failed"],
  ])("%s", async (_name, before, now, phase) => {
    const baseline = await baselineOf(shop({ errorRatio: { api: before }, p95: {} }));
    expect(phaseOf(await look("error-ratio", shop({ errorRatio: { api: now } }), { baseline }))).toBe(phase);
  });

  test("a workload that just began to report is no workload without metrics", async () => {
    const metrics: World["metrics"] = {
      query: async (promql) => (promql.startsWith("count(") ? [{ labels: {}, value: 2 }] : []),
    };
    expect(phaseOf(await look("error-ratio", shop(), { metrics }))).toBe("Inconclusive");
  });

  test("without any baseline the absolute limit decides", async () => {
    expect(phaseOf(await look("error-ratio", shop({ errorRatio: { api: 0.02 } })))).toBe("Failed");
  });
});

describe("latency", () => {
  test.each<[string, number | undefined, number | undefined, Phase | "n/a"]>([
    ["as before", 0.1, 0.12, "Successful"],
    ["slower, not twice", 0.1, 0.19, "Successful"],
    ["more than twice as slow", 0.1, 0.21, "Failed"],
    ["a fast service doubled unnoticed", 0.01, 0.03, "Successful"],
    ["no traffic", 0.1, Number.NaN, "Inconclusive"],
    ["metrics vanished", 0.1, undefined, "Inconclusive"],
    ["nothing to compare with", undefined, 5, "n/a"],
    ["no traffic before, nothing to compare with", Number.NaN, 5, "n/a"],
  ])("%s", async (_name, before, now, phase) => {
    const baseline = await baselineOf(shop({ errorRatio: {}, p95: { api: before } }));
    expect(phaseOf(await look("latency", shop({ p95: { api: now } }), { baseline }))).toBe(phase);
  });
});

describe("logs", () => {
  const panic = "panic: runtime error: index out of range [3] with length 3";
  test.each<[string, string[], string[], Phase, RegExp]>([
    ["quiet", [], ["GET / 200"], "Successful", /no new errors/],
    ["a panic", [], ["GET / 200", panic], "Failed", /panic: runtime error/],
    [
      "a panic it always had",
      [panic],
      ["panic: runtime error: index out of range [7] with length 2"],
      "Successful",
      /no new/,
    ],
    [
      "a new kind of error only warns",
      ["ERROR: cache miss 1"],
      ["ERROR: upstream 10.0.0.1 refused"],
      "Successful",
      /1 new/,
    ],
    ["the error it always had", ["ERROR: cache miss 1"], ["ERROR: cache miss 99"], "Successful", /no new/],
  ])("%s", async (_name, before, now, phase, message) => {
    const baseline = await baselineOf(shop({ logs: before }));
    const result = await look("logs", shop({ logs: now }), { baseline });
    expect(phaseOf(result)).toBe(phase);
    expect(textOf(result)).toMatch(message);
  });

  test("no running pod is no evidence", async () => {
    expect(phaseOf(await look("logs", shop({ pods: [pod("api-1", { phase: "Pending", ready: false })] })))).toBe(
      "Inconclusive",
    );
  });
});
