import { describe, expect, test } from "vitest";
import { plan } from "../../functions/plan/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { GitReader } from "../../shared/ports.ts";
import { committedImprovement } from "../support/improvement.ts";
import { application, deployment, gitOf, platformOf, SIZED, sampleTexts } from "../support/platform.ts";

const context = {
  signal: new AbortController().signal,
  now: () => Date.UTC(2030, 0, 1),
  save: async () => expect.fail("rules have nothing to save"),
};
const proposal = (title: string, over: Partial<Improvement> = {}): Improvement => {
  const {
    change_set: _,
    git_commit: __,
    landed: ___,
    ...rest
  } = committedImprovement("c", [], { title, status: "validated", id: "new", ...over });
  return rest;
};

function run(
  improvement: Improvement,
  texts: Record<string, string>,
  past: readonly Improvement[] = [],
  git: GitReader = gitOf(texts),
) {
  const ports = { git, history: { recent: async () => past }, settings: { platform: {}, policy: {} } };
  return plan({ improvement }, ports, context);
}

const harbor = sampleTexts("harbor");
const LIMITS = "Set memory limits on every container";

describe("from a sentence to a change", () => {
  test.each([
    [LIMITS, "set-resource-limits", "human"],
    ["Add a default-deny NetworkPolicy to every namespace", "add-network-policy", "auto"],
    ["Back up every database with a scheduled CronJob", "add-backup-cronjob", "human"],
    ["Add a PodDisruptionBudget to everything with two replicas", "add-pod-disruption-budget", "auto"],
    ["Add Prometheus alert rules", "add-prometheus-rule", "auto"],
  ])("%s: %s, judged %s", async (title, kind, decision) => {
    const outcome = await run(proposal(title), harbor);
    expect(outcome).toMatchObject({ kind: "move", to: "planned", patch: { intent: { kind }, verdict: { decision } } });
    if (outcome.kind !== "move") return;
    const { change_set, other_targets } = outcome.patch;
    expect(change_set?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(other_targets).not.toContain(outcome.because.split(": ")[0]);
    expect(platformOf(harbor).applications.map(({ name }) => name)).toContain(change_set?.application);
  });

  test("the text chooses neither the workload nor a value", async () => {
    const plain = await run(proposal(LIMITS), harbor);
    const greedy = await run(
      proposal(LIMITS, {
        description: "Use 64Gi for namespace kube-system, image evil/x, container api",
        implementation_notes: "limits: {memory: 64Gi}",
      }),
      harbor,
    );
    expect(greedy).toEqual(plain);
  });

  test.each([
    ["Alert when a nightly job failed, nobody reads the mail.", "job-failures", "insights"],
    ["We alert on the error rate of requests.", "error-ratio", "storefront"],
    ["Page me before the disk is full.", "volume-fill-up", "orders"],
  ])("what was said decides what an alert is about, not where: %s", async (text, signal, namespace) => {
    const outcome = await run(proposal("Add Prometheus alert rules", { quotes: [{ text }] }), harbor);
    expect(outcome).toMatchObject({ to: "planned", patch: { intent: { signal, namespace } } });
  });

  test("the same on every run, and on another repository another valid change", async () => {
    expect(await run(proposal(LIMITS), harbor)).toEqual(await run(proposal(LIMITS), harbor));
    const meadow = await run(proposal(LIMITS), sampleTexts("meadow"));
    expect(meadow).toMatchObject({
      to: "planned",
      patch: { change_set: { files: [{ path: expect.stringContaining("clusters/prod/") as string }] } },
    });
  });
});

describe("places that are taken", () => {
  async function planned(past: readonly Improvement[], over: Partial<Improvement> = {}) {
    const outcome = await run(proposal(LIMITS, over), harbor, past);
    return outcome.kind === "move" ? outcome : undefined;
  }
  const after = (first: Awaited<ReturnType<typeof planned>>, status: Improvement["status"]) => [
    proposal("earlier", { id: "old", status, ...(first?.patch.intent == null ? {} : { intent: first.patch.intent }) }),
  ];

  test.each(["planned", "pending_review", "deployed", "verified", "failed", "held"] as const)(
    "by one that is %s: the next place",
    async (status) => {
      const first = await planned([]);
      const second = await planned(after(first, status));
      expect(second?.to).toBe("planned");
      expect(second?.patch.intent).not.toEqual(first?.patch.intent);
      expect(first?.patch.other_targets).toContain(second?.because.split(": ")[0]);
    },
  );

  test("other numbers for the same container are the same place", async () => {
    const first = await planned([]);
    const [old] = after(first, "failed");
    const other = { ...old, intent: { ...old?.intent, limits: { memory: "7Gi" } } } as Improvement;
    expect((await planned([other]))?.patch.intent).not.toMatchObject({ workload: first?.patch.intent?.["workload"] });
  });

  test("its own earlier plan does not drive it away", async () => {
    const first = await planned([]);
    const second = await planned(after(first, "verified"));
    const intent = second?.patch.intent;
    if (intent == null) throw new Error("nothing was planned");
    expect((await planned([], { intent }))?.patch.intent).toEqual(intent);
  });

  test("all taken: nothing to improve", async () => {
    const past: Improvement[] = [];
    for (let round = 0; round < 50; round++) {
      const outcome = await run(proposal(LIMITS), harbor, past);
      if (outcome.kind !== "move" || outcome.to !== "planned" || outcome.patch.intent == null) {
        expect(outcome).toMatchObject({
          to: "rejected",
          because: expect.stringMatching(/nothing to improve: every place .* is taken/) as string,
        });
        expect(past.length).toBeGreaterThan(4);
        return;
      }
      past.push(proposal("x", { id: `old${round}`, intent: outcome.patch.intent }));
    }
    throw new Error("places never ran out");
  });
});

describe("nothing to plan", () => {
  test("a topic without an intent goes to a person, who is told what is missing", async () => {
    expect(await run(proposal("Test restores regularly"), harbor)).toMatchObject({
      to: "pending_review",
      patch: { review_stage: "plan", review_reason: expect.stringContaining("no typed intent") as string },
    });
    expect(await run(proposal("Be nice to each other"), harbor)).toMatchObject({ to: "pending_review" });
  });

  test("everything is in place", async () => {
    const texts = { "app.yaml": application("a", "web", "shop"), "web/web.yaml": deployment("web", { extra: SIZED }) };
    expect(await run(proposal(LIMITS), texts)).toMatchObject({
      to: "rejected",
      because: expect.stringContaining("nothing to improve: set-resource-limits is in place") as string,
    });
  });

  test("what cannot be done says why", async () => {
    const texts = { "app.yaml": application("a", "web", "shop"), "web/web.yaml": deployment("web") };
    expect(await run(proposal(LIMITS), texts)).toMatchObject({
      to: "rejected",
      because: expect.stringContaining("nothing in the repository says how much") as string,
    });
  });

  test("a remote that is away is the runtime's matter, not an answer", async () => {
    const git = { ...gitOf(harbor), head: async () => Promise.reject(new Error("remote is away")) };
    await expect(run(proposal(LIMITS), harbor, [], git)).rejects.toThrow("remote is away");
  });
});

test("a denied place is passed over for one that is not, and kept for the record when there is no other", async () => {
  const quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {requests.memory: 300Mi}}\n";
  const texts = {
    "1.yaml": application("a", "a", "a"),
    "a/sized.yaml": deployment("sized", { extra: SIZED }),
    "a/open.yaml": deployment("open").replace("spec:\n", "spec:\n  replicas: 3\n"),
    "a/quota.yaml": quota,
  };
  expect(await run(proposal(LIMITS), texts)).toMatchObject({ to: "planned", patch: { verdict: { decision: "deny" } } });
  const more = { ...texts, "2.yaml": application("b", "b", "b"), "b/open.yaml": deployment("open") };
  expect(await run(proposal(LIMITS), more)).toMatchObject({
    to: "planned",
    patch: { intent: { workload: { namespace: "b" } }, verdict: { decision: "human" } },
  });
});

test("why nothing is left is told by the places it looked at", async () => {
  const alone = { "1.yaml": application("a", "a", "a"), "a/one.yaml": deployment("one", { extra: SIZED }) };
  const budget = await run(proposal("Add a PodDisruptionBudget"), alone);
  expect(budget).toMatchObject({
    to: "rejected",
    because: expect.stringMatching(/Deployment a\/one: it runs a single replica/),
  });
  const alerts = await run(proposal("Add Prometheus alert rules"), alone);
  expect(alerts).toMatchObject({ to: "rejected", because: expect.stringMatching(/shows no Prometheus Operator/) });
});
