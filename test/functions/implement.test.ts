import { describe, expect, test } from "vitest";
import { READY_LIMIT_MS, READY_LOOK_MS } from "../../functions/implement/readiness.ts";
import { APPROVAL_LIFETIME_MS } from "../../shared/domain/approval-signature.ts";
import { rollbackMessage, trailersOf } from "../../shared/domain/commit-message.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ArgoApplication, GateAnswer } from "../../shared/ports.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import {
  approved,
  argocd,
  base,
  baseline,
  CART,
  deployment,
  gateOf,
  git,
  NOW,
  ours,
  patched,
  remote,
  run,
  tampered,
  well,
} from "../support/implement.ts";

describe("an approved change set", () => {
  test("is committed exactly, with a message that tells its story", async () => {
    const record = { improvement: await approved() };
    const changed = record.improvement.change_set?.files[0];
    const outcome = await run(record);

    const tip = await remote.tip();
    expect(outcome).toMatchObject({
      kind: "move",
      to: "implementation",
      patch: {
        git_commit: tip,
        landed: { kind: "commit", first: tip, last: tip },
        implemented_at: new Date(NOW).toISOString(),
      },
    });
    expect(await remote.show(CART)).toBe(changed?.after);
    expect(await remote.show(CART)).toContain("# cart: keep this comment");
    expect(await remote.git("diff", "--name-only", base, tip)).toBe(CART);
    const message = await remote.git("log", "-1", "--format=%B", tip);
    expect(message).toContain("Auto-approved: No (approved by dana)");
    expect(Object.fromEntries(trailersOf(message))).toMatchObject({
      "Improvement-Id": record.improvement.id,
      "Policy-Decision": "human:dana",
      "Change-Set": record.improvement.change_set?.hash,
    });
  });

  test("stores head, baseline and lock before the first push", async () => {
    const record = { improvement: await approved() };
    let stored: Improvement | undefined;
    await run(record, {
      git: tampered({
        commit: (input) => {
          stored = record.improvement;
          return git.commit(input);
        },
      }),
    });
    expect(stored).toMatchObject({ git_head_before: base, baseline, lock: "billing" });
  });

  test("takes the lock its namespace's Applications share, and says whether the approval was automatic", async () => {
    const asked: unknown[] = [];
    const gate = gateOf(async (input): Promise<GateAnswer> => {
      asked.push(input);
      return { kind: "busy", holder: "another" };
    });
    for (const actor of ["person:dana", "rule:relevance"])
      await run({ improvement: await approved({ actor }) }, { gate });
    expect(asked).toEqual([
      { improvement: "0123456789abcdef", lock: "billing", automatic: false },
      { improvement: "0123456789abcdef", lock: "billing", automatic: true },
    ]);
  });
});

describe("nothing is committed twice", () => {
  test("when the process dies between push and settle", async () => {
    const record = { improvement: await approved() };
    const first = await run(record);
    const tip = await remote.tip();
    const second = await run(record);
    expect(second).toMatchObject({ to: "implementation", patch: { git_commit: tip } });
    expect(first).toMatchObject({ to: "implementation" });
    expect(await ours()).toBe(1);
  });

  test("when it died and the branch moved on since, even if the approval has ended meanwhile", async () => {
    const record = { improvement: await approved() };
    await run(record);
    const landed = await remote.tip();
    await remote.push({ [CART]: deployment("cart").replace("1.4.2", "2.0.0"), "more.txt": "more\n" });
    const outcome = await run(record, {}, { now: NOW + 2 * APPROVAL_LIFETIME_MS });
    expect(outcome).toMatchObject({ to: "implementation", patch: { git_commit: landed } });
    expect(await ours()).toBe(1);
  });

  test("when the answer to the push was lost", async () => {
    const record = { improvement: await approved() };
    const lost = tampered({
      async commit(input) {
        await git.commit(input);
        throw new RetryLater("the connection died", 1_000);
      },
    });
    await expect(run(record, { git: lost })).rejects.toThrow("the connection died");
    expect(await run(record)).toMatchObject({ to: "implementation", patch: { git_commit: await remote.tip() } });
    expect(await ours()).toBe(1);
  });

  test("by two workers at the same time", async () => {
    const improvement = await approved();
    const outcomes = await Promise.all([run({ improvement }), run({ improvement }), run({ improvement })]);
    const tip = await remote.tip();
    for (const outcome of outcomes) expect(outcome).toMatchObject({ to: "implementation", patch: { git_commit: tip } });
    expect(await ours()).toBe(1);
  });

  test("and what died before its push is committed by the next try", async () => {
    const record = { improvement: await approved() };
    const dies = tampered({
      async commit() {
        throw new Error("killed");
      },
    });
    await expect(run(record, { git: dies })).rejects.toThrow("killed");
    expect(record.improvement.git_head_before).toBe(base);
    expect(await run(record)).toMatchObject({ to: "implementation" });
    expect(await ours()).toBe(1);
  });

  test("and what was taken back since is neither taken for landed nor committed again", async () => {
    const record = { improvement: await approved() };
    await run(record);
    const landed = await remote.tip();
    const text = rollbackMessage(record.improvement, { commit: landed, reason: "error-ratio failed" });
    await git.revert({ commit: landed, base: landed, message: text });
    expect(await run(record)).toMatchObject({ to: "rejected", because: expect.stringContaining(landed) });
    expect(await ours()).toBe(2);
  });

  test("somebody else's commit that carries our trailers is not taken for ours", async () => {
    const record = { improvement: await approved() };
    record.improvement = patched(record.improvement, { git_head_before: base });
    const forged = `x\n\nImprovement-Id: ${record.improvement.id}\nChange-Set: ${record.improvement.change_set?.hash}`;
    await remote.push({ "README.md": "forged\n" }, { message: forged });
    expect(await run(record)).toMatchObject({ to: "implementation", patch: { git_commit: await remote.tip() } });
    expect(await ours()).toBe(1);
  });

  test("a commit of an earlier approval on the branch is shown to a person", async () => {
    const record = { improvement: await approved() };
    await run(record);
    const landed = await remote.tip();
    const changed = patched(await approvedOnTopOf(record.improvement), { git_head_before: base });
    expect(await run({ improvement: changed })).toMatchObject({
      to: "pending_review",
      because: expect.stringContaining(landed),
    });
    expect(await ours()).toBe(1);
  });

  /** The same improvement with an approved change set of other bytes. */
  async function approvedOnTopOf(improvement: Improvement): Promise<Improvement> {
    await remote.push({ [CART]: deployment("cart").replace("1.4.2", "1.5.0") });
    return { ...improvement, ...(await approved()) };
  }
});

describe("the second gate", () => {
  test.each<[GateAnswer, object]>([
    [
      { kind: "busy", holder: "other" },
      { kind: "behind-lock", lock: "billing" },
    ],
    [
      { kind: "wait", afterMs: 300_000, because: "changes are frozen" },
      { kind: "again", afterMs: 300_000 },
    ],
    [
      { kind: "refused", rule: "circuit-breaker", because: "4 rollbacks within an hour" },
      { kind: "move", to: "pending_review", patch: { approval: null, approval_rule: "circuit-breaker" } },
    ],
  ])("answers %o", async (answer, expected) => {
    const outcome = await run({ improvement: await approved() }, { gate: gateOf(async () => answer) });
    expect(outcome).toMatchObject(expected);
    expect(await remote.tip()).toBe(base);
  });
});

describe("an Application that is not well", () => {
  const status = (sync: string, health: string): ArgoApplication => ({
    ...well,
    status: { sync: { status: sync }, health: { status: health, message: "1 pod crashes" } },
  });
  const ill = { argocd: argocd(() => status("Synced", "Degraded")) };

  test.each<[string, ArgoApplication | undefined]>([
    ["is Degraded", status("Synced", "Degraded")],
    ["is OutOfSync", status("OutOfSync", "Healthy")],
    ["says nothing of itself", { ...well, status: {} }],
    ["is unknown to Argo CD", undefined],
  ])("because it %s is waited for", async (_name, answer) => {
    const outcome = await run({ improvement: await approved() }, { argocd: argocd(() => answer) });
    expect(outcome).toMatchObject({
      kind: "again",
      afterMs: READY_LOOK_MS,
      patch: { not_ready_since: new Date(NOW).toISOString() },
      because: expect.stringContaining("shop"),
    });
    expect(await remote.tip()).toBe(base);
  });

  test("is waited for ten minutes, then a person is asked", async () => {
    const improvement = patched(await approved(), { not_ready_since: new Date(NOW).toISOString() });
    expect(await run({ improvement }, ill, { now: NOW + READY_LIMIT_MS - 1 })).toMatchObject({ kind: "again" });
    expect(await run({ improvement }, ill, { now: NOW + READY_LIMIT_MS })).toMatchObject({
      to: "pending_review",
      because: expect.stringContaining("1 pod crashes"),
      patch: { not_ready_since: null, approval: null },
    });
    expect(await remote.tip()).toBe(base);
  });

  test("gets the change as soon as it is well, and the wait is forgotten", async () => {
    const record = {
      improvement: patched(await approved(), { not_ready_since: new Date(NOW - 60_000).toISOString() }),
    };
    expect(await run(record)).toMatchObject({ to: "implementation", patch: { not_ready_since: null } });
    expect(record.improvement.not_ready_since).toBeUndefined();
  });
});

describe("the remote", () => {
  test("that refuses the commit ends the attempts and says why", async () => {
    await remote.refuse("the message names no ticket");
    const refused = run({ improvement: await approved() });
    await expect(refused).rejects.toThrow(PermanentError);
    await expect(refused).rejects.toThrow(/the message names no ticket/);
    expect(await remote.tip()).toBe(base);
  });

  test("that takes pull requests only asks a person, where the school cannot open one", async () => {
    await remote.refuse("main is protected: open a pull request");
    const outcome = await run({ improvement: await approved() });
    const because = expect.stringContaining("main is protected: open a pull request") as string;
    expect(outcome).toMatchObject({ to: "pending_review", because });
    expect(await remote.tip()).toBe(base);
  });

  test("that is out of reach is tried later", async () => {
    const improvement = await approved();
    await remote.close();
    await expect(run({ improvement })).rejects.toThrow(RetryLater);
  });
});
