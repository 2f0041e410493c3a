/** What is measured of questions to models: who asked what, what it took and cost, and how often there was no answer. */
import type { ModelServices } from "../../shared/ledger-ports.ts";
import { countRows } from "../../shared/models/counts.ts";
import { MODEL_BOUNDS } from "../../shared/pipeline/durations.ts";
import type { Histogram } from "../../shared/routing/report/buckets.ts";
import type { Sink } from "./metrics.ts";

const MICROS = 1e6;

/** Models, purposes and payers are those that were counted: nothing is known of what never happened. */
export async function collectModels(
  models: Pick<ModelServices, "spending">,
  counters: ReadonlyMap<string, number>,
  sink: Sink,
): Promise<void> {
  function counter(name: string, help: string, what: string, labels: readonly string[], unit = 1): void {
    const samples = countRows(counters, what).map(([parts, value]) => {
      const named = labels.map((label, i) => [label, parts[i] ?? ""] as const);
      return [Object.fromEntries(named), value / unit] as const;
    });
    sink.counter(name, help, samples);
  }
  counter("school_model_calls_total", "Questions to models, by who answered", "model_calls", [
    "purpose",
    "model",
    "answered_by",
  ]);
  counter(
    "school_model_tokens_total",
    "Tokens as vendors count them; those of caches are among the input",
    "model_tokens",
    ["purpose", "model", "kind"],
  );
  counter(
    "school_model_tokens_saved_total",
    "Tokens of answers that were there already or were shared",
    "model_tokens_saved",
    ["purpose", "model"],
  );
  counter(
    "school_model_cost_dollars_total",
    "US dollars by the vendors' counts and known prices",
    "model_cost",
    ["purpose", "model"],
    MICROS,
  );
  counter("school_model_unusable_total", "Answers that were paid for and cannot be read", "model_unusable", [
    "purpose",
    "model",
  ]);
  counter(
    "school_model_unavailable_total",
    "Questions without an answer: out of reach, over limits or the budget",
    "model_unavailable",
    ["purpose"],
  );
  counter(
    "school_model_over_budget_total",
    "Questions the budget did not suffice for, by who was asked instead",
    "model_over_budget",
    ["payer", "asked"],
  );
  const times = new Map(countRows(counters, "model_ms_sum").map(([[vendor = ""], ms]) => [vendor, ms / 1_000]));
  const latencies = [...times].map(([vendor, sum]) => [vendor, latencyOf(counters, vendor, sum)] as const);
  if (latencies.length > 0) {
    sink.histogram(
      "school_model_latency_seconds",
      "Time a vendor took to answer",
      latencies.map(([vendor, histogram]) => [{ vendor }, histogram]),
    );
  }
  // The founding platform asked its models at one place.
  const llmd = latencyOf(counters, "llmd", times.get("llmd") ?? 0);
  sink.counter("cortex_moe_llmd_requests_total", "Questions an LLM-D endpoint answered", [[{}, llmd.n]]);
  sink.histogram("cortex_moe_llmd_latency_seconds", "Time an LLM-D endpoint took to answer", [[{}, llmd]]);
  const { all, payers } = await models.spending();
  const spent = [["all", all] as const, ...Object.entries(payers)];
  sink.gauge(
    "school_model_spent_dollars",
    "Spent or reserved today (UTC), by payer and of all",
    spent.map(([payer, { micros }]) => [{ payer }, micros / MICROS]),
  );
  sink.gauge(
    "school_model_spent_tokens",
    "Tokens spent or reserved today (UTC), by payer and of all",
    spent.map(([payer, { tokens }]) => [{ payer }, tokens]),
  );
}

function latencyOf(counters: ReadonlyMap<string, number>, vendor: string, sum: number): Histogram {
  const counts = [...MODEL_BOUNDS.map(String), "inf"].map((le) => counters.get(`model_seconds|${vendor}|${le}`) ?? 0);
  return { bounds: MODEL_BOUNDS, counts, sum, n: counts.reduce((all, one) => all + one, 0) };
}
