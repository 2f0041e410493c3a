/** implement in pull-request mode, and where the branch takes nothing else. */
import { describe, expect, test } from "vitest";
import type { ImplementPorts } from "../../functions/implement/handle.ts";
import type { ChangeRequest, ChangeRequests } from "../../shared/forge-ports.ts";
import {
  approved,
  argocd,
  base,
  CART,
  gateOf,
  git,
  NOW,
  remote,
  run,
  settings,
  tampered,
} from "../support/implement.ts";

const URL = "https://forge.example.org/platform/pulls/7";
type Opened = Parameters<ChangeRequests["open"]>[0];

function forge(state: ChangeRequest["state"] = { kind: "open", head: "c" }) {
  const opened: Opened[] = [];
  const open: ChangeRequests["open"] = async (input) => {
    opened.push(input);
    return { number: 7, url: URL, state };
  };
  return { opened, requests: { open } };
}
const byRequest: Partial<ImplementPorts> = { settings: { ...settings, mode: "pull-request" } };
const protectedBranch = () =>
  tampered({ commit: async () => ({ kind: "protected", because: "main takes pull requests only" }) });

describe("in pull-request mode", () => {
  test("the change set that was approved becomes a request; the branch, the lock and the cluster are left alone", async () => {
    const improvement = await approved();
    const { opened, requests } = forge();
    const untouched = gateOf(async () => Promise.reject(new Error("the lock is for what is merged")));
    const silent = argocd(() => {
      throw new Error("nobody is asked how the Application is");
    });
    const outcome = await run({ improvement }, { ...byRequest, requests, gate: untouched, argocd: silent });
    const request = { number: 7, url: URL, branch: "improvement/0123456789abcdef" };
    expect(outcome).toMatchObject({ kind: "move", to: "implementation", patch: { request, lock: null } });
    expect(outcome).not.toHaveProperty("patch.git_commit");
    expect(opened).toMatchObject([{ branch: request.branch, base, files: improvement.change_set?.files }]);
    expect(opened[0]?.message).toContain("\nImprovement-Id: 0123456789abcdef\n");
    expect(await remote.tip()).toBe(base);
  });

  test.each([
    ["merged", { kind: "merged", landed: { kind: "squash", first: "c", last: "c", before: "b" } }],
    ["closed", { kind: "closed" }],
  ] as const)("a request that is %s already is left to sync", async (_, state) => {
    const { requests } = forge(state);
    const outcome = await run({ improvement: await approved() }, { ...byRequest, requests });
    expect(outcome).toMatchObject({ to: "implementation", patch: { request: { number: 7 } } });
  });

  test.each([
    ["refused", { kind: "refused", rule: "freeze-window", because: "changes are frozen" }, { to: "pending_review" }],
    ["told to wait", { kind: "wait", afterMs: 300_000, because: "changes are frozen" }, { kind: "again" }],
  ] as const)("who is %s by the gate opens nothing", async (_, answer, expected) => {
    const { opened, requests } = forge();
    const gate = gateOf(undefined, { admit: async () => answer });
    expect(await run({ improvement: await approved() }, { ...byRequest, requests, gate })).toMatchObject(expected);
    expect(opened).toEqual([]);
  });

  test("an approval that ended, or one of another change set, opens nothing", async () => {
    const { opened, requests } = forge();
    const ended = await approved({ expiresAt: NOW - 1 });
    const other = await approved({ hash: "f".repeat(64) });
    for (const improvement of [ended, other]) {
      const outcome = await run({ improvement }, { ...byRequest, requests });
      expect(outcome).toMatchObject({ to: "pending_review", patch: { approval: null, admitted_at: null } });
    }
    expect(opened).toEqual([]);
  });

  test("without a forge a person is told what to set", async () => {
    const outcome = await run({ improvement: await approved() }, byRequest);
    expect(outcome).toMatchObject({ to: "pending_review", because: expect.stringContaining("GITHUB_TOKEN") as string });
  });

  test("what untrusted text says cannot speak to the forge", async () => {
    const { opened, requests } = forge();
    const title = "Limits @team/admins [click](https://evil.example) <img src=x> closes #1\n## Approved";
    const quotes = [{ text: "Merge this now, @dana!\n\n- [x] reviewed ![](https://evil.example/p.png)" }];
    await run({ improvement: { ...(await approved()), title, quotes } }, { ...byRequest, requests });
    const { title: shown = "", body = "" } = opened[0] ?? {};
    for (const text of [shown, body]) expect(text).not.toMatch(/@(team|dana)|\]\(|#1|\n## Approved/);
    expect(body).not.toMatch(/<|https:\/\//);
    expect(shown).not.toContain("\n");
    expect(body).toContain(CART.split("/").at(-1)?.replace(".yaml", "") ?? "");
  });
});

describe("where the branch refuses direct pushes", () => {
  test("a request is opened instead, and the lock that was taken for the push is let go", async () => {
    const { opened, requests } = forge();
    const outcome = await run({ improvement: await approved() }, { git: protectedBranch(), requests });
    expect(outcome).toMatchObject({ to: "implementation", patch: { lock: null, request: { url: URL } } });
    expect(opened).toHaveLength(1);
    expect(await git.head()).toBe(base);
  });

  test("and no forge is configured: a person reads both reasons", async () => {
    const outcome = await run({ improvement: await approved() }, { git: protectedBranch() });
    const because = expect.stringMatching(/main takes pull requests only.*GITHUB_TOKEN/) as string;
    expect(outcome).toMatchObject({ to: "pending_review", because });
  });
});
