import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  initialState,
  patchReplicas,
  poll,
  type Reading,
  type ScaleState,
} from "../../../build/local/autoscaler/decide.ts";
import { compileFormula } from "../../../build/local/autoscaler/formula.ts";
import { syncHpa } from "../../../build/local/autoscaler/hpa.ts";
import { DEFAULT_DOWN, DEFAULT_UP } from "../../../build/local/autoscaler/hpa-behavior.ts";
import type { Scaler } from "../../../build/local/autoscaler/scaler.ts";
import { FORMULA } from "../../../build/manifests/scaled-object.ts";

const names = ["pending", "leases", "delayed"];
const plainSum = "pending + leases + (delayed > 0 ? 1 : 0)";

function scalerWith(over: Partial<Scaler> = {}, formula = FORMULA): Scaler {
  return {
    name: "cortex-route",
    pollingMs: 5_000,
    cooldownMs: 60_000,
    initialCooldownMs: 0,
    minReplicas: 0,
    maxReplicas: 4,
    metrics: [{ formula: compileFormula(formula, names), target: 4, activationTarget: 0 }],
    behavior: { scaleUp: DEFAULT_UP, scaleDown: { ...DEFAULT_DOWN, selectPolicy: "Disabled" } },
    annotations: {},
    triggers: [],
    graceMs: 30_000,
    container: "route",
    ...over,
  };
}
const seen = (pending: number, leases = 0, delayed = 0): Reading => ({ values: { pending, leases, delayed } });
const nothing = seen(0);

/** Polls at the given seconds; between two polls the HPA looks at what the poll before saw. */
function run(scaler: Scaler, readings: readonly [second: number, reading: Reading][], from = initialState(scaler, 0)) {
  return readings.reduce<ScaleState>((state, [second, reading]) => {
    const now = second * 1_000;
    return syncHpa(scaler, poll(scaler, state, now, reading), now, reading);
  }, from);
}

describe("waking", () => {
  test.each<[string, Reading]>([
    ["a waiting event", seen(1)],
    ["a lease alone: a crashed worker's event needs somebody to reap it", seen(0, 1)],
    ["a timer alone", seen(0, 0, 1)],
  ])("from zero by %s", (_what, reading) => {
    expect(poll(scalerWith(), initialState(scalerWith(), 0), 0, reading)).toMatchObject({ replicas: 1, active: true });
  });

  test("to one only; the HPA brings the rest, up to the maximum", () => {
    const scaler = scalerWith();
    const woken = poll(scaler, initialState(scaler, 0), 0, seen(100));
    expect(woken.replicas).toBe(1);
    expect(syncHpa(scaler, woken, 0, seen(100)).replicas).toBe(4);
  });

  test.each([
    [4, 1],
    [5, 2],
    [9, 3],
    [17, 5],
  ])("%i events at four per pod ask for %i pods", (pending, pods) => {
    expect(run(scalerWith({ maxReplicas: 10 }), [[0, seen(pending)]]).replicas).toBe(pods);
  });

  test("the HPA leaves the count alone while the load is within a tenth of what the pods carry", () => {
    const four = patchReplicas(initialState(scalerWith(), 0), 4);
    expect(syncHpa(scalerWith({ maxReplicas: 10 }), four, 0, seen(17)).replicas).toBe(4);
    expect(syncHpa(scalerWith({ maxReplicas: 10 }), four, 0, seen(18)).replicas).toBe(5);
  });

  test("activation is strictly above its threshold", () => {
    const metrics = [{ formula: compileFormula(FORMULA, names), target: 4, activationTarget: 2 }];
    const scaler = scalerWith({ metrics });
    expect(run(scaler, [[0, seen(2)]]).replicas).toBe(0);
    expect(run(scaler, [[0, seen(3)]]).replicas).toBe(1);
  });
});

describe("work in flight keeps its pods", () => {
  test("for as long as it takes, though nothing waits any more", () => {
    const busy = Array.from({ length: 500 }, (_, i): [number, Reading] => [i * 5, seen(0, 8)]);
    expect(run(scalerWith(), [[0, seen(16)], ...busy]).replicas).toBe(4);
  });

  test("with the waiting list as the only trigger they would be taken away in the middle of it", () => {
    const blind = scalerWith({}, "pending");
    const busy = Array.from({ length: 20 }, (_, i): [number, Reading] => [5 + i * 5, seen(0, 8)]);
    expect(run(blind, [[0, seen(16)], ...busy]).replicas).toBe(0);
  });

  test("whatever is read: while there is load no poll and no sync takes a pod away", () => {
    const load = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(5)).filter(([a, b, c]) => a + b + c > 0);
    fc.assert(
      fc.property(fc.array(load, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 300 }), (loads, every) => {
        const scaler = scalerWith();
        let state = initialState(scaler, 0);
        for (const [i, numbers] of loads.entries()) {
          const reading = seen(...numbers);
          const now = i * every * 1_000;
          const next = syncHpa(scaler, poll(scaler, state, now, reading), now, reading);
          expect(next.replicas).toBeGreaterThanOrEqual(Math.max(1, state.replicas));
          expect(next.replicas).toBeLessThanOrEqual(scaler.maxReplicas);
          state = next;
        }
      }),
    );
  });
});

describe("going to zero", () => {
  test("from N in one step, when everything was empty for longer than the cool-down since the last active poll", () => {
    const scaler = scalerWith();
    const four = run(scaler, [
      [0, seen(16)],
      [10, seen(0, 1)],
    ]);
    expect(four.replicas).toBe(4);
    expect(
      run(
        scaler,
        [
          [15, nothing],
          [70, nothing],
        ],
        four,
      ).replicas,
    ).toBe(4);
    expect(
      run(
        scaler,
        [
          [15, nothing],
          [71, nothing],
        ],
        four,
      ).replicas,
    ).toBe(0);
  });

  test("never below minReplicaCount", () => {
    expect(
      run(scalerWith({ minReplicas: 1 }), [
        [0, seen(16)],
        [500, nothing],
      ]).replicas,
    ).toBe(4);
    expect(run(scalerWith({ minReplicas: 1 }), [[0, nothing]]).replicas).toBe(1);
  });
});

describe("a wake-up from outside", () => {
  const woken = (state: ScaleState) => patchReplicas(state, 1);

  test("without work is gone at the next poll when the stage was never active", () => {
    const scaler = scalerWith();
    expect(run(scaler, [[5, nothing]], woken(initialState(scaler, 0))).replicas).toBe(0);
  });

  test("without work stays until initialCooldownPeriod after the ScaledObject's creation", () => {
    const scaler = scalerWith({ initialCooldownMs: 60_000 });
    const state = woken(initialState(scaler, 0));
    expect(run(scaler, [[55, nothing]], state).replicas).toBe(1);
    expect(run(scaler, [[61, nothing]], state).replicas).toBe(0);
  });

  test("without work is gone at the next poll when the last activity is older than the cool-down", () => {
    const scaler = scalerWith({ initialCooldownMs: 60_000 });
    const idle = run(scaler, [
      [0, seen(1)],
      [100, nothing],
    ]);
    expect(idle.replicas).toBe(0);
    expect(run(scaler, [[205, nothing]], woken(idle)).replicas).toBe(0);
  });

  test("with work at the poll counts as active and gets the whole cool-down", () => {
    const scaler = scalerWith();
    const state = run(scaler, [[100, seen(0, 1)]], woken(initialState(scaler, 0)));
    expect(run(scaler, [[159, nothing]], state).replicas).toBe(1);
  });

  test("lets the HPA scale up before KEDA's next poll", () => {
    const scaler = scalerWith();
    expect(syncHpa(scaler, woken(initialState(scaler, 0)), 0, seen(16)).replicas).toBe(4);
  });
});

describe("Redis out of reach", () => {
  const outage: Reading = { error: "connect ECONNREFUSED" };

  test("changes nothing for as long as it lasts, and says so", () => {
    const scaler = scalerWith();
    const state = run(scaler, [
      [0, seen(16)],
      [500, outage],
      [5_000, outage],
    ]);
    expect(state).toMatchObject({ replicas: 4, problem: "connect ECONNREFUSED" });
    expect(run(scaler, [[5_005, seen(1)]], state)).not.toHaveProperty("problem");
  });

  test("and KEDA 2.20 loses the error: the school's formula keeps the pods, the plain sum does not", () => {
    const lost: [number, Reading][] = [[200, { lost: true }]];
    expect(run(scalerWith({}, plainSum), lost, run(scalerWith(), [[0, seen(8)]])).replicas).toBe(0);
    expect(run(scalerWith(), lost, run(scalerWith(), [[0, seen(8)]])).replicas).toBe(2);
  });
});
