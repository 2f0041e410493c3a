import { describe, expect, test } from "vitest";
import { askedOnce } from "../../functions/validate/asked-once.ts";
import { validate } from "../../functions/validate/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import { type GitReader } from "../../shared/ports.ts";
import { committedImprovement } from "../support/improvement.ts";
import { knowing, knowingNothing } from "../support/knowledge/fake.ts";
import { application, deployment, gitOf, SIZED, sampleTexts, service } from "../support/platform.ts";

const signal = new AbortController().signal;
const proposal = (title: string, over: Partial<Improvement> = {}): Improvement =>
  committedImprovement("c", [], {
    title,
    description: "",
    status: "categorized",
    id: "new",
    created_at: "2026-03-02T00:00:00.000Z",
    ...over,
  });

interface World {
  readonly texts?: Record<string, string>;
  readonly past?: readonly Improvement[] | Error;
  readonly git?: GitReader;
  readonly attempt?: number;
  readonly knowledge?: Knowledge;
}
const harbor = sampleTexts("harbor");

async function run(
  improvement: Improvement,
  { texts = harbor, past = [], git = gitOf(texts), attempt = 1, knowledge = knowing([]) }: World = {},
) {
  const recent = async () => (past instanceof Error ? Promise.reject(past) : past);
  const outcome = await validate(
    { improvement },
    { git, history: { recent }, knowledge, settings: { platform: {} } },
    { signal, attempt, now: () => 0 },
  );
  if (outcome.kind !== "move") throw new Error("validate always moves");
  return outcome;
}

describe("nothing against it", () => {
  test("every check passes and says what it looked at", async () => {
    const outcome = await run(proposal("Set memory limits on every container"));
    expect(outcome).toMatchObject({
      to: "validated",
      patch: { rag_check_passed: "true", validated_at: "1970-01-01T00:00:00.000Z", conflicts_found: null },
    });
    expect(outcome.patch.validation?.map(({ check, result }) => `${check}: ${result}`)).toEqual([
      "duplicate: pass",
      "already-in-place: pass",
      "dependencies: pass",
      "capacity: pass",
      "contradiction: pass",
    ]);
  });
});

describe("already in place", () => {
  test("everywhere it applies: a conflict with the files as evidence", async () => {
    const texts = { "app.yaml": application("a", "web", "shop"), "web/web.yaml": deployment("web", { extra: SIZED }) };
    const outcome = await run(proposal("Set memory limits on every container"), { texts });
    expect(outcome).toMatchObject({
      to: "conflicts",
      patch: {
        conflicts_found: [{ check: "already-in-place", evidence: [expect.stringContaining("web/web.yaml") as string] }],
      },
    });
  });

  test("where it applies nowhere that is no conflict: plan will find nothing to improve", async () => {
    const outcome = await run(proposal("Back up every database with a scheduled CronJob"), {
      texts: { "app.yaml": application("a", "web", "shop"), "web/web.yaml": deployment("web") },
    });
    expect(outcome).toMatchObject({ to: "validated" });
    expect(outcome.because).toContain("no conflict");
  });
});

describe("dependencies", () => {
  const texts = {
    "app.yaml": application("a", "shop", "shop"),
    "shop/db-service.yaml": service("db", 5432),
    "shop/idle-service.yaml": service("idle", 80),
    "shop/idle.yaml": deployment("idle").replace("spec:\n", "spec:\n  replicas: 0\n"),
    "shop/scaled-service.yaml": service("scaled", 80),
    "shop/scaled.yaml": deployment("scaled").replace("spec:\n", "spec:\n  replicas: 0\n"),
    "shop/so.yaml":
      "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s}\nspec: {scaleTargetRef: {name: scaled}}\n",
    "shop/ext.yaml":
      "apiVersion: v1\nkind: Service\nmetadata: {name: ext}\nspec: {type: ExternalName, externalName: example.com}\n",
    "shop/order-worker.yaml": deployment("order-worker", {
      extra: "          env: [{name: Q, value: 'queue.shop.svc:6379'}]\n",
    }),
    "chart.yaml": application("charted", "charted", "metrics"),
    "charted/Chart.yaml": "name: x\n",
    "nobody/lost.yaml": service("lost", 80).replace("{name: lost}", "{name: lost, namespace: shop}"),
  };
  test.each([
    ["present", "Read the results from db.shop.svc.cluster.local", "validated"],
    ["absent", "Put a queue before payments.billing.svc.cluster.local:8443", "conflicts"],
    ["in a file that no Application reads", "Send it to lost.shop.svc", "conflicts"],
    ["scaled to zero", "Send it to idle.shop.svc", "conflicts"],
    ["scaled from zero by KEDA", "Send it to scaled.shop.svc", "validated"],
    ["an external name", "Send it to ext.shop.svc", "validated"],
    ["the API server", "Ask kubernetes.default.svc for pods", "validated"],
    ["in a namespace a chart fills", "Scrape prometheus.metrics.svc", "pending_review"],
    ["implied by a workload it names", "Restart order-worker more gently", "pending_review"],
  ])("%s", async (_, title, to) => expect((await run(proposal(title), { texts })).to).toBe(to));

  test("the sample platform's missing payment gateway is found, with the place", async () => {
    const outcome = await run(proposal("Give orders-api a circuit breaker for its calls"));
    expect(outcome.to).toBe("pending_review");
    expect(outcome.because).toContain("payments-gateway.billing.svc has no manifest");
  });
});

describe("what could not be looked at", () => {
  const away = { ...gitOf(harbor), head: async () => Promise.reject(new Error("remote is away")) };

  test("is tried again first", async () => {
    await expect(run(proposal("x"), { git: away })).rejects.toThrow("remote is away");
    await expect(run(proposal("x"), { past: new Error("history is away"), attempt: 2 })).rejects.toThrow(
      "history is away",
    );
  });

  test("then it is unknown, and unknown is never a pass", async () => {
    const outcome = await run(proposal("Set memory limits"), { git: away, attempt: 3 });
    expect(outcome).toMatchObject({
      to: "pending_review",
      patch: { rag_check_passed: "unknown", review_stage: "validate" },
    });
    expect(outcome.patch.review_reason).toContain("remote is away");
    const blind = await run(proposal("Set memory limits"), { past: new Error("history is away"), attempt: 3 });
    expect(blind).toMatchObject({ to: "pending_review", patch: { rag_check_passed: "unknown" } });
  });

  test("a conflict that was seen outweighs what was not", async () => {
    const outcome = await run(proposal("Use gone.nowhere.svc"), { past: new Error("history is away"), attempt: 3 });
    expect(outcome.to).toBe("conflicts");
  });
});

describe("the index", () => {
  const text = proposal("Read the results from the replica");
  const documents = (outcome: Awaited<ReturnType<typeof run>>) =>
    outcome.patch.validation?.find(({ check }) => check === "contradiction");

  test("that cannot be asked: unknown, and a person is told why", async () => {
    const outcome = await run(text, {
      knowledge: knowingNothing("Qdrant at q:6333 is out of reach: see that it runs"),
    });
    expect(outcome).toMatchObject({
      to: "pending_review",
      patch: {
        rag_check_passed: "unknown",
        review_stage: "validate",
        review_reason: expect.stringContaining("Qdrant at q:6333 is out of reach: see that it runs"),
      },
    });
    expect(documents(outcome)).toMatchObject({ result: "unknown" });
  });

  test("that is built for the first time is waited for, with the moment kept; ten minutes, then a person is asked", async () => {
    const knowledge = knowingNothing("the documents are being indexed for the first time", true);
    const look = (improvement: Improvement, at: number) =>
      validate(
        { improvement },
        { git: gitOf(harbor), history: { recent: async () => [] }, knowledge, settings: { platform: {} } },
        { signal, attempt: 1, now: () => at },
      );
    const first = await look(text, 1_000);
    expect(first).toMatchObject({ kind: "again", patch: { index_awaited_since: "1970-01-01T00:00:01.000Z" } });
    const waiting = { ...text, index_awaited_since: "1970-01-01T00:00:01.000Z" };
    expect(await look(waiting, 600_999)).toMatchObject({ kind: "again", patch: first.patch });
    expect(await look(waiting, 601_000)).toMatchObject({ to: "pending_review", patch: { index_awaited_since: null } });
    expect(await look({ ...waiting, index_awaited_since: "never" }, 601_000)).toMatchObject({ kind: "again" });
  });

  test("a conflict needs no index", async () => {
    const knowledge = knowingNothing("the documents are being indexed for the first time", true);
    const same = { ...text, id: "old", status: "verified", created_at: "2026-03-01T00:00:00.000Z" } as const;
    expect(await run(text, { knowledge, past: [same] })).toMatchObject({ to: "conflicts" });
  });

  test("is asked the same question once", async () => {
    const questions: string[] = [];
    const knowledge = askedOnce({
      states: async () => [],
      search: async (query) => {
        questions.push(query.text);
        return { kind: "unknown", because: "away", states: [] };
      },
    });
    await Promise.all([
      knowledge.search({ text: "a", corpora: ["documents"] }),
      knowledge.search({ corpora: ["documents"], text: "a" }),
      knowledge.search({ text: "b" }),
    ]);
    expect(questions).toEqual(["a", "b"]);
    expect(knowledge.isSoon()).toBe(false);
  });
});
