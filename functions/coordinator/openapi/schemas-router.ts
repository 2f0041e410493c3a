/** What the routes about the router answer with. */
import * as z from "zod";
import { EXPERTS } from "../../../shared/domain/improvement.ts";
import { Time } from "./schemas.ts";

const count = z.number().min(0);
const share = z.number().min(0).max(1);
const maybe = share.nullable();
const Share = z
  .looseObject({ share: maybe.describe("null: nothing was counted"), low: share, high: share, n: count })
  .meta({ id: "Share", description: "With its 95 % interval (Wilson) and what it rests on" });
const Expert = z.enum(EXPERTS);
const ms = z.number().nullable().describe("milliseconds; null: nothing was counted");

const Override = z.looseObject({
  share,
  by: z.string().describe("person:<name>, or school"),
  because: z.string(),
  at: Time,
});
const ModelEntry = z
  .looseObject({
    version: z.string(),
    at: Time,
    checksum: z.string().describe("sha256 of its bytes"),
    bytes: count,
    kind: z.string().describe("softmax, mlp, …"),
    rows: count.describe("it was made from"),
    rowsHash: z.string(),
    figures: z.record(z.string(), z.number()).describe("as measured before it came in"),
    because: z.string(),
    tookMs: z.number().optional(),
  })
  .meta({ id: "ModelEntry" });
const CalibrationBin = z.looseObject({ from: share, to: share, n: count, confidence: maybe, right: maybe });
const TierReport = z
  .looseObject({
    tier: z.string(),
    votes: z.looseObject({ decided: count, abstained: count, unknown: count.describe("it could not be asked") }),
    served: count.describe("improvements it decided"),
    precision: Share.describe("of its votes on labelled rows"),
    meanConfidence: maybe.describe("of what it served"),
    p50: ms,
    p95: ms,
  })
  .meta({ id: "TierReport" });

const OverTime = z
  .looseObject({
    from: Time.describe("when the first step began"),
    stepSeconds: count,
    served: z.record(z.string(), z.array(count)).describe("by tier, one number for each step, the present one last"),
  })
  .meta({ id: "TiersOverTime" });

export const RouterReport = z
  .looseObject({
    at: Time,
    rollout: z.looseObject({
      configured: share.describe("AB_TEST_PERCENTAGE"),
      share: share.describe("what counts"),
      override: Override.nullable().describe("whose word counts instead of the configuration"),
    }),
    traffic: z.looseObject({ rules: count, learned: count, share: maybe }).describe("improvements each arm served"),
    labels: z.looseObject({
      rows: count,
      labelled: count,
      by: z.record(z.string(), count),
      judges: z.enum(["said", "all"]).describe("whose word is counted in what follows"),
    }),
    comparison: z
      .looseObject({
        n: count,
        bothRight: count,
        onlyRules: count,
        onlyLearned: count,
        bothWrong: count,
        p: share.describe("McNemar, exact, two-sided"),
        accuracy: z.looseObject({ rules: Share, learned: Share }),
      })
      .describe("both arms on the same labelled improvements"),
    accuracy: z.looseObject({ rules: Share, learned: Share, all: Share }).describe("of who was served"),
    meanConfidence: maybe,
    tiers: z.array(TierReport),
    overTime: z
      .looseObject({ hours: OverTime.describe("the last 48"), days: OverTime.describe("the last 30, UTC") })
      .describe("improvements each tier served"),
    confusion: z.looseObject({
      chosen: z.array(z.string()).describe("columns; `none`: a person had to choose"),
      rows: z.array(z.looseObject({ label: Expert, counts: z.array(count) })),
    }),
    calibration: z.looseObject({
      n: count,
      bins: z.array(CalibrationBin),
      ece: z.number().nullable(),
      brier: z.number().nullable(),
    }),
    experts: z.array(z.looseObject({ expert: Expert, n: count, right: Share, held: Share })),
    models: z.looseObject({
      serving: z.string().describe("`seed`: the one that comes with the school"),
      current: ModelEntry.nullable(),
      previous: ModelEntry.nullable(),
      staging: ModelEntry.nullable(),
      archive: z.array(ModelEntry),
    }),
    training: z.looseObject({ newLabels: count, last: Time.nullable() }),
    memory: z.looseObject({
      kept: z.boolean().describe("false: there is no index to remember in"),
      hit: count,
      miss: count,
      error: count,
      hitRate: maybe,
      thresholds: z.record(z.string(), z.number()).describe("cosine by embedder"),
    }),
    complexity: z.looseObject({ n: count, p50: z.number().nullable(), p95: z.number().nullable() }),
    escalated: z.record(z.string(), count),
    events: z.array(z.looseObject({ at: Time, what: z.string(), because: z.string(), by: z.string().optional() })),
  })
  .meta({ id: "RouterReport" });

export const Rollout = z.looseObject({ share, override: Override.nullable() }).meta({ id: "Rollout" });
export const Serving = z
  .looseObject({
    serving: z.string().describe("version that serves now, or `seed`"),
    entry: ModelEntry.optional(),
    from: z.string().optional(),
  })
  .meta({ id: "ServingModel" });
export const TrainingAsked = z.looseObject({ at: Time, stage: z.string() }).meta({ id: "TrainingAsked" });
