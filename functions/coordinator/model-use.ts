/** What is asked of models, what was spent on them today against its limits, and what was counted since the beginning. */
import type { ModelCall } from "../../shared/domain/model-call.ts";
import type { Amount } from "../../shared/ledger-ports.ts";
import { countRows, type TOKEN_KINDS } from "../../shared/models/counts.ts";
import { readCounters } from "../../shared/pipeline/counters.ts";
import type { ModelsAsked } from "./models-asked.ts";
import type { School } from "./school.ts";

/** US dollars and tokens; null: not limited. */
export interface Spent {
  readonly dollars: number;
  readonly tokens: number;
  readonly limit: { readonly dollars: number | null; readonly tokens: number | null };
}

/** All questions of one purpose to one model. */
export interface Questions {
  readonly purpose: string;
  readonly model: string;
  readonly answeredBy: Readonly<Record<ModelCall["answered_by"], number>>;
  /** As the vendor counts them, those of caches among the input; `saved`: of answers that were there already. */
  readonly tokens: Readonly<Record<(typeof TOKEN_KINDS)[number] | "saved", number>>;
  readonly dollars: number;
  /** Answers that were paid for and could not be read. */
  readonly unusable: number;
}

export interface ModelUse {
  /** Of the day (UTC) that began then. */
  readonly day: string;
  readonly renewsAt: string;
  readonly configured: ModelsAsked;
  /** Spent or reserved today. */
  readonly all: Spent;
  readonly payers: readonly (Spent & { readonly payer: string })[];
  readonly questions: readonly Questions[];
  /** Questions the budget did not suffice for, by who was asked instead. */
  readonly overBudget: readonly { readonly payer: string; readonly asked: string; readonly count: number }[];
  /** Questions without an answer: out of reach, over limits or the budget. */
  readonly unavailable: readonly { readonly purpose: string; readonly count: number }[];
}

const MICROS = 1e6;

type Part = Pick<School, "models" | "modelBudgets" | "redis" | "keys" | "settings">;

export async function modelUse({ models, modelBudgets, redis, keys, settings }: Part): Promise<ModelUse> {
  const [{ day, renewsAt, all, payers }, counters] = await Promise.all([models.spending(), readCounters(redis, keys)]);
  const own = Object.entries(payers).map(([payer, amount]) => ({ payer, ...spent(amount, modelBudgets.payer) }));
  return {
    day: new Date(day).toISOString(),
    renewsAt: new Date(renewsAt).toISOString(),
    configured: settings.SCHOOL_MODELS,
    all: spent(all, modelBudgets.all),
    payers: own.sort((a, b) => b.dollars - a.dollars || b.tokens - a.tokens || (a.payer < b.payer ? -1 : 1)),
    questions: questionsOf(counters),
    overBudget: countRows(counters, "model_over_budget").map(([[payer = "", asked = ""], count]) => ({
      payer,
      asked,
      count,
    })),
    unavailable: countRows(counters, "model_unavailable").map(([[purpose = ""], count]) => ({ purpose, count })),
  };
}

function spent({ micros, tokens }: Amount, limit: Partial<Amount> = {}): Spent {
  const dollars = limit.micros === undefined ? null : limit.micros / MICROS;
  return { dollars: micros / MICROS, tokens, limit: { dollars, tokens: limit.tokens ?? null } };
}

function questionsOf(counters: ReadonlyMap<string, number>): readonly Questions[] {
  /** By what is counted, purpose and model: the number, and the same by a third part where there is one. */
  const counted = (what: string, purpose: string, model: string, third?: string) =>
    countRows(counters, what).reduce(
      (sum, [parts, value]) => (parts[0] === purpose && parts[1] === model && parts[2] === third ? sum + value : sum),
      0,
    );
  const pairs = countRows(counters, "model_calls").map(([[purpose = "", model = ""]]) => [purpose, model] as const);
  const each = new Map(pairs.map((pair) => [pair.join("|"), pair] as const));
  return [...each.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, [purpose, model]]) => {
      const by = (answerer: ModelCall["answered_by"]) => counted("model_calls", purpose, model, answerer);
      const of = (kind: (typeof TOKEN_KINDS)[number]) => counted("model_tokens", purpose, model, kind);
      return {
        purpose,
        model,
        answeredBy: { vendor: by("vendor"), cache: by("cache"), shared: by("shared") },
        tokens: {
          input: of("input"),
          output: of("output"),
          cache_read: of("cache_read"),
          cache_write: of("cache_write"),
          saved: counted("model_tokens_saved", purpose, model),
        },
        dollars: counted("model_cost", purpose, model) / MICROS,
        unusable: counted("model_unusable", purpose, model),
      };
    });
}
