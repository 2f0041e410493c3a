import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { look, phaseOf, shop, textOf } from "./world.ts";

const ref = (apiVersion: string, kind: string): ObjectRef => ({
  apiVersion,
  kind,
  namespace: "shop",
  name: "web",
  effect: "create",
});
const well = [
  { type: "AbleToScale", status: "True" },
  { type: "ScalingActive", status: "True" },
];
const blind = [
  { type: "AbleToScale", status: "True" },
  { type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric", message: "missing request for cpu" },
];
const off = [
  { type: "AbleToScale", status: "True" },
  { type: "ScalingActive", status: "False", reason: "ScalingDisabled" },
];

describe("an autoscaler", () => {
  test.each<[string, string, object | undefined, boolean, Phase, RegExp]>([
    [
      "measures and scales",
      "HorizontalPodAutoscaler",
      { conditions: well, currentReplicas: 2 },
      false,
      "Successful",
      /2 replicas/,
    ],
    ["is not there yet", "HorizontalPodAutoscaler", undefined, false, "Inconclusive", /does not exist/],
    ["is not there to the end", "HorizontalPodAutoscaler", undefined, true, "Failed", /does not exist/],
    ["says nothing", "HorizontalPodAutoscaler", {}, true, "Inconclusive", /no status/],
    ["cannot measure yet", "HorizontalPodAutoscaler", { conditions: blind }, false, "Inconclusive", /missing request/],
    ["cannot measure to the end", "HorizontalPodAutoscaler", { conditions: blind }, true, "Failed", /missing request/],
    ["is off", "HorizontalPodAutoscaler", { conditions: off, currentReplicas: 2 }, true, "Successful", /scales/],
    [
      "has too few",
      "HorizontalPodAutoscaler",
      { conditions: well, currentReplicas: 1 },
      true,
      "Failed",
      /1 replicas where 2/,
    ],
    ["is KEDA's", "ScaledObject", { conditions: [{ type: "Ready", status: "True" }] }, false, "Successful", /scales/],
    [
      "is KEDA's and broken",
      "ScaledObject",
      { conditions: [{ type: "Ready", status: "False", reason: "X" }] },
      true,
      "Failed",
      /not Ready: X/,
    ],
  ])("%s", async (_, kind, status, lastLook, phase, text) => {
    const spec = kind === "ScaledObject" ? { minReplicaCount: 1 } : { minReplicas: 2 };
    const world = shop({ objects: { [`${kind} web`]: status === undefined ? undefined : { spec, status } } });
    const objects = [ref(kind === "ScaledObject" ? "keda.sh/v1alpha1" : "autoscaling/v2", kind)];
    const seen = await look("autoscalers", world, { objects, lastLook });
    expect(phaseOf(seen)).toBe(phase);
    expect(textOf(seen)).toMatch(text);
  });
});
