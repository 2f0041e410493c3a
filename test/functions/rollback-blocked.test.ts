import { describe, expect, test } from "vitest";
import type { RollbackPorts } from "../../functions/rollback/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { deployment, healthy, type Status } from "../shared/argocd/application.ts";
import { api } from "../shared/checks/world.ts";
import { committedImprovement } from "../support/improvement.ts";
import {
  AFTER,
  argoCd,
  argoFollows,
  bad,
  FILE,
  following,
  git,
  record,
  remote,
  reverts,
  run,
  state,
  timing,
} from "../support/rollback.ts";

describe("rollback_blocked: a person is needed", () => {
  test("later work changed the same lines: nothing is guessed, nothing is pushed", async () => {
    await remote.push({ [FILE]: AFTER.replace("64Mi", "128Mi") });
    const tip = await remote.tip();
    const { outcome } = await run({ argoCd: following() });
    expect(outcome).toMatchObject({ to: "rollback_blocked", evidence: { conflicts: [FILE] } });
    expect(outcome.because).toContain(FILE);
    expect(outcome.because).toContain("Options");
    expect(await remote.tip()).toBe(tip);
    expect(record.improvement.rollback_commit).toBeUndefined();
  });

  test("the cluster is still not well: never a rollback of the rollback", async () => {
    state.errorRatio = { api: 0.5 };
    const { outcome } = await run({ argoCd: following() });
    expect(outcome.to).toBe("rollback_blocked");
    expect(outcome.because).toMatch(/revert is live, but the cluster is not well: error-ratio: 50.00 %/);
    expect(await reverts()).toHaveLength(1);
    expect(record.improvement.rollback_commit).toBe(await remote.tip());
  });

  test("nobody can tell whether it is well: that is not well", async () => {
    state.metricsFault = new RetryLater("Prometheus cannot be reached", 1_000);
    const { outcome, took } = await run({ argoCd: following() });
    expect(outcome.to).toBe("rollback_blocked");
    expect(took).toBe(120_000);
  });

  test("Argo CD never applies the revert", async () => {
    const { outcome, took } = await run(); // Argo CD stays at the bad commit
    expect(outcome.to).toBe("rollback_blocked");
    expect(outcome.because).toMatch(/before ours/);
    expect(took).toBeGreaterThanOrEqual(timing.timeoutMs);
    expect(argoCd.refresh).toHaveBeenCalled();
    expect(record.improvement.rollback_commit).toBe(await remote.tip());
  });

  test("the sync of the revert itself fails", async () => {
    const failing = (tip: string) =>
      healthy(tip, {
        operationState: { phase: "Failed", message: "denied", finishedAt: "x", syncResult: { revision: tip } },
      });
    const { outcome, took } = await run({ argoCd: following(failing) });
    expect(outcome.to).toBe("rollback_blocked");
    expect(outcome.because).toContain("denied");
    expect(took).toBe(0);
  });

  test("Git stays out of reach", async () => {
    const away = {
      ...git,
      head: async () => {
        throw new RetryLater("remote hung up", 1_000);
      },
    };
    const { outcome, took } = await run({ git: away });
    expect(outcome.to).toBe("rollback_blocked");
    expect(outcome.because).toContain("remote hung up");
    expect(took).toBeGreaterThanOrEqual(timing.timeoutMs);
  });

  test.each<[string, Partial<Improvement>, RegExp]>([
    ["it landed as several commits", { landed: { kind: "rebase", first: "1", last: "2" } }, /several commits/],
    ["nothing was ever committed", { landed: undefined, git_commit: undefined } as object, /no commit/],
  ])("%s", async (_name, over, because) => {
    record.improvement = { ...record.improvement, ...over };
    const { outcome } = await run();
    expect(outcome.to).toBe("rollback_blocked");
    expect(outcome.because).toMatch(because);
    expect(await remote.tip()).toBe(bad);
  });
});

describe("a cluster that resists", () => {
  const running = (revision: string): Partial<Status> => ({
    operationState: { phase: "Running", startedAt: "2026-03-01T10:00:00Z", syncResult: { revision } },
  });

  test("the running sync of the bad commit is ended first", async () => {
    await argoFollows(running(bad));
    const order: string[] = [];
    const watched = {
      ...git,
      revert: async (input: Parameters<typeof git.revert>[0]) => {
        order.push(`revert after ${argoCd.terminateOperation.mock.calls.length} ends`);
        state.application = healthy(bad);
        return git.revert(input);
      },
    };
    await run({ git: watched });
    expect(order).toEqual(["revert after 1 ends"]);
  });

  test("a sync of a commit that does not contain ours is left alone", async () => {
    await argoFollows(running("e".repeat(40)));
    let ends = -1;
    const watched = {
      ...git,
      revert: async (input: Parameters<typeof git.revert>[0]) => {
        ends = argoCd.terminateOperation.mock.calls.length;
        state.application = healthy(bad);
        return git.revert(input);
      },
    };
    await run({ git: watched });
    expect(ends).toBe(0);
  });

  test("a retried sync of the bad commit does not hold up the revert for ever", async () => {
    let ended = false;
    const stubborn: RollbackPorts["argoCd"] = {
      ...argoCd,
      application: async () => {
        const tip = await remote.tip();
        return ended ? healthy(tip) : healthy(tip, running(bad));
      },
      terminateOperation: async () => {
        // The first end is refused silently, as Argo CD does now and then.
        ended = (await remote.tip()) !== bad;
      },
    };
    const { outcome, reasons } = await run({ argoCd: stubborn });
    expect(outcome.to).toBe("failed");
    expect(reasons.some((reason) => reason.includes("Running"))).toBe(true);
  });

  test("the API server is away: Git is put right nevertheless", async () => {
    state.clusterFault = new RetryLater("connection refused", 5_000);
    const { outcome } = await run(
      { argoCd: following() },
      {
        before: (round) => {
          if (round === 2) state.clusterFault = undefined;
        },
      },
    );
    expect(outcome.to).toBe("failed");
    expect(await reverts()).toHaveLength(1);
  });

  test("auto-sync refuses to remove the last object: an explicit sync of the branch head", async () => {
    const created = { ...api, effect: "create" as const };
    record.improvement = { ...record.improvement, ...committedImprovement(bad, [created], { status: "rolling_back" }) };
    Object.assign(state, { workload: undefined, pods: [], errorRatio: {}, p95: {} });
    let synced: string | undefined;
    const refusing: RollbackPorts["argoCd"] = {
      ...argoCd,
      application: async () => {
        const tip = await remote.tip();
        if (synced !== undefined) return healthy(tip, { resources: [] });
        return healthy(tip, {
          sync: { status: "OutOfSync", revision: tip },
          resources: [{ ...deployment, status: "OutOfSync", requiresPruning: true }],
          conditions: [{ type: "SyncError", message: "Skipping sync attempt: auto-sync will wipe out all resources" }],
        });
      },
      sync: async (_name, revision) => {
        synced = revision;
      },
    };
    const { outcome } = await run({ argoCd: refusing });
    expect(outcome.to).toBe("failed");
    expect(synced).toBe(await remote.tip());
  });

  test("a comparison error of the bad commit lingers until Argo CD has looked at the revert", async () => {
    let looks = 0;
    const lingering: RollbackPorts["argoCd"] = {
      ...argoCd,
      application: async () => {
        looks += 1;
        const tip = await remote.tip();
        if (looks > 8) return healthy(tip);
        return healthy(bad, { conditions: [{ type: "ComparisonError", message: "Manifest generation error" }] });
      },
    };
    expect((await run({ argoCd: lingering })).outcome.to).toBe("failed");
  });
});
