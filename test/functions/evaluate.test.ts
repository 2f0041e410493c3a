import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../functions/evaluate/handle.ts";
import type { Category, Expert, Improvement } from "../../shared/domain/improvement.ts";
import { TOPICS } from "../../shared/domain/lexicon.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { understand } from "../../shared/repository/understand.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";

const REPOSITORY = "https://git.example.com/team/ops.git";
const application = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  source: { repoURL: ${REPOSITORY}, path: apps/shop, targetRevision: main }
  destination: { namespace: shop, server: https://kubernetes.default.svc }
`;
const deployment = (name: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: ${name}
          image: registry.example.com/${name}:1.0.0
`;
const limitRange = `
apiVersion: v1
kind: LimitRange
metadata: { name: defaults, namespace: shop }
spec:
  limits: [{ type: Container, default: { cpu: 500m, memory: 256Mi }, defaultRequest: { cpu: 100m, memory: 128Mi } }]
`;
function repository(files: Record<string, string>): Platform {
  const read = new Map(
    Object.entries(files).map(([path, content], i) => [path, { path, blob: String(i).padStart(40, "0"), content }]),
  );
  return understand("0".repeat(40), read, { repository: REPOSITORY, branch: "main" });
}
const shop = repository({
  "argocd/shop.yaml": application,
  "apps/shop/limits.yaml": limitRange,
  "apps/shop/cart.yaml": deployment("cart"),
  "apps/shop/web.yaml": deployment("web"),
});
const empty = repository({});

const base: Improvement = {
  id: "0123456789abcdef",
  status: "routed",
  created_at: "",
  updated_at: "",
  title: "Set resource requests and limits on every container",
  description: "Containers get limits.",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.9,
  quotes: [{ text: "Set memory limits, the leak took down the node.", at: "00:01:00" }],
  source_id: "s",
  source_title: "t",
  expert: "architecture",
};
const judge = async (over: Partial<Improvement>, platform = shop) => {
  const outcome = await evaluate(
    { improvement: { ...base, ...over } },
    { platform: async () => platform },
    { signal: new AbortController().signal, save: async () => {}, now: () => 0 },
  );
  if (outcome.kind !== "move") throw new Error(outcome.kind);
  return outcome;
};

test("facts of the repository are the evidence: places, and why there", async () => {
  const { to, patch } = await judge({});
  expect(to).toBe("categorized");
  const evaluation = patch.expert_evaluation;
  expect(evaluation).toMatchObject({
    expert: "architecture",
    by: "rules",
    feasibility: { value: "high" },
    impact: { value: "medium" },
    effort: { value: "low" },
  });
  expect(evaluation?.feasibility.evidence).toMatch(/cart.*web|web.*cart/);
  expect(evaluation?.impact.evidence).toContain("2 places");
  expect(evaluation?.risks.every(({ mitigated, evidence }) => mitigated && evidence !== "")).toBe(true);
});

test("harm the speaker names makes it urgent, quoted", async () => {
  const { patch } = await judge({});
  expect(patch.expert_evaluation?.priority.value).toBe("high");
  expect(patch.expert_evaluation?.priority.evidence).toContain("took down");
});

test("nothing to improve: feasibility low, and no urgency", async () => {
  const evaluation = (await judge({}, empty)).patch.expert_evaluation;
  expect(evaluation).toMatchObject({
    feasibility: { value: "low" },
    impact: { value: "low" },
    priority: { value: "low" },
  });
});

test("a topic without an intent is never more than a person's task", async () => {
  const shutdown = { title: "Shut workloads down gracefully with preStop hooks" };
  const { to, patch } = await judge(shutdown, empty);
  expect(to).toBe("categorized");
  expect(patch.expert_evaluation).toMatchObject({
    feasibility: { value: "unknown" },
    impact: { value: "unknown" },
    effort: { value: "unknown" },
    priority: { value: "unknown" },
  });
});

test("what the speaker warns of is an open risk, quoted", async () => {
  const { patch } = await judge({
    implementation_notes: "The speaker also warns at 00:02:00: “Don't set CPU limits on latency-critical services.”",
  });
  expect(patch.expert_evaluation?.risks).toContainEqual(
    expect.objectContaining({ mitigated: false, evidence: expect.stringContaining("CPU limits") }),
  );
});

describe("out of scope goes to a person", () => {
  test.each<[string, Partial<Improvement>]>([
    ["the category is another expert's", { category: "security" }],
    ["the text is another expert's", { title: "Back up every database with pg_dump" }],
    ["no expert and a category that names none", { expert: undefined as never, category: "capability" }],
    ["a text of no known topic", { title: "Be nicer", description: "Smile." }],
    [
      "capability does not lower the bar for security",
      { expert: "security", category: "capability", title: "Add a default-deny NetworkPolicy" },
    ],
  ])("%s", async (_name, over) => {
    const outcome = await judge(over);
    expect(outcome.to).toBe("pending_review");
    expect(outcome.patch).toMatchObject({ review_stage: "evaluate", review_reason: expect.stringMatching(/./) });
  });
});

test("an improvement injected here is judged by the expert its category names", async () => {
  const { to, patch } = await judge({ expert: undefined as never });
  expect([to, patch.expert]).toEqual(["categorized", "architecture"]);
});

test("every topic of every expert gets a judgement whose fields name their evidence", async () => {
  for (const topic of TOPICS) {
    const over = {
      title: topic.title,
      description: topic.advice,
      category: topic.category as Category,
      expert: topic.expert as Expert,
    };
    const { to, patch } = await judge(over);
    expect([topic.id, to]).toEqual([topic.id, "categorized"]);
    const { feasibility, impact, effort, priority } = patch.expert_evaluation ?? {};
    for (const one of [feasibility, impact, effort, priority]) expect(one?.evidence).not.toBe("");
    if (topic.intent === undefined) expect([topic.id, impact?.value]).toEqual([topic.id, "unknown"]);
  }
});

test("a repository out of reach is tried again later", async () => {
  const gone = { platform: async () => Promise.reject(new RetryLater("remote is gone", 5_000)) };
  await expect(
    evaluate({ improvement: base }, gone, { signal: new AbortController().signal, save: async () => {}, now: () => 0 }),
  ).rejects.toBeInstanceOf(RetryLater);
});

test("there is one rubric file per expert", () => {
  for (const expert of new Set(TOPICS.map((topic) => topic.expert))) {
    const file = new URL(`../../functions/evaluate/experts/${expert}/rules.ts`, import.meta.url);
    expect(readFileSync(file, "utf8")).toContain(`export const ${expert} = rubric(`);
  }
});
