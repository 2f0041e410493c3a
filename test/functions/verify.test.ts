import { describe, expect, test } from "vitest";
import { type VerifyPorts, verify } from "../../functions/verify/handle.ts";
import { takeBaseline } from "../../shared/checks/baseline.ts";
import { defaultMetricNames } from "../../shared/checks/queries.ts";
import type { ObjectRef } from "../../shared/domain/change-set.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Workload } from "../../shared/ports.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { commits } from "../shared/argocd/application.ts";
import { api, argoCdOf, clusterOf, metricsOf, pod, policy, type Shop, shop } from "../shared/checks/world.ts";
import { committedImprovement } from "../support/improvement.ts";
import { type Drive, drive, START } from "../support/rounds.ts";

const schedule = { durationMs: 300_000, intervalMs: 10_000 };

interface Scene {
  readonly objects?: readonly ObjectRef[];
  readonly ports?: Partial<VerifyPorts>;
  readonly before?: Partial<Shop>;
  readonly record?: Partial<Improvement>;
  /** Changes the cluster as time goes by. */
  readonly play?: (state: Shop, elapsed: number) => void;
  readonly drive?: Drive;
}

async function run({ objects = [api], ports = {}, before = {}, record = {}, play, drive: options = {} }: Scene = {}) {
  const wasWell = shop(before);
  const readers = { cluster: clusterOf(wasWell), metrics: metricsOf(wasWell) };
  const baseline = await takeBaseline({ objects, ...readers, now: START - 60_000 });
  const state = shop();
  const all: VerifyPorts = {
    cluster: clusterOf(state),
    metrics: metricsOf(state),
    argoCd: argoCdOf(state),
    metricNames: defaultMetricNames,
    schedule,
    rollbackEnabled: true,
    ...ports,
  };
  const improvement = committedImprovement(commits.ours, objects, { status: "deployed", baseline, ...record });
  return drive(
    (input, context) => verify(input, all, context),
    { improvement },
    {
      ...options,
      before: (round, elapsed) => {
        play?.(state, elapsed);
        options.before?.(round, elapsed);
      },
    },
  );
}

const set = (over: Partial<Shop>) => (state: Shop) => void Object.assign(state, over);
const notReady: Partial<Shop> = {
  workload: { ...(shop().workload as Workload), ready: 1, available: 1 },
  pods: [pod("api-1"), pod("api-2", { ready: false })],
};

describe("verified", () => {
  test("after the whole duration, with the measurements in the record", async () => {
    const { outcome, took, record } = await run();
    expect(outcome).toMatchObject({
      to: "verified",
      patch: { health_checks_passed: "true", verified_at: "2026-03-01T10:05:00.000Z" },
    });
    expect(took).toBe(300_000);
    const checks = record.verification?.checks ?? {};
    expect(checks["pods"]?.measurements.length).toBe(31);
    expect(checks["error-ratio"]?.measurements.length).toBeGreaterThanOrEqual(8);
    expect(record.verification?.extended).toBe(false);
    expect(outcome.because).toContain("rollout");
  });

  test("an ordinary service that was never instrumented: pods, rollout and logs speak for it", async () => {
    const plain = { errorRatio: {}, p95: {} };
    const { outcome, record } = await run({ before: plain, play: set(plain) });
    expect(outcome.to).toBe("verified");
    expect(record.verification?.checks["error-ratio"]).toMatchObject({
      applies: false,
      because: "shop/api has no request metrics",
    });
    expect(outcome.because).not.toContain("error-ratio");
  });

  test("a slow start that recovers in time", async () => {
    const { outcome } = await run({
      play: (state, elapsed) => Object.assign(state, elapsed < 200_000 ? notReady : shop()),
    });
    expect(outcome.to).toBe("verified");
  });

  test("a start that becomes ready just before the end needs the extension to prove itself", async () => {
    const { outcome, took, record } = await run({
      play: (state, elapsed) => Object.assign(state, elapsed < 280_000 ? notReady : shop()),
    });
    expect(outcome.to).toBe("verified");
    expect(record.verification?.extended).toBe(true);
    expect(took).toBe(600_000);
  });

  test("one restart and one bad minute are tolerated", async () => {
    const { outcome } = await run({
      play: (state, elapsed) => {
        state.pods = [pod("api-1", { restarts: 1 }), pod("api-2")];
        state.errorRatio = { api: elapsed > 90_000 && elapsed < 150_000 ? 0.2 : 0 };
      },
    });
    expect(outcome.to).toBe("verified");
  });

  test("the API server away for half a minute", async () => {
    const { outcome } = await run({
      play: (state, elapsed) => {
        const away = elapsed > 100_000 && elapsed < 130_000;
        state.clusterFault = away ? new RetryLater("connection refused", 5_000) : undefined;
      },
    });
    expect(outcome.to).toBe("verified");
  });

  test("a shortened verification still measures everything several times", async () => {
    const { outcome, took, record } = await run({ ports: { schedule: { durationMs: 20_000, intervalMs: 10_000 } } });
    expect(outcome.to).toBe("verified");
    expect(took).toBe(20_000);
    for (const name of ["pods", "rollout", "error-ratio", "latency", "logs"]) {
      expect(record.verification?.checks[name]?.measurements.length).toBeGreaterThanOrEqual(4);
    }
  });

  test("a network policy: its object, its Application and everything in its namespace", async () => {
    const { outcome } = await run({ objects: [policy] });
    expect(outcome.to).toBe("verified");
    for (const name of ["objects", "application", "neighbours"]) expect(outcome.because).toContain(name);
  });
});

describe("rolled back", () => {
  test.each<[string, Partial<Shop>, RegExp, number]>([
    [
      "crash loop, at the second look",
      { pods: [pod("api-1"), pod("api-9", { ready: false, reason: "CrashLoopBackOff" })] },
      /pods: .*CrashLoopBackOff/,
      10_000,
    ],
    [
      "image that cannot be pulled",
      { pods: [pod("api-9", { ready: false, phase: "Pending", reason: "ErrImagePull" })] },
      /ErrImagePull/,
      10_000,
    ],
    ["errors", { errorRatio: { api: 0.05 } }, /error-ratio: 5.00 %/, 120_000],
    ["slowness", { p95: { api: 0.9 } }, /latency: .*900 ms \(before: 100 ms\)/, 120_000],
    ["a panic in the log", { logs: ["panic: boom"] }, /logs: .*panic: boom/, 60_000],
    ["restarts", { pods: [pod("api-9", { restarts: 2 })] }, /restarts: 2 restarts/, 0],
    [
      "progress deadline",
      { workload: { ...(shop().workload as Workload), stalled: "ReplicaSet has timed out progressing" } },
      /timed out progressing/,
      0,
    ],
  ])("%s", async (_name, over, because, took) => {
    const result = await run({ play: set(over) });
    expect(result.outcome).toMatchObject({ to: "rolling_back", patch: { health_checks_passed: "false" } });
    expect(result.record.failure_reason).toMatch(because);
    expect(result.took).toBe(took);
    expect(result.record.verification?.outcome).toBe("failed");
  });

  test("never ready, not even in the extension", async () => {
    const { outcome, took } = await run({ play: set(notReady) });
    expect(outcome.to).toBe("rolling_back");
    expect(outcome.because).toMatch(/rollout: .*to the end/);
    expect(took).toBe(600_000);
  });

  test("a network policy that cuts the namespace off", async () => {
    const { outcome } = await run({ objects: [policy], play: set({ errorRatio: { api: 0.6 } }) });
    expect(outcome.to).toBe("rolling_back");
    expect(outcome.because).toMatch(/neighbours: 60.00 %/);
  });

  test("with rollback switched off a person decides", async () => {
    const { outcome } = await run({ play: set({ logs: ["panic: boom"] }), ports: { rollbackEnabled: false } });
    expect(outcome).toMatchObject({ to: "held", patch: { health_checks_passed: "false", held_from: "deployed" } });
  });
});

describe("held after one extension", () => {
  test.each<[string, Partial<Shop>, RegExp]>([
    ["no traffic", { errorRatio: { api: Number.NaN }, p95: { api: Number.NaN } }, /error-ratio: .*no traffic/],
    ["metrics vanished", { errorRatio: {}, p95: {} }, /error-ratio: .*gone/],
    [
      "Prometheus is away",
      { metricsFault: new RetryLater("Prometheus cannot be reached", 5_000) },
      /cannot be reached/,
    ],
    ["the query is refused", { metricsFault: new PermanentError("Prometheus refuses the query") }, /refuses/],
    ["the cluster is away", { clusterFault: new RetryLater("connection refused", 5_000) }, /connection refused/],
    ["pods may not be read", { clusterFault: new Error("cannot list pods: 403") }, /403/],
    [
      "nothing runs: scaled to zero",
      { workload: { ...(shop().workload as Workload), desired: 0 }, pods: [] },
      /no replicas/,
    ],
  ])("%s", async (_name, over, because) => {
    const { outcome, took, record } = await run({ play: set(over) });
    expect(outcome).toMatchObject({ to: "held", patch: { held_from: "deployed" } });
    expect(outcome.because).toMatch(because);
    expect(took).toBe(600_000);
    expect(record.verification).toMatchObject({ extended: true, outcome: "undecided" });
    expect(record.verified_at).toBeUndefined();
  });

  test("an item that waited past its end is measured in the extension, not passed on one look", async () => {
    const { outcome, record } = await run({ drive: { late: (round) => (round === 1 ? 900_000 : 0) } });
    expect(record.verification?.extended).toBe(true);
    expect(outcome.to).toBe("verified");
  });

  test("an item that always waits too long is never verified", async () => {
    const { outcome, rounds } = await run({ drive: { late: () => 3_600_000 } });
    expect(outcome.to).toBe("held");
    expect(rounds).toBeLessThanOrEqual(4);
  });

  test("a person's extension is a fresh verification", async () => {
    const first = await run({ play: set({ errorRatio: { api: Number.NaN }, p95: {} }) });
    const { verification } = first.record;
    const second = await run({ record: verification === undefined ? {} : { verification } });
    expect(second.outcome.to).toBe("verified");
    expect(second.record.verification?.startedAt).toBe(START);
  });
});

test("a crash between two rounds loses no measurement", async () => {
  let rounds = 0;
  const { outcome, record } = await run({
    play: () => {
      rounds += 1;
    },
  });
  expect(outcome.to).toBe("verified");
  // Everything a round knows came out of the record: 31 looks at pods, none lost, none doubled.
  const times = record.verification?.checks["pods"]?.measurements.map(({ at }) => at) ?? [];
  expect(new Set(times).size).toBe(31);
  expect(rounds).toBeGreaterThanOrEqual(31);
});

test("a lost lease ends the round, it is no measurement", async () => {
  const state = shop();
  const controller = new AbortController();
  const cluster = {
    ...clusterOf(state),
    pods: async () => {
      controller.abort();
      throw new Error("aborted");
    },
  };
  const ports: VerifyPorts = {
    cluster,
    metrics: metricsOf(state),
    argoCd: argoCdOf(state),
    metricNames: defaultMetricNames,
    schedule,
    rollbackEnabled: true,
  };
  const running = drive((input, context) => verify(input, ports, { ...context, signal: controller.signal }), {
    improvement: committedImprovement(commits.ours, [api]),
  });
  await expect(running).rejects.toThrow("aborted");
});
