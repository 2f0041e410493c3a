/** Improvements as a reviewer meets them: one in each situation the dashboard tells apart. */
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import { changeSet, verdictOf } from "../../../shared/domain/change-set.ts";
import type { Phase, Verification } from "../../../shared/domain/health.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import type { GitReader } from "../../../shared/ports.ts";
import type { TestSchool } from "./support.ts";

export const OLD = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: cart
          image: ghcr.io/acme/cart:1.4.2
          ports:
            - containerPort: 8080
`;
export const NEW = OLD.replace(
  "          ports:",
  `          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
          ports:`,
).replace("replicas: 2", "replicas: 3");
const BUDGET = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: cart
  namespace: shop
spec:
  minAvailable: 1
`;
const BLOB = "5f2a1c0e";

/** A repository that holds one old file. */
export const oneFileRepository: GitReader = {
  head: async () => "0000000000000000000000000000000000000001",
  read: async (blobs: readonly string[]) => new Map(blobs.map((blob) => [blob, blob === BLOB ? OLD : null])),
} as unknown as GitReader;

const cart: ObjectRef = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "shop",
  name: "cart",
  effect: "change",
};

export const plannedPatch: Patch = {
  expert: "architecture",
  intent: { kind: "set-resource-limits" },
  other_targets: ["shop/checkout", "shop/search"],
  change_set: changeSet(
    [
      { path: "apps/shop/cart/deployment.yaml", before: BLOB, after: NEW },
      { path: "apps/shop/cart/budget.yaml", before: null, after: BUDGET },
    ],
    [cart, { apiVersion: "policy/v1", kind: "PodDisruptionBudget", namespace: "shop", name: "cart", effect: "create" }],
    "shop",
  ),
  verdict: verdictOf([
    { rule: "require-requests-limits", decision: "auto", message: "every container has requests and a memory limit" },
    {
      rule: "always-human-replicas",
      decision: "human",
      message: "the number of replicas changes from 2 to 3",
      path: "apps/shop/cart/deployment.yaml",
    },
  ]),
  routing: [
    { tier: "keywords", expert: "architecture", confidence: 0.91, because: "limits, requests, memory" },
    { tier: "examples", expert: null, confidence: 0.32, because: "no earlier improvement is close enough" },
  ],
  expert_evaluation: {
    expert: "architecture",
    by: "rules",
    feasibility: { value: "high", evidence: "the Deployment is in the repository and has no limits" },
    impact: { value: "medium", evidence: "one of 14 workloads" },
    effort: { value: "low", evidence: "one file" },
    priority: { value: "high", evidence: "the node ran out of memory twice last week" },
    risks: [
      { risk: "a limit under today's use restarts the pod", mitigated: true, evidence: "p99 of memory is 140 Mi" },
      { risk: "three replicas need more room than the quota leaves", mitigated: false, evidence: "quota unknown" },
    ],
    recommendations: [{ text: "begin with the cart", evidence: "it has no limits [F1]" }],
    dependencies: [{ text: "Service shop/redis", evidence: "env REDIS_URL" }],
    complexity: { value: "low", evidence: "nothing depends on the cart directly" },
    confidence: { value: "medium", evidence: "open risk: quota" },
    sources: [
      { label: "S1", corpus: "documents", path: "adr/limits.md", place: "Limits", from: 3, to: 9 },
      {
        label: "S2",
        corpus: "improvements",
        path: "verified-1",
        place: "An earlier one",
        from: 1,
        to: 4,
        outcome: "failed",
      },
    ],
    notes: ["the model could not be asked: the budget of today is spent"],
    second_opinion: {
      because: "the confidence of the architecture expert is low",
      missing: "there is no second opinion of the database expert: 503",
    },
  },
  model_calls: [
    {
      purpose: "evaluate/architecture",
      model: "anthropic:claude-opus-5-5",
      prompt: "evaluate/architecture@1",
      prompt_hash: "0123456789ab",
      input: 6200,
      output: 410,
      cache_read: 5100,
      cache_write: 0,
      cost: 0.0213,
      priced: true,
      ms: 2400,
      answered_by: "vendor",
    },
  ],
  validation: [
    { check: "duplicate", result: "pass", because: "no earlier improvement changes these fields", evidence: [] },
    {
      check: "capacity",
      result: "unknown",
      because: "the namespace has a quota, but its use could not be read",
      evidence: ["apps/shop/quota.yaml"],
    },
  ],
  review_stage: "approve",
  review_reason: "always-human-replicas: the number of replicas changes from 2 to 3",
  approval_rule: "always-human-replicas",
};

const measured = (phase: Phase, value: number, message: string) => ({ at: 1, phase, value, message });
const limits = {
  failureLimit: 2,
  inconclusiveLimit: 3,
  consecutiveErrorLimit: 4,
  initialDelayMs: 0,
  intervalMs: 10_000,
  minSuccessful: 5,
  steadyMs: 60_000,
};
export const verification: Verification = {
  startedAt: Date.parse("2026-03-01T09:00:00Z"),
  endsAt: Date.parse("2026-03-01T09:05:00Z"),
  extended: false,
  outcome: "passed",
  checks: {
    pod_health: { limits, applies: true, measurements: Array(28).fill(measured("Successful", 3, "3 of 3 pods ready")) },
    error_ratio: {
      limits,
      applies: true,
      measurements: [
        ...Array(4).fill(measured("Inconclusive", 0, "no traffic")),
        ...Array(22).fill(measured("Successful", 0.0012, "0.0012 of requests fail, 0.0011 before")),
        measured("Failed", 0.04, "0.04 of requests fail, 0.0011 before"),
      ],
    },
    latency: { limits, applies: false, because: "no workload of this change set serves requests", measurements: [] },
  },
};

const source = {
  title: "Set requests and limits on the cart",
  description:
    "The cart has neither requests nor limits, so one leak takes its whole node down. Give it what it uses and a ceiling above it, and a third replica so that a drain never leaves it alone.",
  implementation_notes: "Take the requests from the last week's use; leave the CPU limit out.",
  quotes: [
    { text: "Set your requests from what you measure, and a memory limit on everything.", at: "00:12:31" },
    { text: "A CPU limit throttles you when you need it most.", at: "00:14:02" },
  ],
  corroborated_by: [
    {
      source_id: "second",
      source_title: "Clusters that survive their Mondays",
      source_url: "https://www.youtube.com/watch?v=def456",
      quote: { text: "Every container gets a memory limit, no exceptions.", at: "01:02:03" },
    },
    {
      source_id: "third",
      source_title: "A page about limits",
      source_url: "javascript:alert(1)",
      quote: { text: "Limits first, questions later." },
    },
  ],
  extraction: { by: "rule-based and anthropic:claude-sonnet-5-5", confidence: 0.84 },
  relevance: 0.93,
  relevance_basis: { formula: "0.6·evidence + 0.4·fit", parts: { evidence: 0.95, fit: 0.9 } },
  source_title: "Ten ways to lose a cluster",
  source_url: "https://www.youtube.com/watch?v=abc123",
} satisfies Patch;

/** One improvement in each situation; ids say which. */
export async function seedSituations(school: TestSchool): Promise<void> {
  await school.stand("review-1", "pending_review", { ...source, ...plannedPatch });
  await school.stand("verified-1", "verified", {
    ...source,
    ...plannedPatch,
    title: "Spread the checkout over all zones",
    git_commit: "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
    verification,
    category: "architecture",
  });
  await school.stand("conflict-1", "conflicts", {
    ...source,
    title: "Turn off the network policy of the shop",
    category: "architecture",
    review_reason: "contradiction: the platform's own decision says that every namespace has one",
    conflicts_found: [
      {
        check: "contradiction",
        result: "conflict",
        because: "the platform's own decision says that every namespace has one",
        evidence: ["docs/adr/0007-network-policies.md"],
      },
    ],
  });
  await school.stand("route-1", "pending_review", {
    title: "Rethink how teams name things",
    review_stage: "route",
    review_reason: "no tier of the routing is sure enough",
  });
  await school.stand("dead-1", "dead");
  await school.stand("held-1", "held", { title: "Raise the cart's memory", failure_reason: "no traffic to measure" });
}
