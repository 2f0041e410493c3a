/** What `sync` decides in the situations an Argo CD Application can be in; numbers are those of argoproj/argo-cd unless said. */
import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../shared/domain/change-set.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { commits, deployment, healthy } from "../shared/argocd/application.ts";
import { api } from "../shared/checks/world.ts";
import {
  cannotCompare,
  conditions,
  decide,
  operation,
  outOfSync,
  type Shown,
  withMetadata,
  without,
  withSources,
  withSpec,
} from "../support/argo-situations.ts";

const { before, ours, later, other } = commits;
const git = (path?: string) => ({
  repoURL: "https://git/x",
  targetRevision: "main",
  ...(path === undefined ? {} : { path }),
});
const chart = { repoURL: "https://charts.example.com", targetRevision: "1.2.3" };
const configMap = { kind: "ConfigMap", namespace: "shop", name: "settings" };
const removed: ObjectRef = { ...api, effect: "delete" };
const handled = { syncPolicy: {} };

describe("deployed", () => {
  test.each<[situation: string, shown: readonly Shown[], evidence: object]>([
    ["everything Synced, Healthy and idle", [healthy()], { revision: ours, coalesced: false, drift: false }],
    [
      "two commits between two polls: only the later one is ever compared",
      [healthy(before), healthy(later)],
      { revision: later, coalesced: true },
    ],
    [
      "compared first, synced after (2 polls, one operation)",
      [
        healthy(before),
        healthy(ours, outOfSync(ours)),
        healthy(ours, { ...outOfSync(ours), ...operation("Running", ours) }),
        healthy(),
      ],
      { revision: ours },
    ],
    [
      "permanent drift of an object that is not ours (kargo#670)",
      [
        healthy(ours, {
          sync: { status: "OutOfSync", revision: ours },
          resources: [deployment, { ...configMap, status: "OutOfSync" }],
        }),
      ],
      { drift: true },
    ],
    [
      "an object of somebody else's waits to be pruned for ever",
      [
        healthy(ours, {
          sync: { status: "OutOfSync", revision: ours },
          resources: [deployment, { ...configMap, status: "OutOfSync", requiresPruning: true }],
        }),
      ],
      { drift: true },
    ],
    [
      "status from before the end of the sync, then reconciled (kargo#2196)",
      [healthy(ours, { reconciledAt: "2026-03-01T10:00:04Z" }), healthy()],
      { revision: ours },
    ],
    [
      "Progressing health: whether it gets well is for verify to see",
      [healthy(ours, { health: { status: "Progressing" } })],
      { revision: ours },
    ],
    [
      "Missing health: the objects are not there yet, or never will be",
      [healthy(ours, { health: { status: "Missing" } })],
      { revision: ours },
    ],
    ["Degraded health with everything Synced", [healthy(ours, { health: { status: "Degraded" } })], { revision: ours }],
    [
      "Argo CD 2.x: every resource with its health",
      [healthy(ours, { resources: [{ ...deployment, health: { status: "Healthy" } } as never] })],
      { revision: ours },
    ],
    [
      "Argo CD 3.x: no resource with its health, no health of the whole either",
      [without(healthy(), "health")],
      { revision: ours },
    ],
    ["an Application nobody ever had to sync", [without(healthy(), "operationState")], { revision: ours }],
    ["the last operation left no syncResult", [healthy(ours, operation("Succeeded"))], { revision: ours }],
    [
      "an old failed sync left in the status",
      [healthy(ours, operation("Failed", before, "one or more objects failed to apply"))],
      { revision: ours },
    ],
    [
      "a SyncError condition of an older commit not cleared yet",
      [healthy(ours, conditions(["SyncError", `Failed last sync attempt to ${before}: boom`]))],
      { revision: ours },
    ],
    [
      "OrphanedResourceWarning: objects nobody wants beside ours",
      [healthy(ours, conditions(["OrphanedResourceWarning", "Application has 3 orphaned resources"]))],
      { revision: ours },
    ],
    [
      "SharedResourceWarning about another object",
      [
        healthy(
          ours,
          conditions(["SharedResourceWarning", "ConfigMap/settings is part of applications argocd/shop and shared"]),
        ),
      ],
      { revision: ours },
    ],
    [
      "somebody's later commit failed to sync; ours is in place",
      [healthy(later, operation("Failed", later, "admission denied"))],
      { revision: later, coalesced: true },
    ],
    [
      "a chart beside our folder: its version is no commit",
      [withSources(healthy(ours, { sync: { status: "Synced", revisions: ["1.2.3", ours] } }), chart, git("apps/shop"))],
      { revision: ours },
    ],
    [
      "values of a chart from our repository by reference",
      [withSources(healthy(ours, { sync: { status: "Synced", revisions: ["1.2.3", ours] } }), chart, git())],
      { revision: ours },
    ],
    [
      "another repository's revision beside ours",
      [
        withSources(
          healthy(ours, { sync: { status: "Synced", revisions: [other, ours] } }),
          { ...git("base"), repoURL: "https://git/y" },
          git("apps/shop"),
        ),
      ],
      { revision: ours },
    ],
    [
      "a child of an ApplicationSet",
      [withMetadata(healthy(), { annotations: { "argocd.argoproj.io/application-set-refresh": "true" } })],
      { revision: ours },
    ],
    [
      "a transient ComparisonError: Git was out of reach for a while",
      [cannotCompare("ComparisonError", "failed to list refs: dial tcp: connection refused"), healthy()],
      { revision: ours },
    ],
    [
      "the repository server restarts while it renders",
      [
        cannotCompare("ComparisonError", "rpc error: code = Unavailable desc = error reading from server: EOF"),
        healthy(),
      ],
      { revision: ours },
    ],
    [
      "a refresh request that was lost is made again (annotation gone, nothing compared)",
      [healthy(before), healthy(before), healthy()],
      { revision: ours },
    ],
    [
      "a failed attempt that Argo CD repeats, and that succeeds",
      [
        healthy(ours, {
          ...outOfSync(ours),
          ...operation("Running", ours, "one or more objects failed to apply. Retrying attempt #1 at 10:05AM."),
        }),
        healthy(),
      ],
      { revision: ours },
    ],
    [
      "a retry of the commit before ends, and ours follows (#11494)",
      [
        healthy(ours, { ...outOfSync(ours), ...operation("Running", before, "boom. Retrying attempt #4 at 10:05AM.") }),
        healthy(ours, { ...outOfSync(ours), ...operation("Failed", before, "boom (retried 5 times).") }),
        healthy(),
      ],
      { revision: ours },
    ],
    [
      "a sharded controller that is late: reconciledAt behind the operation for a minute",
      [...Array.from({ length: 5 }, () => healthy(ours, { reconciledAt: "2026-03-01T09:59:00Z" })), healthy()],
      { revision: ours },
    ],
    [
      "waves: the operation runs until the last wave is applied",
      [
        healthy(ours, {
          ...outOfSync(ours),
          ...operation("Running", ours, "waiting for healthy state of apps/Deployment/db"),
        }),
        healthy(),
      ],
      { revision: ours },
    ],
    [
      "a sync window that opens in time",
      [healthy(ours, outOfSync(ours, operation("Succeeded", before))), healthy()],
      { revision: ours },
    ],
    [
      "selfHeal puts back what somebody changed by hand meanwhile",
      [healthy(ours, outOfSync(ours)), healthy()],
      { revision: ours },
    ],
    [
      "synced by hand where automatic sync is off",
      [withSpec(healthy(ours, outOfSync(ours, operation("Succeeded", before))), handled), withSpec(healthy(), handled)],
      { revision: ours },
    ],
    [
      "the API server flaps",
      [new RetryLater("Kubernetes: 503", 5_000), new RetryLater("Kubernetes: 503", 5_000), healthy()],
      { revision: ours },
    ],
    [
      "the Application is created by its ApplicationSet a little later",
      [undefined, undefined, healthy()],
      { revision: ours },
    ],
  ])("%s", async (_situation, shown, evidence) => {
    const decided = await decide(shown);
    expect(decided).toMatchObject({ to: "deployed", evidence, interfered: false });
  });

  test("the last object was deleted: the list of resources is absent", async () => {
    expect(await decide([without(healthy(), "resources")], [removed])).toMatchObject({ to: "deployed" });
  });
});
