/** rollback where the branch takes pull requests only. */
import { expect, test } from "vitest";
import { revertByRequest } from "../../functions/rollback/revert-request.ts";
import type { ChangeRequest, ChangeRequests } from "../../shared/forge-ports.ts";
import { committedImprovement } from "../support/improvement.ts";
import { record, run } from "../support/rollback.ts";

const URL = "https://forge.example.org/platform/pulls/8";
const BRANCH = "improvement/0123456789abcdef-revert";
const open: ChangeRequest["state"] = { kind: "open", head: "r" };
const merged = (last: string): ChangeRequest["state"] => ({
  kind: "merged",
  landed: { kind: "squash", first: last, last, before: "b" },
});

function forge(found: ChangeRequest["state"] | undefined, afterMerge: ChangeRequest["state"] = open) {
  const calls: string[] = [];
  const request = (state: ChangeRequest["state"]): ChangeRequest => ({ number: 8, url: URL, state });
  const requests: Pick<ChangeRequests, "find" | "openRevert" | "merge"> = {
    find: async () => (found === undefined ? undefined : request(found)),
    openRevert: async ({ branch, commit, since }) => {
      calls.push(`open ${branch} ${commit} ${since ?? "-"}`);
      return request(open);
    },
    merge: async (branch) => {
      calls.push(`merge ${branch}`);
      return request(afterMerge);
    },
  };
  return { calls, requests };
}
const context = { log: {}, signal: new AbortController().signal } as Parameters<typeof revertByRequest>[3];
const toRevert = { commit: "c", since: "b", base: "h", message: "Rollback: x\n", reason: "it hurts" };
const improvement = committedImprovement("c", []);
const opened = { number: 8, url: URL, branch: BRANCH };

test("it is opened, and merged at once where the forge lets it", async () => {
  const { calls, requests } = forge(undefined, merged("r"));
  const step = await revertByRequest(improvement, toRevert, requests, context);
  expect(calls).toEqual([`open ${BRANCH} c b`, `merge ${BRANCH}`]);
  expect(step).toMatchObject({ kind: "step", patch: { rollback_commit: "r", rollback_request: opened } });
});

test("where reviews are missing it waits and says for what, and asks the forge again next time", async () => {
  const { calls, requests } = forge(undefined, { ...open, waitsFor: "1 approving review" });
  const step = await revertByRequest(improvement, toRevert, requests, context);
  expect(step).toMatchObject({ kind: "wait", patch: { rollback_request: opened } });
  expect(step.because).toContain("1 approving review");
  const later = forge(open, merged("r"));
  expect(await revertByRequest(improvement, toRevert, later.requests, context)).toMatchObject({ kind: "step" });
  expect(later.calls).toEqual([`merge ${BRANCH}`]);
  expect(calls).toHaveLength(2);
});

test.each([
  ["merged by a person meanwhile", merged("r"), { kind: "step", patch: { rollback_commit: "r" } }],
  ["closed by a person", { kind: "closed", by: "dana" }, { kind: "blocked" }],
] as const)("%s", async (_, state, expected) => {
  const { calls, requests } = forge(state);
  expect(await revertByRequest(improvement, toRevert, requests, context)).toMatchObject(expected);
  expect(calls).toEqual([]);
});

test("what later work is in the way of, and what is taken back already", async () => {
  const conflict = {
    ...forge(undefined).requests,
    openRevert: async () => ({ kind: "conflict", paths: ["a.yaml"] }) as const,
  };
  expect(await revertByRequest(improvement, toRevert, conflict, context)).toMatchObject({ kind: "blocked" });
  const nothing = { ...forge(undefined).requests, openRevert: async () => undefined };
  expect(await revertByRequest(improvement, toRevert, nothing, context)).toMatchObject({
    kind: "step",
    patch: { rollback_commit: "h" },
  });
});

test("nobody merges it: blocked in the end, with the address", async () => {
  const { requests } = forge(undefined);
  const { outcome, record: left } = await run({ requests, mode: "pull-request" });
  expect(outcome.to).toBe("rollback_blocked");
  expect(outcome.because).toContain(URL);
  expect(left.rollback_request).toEqual({ number: 8, url: URL, branch: `improvement/${record.improvement.id}-revert` });
});
