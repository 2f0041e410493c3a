/** For every answer two models could give: what a person would decide by the rules, a person decides. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { aggregated } from "../../functions/evaluate/aggregate.ts";
import { Answer } from "../../functions/evaluate/answer.ts";
import { checked } from "../../functions/evaluate/check.ts";
import { RUBRICS } from "../../functions/evaluate/experts/registry.ts";
import { factsOf } from "../../functions/evaluate/facts.ts";
import { EXPERTS } from "../../shared/domain/improvement.ts";
import { TOPICS } from "../../shared/domain/lexicon.ts";
import { automatic } from "../support/expert-rounds.ts";
import { limits, shop } from "../support/experts.ts";

const LABELS = ["P", "F1", "F2", "Q1", "S1"];
const cites = fc.array(fc.oneof(fc.constantFrom(...LABELS), fc.constantFrom("S9", "", "constructor")), {
  maxLength: 3,
});
const rests = { because: fc.string({ maxLength: 80 }), cites };
const judged = fc.record({ value: fc.constantFrom("high", "medium", "low", "unknown"), ...rests });
const advised = fc.array(fc.record({ text: fc.string({ maxLength: 60 }), ...rests }), { maxLength: 4 });
const rules = TOPICS.map((topic) => {
  const improvement = { ...limits, title: topic.title, description: topic.advice };
  const takenBack = topic.id.length % 3 === 0 ? [{ id: "past", title: "t", because: "b" }] : [];
  return { topic, facts: factsOf(improvement, topic, shop, takenBack) };
});
// Names of the rules' own risks among them: the attacker may know them.
const names = rules.flatMap(({ topic, facts }) => RUBRICS[topic.expert].judge(facts).risks.map(({ risk }) => risk));
const risks = fc.array(
  fc.record({
    risk: fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom(...names)),
    severity: fc.constantFrom("high", "medium", "low"),
    mitigated: fc.boolean(),
    ...rests,
  }),
  { maxLength: 12 },
);
const answer = fc
  .record({
    feasibility: judged,
    impact: judged,
    effort: judged,
    priority: judged,
    complexity: judged,
    confidence: judged,
    risks,
    recommendations: advised,
    dependencies: advised,
  })
  .map((said) => Answer.parse(said));

test("a model's word, or two, never makes automatic what the rules leave to a person, and loses no open risk", () => {
  const labels = new Set(LABELS);
  fc.assert(
    fc.property(
      fc.constantFrom(...rules),
      fc.constantFrom(...EXPERTS),
      answer,
      answer,
      ({ topic, facts }, other, a, b) => {
        const { expert } = topic;
        const ruled = RUBRICS[expert].judge(facts);
        const first = checked(a, labels, ruled, { expert, model: "one" });
        const second = checked(b, labels, RUBRICS[other].judge(facts), { expert: other, model: "two" });
        const doubt = first.doubt ?? second.doubt;
        const both = { ...aggregated(first.opinion, second.opinion), ...(doubt === undefined ? {} : { doubt }) };
        const alone = { ...first.opinion, ...(first.doubt === undefined ? {} : { doubt: first.doubt }) };
        if (!automatic({ expert, by: "rules", ...ruled })) {
          expect(automatic(alone)).toBe(false);
          expect(automatic(both)).toBe(false);
        }
        if (!automatic(alone)) expect(automatic(both)).toBe(false);
        const open = ruled.risks.filter(({ mitigated }) => !mitigated).map(({ risk }) => risk);
        for (const opinion of [alone, both]) {
          const kept = opinion.risks.filter(({ mitigated }) => !mitigated).map(({ risk }) => risk);
          expect(kept).toEqual(expect.arrayContaining(open));
        }
      },
    ),
    { numRuns: 400 },
  );
});
