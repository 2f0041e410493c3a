import { describe, expect, test, vi } from "vitest";
import { type SyncPorts, sync } from "../../functions/sync/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ArgoApplication } from "../../shared/ports.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { commits, deployment, healthy, isAncestor, type Status } from "../shared/argocd/application.ts";
import { api } from "../shared/checks/world.ts";
import { committedImprovement } from "../support/improvement.ts";
import { noProposals } from "../support/proposals.ts";
import { type Drive, drive } from "../support/rounds.ts";

const { before, ours, later } = commits;
const timing = { intervalMs: 10_000, timeoutMs: 600_000 };
const outOfSync: Partial<Status> = {
  sync: { status: "OutOfSync", revision: ours },
  resources: [{ ...deployment, status: "OutOfSync" }],
};
const failedSync = healthy(ours, {
  ...outOfSync,
  operationState: {
    phase: "Failed",
    message: "one or more objects failed to apply",
    finishedAt: "2026-03-01T10:00:05Z",
    syncResult: { revision: ours },
  },
});
const cannotRender = (message: string): ArgoApplication =>
  healthy(ours, { conditions: [{ type: "ComparisonError", message }] });

/** Runs sync against what Argo CD shows in each round; the last one stays. */
async function run(
  shown: readonly (ArgoApplication | undefined | Error)[],
  over: Partial<SyncPorts> = {},
  options: Drive & { record?: Partial<Improvement> } = {},
) {
  let round = 0;
  const argoCd = {
    applications: async () => [],
    application: async () => {
      const now = shown[Math.min(round, shown.length) - 1];
      if (now instanceof Error) throw now;
      return now;
    },
    refresh: vi.fn(async () => {}),
    terminateOperation: vi.fn(async () => {}),
    sync: vi.fn(async () => {}),
  };
  const ports: SyncPorts = {
    argoCd,
    git: { isAncestor },
    timing,
    rollbackEnabled: true,
    proposals: noProposals,
    ...over,
  };
  const record = { improvement: committedImprovement(ours, [api], options.record) };
  const result = await drive((input, context) => sync(input, ports, context), record, {
    ...options,
    before: (number, elapsed) => {
      round = number;
      options.before?.(number, elapsed);
    },
  });
  return { ...result, argoCd };
}

describe("deployed", () => {
  test("a commit that is live at the first look", async () => {
    const { outcome, rounds, argoCd } = await run([healthy()]);
    expect(outcome).toMatchObject({
      to: "deployed",
      patch: { argocd_sync_revision: ours, deployed_at: "2026-03-01T10:00:00.000Z", sync_started_at: null },
      evidence: { revision: ours, coalesced: false },
    });
    expect(rounds).toBe(1);
    expect(argoCd.refresh).not.toHaveBeenCalled();
  });

  test("compared, synced, reconciled: one step after the other, quickly at first", async () => {
    const running = healthy(ours, {
      ...outOfSync,
      operationState: { phase: "Running", startedAt: "2026-03-01T10:00:01Z", syncResult: { revision: ours } },
    });
    const stale = healthy(ours, { reconciledAt: "2026-03-01T10:00:04Z" });
    const { outcome, reasons, took } = await run([
      healthy(before),
      healthy(ours, outOfSync),
      running,
      stale,
      healthy(),
    ]);
    expect(outcome.to).toBe("deployed");
    expect(reasons).toMatchObject(
      [/before ours/, /OutOfSync/, /Running/, /older than/].map((r) => expect.stringMatching(r)),
    );
    expect(took).toBe(8_000);
  });

  test("as part of a later commit that came in between", async () => {
    const { outcome } = await run([healthy(before), healthy(later)]);
    expect(outcome).toMatchObject({
      to: "deployed",
      patch: { argocd_sync_revision: later },
      evidence: { coalesced: true },
    });
  });

  test("what landed counts, not what was pushed: a squash merge has another id", async () => {
    const record = { git_commit: "e".repeat(40), landed: { kind: "squash", first: ours, last: ours } as const };
    expect((await run([healthy()], {}, { record })).outcome.to).toBe("deployed");
  });

  test("the API server flaps for a while: looked again, no attempt is lost", async () => {
    const down = new RetryLater("Kubernetes: connection refused", 5_000);
    const { outcome, rounds } = await run([...Array.from({ length: 20 }, () => down), healthy()]);
    expect(outcome.to).toBe("deployed");
    expect(rounds).toBe(21);
  });

  test("Git out of reach while it is asked for ancestry", async () => {
    let asked = 0;
    const git = {
      isAncestor: async (a: string, b: string) => {
        asked += 1;
        if (asked < 3) throw new RetryLater("remote hung up", 1_000);
        return isAncestor(a, b);
      },
    };
    expect((await run([healthy(later)], { git })).outcome.to).toBe("deployed");
  });

  test("a condition left over from before goes away with the refresh", async () => {
    const { outcome, argoCd } = await run([cannotRender("Manifest generation error: old"), healthy()]);
    expect(outcome.to).toBe("deployed");
    expect(argoCd.refresh).toHaveBeenCalledTimes(1);
  });
});

describe("refresh", () => {
  test("is asked once, and not again while Argo CD has not answered it", async () => {
    const asked = {
      ...healthy(before),
      metadata: { name: "shop", annotations: { "argocd.argoproj.io/refresh": "normal" } },
    };
    const { argoCd } = await run([healthy(before), asked, asked, healthy()]);
    expect(argoCd.refresh).toHaveBeenCalledTimes(1);
  });

  test("is asked again when it was lost", async () => {
    const { argoCd } = await run([healthy(before), healthy(before), healthy()]);
    expect(argoCd.refresh).toHaveBeenCalledTimes(2);
  });
});

describe("rolled back", () => {
  test("the sync of our commit failed", async () => {
    const { outcome } = await run([failedSync]);
    expect(outcome).toMatchObject({
      to: "rolling_back",
      patch: { failure_reason: expect.stringContaining("one or more objects failed to apply"), sync_started_at: null },
    });
  });

  test("the manifests do not render, and still do not after a refresh", async () => {
    const { outcome, took } = await run([cannotRender("Manifest generation error: yaml: line 3")]);
    expect(outcome.to).toBe("rolling_back");
    expect(took).toBeGreaterThanOrEqual(10_000);
  });

  test("unless rollback is switched off: then a person decides", async () => {
    const { outcome } = await run([failedSync], { rollbackEnabled: false });
    expect(outcome).toMatchObject({ to: "held", patch: { held_from: "implementation" } });
  });
});

describe("held, never deployed", () => {
  test.each<[string, ArgoApplication | undefined | Error, RegExp]>([
    ["Argo CD never notices", healthy(before), /before ours/],
    ["the sync never ends", healthy(ours, { operationState: { phase: "Running" } }), /Running/],
    ["the Application is gone", undefined, /no such Application/],
    ["the API server stays away", new RetryLater("connection refused", 5_000), /connection refused/],
    ["our object never shows up", healthy(ours, { resources: [] }), /not among/],
    ["Git is out of reach for Argo CD", cannotRender("dial tcp: connection refused"), /connection refused/],
  ])("%s", async (_name, shown, because) => {
    const { outcome, took, record } = await run([shown]);
    expect(outcome).toMatchObject({ to: "held", patch: { held_from: "implementation" } });
    expect(outcome.because).toMatch(because);
    expect(took).toBeGreaterThanOrEqual(timing.timeoutMs);
    expect(took).toBeLessThan(timing.timeoutMs + 2 * timing.intervalMs);
    expect(record.deployed_at).toBeUndefined();
  });

  test("the time-out counts over all rounds, also when they come late", async () => {
    const { outcome, rounds } = await run([healthy(before)], {}, { late: () => 400_000 });
    expect(outcome.to).toBe("held");
    expect(rounds).toBeLessThanOrEqual(4);
  });

  test("a late round that finds it live still says so", async () => {
    const { outcome } = await run([healthy(before), healthy()], {}, { late: () => 900_000 });
    expect(outcome.to).toBe("deployed");
  });
});

test("a record without a commit can never be synced", async () => {
  const { git_commit: _, landed: __, ...nothing } = committedImprovement(ours, [api]);
  const ports = {
    argoCd: {} as SyncPorts["argoCd"],
    git: { isAncestor },
    timing,
    rollbackEnabled: true,
    proposals: noProposals,
  };
  const running = drive((input, context) => sync(input, ports, context), { improvement: nothing });
  await expect(running).rejects.toThrow(PermanentError);
});

test("a missing permission is the pipeline's to report, not a reason to wait", async () => {
  await expect(run([new Error("Kubernetes: cannot get applications: 403")])).rejects.toThrow("403");
});
