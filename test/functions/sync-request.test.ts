/** sync in pull-request mode: from the open request to the commit that landed, on a real repository. */
import { describe, expect, test } from "vitest";
import { followRequest, type RequestPorts } from "../../functions/sync/request.ts";
import type { FileChange } from "../../shared/domain/change-set.ts";
import { rollbackMessage } from "../../shared/domain/commit-message.ts";
import type { Improvement, LandedCommit } from "../../shared/domain/improvement.ts";
import type { ChangeRequest } from "../../shared/forge-ports.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { approved, base, baseline, CART, context, deployment, git, NOW, settings } from "../support/implement.ts";

const URL = "https://forge.example.org/platform/pulls/7";
const BRANCH = "improvement/0123456789abcdef";

async function proposed(): Promise<Improvement> {
  const request = { number: 7, url: URL, branch: BRANCH };
  return { ...(await approved()), status: "implementation", request };
}
async function look(
  improvement: Improvement,
  state: ChangeRequest["state"] | Error | undefined,
  more: Partial<RequestPorts> = {},
) {
  const record = { improvement };
  const asked: unknown[] = [];
  const ports: RequestPorts = {
    requests: {
      find: async (branch) => {
        asked.push(branch);
        if (state instanceof Error) throw state;
        return state === undefined ? undefined : { number: 7, url: URL, state };
      },
    },
    git,
    gate: { lock: async () => ({ kind: "taken" }) },
    baseline: async () => baseline,
    requestLookMs: 300_000,
    settings,
    ...more,
  };
  const answer = await followRequest(improvement, ports, context(record));
  return { answer, record, asked };
}
async function land(files: readonly FileChange[], onto: string, message = "Merged on the forge\n"): Promise<string> {
  const tree = await git.tree(onto);
  const current = files.map((file) => ({ ...file, before: tree.get(file.path) ?? null }));
  const pushed = await git.commit({ base: onto, files: current, message });
  if (pushed.kind !== "pushed") throw new Error(pushed.kind);
  return pushed.commit;
}
const squashed = (last: string, before: string): LandedCommit => ({ kind: "squash", first: last, last, before });
const merged = (landed: LandedCommit): ChangeRequest["state"] => ({ kind: "merged", landed });
const filesOf = ({ change_set: set }: Improvement) => set?.files ?? [];

describe("while it is open", () => {
  test("it waits with the coordinator, keeps the newest baseline and says what is missing", async () => {
    const { answer, asked } = await look(await proposed(), {
      kind: "open",
      head: "c",
      waitsFor: "1 review is missing",
    });
    expect(asked).toEqual([BRANCH]);
    expect(answer).toEqual({
      kind: "again",
      afterMs: 300_000,
      patch: { baseline, check_settings: null, sync_started_at: null },
      because: `${URL} is open: 1 review is missing`,
    });
  });

  test.each([
    ["an outage of the forge", new RetryLater("GitHub is out of reach", 1_000), "GitHub is out of reach"],
    ["a request the forge does not show", undefined, "cannot be found"],
  ])("%s is a reason to look again", async (_, state, because) => {
    const { answer } = await look(await proposed(), state);
    expect(answer).toMatchObject({
      kind: "again",
      afterMs: 300_000,
      because: expect.stringContaining(because) as string,
    });
  });

  test("a forge that is no longer configured is told, and nothing is lost", async () => {
    const { answer } = await look(await proposed(), undefined, { requests: undefined });
    expect(answer).toMatchObject({ kind: "again", because: expect.stringContaining("GITHUB_TOKEN") as string });
  });
});

test("closed without being merged: rejected, with a tombstone", async () => {
  const { answer } = await look(await proposed(), { kind: "closed", by: "dana" });
  const because = `${URL} was closed by dana without being merged`;
  expect(answer).toMatchObject({
    kind: "move",
    to: "rejected",
    because,
    patch: { tombstone: because, approval: null },
  });
});

describe("merged", () => {
  test("as it was approved: the commit is what the forge says, the lock is taken, the approval's change set stays", async () => {
    const improvement = await proposed();
    const commit = await land(filesOf(improvement), base);
    const locks: unknown[] = [];
    const lock: RequestPorts["gate"]["lock"] = async (input) => {
      locks.push(input);
      return { kind: "taken" };
    };
    const { answer, record } = await look(improvement, merged(squashed(commit, base)), { gate: { lock } });
    expect(answer).toMatchObject({ git_commit: commit, landed: squashed(commit, base), lock: "billing" });
    expect(answer).not.toHaveProperty("landed_edited");
    expect(answer).toMatchObject({ change_set: improvement.change_set, implemented_at: new Date(NOW).toISOString() });
    expect(locks).toEqual([{ improvement: improvement.id, lock: "billing" }]);
    expect(record.improvement).toEqual(answer);
  });

  test("onto a branch that changed the same file elsewhere: what the intent makes of it there is as approved", async () => {
    const improvement = await proposed();
    const other = deployment("cart").replace("replicas: 2", "replicas: 3");
    const moved = await land([{ path: CART, before: null, after: other }], base);
    const both = (filesOf(improvement)[0]?.after ?? "").replace("replicas: 2", "replicas: 3");
    const commit = await land([{ path: CART, before: null, after: both }], moved);
    const { answer } = await look(improvement, merged(squashed(commit, moved)));
    expect(answer).not.toHaveProperty("landed_edited");
    expect(answer).toMatchObject({ change_set: { files: [{ path: CART, after: both }] } });
  });

  test("in several commits: the range is looked at as a whole", async () => {
    const improvement = await proposed();
    const first = await land([{ path: CART, before: null, after: `${deployment("cart")}# first\n` }], base);
    const last = await land(filesOf(improvement), first);
    const landed: LandedCommit = { kind: "rebase", first, last, before: base };
    const { answer } = await look(improvement, merged(landed));
    expect(answer).toMatchObject({ landed, git_commit: last });
    expect(answer).not.toHaveProperty("landed_edited");
  });

  test("with a reviewer's changes: marked, judged, and watched as what it is", async () => {
    const improvement = await proposed();
    const edited = (filesOf(improvement)[0]?.after ?? "").replace("128Mi", "256Mi");
    const files = [
      { path: CART, before: null, after: edited },
      { path: "docs/limits.md", before: null, after: "Limits are there.\n" },
    ];
    const commit = await land(files, base);
    const { answer } = await look(improvement, merged(squashed(commit, base)));
    expect(answer).toMatchObject({ landed_edited: "true", verdict: { decision: "human" } });
    const set = (answer as Improvement).change_set;
    expect(set?.files.map(({ path }) => path)).toEqual([CART]);
    expect(set?.objects).toEqual([
      { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "cart", effect: "change" },
    ]);
    expect(set?.hash).not.toBe(improvement.change_set?.hash);
  });

  test("with changes policy denies: live, but held for a person", async () => {
    const improvement = await proposed();
    const evil = (filesOf(improvement)[0]?.after ?? "").replace(
      "registry.example.org/shop/cart:1.4.2",
      "evil.example.net/x:latest",
    );
    const commit = await land([{ path: CART, before: null, after: evil }], base);
    const { answer, record } = await look(improvement, merged(squashed(commit, base)));
    expect(answer).toMatchObject({ kind: "move", to: "held", patch: { held_from: "implementation" } });
    expect(answer).toMatchObject({ because: expect.stringContaining("restrict-image-registries") as string });
    expect(record.improvement).toMatchObject({ landed_edited: "true", git_commit: commit });
  });

  test("with changes to another Application: held, because one lock does not cover both", async () => {
    const improvement = await proposed();
    const other = {
      path: "apps/billing/invoice.yaml",
      before: null,
      after: deployment("invoice").replace("replicas: 2", "replicas: 4"),
    };
    const commit = await land([...filesOf(improvement), other], base);
    const { answer } = await look(improvement, merged(squashed(commit, base)));
    expect(answer).toMatchObject({ kind: "move", to: "held" });
  });

  test("while another holds the lock: it waits behind it, and is not compared again", async () => {
    const improvement = await proposed();
    const commit = await land(filesOf(improvement), base);
    const busy = { gate: { lock: async () => ({ kind: "busy", holder: "other" }) as const } };
    const first = await look(improvement, merged(squashed(commit, base)), busy);
    expect(first.answer).toMatchObject({ kind: "behind-lock", lock: "billing" });
    const second = await look(first.record.improvement, new Error("the forge is not asked again"));
    expect(second.asked).toEqual([]);
    expect(second.answer).toMatchObject({ git_commit: commit });
  });

  test("and taken back since, by a replayed record: nothing is watched", async () => {
    const improvement = await proposed();
    const commit = await land(filesOf(improvement), base);
    const message = rollbackMessage(improvement, { commit, reason: "it hurt" });
    await git.revert({ commit, base: commit, message });
    const { answer } = await look(improvement, merged(squashed(commit, base)));
    expect(answer).toMatchObject({
      kind: "move",
      to: "rejected",
      because: expect.stringContaining("taken back") as string,
    });
  });

  test("and empty, because the branch had it already: rejected", async () => {
    const improvement = await proposed();
    const { answer } = await look(improvement, merged(squashed(base, base)));
    expect(answer).toMatchObject({ kind: "move", to: "rejected" });
  });

  test("by a forge that cannot say onto what: never guessed", async () => {
    const improvement = await proposed();
    const commit = await land(filesOf(improvement), base);
    const landed: LandedCommit = { kind: "squash", first: commit, last: commit };
    await expect(look(improvement, merged(landed))).rejects.toThrow(PermanentError);
  });
});
