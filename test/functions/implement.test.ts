import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ImplementPorts } from "../../functions/implement/handle.ts";
import { implement } from "../../functions/implement/handle.ts";
import { READY_LIMIT_MS, READY_LOOK_MS } from "../../functions/implement/readiness.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { APPROVAL_LIFETIME_MS, type Approval, signApproval } from "../../shared/domain/approval-signature.ts";
import { rollbackMessage, trailersOf } from "../../shared/domain/commit-message.ts";
import type { Improvement, Patch, StoredIntent } from "../../shared/domain/improvement.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import type { ArgoApplication, GateAnswer, GitReader, GitWriter } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";

const SECRET = "a secret of this test";
const NOW = Date.UTC(2026, 0, 15, 12);
const CART = "apps/shop/cart.yaml";

function application(name: string, path: string, namespace: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  source: { repoURL: "https://git.example.org/platform.git", path: ${path}, targetRevision: main }
  destination: { server: "https://kubernetes.default.svc", namespace: ${namespace} }
`;
}

function deployment(name: string): string {
  return `# ${name}: keep this comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      containers:
        - name: ${name}
          image: registry.example.org/shop/${name}:1.4.2
`;
}

const files = {
  "argocd/shop.yaml": application("shop", "apps/shop", "shop"),
  "argocd/billing.yaml": application("billing", "apps/billing", "shop"),
  "apps/shop/cart.yaml": deployment("cart"),
  "apps/billing/invoice.yaml": deployment("invoice"),
  "README.md": "The platform\n",
};
const settings = { platform: { publicUrl: "https://git.example.org/platform.git", branch: "main" }, policy: {} };

const intent: StoredIntent = {
  kind: "set-resource-limits",
  workload: { kind: "Deployment", namespace: "shop", name: "cart" },
  container: "cart",
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { memory: "128Mi" },
};

let remote: GitRemote;
let git: GitReader & GitWriter;
let base: string;

beforeEach(async () => {
  remote = await gitRemote(files);
  git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "Cortex Online School <school@cortex.ai>" });
  base = await git.head();
});
afterEach(() => remote.close());

/** As `approve` leaves it, planned on the head of the moment. */
async function approved(overrides: Partial<Approval> = {}, secret = SECRET, planned = intent): Promise<Improvement> {
  const rendered = renderChangeSet(planned, await loadPlatform(git, await git.head(), settings.platform));
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const { changeSet, verdict } = rendered;
  const approval: Approval = {
    improvement: "0123456789abcdef",
    hash: changeSet.hash,
    verdict: verdict.decision,
    application: changeSet.application,
    actor: "person:dana",
    reason: "looks right",
    approvedAt: NOW - 1_000,
    expiresAt: NOW - 1_000 + APPROVAL_LIFETIME_MS,
    ...overrides,
  };
  return {
    id: "0123456789abcdef",
    status: "approved",
    title: "Set memory limits on every workload",
    description: "d",
    category: "architecture",
    type: "enhancement",
    implementation_notes: "Start from what neighbours use.",
    relevance: 0.93,
    quotes: [],
    source_id: "talk-7",
    source_title: "Limits in practice",
    created_at: "2026-01-15T11:00:00.000Z",
    updated_at: "2026-01-15T11:00:00.000Z",
    intent: planned,
    change_set: changeSet,
    verdict,
    approval: signApproval(approval, secret),
  };
}

const well: ArgoApplication = {
  metadata: { name: "shop" },
  spec: { destination: {} },
  status: { sync: { status: "Synced" }, health: { status: "Healthy" } },
};
const baseline = { at: NOW, health: "Healthy", restarts: {}, logFingerprints: [] };

function ports(overrides: Partial<ImplementPorts> = {}): ImplementPorts {
  return {
    git,
    gate: { take: async () => ({ kind: "taken" }) },
    argocd: argocd(() => well),
    baseline: async () => baseline,
    approvalSecret: SECRET,
    settings,
    ...overrides,
  };
}
function argocd(answer: () => ArgoApplication | undefined): ImplementPorts["argocd"] {
  const unused = async () => {
    throw new Error("not for implement");
  };
  const application = async () => answer();
  return { application, applications: unused, refresh: unused, terminateOperation: unused, sync: unused };
}

/** Applies what is saved to a record, as the pipeline would. */
function context(record: { improvement: Improvement }, { now = NOW, signal = new AbortController().signal } = {}) {
  return {
    log: pino({ level: "silent" }),
    now: () => now,
    signal,
    attempt: 1,
    async save(patch: Patch) {
      record.improvement = patched(record.improvement, patch);
    },
  };
}
function patched(improvement: Improvement, patch: Patch): Improvement {
  const all = Object.entries({ ...improvement, ...patch }).filter(([, value]) => value !== null);
  return Object.fromEntries(all) as unknown as Improvement;
}

/** One call of the handler on a record; what it saved stays in the record, its outcome does not. */
function run(record: { improvement: Improvement }, more: Partial<ImplementPorts> = {}, at?: { now?: number }) {
  return implement({ improvement: record.improvement }, ports(more), context(record, at));
}
function tampered(overrides: Partial<GitReader & GitWriter>): GitReader & GitWriter {
  return { ...git, ...overrides };
}
/** How many commits of ours are on the branch. */
async function ours(): Promise<number> {
  return Number(await remote.git("rev-list", "--count", "--committer=school@cortex.ai", "main"));
}

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
    const gate = {
      take: async (input: unknown): Promise<GateAnswer> => {
        asked.push(input);
        return { kind: "busy", holder: "another" };
      },
    };
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

  test("a rollback of the improvement is not taken for its change", async () => {
    const record = { improvement: await approved() };
    await run(record);
    const landed = await remote.tip();
    const text = rollbackMessage(record.improvement, { commit: landed, reason: "error-ratio failed" });
    await git.revert({ commit: landed, base: landed, message: text });
    expect(await run(record)).toMatchObject({ to: "implementation", patch: { git_commit: landed } });
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

describe("an approval that does not hold goes back to a person", () => {
  test.each<[string, () => Promise<Improvement>, string]>([
    ["signed by somebody else", () => approved({}, "another secret"), "not signed"],
    ["altered after it was signed", async () => forged(await approved(), { actor: "rule:relevance" }), "not signed"],
    ["without a signature", async () => forged(await approved(), { signature: "" }), "not signed"],
    ["for another improvement", () => approved({ improvement: "fedcba9876543210" }), "fedcba9876543210"],
    ["for another change set", () => approved({ hash: "0".repeat(64) }), "another change set"],
    ["for another Application", () => approved({ application: "billing" }), "billing"],
    ["for another verdict", () => approved({ verdict: "auto" }), "auto"],
    ["past its end", () => approved({ expiresAt: NOW }), "ended"],
    [
      "older than 72 hours, whatever end it names",
      () => approved({ approvedAt: NOW - APPROVAL_LIFETIME_MS, expiresAt: NOW * 2 }),
      "ended",
    ],
    ["that is missing", async () => patched(await approved(), { approval: null }), "nobody"],
    ["without a plan", async () => patched(await approved(), { intent: null }), "no planned change"],
  ])("%s", async (_name, improvement, because) => {
    const outcome = await run({ improvement: await improvement() });
    expect(outcome).toMatchObject({
      to: "pending_review",
      because: expect.stringContaining(because),
      patch: { approval: null, review_stage: "implement" },
    });
    expect(await remote.tip()).toBe(base);
  });

  test("an intent that was exchanged in the record renders to something nobody approved", async () => {
    const improvement = await approved();
    const exchanged = { ...intent, limits: { memory: "64Gi" } };
    expect(await run({ improvement: { ...improvement, intent: exchanged } })).toMatchObject({ to: "pending_review" });
    expect(await ours()).toBe(0);
  });

  test("policy that now denies it rejects it", async () => {
    const improvement = await approved({}, SECRET, { kind: "add-network-policy", namespace: "shop" });
    const policy = { protectedNamespaces: ["shop"] };
    const outcome = await run({ improvement }, { settings: { ...settings, policy } });
    expect(outcome).toMatchObject({ to: "rejected", patch: { approval: null, verdict: { decision: "deny" } } });
    expect(await ours()).toBe(0);
  });

  function forged(improvement: Improvement, change: Partial<Improvement["approval"] & object>): Improvement {
    return patched(improvement, {
      approval: { ...improvement.approval, ...change } as Improvement["approval"] & object,
    });
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
    const outcome = await run({ improvement: await approved() }, { gate: { take: async () => answer } });
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
    await remote.refuse("main is protected: open a pull request");
    const refused = run({ improvement: await approved() });
    await expect(refused).rejects.toThrow(PermanentError);
    await expect(refused).rejects.toThrow(/main is protected: open a pull request/);
    expect(await remote.tip()).toBe(base);
  });

  test("that is out of reach is tried later", async () => {
    const improvement = await approved();
    await remote.close();
    await expect(run({ improvement })).rejects.toThrow(RetryLater);
  });
});
