import { describe, expect, test } from "vitest";
import { trailersOf } from "../../shared/domain/commit-message.ts";
import type { ArgoApplication } from "../../shared/ports.ts";
import { healthy } from "../shared/argocd/application.ts";
import { api } from "../shared/checks/world.ts";
import { committedImprovement } from "../support/improvement.ts";
import {
  AFTER,
  argoCd,
  BEFORE,
  bad,
  FILE,
  following,
  git,
  record,
  remote,
  reverts,
  run,
  state,
} from "../support/rollback.ts";

describe("failed: taken back and well again", () => {
  test("reverted, resynced, measured again", async () => {
    const { outcome, reasons, took } = await run({ argoCd: following() });
    const tip = await remote.tip();
    expect(outcome).toMatchObject({
      to: "failed",
      patch: { failed_at: expect.any(String), rollback_verification: { outcome: "passed" } },
    });
    expect(record.improvement).toMatchObject({ rollback_commit: tip, failure_reason: "pods: CrashLoopBackOff" });
    expect(took).toBe(60_000);
    expect(reasons[0]).toBe(`${bad} is taken back by ${tip}`);
    expect(await remote.show(FILE)).toBe(BEFORE);
    const message = await remote.git("log", "-1", "--format=%B", tip);
    expect(Object.fromEntries(trailersOf(message))).toMatchObject({
      "Improvement-Id": record.improvement.id,
      Reverts: bad,
    });
    expect(message).toContain("pods: CrashLoopBackOff");
  });

  test("later work on the same file survives", async () => {
    await remote.push({ [FILE]: AFTER.replace("g: 7", "g: 8"), "other.yaml": "x\n" });
    const { outcome } = await run({ argoCd: following() });
    expect(outcome.to).toBe("failed");
    expect(await remote.show(FILE)).toBe(BEFORE.replace("g: 7", "g: 8"));
    expect(await remote.show("other.yaml")).toBe("x\n");
  });

  test("what it created is gone from the cluster afterwards", async () => {
    const created = { ...api, effect: "create" as const };
    record.improvement = { ...record.improvement, ...committedImprovement(bad, [created], { status: "rolling_back" }) };
    Object.assign(state, { workload: undefined, pods: [], errorRatio: {}, p95: {} });
    const { outcome } = await run({ argoCd: following((tip) => healthy(tip, { resources: [] })) });
    expect(outcome.to).toBe("failed");
    expect(outcome.because).toContain("objects");
  });

  test("of several commits that landed together everything goes, and nothing else", async () => {
    const { landed } = record.improvement;
    await remote.push({ "apps/shop/more.yaml": "a reviewer's\n" });
    const last = await remote.push({ [FILE]: AFTER.replace("a: 1", "a: 2") });
    await remote.push({ "other.yaml": "later\n" });
    const before = await remote.git("rev-parse", `${bad}^`);
    record.improvement = {
      ...record.improvement,
      git_commit: last,
      landed: { kind: "rebase", first: landed?.first ?? "", last, before },
    };
    const { outcome } = await run({ argoCd: following() });
    expect(outcome.to).toBe("failed");
    expect(await remote.show(FILE)).toBe(BEFORE);
    expect(await remote.show("apps/shop/more.yaml")).toBeNull();
    expect(await remote.show("other.yaml")).toBe("later\n");
    expect(await reverts()).toHaveLength(1);
  });

  test("of a merge what it brought goes", async () => {
    await remote.clone("pull", "-q", "origin", "main");
    await remote.clone("checkout", "-q", "-b", "side");
    await remote.push({ "apps/shop/side.yaml": "side\n" });
    await remote.clone("reset", "-q", "--hard", bad);
    await remote.clone("merge", "-q", "--no-ff", "-m", "Merge", await remote.tip());
    await remote.clone("push", "-q", "origin", "HEAD:main");
    const merge = await remote.clone("rev-parse", "HEAD");
    const landed = { kind: "merge", first: merge, last: merge } as const;
    record.improvement = { ...record.improvement, git_commit: merge, landed };
    const { outcome } = await run({ argoCd: following() });
    expect(outcome.to).toBe("failed");
    expect(await remote.show("apps/shop/side.yaml")).toBeNull();
    expect(await remote.show(FILE)).toBe(AFTER);
  });

  test("a person asked for it", async () => {
    const { failure_reason: _, ...rest } = record.improvement;
    record.improvement = rest;
    await run({ argoCd: following() });
    expect(record.improvement.failure_reason).toBe("a person asked to take it back");
  });

  test("somebody else had taken it back already", async () => {
    await remote.push({ [FILE]: BEFORE }, { message: "Undo" });
    const tip = await remote.tip();
    const { outcome } = await run({ argoCd: following() });
    expect(outcome.to).toBe("failed");
    expect(record.improvement.rollback_commit).toBe(tip);
    expect(await remote.tip()).toBe(tip);
  });

  test("the revert became live as part of a later commit", async () => {
    const after = async () => {
      if (record.improvement.rollback_commit !== undefined) await remote.push({ "README.md": "more\n" });
      return healthy(await remote.tip());
    };
    let pushed: Promise<ArgoApplication> | undefined;
    const application = () => (record.improvement.rollback_commit === undefined ? after() : (pushed ??= after()));
    const { outcome } = await run({ argoCd: { ...argoCd, application } });
    expect(outcome.to).toBe("failed");
    expect(await remote.tip()).not.toBe(record.improvement.rollback_commit);
  });
});

describe("exactly one revert", () => {
  test.each<[string, (real: typeof git) => Partial<typeof git>]>([
    [
      "killed after the push, before anybody heard of it",
      (real) => ({
        revert: async (input) => {
          await real.revert(input);
          throw new Error("killed");
        },
      }),
    ],
    [
      "killed before the push",
      () => ({
        revert: async () => {
          throw new Error("killed");
        },
      }),
    ],
  ])("%s", async (_name, faults) => {
    await expect(run({ git: { ...git, ...faults(git) }, argoCd: following() })).rejects.toThrow("killed");
    expect(record.improvement.rollback_head_before).toBe(bad);
    await remote.push({ "README.md": "somebody went on\n" });
    const { outcome } = await run({ argoCd: following() });
    expect(outcome.to).toBe("failed");
    expect(await reverts()).toHaveLength(1);
    expect((await reverts())[0]).toContain(record.improvement.rollback_commit);
  });

  test("the head is stored before anything is pushed", async () => {
    const lost = new Error("the lease was lost");
    const failing = run(
      { argoCd: following() },
      {
        onSave: () => {
          throw lost;
        },
      },
    );
    await expect(failing).rejects.toThrow(lost);
    expect(await remote.tip()).toBe(bad);
  });

  test("the branch moves while it is being pushed", async () => {
    let moves = 2;
    const moving = {
      ...git,
      revert: async (input: Parameters<typeof git.revert>[0]) => {
        if (moves-- > 0) await remote.push({ "README.md": `moved ${moves}\n` });
        return git.revert(input);
      },
    };
    const { outcome } = await run({ git: moving, argoCd: following() });
    expect(outcome.to).toBe("failed");
    expect(await reverts()).toHaveLength(1);
    expect(await remote.show("README.md")).toBe("moved 0\n");
  });

  test("sent back by a person after it was blocked: what was reverted stays reverted", async () => {
    state.errorRatio = { api: 0.5 };
    const first = await run({ argoCd: following() });
    expect(first.outcome.to).toBe("rollback_blocked");
    state.errorRatio = { api: 0 };
    const second = await run({ argoCd: following() });
    expect(second.outcome.to).toBe("failed");
    expect(await reverts()).toHaveLength(1);
  });
});
