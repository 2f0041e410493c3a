/** Services lead to pods that are ready, where a change touches them or their neighbours. */
import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { type Case, endpoints, type Objects, ref, seen, service, web } from "./objects-of-shop.ts";
import { api, policy } from "./world.ts";

describe("a Service", () => {
  const objects = [ref("v1", "Service", "web")];
  const resting: Objects = {
    ...service("web", { selector: { app: "api" } }),
    ...endpoints("web", 0),
    "ScaledObject api": {
      spec: { scaleTargetRef: { name: "api" }, minReplicaCount: 0 },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    },
    "Deployment api": { spec: { template: { metadata: { labels: { app: "api" } } } } },
  };
  test.each<Case>([
    ["leads to pods", web, false, "Successful", /web has 2 ready addresses/],
    ["leads to pods that start", { ...web, ...endpoints("web", 0, 2) }, false, "Inconclusive", /none of the 2 pods/],
    [
      "leads to pods that never get ready",
      { ...web, ...endpoints("web", 0, 2) },
      true,
      "Failed",
      /no pod that is ready/,
    ],
    ["leads to nobody yet", { ...web, ...endpoints("web", 0) }, false, "Inconclusive", /no pod that is ready/],
    ["leads to nobody to the end", { ...web, ...endpoints("web", 0) }, true, "Failed", /no pod that is ready/],
    ["does not exist", {}, true, "Inconclusive", /does not exist/],
    [
      "stands for a name outside",
      service("web", { type: "ExternalName", externalName: "example.org" }),
      true,
      "n/a",
      /stands for example\.org/,
    ],
    ["has addresses written by hand", service("web", {}), true, "n/a", /by hand/],
  ])("%s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("endpoints", objects, state, lastLook)).toEqual([phase, expect.stringMatching(says)]);
  });

  test("that loses its pods by a selector nobody fits", async () => {
    const [phase, text] = await seen(
      "endpoints",
      [ref("v1", "Service", "web", "change")],
      { ...web, ...endpoints("web", 0) },
      false,
      web,
    );
    expect([phase, text]).toEqual(["Failed", expect.stringContaining("and had 2 before the change")]);
  });
  test("of a workload an autoscaler of this change puts to rest", async () => {
    const changed = [...objects, ref("keda.sh/v1alpha1", "ScaledObject", "api")];
    expect(await seen("endpoints", changed, resting, true)).toEqual([
      "Successful",
      expect.stringMatching(/ScaledObject shop\/api keeps no pods/),
    ]);
    expect((await seen("endpoints", objects, resting, true))[0]).toBe("Failed");
  });
  test("that is taken away is not missed, and its neighbours are", async () => {
    const before = { ...web, ...service("db"), ...endpoints("db", 1) };
    const gone = [ref("v1", "Service", "web", "delete")];
    expect((await seen("endpoints", gone, { ...service("db"), ...endpoints("db", 1) }, true, before))[0]).toBe(
      "Successful",
    );
    expect((await seen("endpoints", gone, { ...service("db"), ...endpoints("db", 0) }, true, before))[0]).toBe(
      "Failed",
    );
  });
});

describe("the Services around a change", () => {
  test.each<[string, readonly ObjectRef[], Objects, Phase | "n/a"]>([
    ["a policy, and all have their pods", [policy], web, "Successful"],
    ["a policy, and one lost them", [policy], { ...web, ...endpoints("web", 0) }, "Failed"],
    ["a workload whose labels no longer fit", [api], { ...web, ...endpoints("web", 0) }, "Failed"],
    ["a workload whose pods are not ready yet", [api], { ...web, ...endpoints("web", 0, 2) }, "Inconclusive"],
    ["a Service that is gone", [policy], {}, "Failed"],
    [
      "a workload that is taken away",
      [{ ...api, effect: "delete" }],
      { ...web, ...endpoints("web", 0) },
      "Inconclusive",
    ],
  ])("%s", async (_name, objects, state, phase) => {
    expect((await seen("endpoints", objects, state, false, web))[0]).toBe(phase);
  });
  test("none had any pods: there is nothing to lose", async () => {
    expect((await seen("endpoints", [policy], { ...web, ...endpoints("web", 0) }, true, endpoints("web", 0)))[0]).toBe(
      "n/a",
    );
  });
});
