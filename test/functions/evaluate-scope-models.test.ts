/** Models that say "not my field": they are heard once, with evidence, where rules do not know better; no answer is paid twice. */
import { describe, expect, test } from "vitest";
import { evaluate } from "../../functions/evaluate/handle.ts";
import type { ExpertAnswer } from "../../shared/domain/evaluation.ts";
import type { Patch } from "../../shared/domain/improvement.ts";
import { automatic, evaluationOf, judge, scripted, unavailable } from "../support/expert-rounds.ts";
import { judgement, limits, shop } from "../support/experts.ts";
import { AT, foreign, plain, word } from "../support/scope.ts";

describe("a model", () => {
  test("passes on what is not its field: the better one judges in a round of its own", async () => {
    const { model, asked } = scripted(
      () => foreign("networking"),
      () => judgement({ effort: { value: "medium", cites: ["F1"] } }),
    );
    const run = await judge(plain, { first: model });
    const evaluation = evaluationOf(run);
    expect(asked.map(({ payer }) => payer)).toEqual(["architecture", "networking"]);
    expect(asked[0]?.system).not.toBe(asked[1]?.system);
    expect(asked[1]?.prompt).not.toContain("routes are asked for");
    expect(run.rounds).toBe(2);
    expect(evaluation).toMatchObject({
      expert: "networking",
      by: "test:m",
      effort: { value: "medium" },
      passed_on: { from: "architecture", because: "routes are asked for [F1]" },
    });
    expect(run.outcome.patch).toMatchObject({
      expert: "networking",
      routing_feedback: {
        right: false,
        expert: "networking",
        by: "expert:architecture",
        because: "routes are asked for [F1]",
        at: AT,
      },
    });
  });

  test("settles nothing by that: rules know nothing of it, so a person decides", async () => {
    const { model } = scripted(
      () => foreign("networking"),
      () => judgement(),
    );
    const run = await judge(plain, { first: model });
    expect(run.outcome.to).toBe("pending_review");
    expect(evaluationOf(run).doubt).toEqual(expect.any(String));
    expect(automatic(evaluationOf(run))).toBe(false);
  });

  test("passes it on once: when the next one says the same, a person decides and the router learns no expert", async () => {
    const { model, asked } = scripted(
      () => foreign("networking"),
      () => foreign("architecture"),
    );
    const run = await judge(plain, { first: model });
    expect(asked.map(({ payer }) => payer)).toEqual(["architecture", "networking"]);
    expect(run.outcome.to).toBe("pending_review");
    expect(evaluationOf(run)).toMatchObject({
      expert: "networking",
      passed_on: { from: "architecture" },
      out_of_scope: { better: "architecture" },
      doubt: expect.stringContaining("networking expert says that it is not its field either"),
    });
    expect(run.outcome.patch.routing_feedback).toEqual({
      right: false,
      by: "expert:networking",
      because: "routes are asked for [F1]",
      at: AT,
    });
  });

  test("may name a third one on its turn: nobody is asked any more, the router hears of it", async () => {
    const { model, asked } = scripted(
      () => foreign("networking"),
      () => foreign("monitoring"),
    );
    const run = await judge(plain, { first: model });
    expect(asked).toHaveLength(2);
    expect(run.outcome.patch.routing_feedback).toMatchObject({ expert: "monitoring", by: "expert:networking" });
  });

  test("that cannot say whose it is leaves it to a person", async () => {
    const { model, asked } = scripted(() => foreign("unknown"));
    const run = await judge(plain, { first: model });
    expect(asked.map(({ payer }) => payer)).not.toContain("unknown");
    expect(run.outcome.to).toBe("pending_review");
    expect(evaluationOf(run)).toMatchObject({
      expert: "architecture",
      doubt: expect.stringContaining("architecture expert says that it is not its field"),
    });
    expect(run.outcome.patch.routing_feedback).toMatchObject({ right: false, by: "expert:architecture" });
    expect(run.outcome.patch.routing_feedback).not.toHaveProperty("expert");
  });

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ["that cites nothing", foreign("networking", []), /cites nothing/],
    ["that cites what it was not shown", foreign("networking", ["S99"]), /S99/],
    ["that names itself", foreign("architecture"), /names that expert itself/],
    [
      "without a reason",
      judgement({ out_of_scope: { better: "networking", because: " ", cites: ["F1"] } }),
      /no reason/,
    ],
  ])("%s is not believed, which is noted", async (_name, said, note) => {
    const { model, asked } = scripted(() => said);
    const run = await judge({ ...plain, title: "Be nicer to nodes" }, { first: model });
    expect(asked.every(({ payer }) => payer === "architecture" || payer === "database")).toBe(true);
    const evaluation = evaluationOf(run);
    expect(evaluation.expert).toBe("architecture");
    expect(evaluation).not.toHaveProperty("passed_on");
    expect(evaluation).not.toHaveProperty("out_of_scope");
    expect(evaluation.notes).toContainEqual(expect.stringMatching(note));
    expect(run.outcome.patch).not.toHaveProperty("routing_feedback");
  });

  test("an expert no one knows is no answer at all: it is asked again, then rules judge", async () => {
    const { model } = scripted(() => judgement({ out_of_scope: { better: "root", because: "b", cites: ["F1"] } }));
    expect(evaluationOf(await judge(limits, { first: model })).by).toBe("rules");
  });

  test("is not believed where rules know it for its own field", async () => {
    const { model, asked } = scripted(() => foreign("networking"));
    const run = await judge(limits, { first: model });
    expect(asked).toHaveLength(1);
    expect(evaluationOf(run)).toMatchObject({
      expert: "architecture",
      notes: [expect.stringContaining("does not count: its words are for the architecture expert")],
    });
    expect(run.outcome.patch).not.toHaveProperty("routing_feedback");
  });

  test("does not take it from the expert a person chose, nor a person's word from the record", async () => {
    const { model, asked } = scripted(() => foreign("networking"));
    const run = await judge({ ...plain, routing_feedback: word("person:anna", "architecture") }, { first: model });
    expect(asked.map(({ payer }) => payer)).not.toContain("networking");
    expect(evaluationOf(run).expert).toBe("architecture");
    expect(run.outcome.patch).not.toHaveProperty("routing_feedback");
  });

  test("leaves rules where nobody can be asked next: they have nothing to say, a person decides", async () => {
    const first = scripted(() => foreign("networking"), unavailable("503"));
    const run = await judge(plain, { first: first.model });
    expect(run.outcome.to).toBe("pending_review");
    expect(evaluationOf(run)).toMatchObject({ expert: "networking", by: "rules", passed_on: { from: "architecture" } });
  });
});

describe("a restart between the two experts", () => {
  test("pays for neither answer twice", async () => {
    const { model, asked } = scripted(
      () => foreign("networking"),
      () => judgement(),
    );
    const { record, outcome } = await judge(plain, { first: model });
    const answers = record.improvement.expert_answers as readonly ExpertAnswer[];
    expect(answers.map(({ role, expert }) => `${role} ${expert}`)).toEqual(
      expect.arrayContaining(["first architecture", "first networking"]),
    );
    const paid = asked.length;
    for (let kept = 1; kept <= answers.length; kept += 1) {
      const again = scripted(() => judgement());
      const rest = await judge({ ...plain, expert_answers: answers.slice(0, kept) }, { first: again.model });
      expect(again.asked).toHaveLength(paid - kept);
      expect(rest.outcome.patch).toMatchObject({ expert: "networking", routing_feedback: { expert: "networking" } });
    }
    expect(outcome.patch.expert_answers).toBeNull();
  });

  test("keeps the first answer before the second is asked", async () => {
    const { model } = scripted(() => foreign("networking"));
    const saved: Patch[] = [];
    const outcome = await evaluate(
      { improvement: plain },
      { platform: async () => shop, models: { first: () => model, second: () => model } },
      { signal: new AbortController().signal, save: async (patch) => void saved.push(patch), now: () => 0 },
    );
    expect(saved).toHaveLength(1);
    expect(outcome).toMatchObject({
      kind: "again",
      because: expect.stringContaining("architecture passes it on to networking"),
    });
    expect(saved[0]).toMatchObject({ expert_answers: [{ role: "first", expert: "architecture" }] });
    expect(saved[0]).not.toHaveProperty("expert");
  });
});
