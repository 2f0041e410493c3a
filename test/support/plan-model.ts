/** `plan` with a model behind the stand-in, over as many rounds as it takes, and what `approve` makes of the result. */
import { approve } from "../../functions/approve/handle.ts";
import { type PlanPorts, plan } from "../../functions/plan/handle.ts";
import { modelPort } from "../../shared/adapters/llm/open.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { GitReader } from "../../shared/ports.ts";
import { ownDocuments } from "../../shared/repository/own-documents.ts";
import type { MoveTo } from "../../shared/runtime/outcome.ts";
import { committedImprovement } from "./improvement.ts";
import type { ModelServer } from "./models/server.ts";
import { gitOf, sampleTexts } from "./platform.ts";

export const LIMITS = "Set memory limits on every container";
export const platformTexts = () => sampleTexts("harbor");
const harbor = platformTexts();

/** Everything a rule could ask for is there: only what is planned can stop an approval. */
export function proposal(title: string, over: Partial<Improvement> = {}): Improvement {
  const { change_set: _, git_commit: __, landed: ___, ...rest } = committedImprovement("c", [], { title });
  const high = { value: "high", evidence: "seen" } as const;
  return {
    ...rest,
    status: "validated",
    id: "new",
    relevance: 1,
    validation: [{ check: "duplicate", result: "pass", because: "", evidence: [] }],
    expert_evaluation: {
      expert: "architecture",
      by: "rules",
      feasibility: high,
      impact: high,
      effort: high,
      priority: high,
      risks: [],
    },
    ...over,
  };
}

export interface Circumstances {
  readonly past?: readonly Improvement[];
  readonly git?: GitReader;
  readonly policy?: PolicySettings;
  readonly save?: (patch: Patch) => Promise<void>;
  readonly signal?: AbortSignal;
  /** LLM_TIMEOUT */
  readonly timeout?: string;
  /** Rounds after which the process is gone. */
  readonly most?: number;
}

export async function rounds(
  record: { improvement: Improvement },
  model: ModelServer | LanguageModel,
  { past = [], git = gitOf(harbor), policy = {}, save, signal, timeout = "20", most = 9 }: Circumstances = {},
): Promise<MoveTo> {
  const ports: PlanPorts = {
    git,
    history: { recent: async () => past },
    model: "answer" in model ? model : modelOf(model, timeout),
    documents: ownDocuments(git),
    settings: { platform: {}, policy },
  };
  const kept = async (patch: Patch) => {
    record.improvement = { ...record.improvement, ...patch } as Improvement;
  };
  const context = {
    signal: signal ?? new AbortController().signal,
    now: () => Date.UTC(2030, 0, 1),
    save: save ?? kept,
  };
  for (let round = 1; round <= most; round += 1) {
    const outcome = await plan({ improvement: record.improvement }, ports, context);
    if (outcome.kind === "move") return outcome;
  }
  return { kind: "move", to: "nowhere", patch: {}, because: "the process is gone" };
}

function modelOf({ url, key }: ModelServer, timeout: string): LanguageModel | undefined {
  return modelPort({ ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url, LLM_TIMEOUT: timeout }, "PLAN_MODEL", undefined);
}

/** With every permissive flag set. */
export async function approvalOf({ patch }: MoveTo): Promise<MoveTo> {
  const flags = { none: false, all: true, integrations: true, security: true };
  const improvement = { ...proposal(LIMITS), ...patch, status: "planned" } as Improvement;
  const outcome = await approve(
    { improvement },
    {
      brakes: { brakes: async () => ({ flags, breaker: null, freeze: null, budget: null }) },
      settings: { threshold: 0, highRiskThreshold: 0 },
      secret: "a secret of sixteen characters",
    },
    { now: () => Date.UTC(2030, 0, 1) },
  );
  if (outcome.kind !== "move") throw new Error(outcome.kind);
  return outcome;
}

export async function decided(outcome: MoveTo): Promise<"approved" | "pending" | "rejected"> {
  if (outcome.to !== "planned") return outcome.to === "rejected" ? "rejected" : "pending";
  const { to } = await approvalOf(outcome);
  return to === "pending_review" ? "pending" : (to as "approved" | "rejected");
}
