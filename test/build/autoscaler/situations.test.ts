/**
 * The local school's autoscaler against the documented and observed rules of KEDA 2.20 and of Kubernetes' HPA: the real
 * reader and the real loops, on a clock of their own. Each situation names where its rule is from.
 */
import { describe, expect, test } from "vitest";
import { parseScalers } from "../../../build/local/autoscaler/scaled-object.ts";
import { activation } from "./situations/activation.ts";
import { operators } from "./situations/operators.ts";
import { outages } from "./situations/outages.ts";
import { scaling } from "./situations/scaling.ts";
import { composite, manifestOf, play, type Situation, trigger, triggers } from "./situations/situation.ts";
import { toZero } from "./situations/to-zero.ts";

const groups: Readonly<Record<string, readonly Situation[]>> = {
  "from zero": activation,
  "between one and N": scaling,
  "to zero, and what a patch is worth": toZero,
  "what operators say": operators,
  "Redis out of reach": outages,
};

describe.each(Object.entries(groups))("%s", (_name, situations) => {
  test.each(situations.map((situation) => [situation.what, situation.source, situation] as const))(
    "%s [%s]",
    async (_what, _source, situation) => {
      const expected = situation.steps.flatMap((step) => ("replicas" in step ? [step] : []));
      const outcomes = await play(situation);
      expect(outcomes.map(({ at, replicas }) => `${at} s: ${replicas}`)).toEqual(
        expected.map(({ at, replicas }) => `${at} s: ${replicas}`),
      );
      for (const [i, { problem }] of expected.entries()) {
        if (problem === undefined) expect(outcomes[i]?.problem).toBeUndefined();
        else expect(outcomes[i]?.problem).toMatch(problem);
      }
    },
  );
});

describe("what KEDA does not admit scales nothing", () => {
  test.each<[what: string, source: string, spec: Situation["spec"], message: RegExp]>([
    [
      "a name the formula does not know",
      "seen on a cluster: ScaledObjectCheckFailed",
      { advanced: composite("pending + inflight") },
      /unknown name inflight/,
    ],
    [
      "a formula with a mistake",
      "seen on a cluster: ScaledObjectCheckFailed",
      { advanced: composite("pending +") },
      /unexpected end/,
    ],
    [
      "a trigger of the formula without a name",
      "KEDA 2.20 docs, scalingModifiers (each trigger must have a name)",
      { triggers: [trigger("pending", "list"), { ...trigger("x", "leases"), name: undefined }, triggers[2]] },
      /unknown name leases/,
    ],
    [
      "a target that is no number",
      "seen on a cluster: ScaledObjectCheckFailed",
      { advanced: composite(undefined, { target: "four" }) },
      /target/,
    ],
    [
      "a minimum above the maximum",
      "kedacore/keda v2.20.2, CheckReplicaCountBoundsAreValid",
      { minReplicaCount: 11 },
      /minReplicaCount/,
    ],
    [
      "an idle count that is not below the minimum",
      "KEDA 2.20 docs, ScaledObject specification, idleReplicaCount",
      { idleReplicaCount: 0 },
      /idleReplicaCount/,
    ],
    [
      "a scale target that is missing",
      "KEDA 2.20 docs, scaleTargetRef",
      { scaleTargetRef: { name: "nobody" } },
      /Deployment nobody/,
    ],
    [
      "an interval as text",
      "seen on a cluster: rejected by the CRD's schema",
      { pollingInterval: "5" },
      /pollingInterval/,
    ],
    ["a field that does not exist", "seen on a cluster: strict decoding error", { pollInterval: 5 }, /pollInterval/],
  ])("%s [%s]", (_what, _source, spec, message) => {
    expect(() => parseScalers(manifestOf(spec))).toThrow(message);
  });
});

test("there are more than enough of them, each with where it is from, and none twice", () => {
  const all = Object.values(groups).flat();
  expect(all.length).toBeGreaterThanOrEqual(30);
  expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
  expect(all.filter(({ source }) => !/keda|kubernetes/i.test(source))).toEqual([]);
});
