/** What stages asked of models is in the record and in the trail's evidence. */
import { expect, test } from "vitest";
import { validate } from "../../functions/validate/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";
import { chunksOfFile } from "../../shared/knowledge/chunking/chunk-file.ts";
import type { LanguageModel, ModelAnswer } from "../../shared/model-ports.ts";
import { KEPT_CALLS, withCalls } from "../../shared/models/calls.ts";
import { withLedger } from "../../shared/models/layer.ts";
import { memoryLedger } from "../../shared/models/memory-ledger.ts";
import { ledgerSettings } from "../../shared/models/settings.ts";
import { committedImprovement } from "../support/improvement.ts";
import { knowing } from "../support/knowledge/fake.ts";
import { LIMITS, proposal, rounds } from "../support/plan-model.ts";
import { gitOf, sampleTexts } from "../support/platform.ts";

const usage = { input: 1_000, output: 100, cacheRead: 900 };

function ledgered(purpose: string, ...values: readonly unknown[]): LanguageModel {
  const left = [...values];
  const model: LanguageModel = {
    async answer(): Promise<ModelAnswer> {
      return { kind: "answered", value: left.shift(), model: "anthropic:claude-sonnet-5-5", usage };
    },
  };
  const names = ["anthropic:claude-sonnet-5-5"];
  return withLedger(model, memoryLedger(), { purpose, names, settings: ledgerSettings({}), clock: Date.now });
}

test("plan: every round is in the record, with what it cost, and in the evidence", async () => {
  const model = ledgered(
    "plan",
    { choice: "candidate", candidate: 77 },
    { choice: "candidate", candidate: 1, because: "It fits." },
  );
  const record = { improvement: proposal(LIMITS) };
  const outcome = await rounds(record, model);
  const call = {
    purpose: "plan",
    model: "anthropic:claude-sonnet-5-5",
    prompt: expect.stringMatching(/^plan\/plan@\d+$/),
    prompt_hash: expect.stringMatching(/^[0-9a-f]{12}$/),
    input: 1_000,
    output: 100,
    cache_read: 900,
    cost: expect.closeTo((100 * 2 + 900 * 0.2 + 100 * 10) / 1e6, 9),
    priced: true,
    answered_by: "vendor",
  };
  expect(record.improvement.model_calls).toMatchObject([call, call]);
  expect(outcome).toMatchObject({ to: "planned", evidence: { model_calls: [call, call], answers: [{}, {}] } });
});

test("validate: the second judge's question is in the record and beside the findings", async () => {
  const improvement: Improvement = {
    ...committedImprovement("c", [], { title: "Water the plants" }),
    id: "new",
    status: "categorized",
  };
  const text = "# Hello\n\nLunch is at noon. Somebody waters the plants on the second floor.\n";
  const chunks = chunksOfFile({ corpus: "documents", source: "docs", path: "docs/hello.md", text });
  const git = gitOf(sampleTexts("harbor"));
  const outcome = await validate(
    { improvement },
    {
      git,
      history: { recent: async () => [] },
      knowledge: knowing(chunks.map((chunk) => ({ ...chunk, commit: "c0ffee" }))),
      model: ledgered("validate", { verdict: "none" }),
      settings: { platform: {} },
    },
    { signal: new AbortController().signal, attempt: 1, now: () => 0 },
  );
  const call = { purpose: "validate", answered_by: "vendor", prompt: expect.stringMatching(/^validate\//) };
  expect(outcome).toMatchObject({
    patch: { model_calls: [call] },
    evidence: { findings: expect.any(Array), model_calls: [call] },
  });
});

test("the oldest go when there are too many, and nothing is written where nobody was asked", () => {
  const call = (ms: number) => ({ ms }) as ModelCall;
  const before = Array.from({ length: KEPT_CALLS }, (_, i) => call(i));
  expect(withCalls({ model_calls: before }, call(99), undefined).model_calls?.map(({ ms }) => ms)).toEqual([
    ...Array.from({ length: KEPT_CALLS - 1 }, (_, i) => i + 1),
    99,
  ]);
  expect(withCalls({ model_calls: before }, undefined)).toEqual({});
});
