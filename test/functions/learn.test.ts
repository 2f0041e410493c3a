import { expect, test } from "vitest";
import { learn } from "../../functions/learn/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";

const now = Date.parse("2026-03-01T11:00:00Z");
const ended: Improvement = {
  id: "0123456789abcdef",
  status: "failed",
  created_at: "2026-03-01T10:00:00Z",
  updated_at: "2026-03-01T10:59:00Z",
  title: "Set limits",
  description: "d",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.97,
  relevance_basis: { formula: "f", parts: { evidence: 0.97 } },
  quotes: [],
  source_id: "s1",
  source_title: "t",
  expert: "architecture",
  routing: [{ tier: "keywords", expert: "architecture", confidence: 0.9, because: "long text" }],
  verdict: {
    decision: "human",
    rules: [
      { rule: "a", decision: "human", message: "" },
      { rule: "b", decision: "auto", message: "" },
    ],
  },
  approval_rule: "relevance: enough",
  approved_at: "2026-03-01T10:10:00Z",
  deployed_at: "2026-03-01T10:20:00Z",
  failed_at: "2026-03-01T10:50:00Z",
  failure_reason: "crash loop",
};
const rowOf = async (improvement: Improvement, reached: Improvement["status"] = improvement.status) => {
  const rows: Readonly<Record<string, string>>[] = [];
  const outcome = await learn(
    { improvement, reached },
    { outcomes: { append: async (row) => void rows.push(row) } },
    { now: () => now },
  );
  expect(outcome.kind).toBe("observed");
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
};

test("one row says what was proposed, who voted how, what was decided and how it ended", async () => {
  expect(await rowOf(ended)).toMatchObject({
    improvement: ended.id,
    source: "s1",
    reached: "failed",
    category: "architecture",
    type: "technique",
    expert: "architecture",
    relevance: "0.97",
    votes: '[{"tier":"keywords","expert":"architecture","confidence":0.9}]',
    verdict: "human",
    verdict_rules: "a b",
    approval_rule: "relevance: enough",
    reason: "crash loop",
    to_approval_ms: "600000",
    to_deployment_ms: "600000",
    to_end_ms: "1800000",
    total_ms: "3600000",
  });
});

test("what is not known is left out, never empty or undefined", async () => {
  const { routing, verdict, approved_at, deployed_at, failed_at, expert, ...young } = ended;
  void [routing, verdict, approved_at, deployed_at, failed_at, expert];
  const row = await rowOf({ ...young, status: "rejected" });
  expect(Object.values(row).every((value) => typeof value === "string" && value !== "" && value !== "undefined")).toBe(
    true,
  );
  for (const field of ["votes", "verdict", "expert", "to_approval_ms", "to_end_ms"])
    expect(row).not.toHaveProperty(field);
});

test("a repeated delivery writes the same row id, another end another one", async () => {
  const { row } = await rowOf(ended);
  expect((await rowOf(ended))["row"]).toBe(row);
  expect((await rowOf(ended, "verified"))["row"]).not.toBe(row);
});

test("a damaged time gives no duration instead of nonsense", async () => {
  const row = await rowOf({ ...ended, approved_at: "yesterday", deployed_at: "2026-03-01T08:00:00Z" });
  expect(row).not.toHaveProperty("to_approval_ms");
  expect(row).not.toHaveProperty("to_deployment_ms");
});

test("an outcome that cannot be kept is an error", async () => {
  const broken = { outcomes: { append: async () => Promise.reject(new Error("redis is gone")) } };
  await expect(learn({ improvement: ended, reached: "failed" }, broken, { now: () => now })).rejects.toThrow(
    "redis is gone",
  );
});
