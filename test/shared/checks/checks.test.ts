import { describe, expect, test } from "vitest";
import { allChecks } from "../../../shared/checks/all.ts";
import { takeBaseline } from "../../../shared/checks/baseline.ts";
import type { Look, World } from "../../../shared/checks/check.ts";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Baseline, Phase } from "../../../shared/domain/health.ts";
import type { ClusterEvent, Workload } from "../../../shared/ports.ts";
import { api, clusterOf, metricsOf, pod, policy, type Shop, shop, worldOf } from "./world.ts";

async function look(name: string, state: Shop, over: Partial<World> = {}): Promise<Look> {
  const check = allChecks.find((candidate) => candidate.name === name);
  if (check === undefined) throw new Error(`no check ${name}`);
  return check.look(worldOf(state, over));
}

/** What was true while `state` was, for these objects. */
function baselineOf(state: Shop, objects: readonly ObjectRef[] = [api]): Promise<Baseline> {
  return takeBaseline({ objects, cluster: clusterOf(state), metrics: metricsOf(state), now: 900_000 });
}

const workload = (over: Partial<Workload>): Partial<Shop> => ({
  workload: { ...(shop().workload as Workload), ...over },
});
const phaseOf = (result: Look): Phase | "n/a" => ("phase" in result ? result.phase : "n/a");
const textOf = (result: Look): string => ("phase" in result ? result.message : result.because);

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

describe("objects without pods", () => {
  const objects = [policy];
  test("the policy is there as committed", async () => {
    expect(await look("objects", shop(), { objects })).toMatchObject({ phase: "Successful" });
  });
  test("somebody removed it", async () => {
    expect(await look("objects", shop({ objects: {} }), { objects })).toMatchObject({ phase: "Failed" });
  });
  test("it is there, but not as committed", async () => {
    const application = { ...shop().application, status: { resources: [] } } as unknown as Shop["application"];
    expect(await look("objects", shop({ application }), { objects })).toMatchObject({ phase: "Inconclusive" });
  });
  test.each<[string, Record<string, unknown> | undefined, Phase]>([
    ["is gone", undefined, "Successful"],
    ["waits for its finalizer", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }, "Successful"],
    ["is still there", { metadata: {} }, "Failed"],
  ])("what was deleted %s", async (_name, found, phase) => {
    const state = shop({ objects: { "Deployment api": found } });
    expect(await look("objects", state, { objects: [{ ...api, effect: "delete" }] })).toMatchObject({ phase });
  });
  test("workload checks do not apply to it, and say so", async () => {
    for (const name of ["pods", "rollout", "restarts", "error-ratio", "latency", "logs"]) {
      expect(await look(name, shop(), { objects })).toEqual({ applies: false, because: "no workload is changed" });
    }
  });
});

describe("neighbours of a policy", () => {
  const before = shop({ errorRatio: { api: 0.001, web: Number.NaN } });
  test.each<[string, Partial<Shop>, Phase, RegExp]>([
    ["are well", {}, "Successful", /as well as before/],
    ["answer with errors now", { errorRatio: { api: 0.4 } }, "Failed", /shop\/api fail/],
    ["get no more traffic", { errorRatio: { api: Number.NaN } }, "Inconclusive", /traffic before the change/],
    ["lost their metrics", { errorRatio: {} }, "Inconclusive", /traffic before the change/],
    ["became unready", { pods: [pod("api-1"), pod("api-2", { ready: false })] }, "Failed", /api-2: not ready/],
    ["have a new pod that starts", { pods: [pod("api-1"), pod("api-3", { ready: false })] }, "Inconclusive", /api-3/],
    ["crash", { pods: [pod("job-1", { phase: "Failed", reason: "Error", ready: false })] }, "Failed", /job-1: Error/],
    ["restart again and again", { pods: [pod("api-1", { restarts: 2 })] }, "Failed", /restarted 2 times/],
    ["finish their job", { pods: [pod("job-1", { phase: "Succeeded", ready: false })] }, "Successful", /as before/],
  ])("%s", async (_name, over, phase, message) => {
    const baseline = await baselineOf(before, [policy]);
    const result = await look("neighbours", shop({ ...over }), { objects: [policy], baseline });
    expect(phaseOf(result)).toBe(phase);
    expect(textOf(result)).toMatch(message);
  });

  test("a workload that was taken away is not missed, its neighbours are", async () => {
    const baseline = await baselineOf(shop({ errorRatio: { api: 0, web: 0 } }));
    const objects: ObjectRef[] = [{ ...api, effect: "delete" }];
    const gone = await look("neighbours", shop({ errorRatio: { web: 0 } }), { objects, baseline });
    expect(phaseOf(gone)).toBe("Successful");
    const quiet = await look("neighbours", shop({ errorRatio: { web: Number.NaN } }), { objects, baseline });
    expect(phaseOf(quiet)).toBe("Inconclusive");
  });

  test("whoever was unwell before is not blamed on it", async () => {
    const sick = [pod("api-1", { ready: false, reason: "CrashLoopBackOff", restarts: 9 })];
    const baseline = await baselineOf(shop({ pods: sick }), [policy]);
    const result = await look("neighbours", shop({ pods: sick }), { objects: [policy], baseline });
    expect(phaseOf(result)).toBe("Successful");
  });

  test("an empty namespace has nothing to measure, and says so", async () => {
    const empty = shop({ pods: [], errorRatio: {} });
    expect(await look("neighbours", empty, { objects: [policy] })).toMatchObject({ applies: false });
  });
});

describe("application", () => {
  const at = (status: string, message?: string): Partial<Shop> => {
    const application = shop().application;
    return {
      application: {
        ...application,
        status: { ...application?.status, health: { status, ...(message === undefined ? {} : { message }) } },
      } as NonNullable<Shop["application"]>,
    };
  };
  test.each<[string, Partial<Shop>, string, Phase]>([
    ["healthy", {}, "Healthy", "Successful"],
    ["degraded by the change", at("Degraded", "web: crash loop"), "Healthy", "Failed"],
    ["degraded before as well", at("Degraded"), "Degraded", "Successful"],
    ["progressing", at("Progressing"), "Healthy", "Inconclusive"],
    ["always progressing", at("Progressing"), "Progressing", "Successful"],
    ["missing", { application: undefined }, "Healthy", "Inconclusive"],
  ])("%s", async (_name, over, health, phase) => {
    const baseline = { ...(await baselineOf(shop())), health };
    expect(phaseOf(await look("application", shop(over), { baseline }))).toBe(phase);
  });
});

describe("jobs", () => {
  const job: ObjectRef = { apiVersion: "batch/v1", kind: "Job", namespace: "shop", name: "migrate", effect: "create" };
  const ended = (type: string) => ({ status: { conditions: [{ type, status: "True", message: "BackoffLimit" }] } });
  test.each<[string, Record<string, unknown> | undefined, Phase]>([
    ["complete", ended("Complete"), "Successful"],
    ["failed", ended("Failed"), "Failed"],
    ["running", { status: {} }, "Inconclusive"],
    ["not there", undefined, "Inconclusive"],
  ])("%s", async (_name, found, phase) => {
    const state = shop({ objects: { "Job migrate": found } });
    expect(phaseOf(await look("jobs", state, { objects: [job] }))).toBe(phase);
  });
});

describe("baseline", () => {
  test("keeps what the checks compare with", async () => {
    const state = shop({
      logs: ["ERROR: cache"],
      pods: [pod("api-1", { restarts: 3 }), pod("api-2", { ready: false })],
    });
    expect(await baselineOf(state)).toEqual({
      at: 900_000,
      health: "Healthy",
      restarts: { "shop/api-1": 3, "shop/api-2": 0 },
      errorRatio: 0.001,
      p95Seconds: 0.1,
      logFingerprints: [expect.any(String)],
      services: { "shop/api": { errorRatio: 0.001, p95Seconds: 0.1 } },
      troubledPods: { "shop/api-2": "not ready" },
    });
  });

  test("a workload that the change creates has none, and that is no error", async () => {
    const baseline = await baselineOf(shop({ workload: undefined, errorRatio: {}, p95: {} }));
    expect(baseline).toMatchObject({ restarts: {}, logFingerprints: [], services: {} });
    expect(baseline.errorRatio).toBeUndefined();
  });

  test("a policy's baseline is its whole namespace", async () => {
    const baseline = await baselineOf(shop({ errorRatio: { api: 0.02, web: 0.01 } }), [policy]);
    expect(baseline.services).toEqual({ "shop/api": { errorRatio: 0.02 }, "shop/web": { errorRatio: 0.01 } });
    expect(Object.keys(baseline.restarts)).toEqual(["shop/api-1", "shop/api-2"]);
  });

  test("the neighbours of a changed workload are known, but do not stand for it", async () => {
    const baseline = await baselineOf(shop({ errorRatio: { api: 0.01, web: 0.3 } }));
    expect(baseline.errorRatio).toBe(0.01);
    expect(Object.keys(baseline.services ?? {}).sort()).toEqual(["shop/api", "shop/web"]);
  });

  test("what cannot be measured is the caller's to retry, never an empty baseline", async () => {
    await expect(baselineOf(shop({ metricsFault: new Error("down") }))).rejects.toThrow("down");
  });
});
