/** The routes about the router: how it does, its decisions, and what operators do to it. */
import { EXPERTS } from "../../../shared/domain/improvement.ts";
import { ExportQuery, PromoteBody, ReportQuery, RolloutBody, RouterMoveBody } from "../api/router.ts";
import type { Operation } from "./operation.ts";
import { Rollout, RouterReport, Serving, TrainingAsked } from "./schemas-router.ts";

const at = "2026-01-31T08:00:00.000Z";
const reason = "it wins on the frozen set and on a week of shadow";
const override = { share: 0.1, by: "person:otto", because: reason, at };
const entry = {
  version: "20260131-080000-1a2b3c4d",
  at,
  checksum: "5b1f…",
  bytes: 412_000,
  kind: "softmax",
  rows: 2_140,
  rowsHash: "9d3e…",
  figures: { accuracy: 0.91, ece: 0.03 },
  because: "it won on the frozen set",
  tookMs: 8_400,
};
const right = { share: 0.9, low: 0.78, high: 0.96, n: 50 };
const bins = Array.from({ length: 10 }, (_, i) => {
  const bin = { from: i / 10, to: (i + 1) / 10, n: 0, confidence: null, right: null };
  return i === 8 ? { ...bin, n: 50, confidence: 0.86, right: 0.9 } : bin;
});

function move(
  name: string,
  id: string,
  summary: string,
  body: NonNullable<Operation["body"]>["schema"],
  example: object,
  answer: Operation["answer"],
): Operation {
  return {
    method: "post",
    path: `/api/router/${name}`,
    id,
    area: "Operating",
    role: "operator",
    summary,
    description: "It is noted among the router's events, with who asked and why.",
    body: { required: true, schema: body, example: { ...example, reason } },
    answer,
    problems: [409],
  };
}

export const routerRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/router",
    id: "getRouter",
    area: "Operating",
    role: "viewer",
    summary: "How the router does: arms, tiers, confusion, calibration, models, events",
    description:
      "Shares of what was right are counted on improvements somebody judged: a person, the expert itself or a second opinion. That a change held says only that the expert who was served was not wrong, so `labels=all` has to be asked for.",
    query: ReportQuery,
    answer: {
      description: "The figures",
      schema: RouterReport,
      example: {
        at,
        rollout: { configured: 0, share: 0.1, override },
        traffic: { rules: 930, learned: 101, share: 0.098 },
        labels: {
          rows: 1_031,
          labelled: 412,
          by: { person: 38, expert: 9, "second-opinion": 3, outcome: 362 },
          judges: "said",
        },
        comparison: {
          n: 50,
          bothRight: 38,
          onlyRules: 1,
          onlyLearned: 7,
          bothWrong: 4,
          p: 0.0703,
          accuracy: { rules: { share: 0.78, low: 0.65, high: 0.87, n: 50 }, learned: right },
        },
        accuracy: { rules: right, learned: right, all: right },
        meanConfidence: 0.84,
        tiers: [
          {
            tier: "keywords",
            votes: { decided: 610, abstained: 421, unknown: 0 },
            served: 580,
            precision: right,
            meanConfidence: 0.86,
            p50: 0.6,
            p95: 0.98,
          },
        ],
        overTime: {
          hours: { from: at, stepSeconds: 3_600, served: { keywords: [0, 4, 11], classifier: [0, 1, 2] } },
          days: { from: at, stepSeconds: 86_400, served: { keywords: [80, 61, 15], person: [2, 0, 1] } },
        },
        confusion: {
          chosen: [...EXPERTS, "none"],
          rows: EXPERTS.map((label) => ({ label, counts: [...EXPERTS, "none"].map((one) => (one === label ? 8 : 0)) })),
        },
        calibration: { n: 50, bins, ece: 0.04, brier: 0.09 },
        experts: EXPERTS.map((expert) => ({ expert, n: 50, right, held: right })),
        models: { serving: entry.version, current: entry, previous: null, staging: null, archive: [] },
        training: { newLabels: 12, last: at },
        memory: { kept: true, hit: 410, miss: 600, error: 21, hitRate: 0.406, thresholds: { "lexical-1": 0.62 } },
        complexity: { n: 1_031, p50: 12, p95: 48 },
        escalated: { "no-model": 31 },
        events: [{ at, what: "rollout", because: `from 0 to 0.1: ${reason}`, by: "person:otto" }],
      },
    },
  },
  {
    method: "get",
    path: "/api/router/decisions",
    id: "exportDecisions",
    area: "Operating",
    role: "viewer",
    summary: "Every decision of the router that is on record, one JSON object per line",
    description:
      "`timestamp`, `task_id`, `method`, `selected_master`, `confidence` and `ab_test_group` (control: rules, treatment: learned), and `arm`, `share`, `tier`, `complexity`, `ms`, `arms`, `votes`, `expert`, `label`, `label_by`, `right`, `outcome`. In no particular order. A record that cannot be read is a line with `task_id` and `damaged`.",
    query: ExportQuery,
    answer: {
      description: "The decisions, as they are read; an answer that breaks off is not whole",
      others: { "application/x-ndjson": "One JSON object per line" },
    },
  },
  move(
    "rollout",
    "setRollout",
    "Set the share of improvements the learned arm serves; null: as configured",
    RolloutBody,
    { share: 0.1 },
    { description: "What counts now", schema: Rollout, example: { share: 0.1, override } },
  ),
  move(
    "promote",
    "promoteModel",
    "Have a model serve that waits in staging, or served before",
    PromoteBody,
    { version: entry.version },
    { description: "What serves now", schema: Serving, example: { serving: entry.version, entry } },
  ),
  move(
    "step-back",
    "stepBackModel",
    "Go back to the model that served before, at last to the seed",
    RouterMoveBody,
    {},
    { description: "What serves now", schema: Serving, example: { serving: "seed", from: entry.version } },
  ),
  move(
    "retrain",
    "retrainRouter",
    "Have the router trained; what does not win changes nothing",
    RouterMoveBody,
    {},
    { status: 202, description: "learn is told", schema: TrainingAsked, example: { at, stage: "learn" } },
  ),
];
