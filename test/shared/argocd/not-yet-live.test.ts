import { describe, expect, test } from "vitest";
import type { ArgoApplication } from "../../../shared/ports.ts";
import { changed, commits, condition, decide, deployment, healthy, operation, type Status } from "./application.ts";

const { before, ours, other } = commits;
describe("not yet", () => {
  test.each<[string, ArgoApplication | undefined, { because: RegExp; refresh?: boolean; needsSync?: true }]>([
    ["no such Application", undefined, { because: /no such Application/ }],
    [
      "no status at all",
      { metadata: { name: "shop" }, spec: { destination: {} } },
      { because: /not looked/, refresh: true },
    ],
    ["an empty status", { ...healthy(), status: {} }, { because: /names no revision/, refresh: true }],
    ["still compared with the commit before", healthy(before), { because: /before ours/, refresh: true }],
    ["compared with another branch", healthy(other), { because: /before ours/ }],
    [
      "the revision is null while Argo CD cannot reach Git",
      healthy(ours, {
        sync: { status: "Unknown" },
        ...condition("ComparisonError", "rpc error: code = Unavailable desc = connection refused"),
      }),
      { because: /connection refused/, refresh: true },
    ],
    [
      "compared but OutOfSync: the sync has not begun",
      healthy(ours, {
        sync: { status: "OutOfSync", revision: ours },
        resources: [{ ...deployment, status: "OutOfSync" }],
        ...operation("Succeeded", before),
      }),
      { because: /Deployment api is OutOfSync/ },
    ],
    [
      "an operation runs",
      healthy(ours, operation("Running", ours, { message: "waiting for hook" })),
      { because: /Running: waiting for hook/ },
    ],
    ["an operation is being ended", healthy(ours, operation("Terminating", before)), { because: /Terminating/ }],
    ["an operation is requested", { ...healthy(), operation: { sync: {} } }, { because: /about to start/ }],
    [
      "the operation has no end",
      healthy(ours, { operationState: { phase: "Succeeded", startedAt: "2026-03-01T10:00:00Z" } }),
      { because: /no end/ },
    ],
    [
      "the status is older than the sync",
      healthy(ours, { reconciledAt: "2026-03-01T10:00:04Z" }),
      { because: /older than the last sync/, refresh: true },
    ],
    [
      "nobody says when it was reconciled",
      { ...healthy(), status: { ...healthy().status, reconciledAt: undefined } as unknown as Status },
      { because: /when it last looked/, refresh: true },
    ],
    [
      "Synced, but our object is not listed",
      healthy(ours, { resources: [{ ...deployment, name: "web" }] }),
      { because: /not among the Application's resources/ },
    ],
    [
      "the same name in another namespace is not ours",
      healthy(ours, { resources: [{ ...deployment, namespace: "other" }] }),
      { because: /not among/ },
    ],
    [
      "our object has no state",
      healthy(ours, { resources: [{ group: "apps", kind: "Deployment", namespace: "shop", name: "api" }] }),
      { because: /unknown state/ },
    ],
    [
      "Argo CD does not know the state",
      healthy(ours, { sync: { status: "Unknown", revision: ours } }),
      { because: /does not know/ },
    ],
    [
      "a failing sync of an older commit while ours is compared but not applied",
      healthy(ours, {
        sync: { status: "OutOfSync", revision: ours },
        resources: [{ ...deployment, status: "OutOfSync" }],
        ...operation("Failed", before, { message: "boom" }),
        ...condition("SyncError", "Failed last sync attempt to aaaa: boom"),
      }),
      { because: /OutOfSync/ },
    ],
    [
      "auto-sync refuses to remove the last objects",
      healthy(ours, {
        sync: { status: "OutOfSync", revision: ours },
        resources: [{ ...deployment, status: "OutOfSync", requiresPruning: true }],
        ...condition("SyncError", "Skipping sync attempt to bbbb: auto-sync will wipe out all resources"),
      }),
      { because: /wipe out/, needsSync: true },
    ],
    [
      "somebody syncs by hand",
      {
        ...healthy(ours, {
          sync: { status: "OutOfSync", revision: ours },
          resources: [{ ...deployment, status: "OutOfSync" }],
        }),
        spec: { destination: { namespace: "shop" } },
      },
      { because: /no automatic sync/ },
    ],
    [
      "two Git sources, ours is behind the other",
      {
        ...healthy(ours, { sync: { status: "Synced", revisions: [ours, before] } }),
        spec: {
          destination: { namespace: "shop" },
          sources: [
            { repoURL: "https://git/x", path: "base" },
            { repoURL: "https://git/x", path: "apps/shop" },
          ],
        },
      },
      { because: /before ours/ },
    ],
  ])("%s", async (_name, application, { because, ...expected }) => {
    const liveness = await decide(application);
    expect(liveness).toMatchObject({ kind: "wait", ...expected });
    expect(liveness.kind === "wait" && liveness.because).toMatch(because);
  });

  test("what we deleted is still there", async () => {
    const pruning = healthy(ours, { resources: [{ ...deployment, requiresPruning: true, status: "OutOfSync" }] });
    expect(await decide(pruning, [{ ...changed, effect: "delete" }])).toMatchObject({
      kind: "wait",
      because: "Deployment api is still there",
    });
  });

  test("a change set without objects needs the whole Application Synced", async () => {
    const drifting = healthy(ours, { sync: { status: "OutOfSync", revision: ours } });
    expect((await decide(drifting, [])).kind).toBe("wait");
    expect((await decide(healthy(), [])).kind).toBe("live");
  });
});
