/** What a model is asked for. Lengths are rules of ours, not of the schema: vendors differ in what they take there. */
import * as z from "zod";
import { EXPERTS } from "../../shared/domain/improvement.ts";

/** Characters of one text, entries of one list. */
const TEXT = 1_200;
const LABEL = 40;
const ENTRIES = 12;

const text = z.string().refine((said) => said.length <= TEXT, { error: `is longer than ${TEXT} characters` });
const label = z.string().refine((said) => said.length <= LABEL, { error: `is longer than ${LABEL} characters` });
function few<Entry extends z.ZodType>(entry: Entry) {
  return z.array(entry).refine((all) => all.length <= ENTRIES, { error: `has more than ${ENTRIES} entries` });
}

const rests = {
  because: text.describe("What the cited places say about it, in one or two sentences."),
  cites: few(label).describe("Labels of what it rests on, as shown: P, A1, Q1, F1, S1."),
};
const Judged = z.object({ value: z.enum(["high", "medium", "low", "unknown"]), ...rests });
const Advised = z.object({ text, ...rests });

export const Answer = z.object({
  feasibility: Judged,
  impact: Judged,
  effort: Judged,
  priority: Judged,
  complexity: Judged,
  confidence: Judged,
  risks: few(z.object({ risk: text, severity: z.enum(["high", "medium", "low"]), mitigated: z.boolean(), ...rests })),
  recommendations: few(Advised),
  dependencies: few(Advised),
  out_of_scope: z
    .object({ better: z.enum([...EXPERTS, "unknown"]), ...rests })
    .optional()
    .describe("Only when it is another expert's work and none of yours."),
});
export type Answer = z.infer<typeof Answer>;

let schema: Readonly<Record<string, unknown>> | undefined;

/** Closed objects, which strict vendors want; what comes in spite of that is left out when it is read. */
export function answerSchema(): Readonly<Record<string, unknown>> {
  if (schema === undefined) {
    const { $schema: _, ...json } = z.toJSONSchema(Answer, { io: "output" });
    schema = json;
  }
  return schema;
}
