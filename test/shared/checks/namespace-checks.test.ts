import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { api, baselineOf, look, phaseOf, pod, policy, type Shop, shop, textOf } from "./world.ts";

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
