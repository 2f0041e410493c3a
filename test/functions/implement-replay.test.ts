import { describe, expect, test } from "vitest";
import { rollbackMessage } from "../../shared/domain/commit-message.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { approved, git, NOW, ours, remote, run } from "../support/implement.ts";

/** Committed under its approval and taken back, as `rollback` does it. */
async function takenBack(): Promise<Improvement> {
  const improvement = await approved();
  await run({ improvement });
  const commit = await remote.tip();
  const message = rollbackMessage(improvement, { commit, reason: "it hurt" });
  await git.revert({ commit, base: await git.head(), message });
  return improvement;
}

describe("an approval is used once", () => {
  test.each([
    ["as the pipeline left the record", { git_head_before: true }],
    ["with the head before the push forgotten", { git_head_before: false }],
  ])("whoever sets a rolled-back improvement to approved in Redis commits nothing: %s", async (_name, keeps) => {
    const before = await git.head();
    const old = await takenBack();
    const tip = await remote.tip();
    const forged = { ...old, ...(keeps.git_head_before ? { git_head_before: before } : {}) };

    const outcome = await run({ improvement: forged });

    expect(outcome).toMatchObject({ kind: "move", to: "rejected", because: expect.stringContaining("used already") });
    expect(await remote.tip()).toBe(tip);
  });

  test("what landed and still stands is found again although the record forgot it, and is not committed twice", async () => {
    const improvement = await approved();
    await run({ improvement });
    const tip = await remote.tip();
    expect(await run({ improvement })).toMatchObject({ to: "implementation", patch: { git_commit: tip } });
    expect(await ours()).toBe(1);
  });

  test("an approval given after the change was taken back counts", async () => {
    await takenBack();
    const anew = await approved({ approvedAt: Date.now() + 3_600_000, expiresAt: Date.now() + 7_200_000 });
    expect(await run({ improvement: anew }, {}, { now: NOW })).toMatchObject({ to: "implementation" });
    expect(await ours()).toBe(3);
  });
});
