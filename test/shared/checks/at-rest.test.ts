import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import { api, look, phaseOf, shop, textOf } from "./world.ts";

const scaler: ObjectRef = {
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  namespace: "shop",
  name: "api",
  effect: "create",
};
const ready = { conditions: [{ type: "Ready", status: "True" }] };
const object = (spec: object, status: object = ready) => ({
  spec: { scaleTargetRef: { name: "api" }, ...spec },
  status,
});

/** The workload of the shop, put to rest. */
function resting(scaled: Record<string, unknown> | undefined) {
  const { workload, ...rest } = shop();
  if (workload === undefined) throw new Error("no workload");
  return shop({
    ...rest,
    workload: { ...workload, desired: 0, updated: 0, ready: 0, available: 0 },
    pods: [],
    objects: { "ScaledObject api": scaled },
  });
}

describe.each(["pods", "rollout", "logs"])("%s of a workload that wants nothing", (check) => {
  test.each<[string, Record<string, unknown> | undefined, readonly ObjectRef[], string]>([
    ["rests by its ScaledObject of this change", object({ minReplicaCount: 0 }), [api, scaler], "Successful"],
    ["rests by KEDA's default", object({}), [api, scaler], "Successful"],
    ["is idle at none", object({ minReplicaCount: 2, idleReplicaCount: 0 }), [api, scaler], "Successful"],
    ["should have one", object({ minReplicaCount: 1 }), [api, scaler], "Inconclusive"],
    ["is another's", object({ scaleTargetRef: { name: "web" } }), [api, scaler], "Inconclusive"],
    [
      "is a StatefulSet's",
      object({ scaleTargetRef: { name: "api", kind: "StatefulSet" } }),
      [api, scaler],
      "Inconclusive",
    ],
    [
      "cannot be measured",
      object({}, { conditions: [{ type: "Ready", status: "False" }] }),
      [api, scaler],
      "Inconclusive",
    ],
    ["has no status", { spec: { scaleTargetRef: { name: "api" } } }, [api, scaler], "Inconclusive"],
    ["has none", undefined, [api, scaler], "Inconclusive"],
    ["was put to rest by somebody else", object({}), [api], "Inconclusive"],
    ["loses its ScaledObject", object({}), [api, { ...scaler, effect: "delete" }], "Inconclusive"],
  ])("%s", async (_, scaled, objects, phase) => {
    const seen = await look(check, resting(scaled), { objects });
    expect(phaseOf(seen)).toBe(phase);
    if (phase === "Successful") expect(textOf(seen)).toMatch(/ScaledObject shop\/api keeps n/);
  });
});

test("pods that should be there are missed whatever its ScaledObject says", async () => {
  const world = shop({ pods: [], objects: { "ScaledObject api": object({}) } });
  expect(phaseOf(await look("pods", world, { objects: [api, scaler] }))).toBe("Inconclusive");
});
