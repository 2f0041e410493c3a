/** The route about the whole pipeline: what the dashboard begins with. */
import * as z from "zod";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import { STAGES, stageEntry } from "../../../shared/stages.ts";
import { DROP_OFFS } from "../recent-moves.ts";
import type { Operation } from "./operation.ts";
import { Stage, StatusCounts, Time } from "./schemas.ts";
import { SchoolStatus } from "./schemas-operating.ts";

const count = z.int().min(0);
const { timers, flags, breaker, freeze, budgets } = SchoolStatus.shape;

const Figures = z.looseObject({
  layer: z.enum(["reasoning", "execution", "telemetry"]),
  waiting: count,
  inFlight: count,
  delayed: count,
  dead: count,
  oldestAgeMs: count.nullable().describe("of what waits"),
  workers: count.describe("processes that gave a sign of life in the last seconds; 0: the function is cold"),
  maxWorkers: count,
  settled: count.describe("events, since the school exists"),
  retried: count,
  coldStarts: count,
  perMinute: z.array(count).describe("moves it made in each of the last sixty minutes, the present one last"),
});
const DropOffs = z.looseObject({
  totals: z.looseObject(Object.fromEntries(DROP_OFFS.map((status) => [status, count])) as Record<string, typeof count>),
  reasons: z
    .array(
      z.looseObject({
        status: z.enum(DROP_OFFS),
        stage: Stage.nullable().describe("null: a person, or the coordinator"),
        reason: z.string().describe("without its particulars; those are in the trails"),
        count,
      }),
    )
    .describe("most frequent first"),
  others: count.describe("moves whose reason is not listed"),
});
const Standing = z.looseObject({ id: z.string(), since: Time }).nullable();
const Pipeline = z
  .looseObject({
    time: Time,
    counts: StatusCounts,
    timers,
    flags,
    breaker,
    freeze,
    budgets,
    stages: z.looseObject(
      Object.fromEntries(STAGES.map((stage) => [stage, Figures])) as Record<string, typeof Figures>,
    ),
    since: Time.describe(
      "what is counted of moves reaches back to here and no further: the stream of events is capped",
    ),
    dropOffs: z.looseObject({ day: DropOffs, week: DropOffs }),
    oldest: z
      .looseObject(Object.fromEntries(STATUSES.map((status) => [status, Standing])) as Record<string, typeof Standing>)
      .describe("of each status the improvement whose last move is longest ago"),
  })
  .meta({ id: "Pipeline" });

const time = "2026-01-31T08:00:00.000Z";
const figures = { waiting: 2, inFlight: 1, delayed: 0, dead: 0, oldestAgeMs: 1_400, workers: 1, maxWorkers: 4 };
const reason = { status: "rejected", stage: "validate", reason: "duplicate: … says the same", count: 3 } as const;
const none = Object.fromEntries(DROP_OFFS.map((status) => [status, 0]));
const dropOffs = { totals: { ...none, rejected: 3 }, reasons: [reason], others: 0 };

export const pipelineRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/pipeline",
    id: "getPipeline",
    area: "Operating",
    role: "viewer",
    summary: "What moves where and how fast, what is lost on the way and why, and which functions run",
    answer: {
      description: "Loads, workers and throughput of every stage; drop-offs by reason; brakes in force",
      schema: Pipeline,
      example: {
        time,
        counts: Object.fromEntries(STATUSES.map((status) => [status, 0])),
        timers: { count: 0, next: null },
        flags: { on: [], warnings: [] },
        breaker: {
          open: false,
          because: null,
          openedAt: null,
          closesAt: null,
          rollbacksPerHour: 3,
          timeoutMinutes: 60,
        },
        freeze: null,
        budgets: { commits: { hour: 1, day: 4, perHour: 20, perDay: 100 }, spent: false },
        stages: Object.fromEntries(
          STAGES.map((stage) => [
            stage,
            {
              layer: stageEntry(stage).layer,
              ...figures,
              settled: 812,
              retried: 4,
              coldStarts: 9,
              perMinute: Array.from({ length: 60 }, () => 0),
            },
          ]),
        ),
        since: time,
        dropOffs: { day: dropOffs, week: dropOffs },
        oldest: Object.fromEntries(STATUSES.map((status) => [status, null])),
      },
    },
  },
];
