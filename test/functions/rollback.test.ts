import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RollbackPorts, rollback } from "../../functions/rollback/handle.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { takeBaseline } from "../../shared/checks/baseline.ts";
import { defaultMetricNames } from "../../shared/checks/queries.ts";
import { implementMessage, trailersOf } from "../../shared/domain/commit-message.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ArgoApplication, GitReader, GitWriter } from "../../shared/ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { deployment, healthy, type Status } from "../shared/argocd/application.ts";
import { api, argoCdOf, clusterOf, metricsOf, type Shop, shop } from "../shared/checks/world.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { committedImprovement } from "../support/improvement.ts";
import { type Drive, drive, START } from "../support/rounds.ts";

const FILE = "apps/shop/api.yaml";
const BEFORE = `${["kind: Deployment", "a: 1", "b: 2", "c: 3", "memory: none", "d: 4", "e: 5", "f: 6", "g: 7"].join("\n")}\n`;
const AFTER = BEFORE.replace("memory: none", "memory: 64Mi");
const timing = { intervalMs: 10_000, timeoutMs: 600_000 };

let remote: GitRemote;
let git: GitReader & GitWriter;
let bad: string;
let state: Shop;
let argoCd: ReturnType<typeof argoCdOf>;
let record: { improvement: Improvement };

beforeEach(async () => {
  remote = await gitRemote({ [FILE]: BEFORE, "README.md": "hello\n" });
  git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
  state = shop();
  argoCd = argoCdOf(state);
  const described = committedImprovement("", [api]);
  bad = await commit(implementMessage(described, [], { approval: { actor: "rule:x", reason: "r" }, changeSet: "h" }));
  const baseline = await takeBaseline({
    objects: [api],
    cluster: clusterOf(shop()),
    metrics: metricsOf(shop()),
    now: START - 600_000,
  });
  record = {
    improvement: committedImprovement(bad, [api], {
      status: "rolling_back",
      failure_reason: "pods: CrashLoopBackOff",
      baseline,
    }),
  };
  await argoFollows();
});
afterEach(() => remote.close());

async function commit(message: string): Promise<string> {
  const head = await git.head();
  const before = (await git.tree(head)).get(FILE) ?? null;
  const pushed = await git.commit({ base: head, files: [{ path: FILE, before, after: AFTER }], message });
  if (pushed.kind !== "pushed") throw new Error("moved");
  return pushed.commit;
}

/** Argo CD has synced the tip of the branch. */
async function argoFollows(over: Partial<Status> = {}): Promise<void> {
  state.application = healthy(await remote.tip(), over);
}

function run(over: Partial<RollbackPorts> = {}, options: Drive = {}) {
  const ports: RollbackPorts = {
    git,
    argoCd,
    cluster: clusterOf(state),
    metrics: metricsOf(state),
    metricNames: defaultMetricNames,
    timing,
    schedule: { durationMs: 60_000, intervalMs: 10_000 },
    ...over,
  };
  return drive((input, context) => rollback(input, ports, context), record, options);
}

/** As `argoCd`, but of a cluster that runs the revert as soon as there is one. */
function following(over: (revision: string) => ArgoApplication = healthy): RollbackPorts["argoCd"] {
  const revision = () => record.improvement.rollback_commit ?? bad;
  return {
    ...argoCd,
    application: async () => {
      await argoCd.application(); // for its faults
      return over(revision());
    },
  };
}

const reverts = async () =>
  (await remote.git("log", "--format=%H %s", "main")).split("\n").filter((line) => line.includes(" Rollback: "));

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
