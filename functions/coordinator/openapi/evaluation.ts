/** What experts judged, and what was asked of models, as the API shows it. */
import * as z from "zod";
import { EXPERTS } from "../../../shared/domain/improvement.ts";

const Judged = z
  .looseObject({ value: z.string().describe("high, medium, low or unknown"), evidence: z.string() })
  .optional();
const Advised = z.array(z.looseObject({ text: z.string(), evidence: z.string() })).optional();
const Opinion = z.looseObject({
  expert: z.enum(EXPERTS),
  by: z.string().describe("`rules`, or the model that answered"),
  feasibility: Judged,
  impact: Judged,
  effort: Judged,
  priority: Judged,
  complexity: Judged,
  confidence: Judged,
  risks: z
    .array(
      z.looseObject({
        risk: z.string(),
        mitigated: z.boolean(),
        evidence: z.string(),
        severity: z.string().optional().describe("of a model's risks"),
      }),
    )
    .optional(),
  recommendations: Advised,
  dependencies: Advised.describe("what has to be there and well for it"),
  out_of_scope: z
    .looseObject({ better: z.enum(EXPERTS).optional(), because: z.string() })
    .optional()
    .describe("it is not this expert's field: whose it is, where that can be said"),
});

export const Evaluation = Opinion.extend({
  doubt: z.string().optional().describe("why a person decides, whatever else is true"),
  notes: z.array(z.string()).optional().describe("what was not done, and why"),
  sources: z
    .array(
      z.looseObject({
        label: z.string().describe("as the evidence cites it"),
        corpus: z.string(),
        path: z.string().describe("a file, or the id of an improvement"),
        place: z.string(),
        from: z.int().optional().describe("first line, from 1"),
        to: z.int().optional(),
        outcome: z.string().optional().describe("of a past improvement: where it ended"),
      }),
    )
    .optional()
    .describe("what the experts were shown"),
  passed_on: z
    .looseObject({ from: z.enum(EXPERTS), because: z.string() })
    .optional()
    .describe("the expert who was chosen passed it on to this one"),
  second_opinion: z
    .looseObject({
      because: z.string(),
      opinions: z.array(Opinion).optional().describe("both, as they were given"),
      missing: z.string().optional(),
      disagreement: z.string().optional(),
    })
    .optional(),
}).meta({ id: "Evaluation" });

const Tokens = z.number().min(0);
export const ModelCall = z
  .looseObject({
    purpose: z.string().describe("who asked: `evaluate/security`, `plan`, …"),
    model: z.string().describe("`vendor:model`"),
    prompt: z.string().describe("`<stage>/<name>@<version>`"),
    prompt_hash: z.string(),
    input: Tokens.describe("tokens, those read from the vendor's cache among them"),
    output: Tokens,
    cache_read: Tokens,
    cache_write: Tokens,
    cost: z.number().min(0).describe("US dollars"),
    priced: z.boolean().describe("false: the price is not known, and `cost` is 0"),
    ms: z.number().min(0),
    answered_by: z.string().describe("`vendor`, `cache` or `shared`"),
  })
  .meta({ id: "ModelCall" });
