/** Situations in which `sync` finds that something tells against the commit. */
import { describe, expect, test } from "vitest";
import { commits, deployment, healthy } from "../shared/argocd/application.ts";
import { cannotCompare, decide, operation, outOfSync, type Shown, withSources } from "../support/argo-situations.ts";

const { ours, later, other } = commits;
const git = (path: string) => ({ repoURL: "https://git/x", targetRevision: "main", path });
const applyFailed = "one or more objects failed to apply, reason: admission webhook denied the request";
const failedOn = (object: object) => ({
  syncResult: { revision: later, resources: [{ ...object, status: "SyncFailed" }] },
});

describe("rolled back: it tells against the commit", () => {
  test.each<[situation: string, shown: readonly Shown[], because: RegExp]>([
    [
      "the manifests do not render, also after a refresh",
      [cannotCompare("ComparisonError", "Manifest generation error: yaml: line 3: did not find expected key")],
      /yaml: line 3/,
    ],
    [
      "a template that ends too early is no connection that ends",
      [cannotCompare("ComparisonError", "template: shop/templates/api.yaml:3: unexpected EOF")],
      /unexpected EOF/,
    ],
    [
      "the Application itself is invalid",
      [cannotCompare("InvalidSpecError", "application repo https://git/x is not permitted in project 'shop'")],
      /not permitted/,
    ],
    [
      "the sync of the commit failed",
      [healthy(ours, { ...outOfSync(ours), ...operation("Failed", ours, applyFailed) })],
      /denied the request/,
    ],
    [
      "it failed after all retries",
      [
        healthy(ours, { ...outOfSync(ours), ...operation("Running", ours, "boom. Retrying attempt #5 at 10:05AM.") }),
        healthy(ours, { ...outOfSync(ours), ...operation("Failed", ours, "boom (retried 5 times).") }),
      ],
      /retried 5 times/,
    ],
    [
      "a PreSync hook failed, and nothing was applied",
      [
        healthy(ours, {
          ...outOfSync(ours),
          ...operation("Failed", ours, "one or more synchronization tasks completed unsuccessfully"),
        }),
      ],
      /completed unsuccessfully/,
    ],
    [
      "a PostSync hook failed, and everything is Synced",
      [healthy(ours, operation("Failed", ours, "one or more synchronization tasks completed unsuccessfully"))],
      /completed unsuccessfully/,
    ],
    [
      "the operation ended in Error without a result, but was asked for our commit",
      [
        healthy(ours, {
          ...outOfSync(ours),
          ...operation("Error", undefined, "the namespace is not permitted", {
            operation: { sync: { revision: ours } },
          }),
        }),
      ],
      /not permitted/,
    ],
    [
      "a later commit failed on our own object",
      [healthy(later, { ...outOfSync(later), ...operation("Failed", later, applyFailed, failedOn(deployment)) })],
      /denied the request/,
    ],
    [
      "a wave never got healthy, and Argo CD gave up",
      [
        healthy(ours, {
          ...outOfSync(ours),
          ...operation("Failed", ours, "Operation terminated, triggered by controller sync timeout"),
        }),
      ],
      /sync timeout/,
    ],
    [
      "one of several sources failed with our revision",
      [
        withSources(
          healthy(ours, {
            sync: { status: "OutOfSync", revisions: [ours, other] },
            ...operation("Failed", undefined, applyFailed, { syncResult: { revisions: [ours, other] } }),
          }),
          git("apps/shop"),
          git("base"),
        ),
      ],
      /denied the request/,
    ],
  ])("%s", async (_situation, shown, because) => {
    const decided = await decide(shown);
    expect(decided).toMatchObject({ to: "rolling_back", interfered: false });
    expect(decided.because).toMatch(because);
  });
});
