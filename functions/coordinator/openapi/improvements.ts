/** The routes about improvements. */
import { DecisionBody, RerouteBody } from "../api/decisions.ts";
import { FeedbackBody } from "../api/feedback.ts";
import { ListQuery } from "../api/improvements.ts";
import { ACTIONS, FROM } from "../decisions.ts";
import type { Operation } from "./operation.ts";
import { Change, Decided, FeedbackGiven, Improvement, ImprovementPage, StatusCounts, Trail } from "./schemas.ts";
import { RollbackPreview } from "./schemas-rollback.ts";

const line = {
  id: "3f9c1a7be0d24c55",
  status: "pending_review",
  title: "Set memory limits on every container",
  category: "architecture",
  type: "resource-limits",
  relevance: 0.88,
  expert: "architecture",
  source_id: "9d3e5a0c71b84f26",
  source_title: "Running databases on Kubernetes",
  review_stage: "approve",
  review_reason: "relevance 0.88 is under 0.9 for architecture",
  created_at: "2026-01-31T08:00:00.000Z",
  updated_at: "2026-01-31T08:00:04.210Z",
};
const counts = Object.fromEntries(Object.keys(StatusCounts.shape).map((status) => [status, 0]));
const { title, description, ...rest } = {
  ...line,
  description: "Containers without limits take their neighbours down.",
};

const MEANS: Readonly<Record<(typeof ACTIONS)[number] | "retry", string>> = {
  approve:
    "Signs the change set exactly as it is, for 72 hours; before there is one, it answers the stage that asked. Who brought the improvement in cannot approve it, and what policy denies nobody can",
  reject: "Ends it",
  never: "Ends it, and whatever says the same is not proposed again; an operator may take that back",
  replan: "Throws the plan away and has it made again on today's repository",
  reroute:
    "The wrong expert judged it: the one that is named judges it anew. Judgement, validation and plan are thrown away, and the router learns from it",
  accept: "Leaves a held change in the cluster as verified",
  extend: "Has a held change watched for another window",
  rollback:
    "Has the change reverted in Git and the cluster watched until it is well again. Of one that is implementation or deployed it is noted, and the stage at work on it takes it back at its next look",
  close:
    "Ends what nobody wants to go on with: a blocked rollback as failed; a dead improvement as rejected, or as failed when its commit may be in Git. Its lock is free again",
  override: "Lets it go on although validation found conflicts",
  retry: "Puts a dead improvement back where it died, with all attempts anew",
};

function decision(action: (typeof ACTIONS)[number] | "retry"): Operation {
  const from = action === "retry" ? ["dead"] : FROM[action];
  return {
    method: "post",
    path: `/api/improvements/:id/${action}`,
    id: `${action}Improvement`,
    area: "Improvements",
    role: "reviewer",
    summary: `${action[0]?.toUpperCase()}${action.slice(1)} an improvement that is ${from.join(", ")}`,
    description: `${MEANS[action]}.`,
    body: {
      required: true,
      schema: action === "reroute" ? RerouteBody : DecisionBody,
      example: {
        reason: "I have looked at it with the team",
        ...(action === "reroute" ? { expert: "database" } : {}),
        ...(action === "approve" ? { hash: "the hash of the change set that was read" } : {}),
      },
    },
    answer: { description: "Where it stands now", schema: Decided, example: { id: line.id, status: "approved" } },
    problems: [404, 409],
  };
}

export const improvementRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/improvements",
    id: "listImprovements",
    area: "Improvements",
    role: "viewer",
    summary: "A page of improvements, newest move first",
    description:
      "Filters narrow together. Nothing comes twice while one pages on, though improvements move meanwhile. With rare filters a page may be short, even empty, and still have a `next`: no request looks at more than a bounded number.",
    query: ListQuery,
    answer: {
      description: "The page",
      schema: ImprovementPage,
      example: { improvements: [line], next: "MTc2OTg0NjQwNDIxMCAzZjljMWE3YmUwZDI0YzU1", counts },
      paged: true,
    },
  },
  {
    method: "get",
    path: "/api/improvements/:id",
    id: "getImprovement",
    area: "Improvements",
    role: "viewer",
    summary: "One improvement with all that is known",
    answer: { description: "The record", schema: Improvement, example: { title, description, ...rest, quotes: [] } },
    problems: [404],
  },
  {
    method: "get",
    path: "/api/improvements/:id/trail",
    id: "getTrail",
    area: "Improvements",
    role: "viewer",
    summary: "Its audit trail, oldest first",
    answer: {
      description: "Every transition with who, why and on what evidence",
      schema: Trail,
      example: {
        id: line.id,
        trail: [
          {
            entry: "1769846400000-0",
            at: "2026-01-31T08:00:00.000Z",
            from: "",
            to: "raw",
            by: "ingest",
            because: "proposed by 9d3e5a0c71b84f26",
          },
        ],
      },
    },
    problems: [404],
  },
  {
    method: "get",
    path: "/api/improvements/:id/diff",
    id: "getDiff",
    area: "Improvements",
    role: "viewer",
    summary: "Its change set as unified diffs",
    answer: {
      description: "The files it would write, or wrote",
      schema: Change,
      example: {
        id: line.id,
        application: "shop",
        hash: "5b1f…",
        files: [
          { path: "apps/shop/limits.yaml", effect: "create", diff: "--- /dev/null\n+++ b/apps/shop/limits.yaml\n…" },
        ],
      },
    },
    problems: [404],
  },
  {
    method: "get",
    path: "/api/improvements/:id/rollback",
    id: "previewRollback",
    area: "Improvements",
    role: "viewer",
    summary: "What a rollback of it would do now, without doing it",
    answer: {
      description: "The revert against the branch's head, what it does to the cluster, and who is in the way",
      schema: RollbackPreview,
      example: {
        id: line.id,
        possible: true,
        because: null,
        way: "push",
        commit: "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
        since: null,
        head: "1c2b3a4d5e6f708192a3b4c5d6e7f80912345678",
        application: "shop",
        lock: { name: "shop", holder: null, status: null, waiting: 0 },
        conflicts: [],
        files: [
          { path: "apps/shop/limits.yaml", effect: "delete", diff: "--- a/apps/shop/limits.yaml\n+++ /dev/null\n…" },
        ],
        objects: [
          {
            apiVersion: "v1",
            kind: "LimitRange",
            namespace: "shop",
            name: "limits",
            effect: "delete",
            fate: "applied",
          },
        ],
        later: [],
        warnings: [],
      },
    },
    problems: [404, 503],
  },
  ...[...ACTIONS, "retry" as const].map(decision),
  {
    method: "post",
    path: "/api/improvements/:id/feedback",
    id: "giveFeedback",
    area: "Improvements",
    role: "reviewer",
    summary: "Say whether the right expert was chosen",
    description:
      "It is written down beside the improvement, wherever that stands from routed on, and moves nothing. The router learns from it: when the improvement ends, or at once when it has.",
    body: {
      required: true,
      schema: FeedbackBody,
      example: { right: false, expert: "database", reason: "it is about backups of Postgres" },
    },
    answer: {
      description: "As it was written down",
      schema: FeedbackGiven,
      example: {
        id: line.id,
        status: "verified",
        learns: true,
        routing_feedback: {
          right: false,
          expert: "database",
          by: "person:ruth",
          because: "it is about backups of Postgres",
        },
      },
    },
    problems: [404, 409],
  },
];
