import { afterAll, beforeAll, expect, test } from "vitest";
import type { ModelCall } from "../../../shared/domain/model-call.ts";
import { countsOf, overBudgetCount, unavailableCount } from "../../../shared/models/counts.ts";
import { modelLedger } from "../../../shared/pipeline/model-ledger.ts";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand } from "./school.ts";

const SCHOOL_MODELS = JSON.stringify([
  { purpose: "ingest", models: [], because: "EXTRACT_MODEL: x needs ANTHROPIC_API_KEY" },
  { purpose: "plan", models: ["anthropic:claude-sonnet-5-5"] },
  { purpose: "validate", models: [] },
]);
const call: ModelCall = {
  purpose: "evaluate/security",
  model: "anthropic:claude-opus-5-5",
  prompt: "evaluate/security@1",
  prompt_hash: "0123456789ab",
  input: 1_000,
  output: 100,
  cache_read: 800,
  cache_write: 0,
  cost: 0.0016,
  priced: true,
  ms: 9,
  answered_by: "vendor",
};

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool({ env: { SCHOOL_MODELS, LLM_BUDGET_DAY: "5", LLM_TOKENS_EXPERT: "900" } });
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.viewer };
});
afterAll(() => school.close());

test("models: nothing was asked yet", async () => {
  const { code, out } = await schoolCommand(["models"], env);
  expect(code).toBe(0);
  expect(out).toMatch(/plan\s+anthropic:claude-sonnet-5-5/);
  expect(out).toMatch(/ingest\s+cannot be asked\s+EXTRACT_MODEL: x needs ANTHROPIC_API_KEY/);
  expect(out).toMatch(/validate\s+rule-based/);
  expect(out).toMatch(/all\s+\$0\.00\s+\$5\.00\s+0\s+20000000/);
  expect(out).not.toContain("ASKED SO FAR");
});

test("models: what was spent against which limit, and who answered, as a table and as the API has it", async () => {
  const ledger = modelLedger(school.redis, school.keys);
  for (const one of [call, call, { ...call, answered_by: "cache", cost: 0 } as const]) {
    await ledger.count(countsOf(one, true));
  }
  await ledger.count(overBudgetCount("security", "nobody"));
  await ledger.count(unavailableCount("plan"));
  const reserved = await ledger.reserve({ payer: "security", most: { micros: 900_000, tokens: 9 }, limits: {} });
  if (reserved.kind === "reserved") await ledger.settle(reserved.id, { micros: 3_200, tokens: 2_200 });

  const { out } = await schoolCommand(["models"], env);
  expect(out).toMatch(/all\s+\$0\.0032\s+\$5\.00\s+2200\s+20000000/);
  expect(out).toMatch(/security\s+\$0\.0032\s+2200\s+900/);
  expect(out).toMatch(
    /evaluate\/security\s+anthropic:claude-opus-5-5\s+2\s+1\s+0\s+2000\s+1600\s+200\s+1100\s+\$0\.0032/,
  );
  expect(out).toContain("over the budget of security: 1, no model was asked");
  expect(out).toContain("no answer for plan: 1");

  const { json } = await school.call("viewer", "GET", "/api/models");
  expect(JSON.parse((await schoolCommand(["models", "--json"], env)).out)).toEqual(json);
  expect(json).toMatchObject({
    configured: JSON.parse(SCHOOL_MODELS),
    all: { dollars: 0.0032, tokens: 2_200, limit: { dollars: 5, tokens: 20_000_000 } },
    payers: [{ payer: "security", dollars: 0.0032, tokens: 2_200, limit: { dollars: null, tokens: 900 } }],
    questions: [
      {
        answeredBy: { vendor: 2, cache: 1, shared: 0 },
        tokens: { input: 2_000, output: 200, cache_read: 1_600, cache_write: 0, saved: 1_100 },
        dollars: 0.0032,
        unusable: 0,
      },
    ],
  });
  expect(Date.parse(json.renewsAt) - Date.parse(json.day)).toBe(86_400_000);
});

test("models: somebody without a token sees nothing", async () => {
  expect((await school.call("nobody", "GET", "/api/models")).status).toBe(401);
});

test("a list of models that cannot be read keeps the coordinator from starting", async () => {
  await expect(startSchool({ env: { SCHOOL_MODELS: '{"plan":"x"}' } })).rejects.toThrow(
    /SCHOOL_MODELS: must be JSON like/,
  );
});
