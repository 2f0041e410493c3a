/** The route about models: which are asked, and what they cost. */
import * as z from "zod";
import type { Operation } from "./operation.ts";
import { Time } from "./schemas.ts";

const count = z.int().min(0);
const dollars = z.number().min(0);

const spent = {
  dollars: dollars.describe("US dollars, spent or reserved today"),
  tokens: count.describe("spent or reserved today"),
  limit: z.looseObject({ dollars: dollars.nullable(), tokens: count.nullable() }).describe("null: not limited"),
};
const Spent = z.looseObject(spent).meta({ id: "Spent" });
const PayerSpent = z
  .looseObject({ payer: z.string().describe("an expert, `plan`, `validate` or `ingest`"), ...spent })
  .meta({ id: "PayerSpent" });
const ConfiguredModels = z
  .looseObject({
    purpose: z.string().describe("who asks"),
    models: z.array(z.string()).describe("`vendor:model` of each that may answer; none: it goes by rules"),
    because: z.string().optional().describe("why none can be asked although one is named"),
  })
  .meta({ id: "ConfiguredModels" });
const ModelQuestions = z
  .looseObject({
    purpose: z.string(),
    model: z.string(),
    answeredBy: z.looseObject({ vendor: count, cache: count, shared: count }),
    tokens: z
      .looseObject({ input: count, output: count, cache_read: count, cache_write: count, saved: count })
      .describe(
        "as the vendor counts them, those of caches among the input; saved: of answers that were there already",
      ),
    dollars,
    unusable: count.describe("answers that were paid for and could not be read"),
  })
  .meta({ id: "ModelQuestions" });
const ModelUse = z
  .looseObject({
    day: Time.describe("the day (UTC) that `all` and `payers` are of"),
    renewsAt: Time,
    configured: z.array(ConfiguredModels).describe("names only; none: everything goes by rules"),
    all: Spent,
    payers: z.array(PayerSpent),
    questions: z.array(ModelQuestions).describe("since the school began to count"),
    overBudget: z
      .array(z.looseObject({ payer: z.string(), asked: z.string().describe("cheap or nobody"), count }))
      .describe("questions the budget did not suffice for, by who was asked instead"),
    unavailable: z
      .array(z.looseObject({ purpose: z.string(), count }))
      .describe("questions without an answer: out of reach, over limits or the budget"),
  })
  .meta({ id: "ModelUse" });

const purpose = "evaluate/security";
const model = "anthropic:claude-opus-5-5";

export const modelRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/models",
    id: "getModels",
    area: "Operating",
    role: "viewer",
    summary: "Which models are asked, and what they cost today",
    answer: {
      description: "Names, money and tokens; never a key",
      schema: ModelUse,
      example: {
        day: "2026-01-31T00:00:00.000Z",
        renewsAt: "2026-02-01T00:00:00.000Z",
        configured: [{ purpose, models: [model] }],
        all: { dollars: 0.42, tokens: 81_200, limit: { dollars: 20, tokens: 20_000_000 } },
        payers: [{ payer: "security", dollars: 0.42, tokens: 81_200, limit: { dollars: null, tokens: null } }],
        questions: [
          {
            purpose,
            model,
            answeredBy: { vendor: 12, cache: 3, shared: 1 },
            tokens: { input: 76_300, output: 4_900, cache_read: 61_000, cache_write: 0, saved: 27_000 },
            dollars: 0.42,
            unusable: 0,
          },
        ],
        overBudget: [],
        unavailable: [],
      },
    },
  },
];
