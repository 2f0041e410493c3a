import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideLive } from "../../../shared/argocd/live.ts";
import { invertObjects } from "../../../shared/argocd/objects.ts";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { ArgoApplication } from "../../../shared/ports.ts";
import { changed, commits, condition, decide, deployment, healthy, operation, type Status } from "./application.ts";

const { before, ours, later } = commits;
describe("live", () => {
  test.each<[string, ArgoApplication, object]>([
    ["everything is well", healthy(), { revision: ours, coalesced: false, drift: false }],
    ["our commit was coalesced into a later one", healthy(later), { revision: later, coalesced: true }],
    [
      "the Application drifts for ever elsewhere, our object is Synced",
      healthy(ours, {
        sync: { status: "OutOfSync", revision: ours },
        resources: [deployment, { kind: "ConfigMap", name: "drifting", namespace: "shop", status: "OutOfSync" }],
      }),
      { drift: true },
    ],
    [
      "no operation was ever needed",
      { ...healthy(), status: { ...healthy().status, operationState: undefined } as unknown as Status },
      { revision: ours },
    ],
    ["the operation succeeded without a result", healthy(ours, operation("Succeeded")), { revision: ours }],
    [
      "an older sync failed, then ours was compared and is in place",
      healthy(ours, operation("Failed", before)),
      { revision: ours },
    ],
    [
      "somebody's later commit failed, ours is in place",
      healthy(later, operation("Failed", later)),
      { revision: later, coalesced: true },
    ],
    [
      "reconciled in the very second the operation ended",
      healthy(ours, { reconciledAt: "2026-03-01T10:00:05Z" }),
      { revision: ours },
    ],
    [
      "a warning about orphaned resources is not our concern",
      healthy(ours, condition("OrphanedResourceWarning", "3 orphans")),
      { revision: ours },
    ],
    [
      "several sources: ours is the one that reads the path, the chart has a version",
      {
        ...healthy(ours, { sync: { status: "Synced", revisions: ["1.2.3", ours] } }),
        spec: {
          destination: { namespace: "shop" },
          sources: [{ repoURL: "https://charts" }, { repoURL: "https://git/x", path: "apps/shop" }],
        },
      },
      { revision: ours },
    ],
  ])("%s", async (_name, application, expected) => {
    expect(await decide(application)).toMatchObject({ kind: "live", ...expected });
  });

  test("what we deleted is gone, even when it was the last object and the list is absent", async () => {
    const application = healthy();
    const { resources: _, ...status } = application.status ?? {};
    const gone = await decide({ ...application, status }, [{ ...changed, effect: "delete" }]);
    expect(gone.kind).toBe("live");
  });

  test("a cluster-scoped object is listed without a namespace", async () => {
    const role = { group: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "reader", status: "Synced" };
    const ref: ObjectRef = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      name: "reader",
      effect: "create",
    };
    expect((await decide(healthy(ours, { resources: [role] }), [ref])).kind).toBe("live");
  });
});

describe("failed", () => {
  const outOfSync = {
    sync: { status: "OutOfSync", revision: ours },
    resources: [{ ...deployment, status: "OutOfSync" }],
  };
  test.each<[string, ArgoApplication, "operation" | "condition", RegExp]>([
    [
      "the manifests do not render",
      healthy(ours, condition("ComparisonError", "Manifest generation error: yaml: line 3: did not find key")),
      "condition",
      /ComparisonError: Manifest generation error/,
    ],
    [
      "the Application itself is invalid",
      healthy(ours, condition("InvalidSpecError", "namespace for shop is missing")),
      "condition",
      /InvalidSpecError/,
    ],
    [
      "the sync of our commit failed",
      healthy(ours, { ...outOfSync, ...operation("Failed", ours, { message: "one or more objects failed" }) }),
      "operation",
      /ended Failed: one or more objects failed/,
    ],
    [
      "the sync of our commit failed although our object says Synced",
      healthy(ours, operation("Failed", ours, { message: "hook failed" })),
      "operation",
      /hook failed/,
    ],
    ["the sync of our commit ended in error", healthy(ours, operation("Error", ours)), "operation", /ended Error/],
    [
      "a later commit failed and our object is not in place",
      healthy(later, {
        ...outOfSync,
        sync: { status: "OutOfSync", revision: later },
        ...operation("Failed", later, { message: "admission denied" }),
      }),
      "operation",
      /admission denied/,
    ],
    [
      "the operation left no result, but was asked for our commit",
      healthy(ours, {
        ...outOfSync,
        ...operation("Error", undefined, { operation: { sync: { revision: ours } }, message: "no permission" }),
      }),
      "operation",
      /no permission/,
    ],
  ])("%s", async (_name, application, evidence, because) => {
    const liveness = await decide(application);
    expect(liveness).toMatchObject({ kind: "failed", evidence });
    expect(liveness.kind === "failed" && liveness.because).toMatch(because);
  });
});

test("a chart version is never asked of Git", async () => {
  const asked: string[] = [];
  const application = healthy(ours, { sync: { status: "Synced", revisions: ["1.2.3", "HEAD"] } });
  await decideLive({ application, commit: ours, objects: [] }, async (_ancestor, descendant) => {
    asked.push(descendant);
    return false;
  });
  expect(asked).toEqual([]);
});

test("an unreachable Git is the caller's to retry, never an answer", async () => {
  const failing = decideLive({ application: healthy(later), commit: ours, objects: [] }, async () => {
    throw new Error("remote hung up");
  });
  await expect(failing).rejects.toThrow("remote hung up");
});

test("whatever is missing from the status, only complete evidence is live", async () => {
  const full = healthy().status as Record<string, unknown>;
  await fc.assert(
    fc.asyncProperty(fc.subarray(Object.keys(full)), async (kept) => {
      const status = Object.fromEntries(kept.map((key) => [key, full[key]])) as Status;
      const liveness = await decide({ ...healthy(), status });
      const complete = ["sync", "reconciledAt", "resources"].every((key) => kept.includes(key));
      expect(liveness.kind === "live").toBe(complete);
    }),
  );
});

test("a revert wants the opposite of the commit", () => {
  expect(invertObjects(["create", "change", "delete"].map((effect) => ({ ...changed, effect }) as ObjectRef))).toEqual([
    { ...changed, effect: "delete" },
    { ...changed, effect: "change" },
    { ...changed, effect: "create" },
  ]);
  expect(invertObjects([{ ...changed, effect: "create", retained: true }, changed])).toEqual([changed]);
});
