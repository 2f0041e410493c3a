/** One seeded improvement: its record with all that the stages would have written on the way to where it stands. */
import { changeSet, verdictOf } from "../../shared/domain/change-set.ts";
import type { CheckRun, Verification } from "../../shared/domain/health.ts";
import {
  CATEGORIES,
  type Category,
  EXPERTS,
  type Expert,
  type Improvement,
  improvementId,
} from "../../shared/domain/improvement.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { type Chance, workloadName } from "./seed-text.ts";

const PLANNED: readonly Status[] = ["raw", "routed", "categorized", "validated", "planned"];
const LIVE: readonly Status[] = [...PLANNED, "approved", "implementation", "deployed"];

/** How it came to each status. */
export const WAY: Readonly<Record<Status, readonly Status[]>> = {
  raw: ["raw"],
  routed: ["raw", "routed"],
  categorized: ["raw", "routed", "categorized"],
  validated: ["raw", "routed", "categorized", "validated"],
  conflicts: ["raw", "routed", "categorized", "conflicts"],
  planned: PLANNED,
  pending_review: [...PLANNED, "pending_review"],
  approved: [...PLANNED, "approved"],
  implementation: [...PLANNED, "approved", "implementation"],
  deployed: LIVE,
  held: [...LIVE, "held"],
  verified: [...LIVE, "verified"],
  rolling_back: [...LIVE, "rolling_back"],
  rollback_blocked: [...LIVE, "rolling_back", "rollback_blocked"],
  failed: [...LIVE, "rolling_back", "failed"],
  rejected: ["raw", "routed", "categorized", "rejected"],
  dead: ["raw", "routed", "dead"],
};

export interface Given {
  readonly status: Status;
  readonly category: Category;
  readonly source: { readonly id: string; readonly title: string };
  /** Argo CD Application, where it has a change set. */
  readonly application: string;
  readonly createdAt: number;
  readonly movedAt: number;
}

export function seedImprovement(n: number, given: Given, lines: readonly string[], by: Chance): Improvement {
  const { status, category, source, application } = given;
  const way = WAY[status];
  const workload = workloadName(n % 5_000);
  const quotes = [by.one(lines), by.one(lines)].map((text) => ({ text, at: "00:12:34" }));
  const type = by.one(["resource-limits", "network-policy", "backup", "alert-rule", "disruption-budget"]);
  const expert: Expert = EXPERTS.find((one) => one === category) ?? "architecture";
  const iso = (at: number) => new Date(at).toISOString();
  const planned = way.includes("planned");
  const landed = way.includes("implementation");
  return {
    id: improvementId(source.id, `${n} ${quotes[0]?.text}`, type),
    status,
    title: `${by.one(TITLES)} ${workload}`,
    description: [by.one(lines), by.one(lines), by.one(lines), by.one(lines)].join(" "),
    category,
    type,
    implementation_notes: by.one(lines),
    relevance: (50 + by.below(50)) / 100,
    relevance_basis: { formula: "0.5 * evidence + 0.5 * overlap", parts: { evidence: 0.8, overlap: 0.6 } },
    quotes,
    source_id: source.id,
    source_title: source.title,
    video_id: source.id,
    created_at: iso(given.createdAt),
    updated_at: iso(given.movedAt),
    ...(way.includes("routed") ? { expert, routing: ROUTING(expert) } : {}),
    ...(way.includes("categorized") ? { expert_evaluation: EVALUATION(expert), rag_check_passed: "true" } : {}),
    ...(planned ? plan(workload, application, by) : {}),
    ...(status === "pending_review"
      ? { review_stage: "approve", review_reason: "always-human-replicas: the number of replicas changes" }
      : {}),
    ...(landed
      ? { lock: application, git_commit: COMMIT, landed: { kind: "commit", first: COMMIT, last: COMMIT } }
      : {}),
    ...(way.includes("deployed") ? { verification: verification(given.movedAt) } : {}),
    ...(way.includes("rolling_back") ? { failure_reason: "error-ratio: 7.1 % of all requests failed" } : {}),
    ...(status === "held" ? { held_from: "deployed" } : {}),
    ...(status === "dead" ? { died_in: "routed", dead_reason: "the handler failed five times" } : {}),
  };
}

const TITLES = ["Limit the memory of", "Add a network policy for", "Back up the data of", "Alert on errors of"];
const COMMIT = "8f4b2a6c9d1e3f5a7b9c0d2e4f6a8b1c3d5e7f90";
const ROUTING = (expert: Expert) => [
  { tier: "keywords", expert, confidence: 0.91, because: "limits, requests, memory" },
  { tier: "examples", expert: null, confidence: 0.32, because: "no earlier improvement is close enough" },
];
const judged = (value: "high" | "medium" | "low") => ({ value, evidence: "one file of one workload changes" });
const EVALUATION = (expert: Expert) => ({
  expert,
  by: "rules",
  feasibility: judged("high"),
  impact: judged("medium"),
  effort: judged("low"),
  priority: judged("medium"),
  risks: [{ risk: "a limit under today's use restarts the pod", mitigated: true, evidence: "p99 of memory is 140 Mi" }],
});

function plan(workload: string, application: string, by: Chance): Partial<Improvement> {
  const content = DEPLOYMENT.replaceAll("WORKLOAD", workload);
  const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: application, name: workload } as const;
  const file = { path: `apps/${application}/${workload}.yaml`, before: COMMIT, after: content };
  const rules = [{ rule: "require-requests-limits", decision: "auto", message: "every container has limits" }] as const;
  return {
    validated_at: "2026-01-01T00:00:00.000Z",
    intent: { kind: "set-resource-limits", namespace: application, name: workload, container: workload },
    change_set: changeSet([file], [{ ...object, effect: "change" }], application),
    verdict: verdictOf(rules),
    approval_rule: by.one(["architecture-threshold", "person", "always-human-kind"]),
  };
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: WORKLOAD
  labels:
    app.kubernetes.io/name: WORKLOAD
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: WORKLOAD
  template:
    metadata:
      labels:
        app.kubernetes.io/name: WORKLOAD
    spec:
      containers:
        - name: WORKLOAD
          image: registry.example.com/WORKLOAD:1.4.2
          resources:
            requests: { cpu: 100m, memory: 128Mi }
            limits: { memory: 256Mi }
          readinessProbe: { httpGet: { path: /ready, port: 8080 } }
`;

function verification(endedAt: number): Verification {
  const startedAt = endedAt - 300_000;
  const measurements = Array.from({ length: 8 }, (_, i) => {
    return { at: startedAt + i * 30_000, phase: "Successful", value: 0.01, message: "0.1 % of all requests" } as const;
  });
  const limits = { failureLimit: 2, inconclusiveLimit: 5, consecutiveErrorLimit: 4, initialDelayMs: 60_000 };
  const run: CheckRun = {
    limits: { ...limits, intervalMs: 30_000, minSuccessful: 2, steadyMs: 0 },
    measurements,
    applies: true,
  };
  const checks = Object.fromEntries(["rollout", "restarts", "error-ratio", "latency"].map((name) => [name, run]));
  return { startedAt, endsAt: endedAt, extended: false, checks, outcome: "passed" };
}

/** How often each category is; one is rare. */
export const CATEGORY_WEIGHTS: Readonly<Record<Category, number>> = Object.fromEntries(
  CATEGORIES.map((category, i) => [category, category === "knowledge" ? 1 : 20 - i]),
) as Record<Category, number>;

/** How often each status is in a school of some years: most have ended, some wait, few are moving. */
export const STATUS_WEIGHTS: Readonly<Record<Status, number>> = {
  raw: 300,
  routed: 100,
  categorized: 100,
  validated: 100,
  conflicts: 800,
  planned: 50,
  pending_review: 500,
  approved: 20,
  implementation: 0.5,
  deployed: 0.5,
  held: 2,
  verified: 4_000,
  rolling_back: 0.3,
  rollback_blocked: 1,
  failed: 400,
  rejected: 3_600,
  dead: 30,
};
