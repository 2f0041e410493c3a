/** Situations in which `sync` gets nowhere: it is held, and the reason says what a person has to look at. */
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
const git = (path: string) => ({ repoURL: "https://git/x", targetRevision: "main", path });
const configMap = { kind: "ConfigMap", namespace: "shop", name: "settings" };
const removed: ObjectRef = { ...api, effect: "delete" };
const prunable = { ...deployment, status: "OutOfSync", requiresPruning: true };
const applyFailed = "one or more objects failed to apply, reason: admission webhook denied the request";
const failedOn = (object: object) => ({
  syncResult: { revision: later, resources: [{ ...object, status: "SyncFailed" }] },
});

describe("held: the time-out is never a success, and the reason says what to do", () => {
  test.each<[situation: string, shown: readonly Shown[], because: RegExp]>([
    ["the Application was deleted or renamed meanwhile", [healthy(before), undefined], /deleted or renamed/],
    [
      "the Application is being deleted, its status still fine",
      [withMetadata(healthy(), { deletionTimestamp: "2026-03-01T10:00:00Z" })],
      /being deleted/,
    ],
    ["nothing has ever looked at it", [{ metadata: { name: "shop" }, spec: { destination: {} } }], /not looked/],
    ["Argo CD never notices the commit", [healthy(before)], /before ours/],
    [
      "the refresh annotation stays: nobody works on it",
      [withMetadata(healthy(before), { annotations: { "argocd.argoproj.io/refresh": "normal" } })],
      /not answered the refresh.*application controller/,
    ],
    [
      "the Application is pinned to a tag",
      [withSpec(healthy(before), { source: { ...git("apps/shop"), targetRevision: "v1.4.0" } })],
      /targetRevision v1\.4\.0 is pinned/,
    ],
    [
      "the Application is pinned to a commit",
      [withSpec(healthy(before), { source: { ...git("apps/shop"), targetRevision: before } })],
      /is pinned/,
    ],
    ["the Application follows another branch", [healthy(other)], /before ours/],
    [
      "our source of several lags behind the other",
      [
        withSources(
          healthy(ours, { sync: { status: "Synced", revisions: [ours, before] } }),
          git("base"),
          git("apps/shop"),
        ),
      ],
      /before ours/,
    ],
    [
      "a chart's pinned version says nothing about our folder",
      [
        withSources(
          healthy(before, { sync: { status: "Synced", revisions: ["1.2.3", before] } }),
          { repoURL: "https://charts", targetRevision: "1.2.3" },
          git("apps/shop"),
        ),
      ],
      /before ours$/,
    ],
    ["revision null (#23748)", [healthy(ours, { sync: { status: "Synced" } })], /names no revision/],
    [
      "Unknown sync status without a condition",
      [healthy(ours, { sync: { status: "Unknown", revision: ours } })],
      /does not know the state/,
    ],
    [
      "Git stays out of reach for Argo CD",
      [
        cannotCompare(
          "ComparisonError",
          "`git fetch origin main` failed exit status 128: unable to access 'https://git/x'",
        ),
      ],
      /git fetch/,
    ],
    [
      "the live state cannot be loaded",
      [cannotCompare("ComparisonError", "failed to load live state: conversion webhook failed")],
      /live state/,
    ],
    [
      "ours was applied; a later commit does not render",
      [cannotCompare("ComparisonError", "Manifest generation error: yaml: line 9", operation("Succeeded", ours))],
      /ours was applied with b+, so a later change broke it/,
    ],
    [
      "reconciledAt never catches up with the operation",
      [healthy(ours, { reconciledAt: "2026-03-01T10:00:04Z" })],
      /older than the last sync/,
    ],
    ["reconciledAt is missing", [without(healthy(), "reconciledAt")], /when it last looked/],
    ["the resources are missing", [without(healthy(), "resources")], /lists no resources/],
    [
      "Synced, but our object's kind is excluded",
      [healthy(ours, { resources: [{ ...configMap, status: "Synced" }] })],
      /not among.*resource\.exclusions/,
    ],
    [
      "automatic sync is off",
      [withSpec(healthy(ours, outOfSync(ours, operation("Succeeded", before))), { syncPolicy: {} })],
      /no automatic sync: somebody has to sync it/,
    ],
    [
      "automatic sync is switched off by `enabled: false` (3.1)",
      [
        withSpec(healthy(ours, outOfSync(ours, operation("Succeeded", before))), {
          syncPolicy: { automated: { enabled: false, prune: true } },
        }),
      ],
      /no automatic sync/,
    ],
    [
      "a sync window of the AppProject denies the automatic sync",
      [healthy(ours, outOfSync(ours, operation("Succeeded", before)))],
      /no sync has begun.*sync window/,
    ],
    [
      "a sync window closes in front of a requested operation",
      [healthy(ours, outOfSync(ours, operation("Running", ours, "Sync operation blocked by sync window")))],
      /window of its AppProject has to open/,
    ],
    [
      "a hook never ends",
      [healthy(ours, outOfSync(ours, operation("Running", ours, "waiting for completion of hook batch/Job/migrate")))],
      /hook batch\/Job\/migrate/,
    ],
    [
      "a wave never gets healthy",
      [healthy(ours, outOfSync(ours, operation("Running", ours, "waiting for healthy state of apps/Deployment/api")))],
      /healthy state of apps\/Deployment\/api/,
    ],
    [
      "the commit before is retried without an end (#11494)",
      [healthy(ours, outOfSync(ours, operation("Running", before, "boom. Retrying attempt #9 at 10:05AM.")))],
      /retried with what was in Git before.*end that operation/,
    ],
    [
      "an operation is being ended and does not end",
      [healthy(ours, outOfSync(ours, operation("Terminating", before)))],
      /Terminating/,
    ],
    ["an operation was asked for and does not start", [{ ...healthy(), operation: { sync: {} } }], /about to start/],
    [
      "applied, and something else changes the object again and again",
      [healthy(ours, outOfSync(ours))],
      /was applied, and differs again/,
    ],
    [
      "two Applications write our object (SharedResourceWarning)",
      [
        healthy(ours, {
          ...outOfSync(ours),
          ...conditions(["SharedResourceWarning", "Deployment/api is part of applications argocd/shop and copy"]),
        }),
      ],
      /two Applications write the same object: Deployment\/api/,
    ],
    [
      "an outage during the sync, which Argo CD does not repeat for the same commit",
      [
        healthy(ours, {
          ...outOfSync(ours),
          ...operation("Failed", ours, 'failed calling webhook "policy.example": connection refused'),
        }),
      ],
      /an outage, not the commit: it has to be synced again/,
    ],
    [
      "a later commit failed on an object that is not ours",
      [healthy(later, { ...outOfSync(later), ...operation("Failed", later, applyFailed, failedOn(configMap)) })],
      /ConfigMap settings, which is not ours/,
    ],
    [
      "auto-sync will wipe out all resources (#10987)",
      [
        healthy(ours, {
          ...outOfSync(ours),
          ...conditions(["SyncError", "Skipping sync attempt to b: auto-sync will wipe out all resources"]),
        }),
      ],
      /wipe out all resources; somebody has to sync it with pruning/,
    ],
    ["the API server stays away", [new RetryLater("Kubernetes: connection refused", 5_000)], /connection refused/],
  ])("%s", async (_situation, shown, because) => {
    const decided = await decide(shown);
    expect(decided).toMatchObject({ to: "held", interfered: false });
    expect(decided.because).toMatch(because);
    expect(decided.took).toBeGreaterThanOrEqual(600_000);
  });

  test("what we deleted stays because automatic pruning is off", async () => {
    const shown = healthy(ours, { sync: { status: "OutOfSync", revision: ours }, resources: [prunable] });
    const decided = await decide([withSpec(shown, { syncPolicy: { automated: {} } })], [removed]);
    expect(decided).toMatchObject({ to: "held" });
    expect(decided.because).toMatch(/still there; the Application deletes nothing by itself/);
  });

  test("what we deleted waits for somebody who confirms it (Prune=confirm)", async () => {
    const message = "waiting for pruning confirmation of apps/Deployment/api";
    const shown = healthy(ours, { resources: [prunable], ...operation("Running", ours, message) });
    const decided = await decide([shown], [removed]);
    expect(decided).toMatchObject({ to: "held" });
    expect(decided.because).toMatch(/deletion-approved/);
  });
});
