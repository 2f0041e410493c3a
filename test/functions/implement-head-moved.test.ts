import { describe, expect, test } from "vitest";
import { implement } from "../../functions/implement/handle.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import {
  approved,
  base,
  CART,
  context,
  deployment,
  git,
  ours,
  ports,
  remote,
  run,
  tampered,
} from "../support/implement.ts";

describe("when the head moved", () => {
  const duringPush = (push: () => Promise<unknown>, times = 1) => {
    let left = times;
    return tampered({
      async commit(input) {
        if (left-- > 0) await push();
        return git.commit(input);
      },
    });
  };

  test.each([1, 3])("to another file, %i times during the push, it is committed on the new head", async (times) => {
    const record = { improvement: await approved() };
    let n = 0;
    const moving = duringPush(() => remote.push({ "README.md": `edit ${++n}\n` }), times);
    expect(await run(record, { git: moving })).toMatchObject({ to: "implementation" });
    expect(await ours()).toBe(1);
    expect(await remote.show("README.md")).toBe(`edit ${times}\n`);
    expect(record.improvement.git_head_before).toBe(base);
  });

  test.each([
    ["before the stage ran", false],
    ["during the push", true],
  ])("to the same file %s, a person sees the new change set", async (_name, during) => {
    const record = { improvement: await approved() };
    const other = () => remote.push({ [CART]: deployment("cart").replace("1.4.2", "1.5.0") });
    if (!during) await other();
    const outcome = await run(record, during ? { git: duringPush(other) } : {});

    expect(outcome).toMatchObject({
      to: "pending_review",
      because: expect.stringContaining(CART),
      patch: { approval: null, review_stage: "implement" },
      evidence: { files: [expect.stringContaining("1.5.0")] },
    });
    const shown = "patch" in outcome ? outcome.patch.change_set : undefined;
    expect(shown?.hash).not.toBe(record.improvement.change_set?.hash);
    expect(shown?.files[0]?.after).toContain("1.5.0");
    expect(await ours()).toBe(0);
  });

  test("and somebody made the change already, a person is asked", async () => {
    const record = { improvement: await approved() };
    await remote.push({ [CART]: record.improvement.change_set?.files[0]?.after ?? "" });
    expect(await run(record)).toMatchObject({ to: "pending_review", patch: { approval: null } });
  });

  test("again and again, it is tried later", async () => {
    let n = 0;
    const moving = duringPush(() => remote.push({ "README.md": `edit ${++n}\n` }), 100);
    await expect(run({ improvement: await approved() }, { git: moving })).rejects.toThrow(RetryLater);
    expect(await ours()).toBe(0);
  });

  test("and the worker has lost its lease, it stops", async () => {
    const record = { improvement: await approved() };
    const control = new AbortController();
    const moving = duringPush(async () => {
      await remote.push({ "README.md": "edit\n" });
      control.abort(new Error("lease lost"));
    });
    const given = context(record, { signal: control.signal });
    await expect(implement(record, ports({ git: moving }), given)).rejects.toThrow();
    expect(await ours()).toBe(0);
  });
});
