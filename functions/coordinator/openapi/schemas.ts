/** What the routes answer with. Objects are loose: a later version may add fields, and readers have to let it. */
import * as z from "zod";
import { CATEGORIES, EXPERTS } from "../../../shared/domain/improvement.ts";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import { ARMS } from "../../../shared/routing-ports.ts";
import { STAGES } from "../../../shared/stages.ts";
import { Evaluation, ModelCall } from "./evaluation.ts";

export const Status = z.enum(STATUSES).meta({ id: "Status", description: "Where an improvement stands" });
export const Stage = z.enum(STAGES).meta({ id: "Stage", description: "One step of the pipeline" });
const Category = z.enum(CATEGORIES).meta({ id: "Category" });
const Expert = z.enum(EXPERTS).meta({ id: "Expert" });
export const Time = z.string().meta({ description: "ISO 8601 by Redis's clock" });
const Next = z.string().nullable().describe("`cursor` of the next page; null on the last");
const Count = z.int().min(0);

/** An object with exactly these names. */
function each<Name extends string, Value extends z.ZodType>(names: readonly Name[], value: Value) {
  return z.looseObject(Object.fromEntries(names.map((name) => [name, value])) as Record<Name, Value>);
}

export const StatusCounts = each(STATUSES, Count).meta({
  id: "StatusCounts",
  description: "How many improvements stand in each status, whatever is filtered",
});

const quantiles = z.looseObject({ p50: z.number(), p90: z.number(), n: Count });
const forecastParts = {
  holds: z
    .looseObject({ probability: z.number(), low: z.number(), high: z.number(), n: Count })
    .optional()
    .describe("that it will hold, with a 95 % interval and the outcomes it rests on"),
  minutes: quantiles.optional().describe("from approval until verified"),
  missing: z.array(z.string()).describe("what there is not enough data for"),
};
const ShortForecast = z.looseObject(forecastParts).meta({ id: "ShortForecast" });
const Forecast = z
  .looseObject({
    ...forecastParts,
    tokens: quantiles.optional(),
    dollars: quantiles.optional(),
    by: z.string(),
    at: Time,
  })
  .meta({ id: "Forecast", description: "From how changes like it went; it can lower automation and never raises it" });

const lineFields = {
  id: z.string(),
  status: Status,
  title: z.string().optional(),
  category: Category.optional(),
  type: z.string().optional(),
  relevance: z.number().optional().describe("0..1; ranks, is never a safety gate"),
  expert: Expert.optional(),
  source_id: z.string().optional(),
  source_title: z.string().optional(),
  rag_check_passed: z.enum(["true", "false", "unknown"]).optional(),
  approval_rule: z.string().optional().describe("the rule that decided, or `person`"),
  review_stage: z.string().optional().describe("the stage that asks for a person"),
  review_reason: z.string().optional(),
  lock: z.string().optional().describe("the name under which its Argo CD Application is locked"),
  git_commit: z.string().optional(),
  rollback_commit: z.string().optional(),
  failure_reason: z.string().optional(),
  dead_reason: z.string().optional(),
  forecast: ShortForecast.optional(),
  created_at: Time.optional(),
  updated_at: Time.optional(),
};
export const ImprovementLine = z.looseObject(lineFields).meta({ id: "ImprovementLine" });
export const ImprovementPage = z
  .looseObject({
    improvements: z.array(ImprovementLine),
    next: Next,
    counts: StatusCounts,
    filling: z
      .boolean()
      .optional()
      .describe("true while the search index is being filled: some improvements may be missing"),
  })
  .meta({ id: "ImprovementPage" });

const Finding = z.looseObject({
  check: z.string(),
  result: z.enum(["pass", "conflict", "unknown"]),
  because: z.string(),
  evidence: z.array(z.string()),
});
const ChangeSet = z.looseObject({
  application: z.string(),
  hash: z.string().describe("sha256 of paths, old blobs and new contents: what an approval is bound to"),
  files: z.array(z.looseObject({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
});
const Verdict = z.looseObject({
  decision: z.enum(["auto", "human", "deny"]),
  rules: z.array(z.looseObject({ rule: z.string(), decision: z.string(), message: z.string() })),
});
const Vote = z.looseObject({
  tier: z.string(),
  expert: Expert.nullable().describe("null: it abstained"),
  confidence: z.number(),
  because: z.string().optional(),
  ms: z.number().optional().describe("milliseconds it took"),
  by: z.string().optional().describe("what voted: a version of the rules or of a model"),
  unknown: z.boolean().optional().describe("it could not be asked"),
});
const RoutingDecision = z
  .looseObject({
    arm: z.enum(ARMS),
    share: z.number().describe("0..1, of improvements that the learned arm serves"),
    tier: z.string(),
    expert: Expert.nullable(),
    confidence: z.number(),
    complexity: z.number().describe("0..100"),
    ms: z.number().describe("milliseconds, of all tiers"),
  })
  .meta({ id: "RoutingDecision", description: "How the router decided" });
const RoutingFeedback = z
  .looseObject({
    right: z.boolean().describe("whether the router chose the right expert"),
    expert: Expert.optional().describe("the right one, where it is known"),
    by: z.string().describe("person:<name> or expert:<expert>"),
    because: z.string(),
    at: Time.optional(),
  })
  .meta({ id: "RoutingFeedback" });
export const Improvement = z
  .looseObject({
    ...lineFields,
    description: z.string().optional(),
    implementation_notes: z.string().optional(),
    quotes: z.array(z.looseObject({ text: z.string(), at: z.string().optional() })),
    source_url: z.string().optional(),
    video_id: z.string().optional(),
    routing: z.array(Vote).optional().describe("what every tier of the router would have chosen"),
    routing_decision: RoutingDecision.optional(),
    routing_feedback: RoutingFeedback.optional(),
    forecast: Forecast.optional(),
    expert_evaluation: Evaluation.optional(),
    model_calls: z.array(ModelCall).optional().describe("questions asked of models for it, oldest first"),
    validation: z.array(Finding).optional(),
    conflicts_found: z.array(Finding).optional(),
    planning: z
      .looseObject({
        by: z.string().describe("`rules`, or the model that chose"),
        because: z.string(),
        doubt: z.string().optional().describe("why a person decides, whatever the flags say"),
        blast_radius: z
          .object({
            direct: z.int().min(0).describe("how many things depend on what is changed by one edge"),
            transitive: z.int().min(0).describe("how many by more than one"),
            shown: z.array(
              z.object({
                kind: z.string(),
                namespace: z.string().optional(),
                name: z.string(),
                distance: z.int().min(1),
                way: z.array(z.string()).describe("why, from it to what is changed"),
              }),
            ),
          })
          .optional()
          .describe("what depends on what is changed, as the manifests showed it when it was planned"),
      })
      .optional(),
    intent: z.looseObject({ kind: z.string() }).optional(),
    other_targets: z.array(z.string()).optional(),
    change_set: ChangeSet.optional(),
    verdict: Verdict.optional(),
    approval: z.looseObject({ hash: z.string(), actor: z.string(), expiresAt: z.number() }).optional(),
    verification: z.looseObject({ startedAt: z.number(), endsAt: z.number() }).optional(),
    rollback_verification: z.looseObject({ startedAt: z.number(), endsAt: z.number() }).optional(),
    held_from: Status.optional(),
    died_in: Status.optional(),
  })
  .meta({ id: "Improvement", description: "The record: one field per fact, written as the stages come to know them" });

export const TrailEntry = z
  .looseObject({
    entry: z.string().describe("id in the stream"),
    at: Time,
    taken_at: Time.optional().describe("when its stage first took the improvement up: until then it was queued"),
    from: z.string().describe("empty: it was created"),
    to: z.string(),
    by: z.string().describe("a stage, or person:<name>"),
    because: z.string(),
    evidence: z.unknown().optional(),
  })
  .meta({ id: "TrailEntry" });
export const Trail = z.looseObject({ id: z.string(), trail: z.array(TrailEntry) }).meta({ id: "Trail" });
export const Change = z
  .looseObject({
    id: z.string(),
    application: z.string(),
    hash: z.string(),
    files: z.array(
      z.looseObject({
        path: z.string(),
        effect: z.enum(["create", "change", "delete"]),
        diff: z.string().nullable().describe("unified; null when the old text could not be read"),
        content: z.string().optional().describe("the new text, where there is no diff to show it"),
      }),
    ),
    note: z.string().optional(),
  })
  .meta({ id: "Change" });
export const FeedbackGiven = z
  .looseObject({
    id: z.string(),
    status: Status,
    learns: z.boolean().describe("true: it has ended, and the router learns of it now"),
    routing_feedback: RoutingFeedback,
  })
  .meta({ id: "FeedbackGiven" });
export const Decided = z.looseObject({ id: z.string(), status: Status }).meta({ id: "Decided" });

const sourceFields = {
  id: z.string(),
  state: z.string().describe("waiting, read, nothing_found, listed or failed"),
  title: z.string(),
  address: z.string().optional(),
  because: z.string().optional(),
  read_at: Time.optional(),
  known: Count.describe("how many of its improvements existed already"),
};
export const SourcePage = z
  .looseObject({
    sources: z.array(z.looseObject({ ...sourceFields, improvements: z.array(z.string()).describe("ids") })),
    next: Next,
  })
  .meta({ id: "SourcePage" });
export const Source = z.looseObject({ ...sourceFields, improvements: z.array(ImprovementLine) }).meta({ id: "Source" });
export const Accepted = z
  .looseObject({ event: z.string().describe("id of the event"), stage: Stage.optional() })
  .meta({ id: "Accepted" });

const letterFields = { stage: Stage, reason: z.string(), attempts: Count, at: z.string() };
export const LetterPage = z
  .looseObject({
    letters: z.array(
      z.looseObject({
        id: z.string(),
        ...letterFields,
        event: z.string().nullable().describe("id of the event; null where it was none"),
        type: z.string().nullable(),
        improvement: z.string().nullable(),
        bytes: Count,
      }),
    ),
    next: Next,
    counts: each(STAGES, Count),
  })
  .meta({ id: "DeadLetterPage" });
export const Letter = z
  .looseObject({
    id: z.string(),
    ...letterFields,
    event: z.looseObject({}).optional(),
    raw: z.string().optional().describe("instead of event, where the entry never was one"),
  })
  .meta({ id: "DeadLetter" });
export const Discarded = z
  .looseObject({
    discarded: z.array(
      z.looseObject({
        letter: z.string(),
        stage: z.string(),
        at: Time,
        by: z.string(),
        reason: z.string(),
        bytes: Count.describe("of the whole entry; larger than `entry` where that was cut"),
        entry: z.string(),
      }),
    ),
  })
  .meta({ id: "DiscardedLetters" });
const outcome = {
  refused: z.array(z.looseObject({ letter: z.string(), because: z.string() })),
  left: Count.describe("dead letters of this stage"),
};
export const Redriven = z.looseObject({ redriven: Count, ...outcome }).meta({ id: "Redriven" });
export const DiscardedCount = z.looseObject({ discarded: Count, ...outcome }).meta({ id: "Discarding" });
