/** The port Metrics over Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/). */
import * as z from "zod";
import type { MetricNames } from "../checks/queries.ts";
import type { MetricSample, Metrics, RuleGroup } from "../ports.ts";
import { PermanentError, RetryLater } from "../runtime/errors.ts";
import { conceal } from "../runtime/secrets.ts";
import { withinLimit } from "./time-limit.ts";

/** What the metrics adapter and the queries read from the environment. */
export const prometheusSettings = {
  /** Base address; `none` when there is no Prometheus: metric checks then say that they do not apply. */
  PROMETHEUS_URL: z.union([z.literal("none"), z.url()]),
  /** Sent as `Authorization: Bearer …`. */
  PROMETHEUS_TOKEN: z.string().optional(),
  /** Milliseconds one query may take. */
  PROMETHEUS_TIMEOUT_MS: z.coerce.number().int().positive().default(10_000),
  METRICS_WORKLOAD_LABEL: z
    .string()
    .regex(/^[a-zA-Z_]\w*$/)
    .default("service"),
  METRICS_STATUS_LABEL: z
    .string()
    .regex(/^[a-zA-Z_]\w*$/)
    .default("status"),
  METRICS_RATE_WINDOW: z
    .string()
    .regex(/^\d+[smh]$/)
    .default("2m"),
};
const schema = z.object(prometheusSettings);
export type PrometheusSettings = z.infer<typeof schema>;

/** The names the queries are built with. */
export function metricNames(settings: PrometheusSettings): MetricNames {
  return {
    workloadLabel: settings.METRICS_WORKLOAD_LABEL,
    statusLabel: settings.METRICS_STATUS_LABEL,
    window: settings.METRICS_RATE_WINDOW,
  };
}

const Answer = z.object({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    z.object({
      resultType: z.literal("vector"),
      result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
    }),
    z.object({ resultType: z.literal("scalar"), result: z.tuple([z.number(), z.string()]) }),
  ]),
});

const Rules = z.object({
  status: z.literal("success"),
  data: z.object({
    groups: z.array(
      z.object({
        name: z.string(),
        file: z.string().default(""),
        rules: z.array(
          z.object({
            name: z.string(),
            health: z.string(),
            lastError: z.string().optional(),
            state: z.string().optional(),
          }),
        ),
      }),
    ),
  }),
});

export function prometheus(settings: PrometheusSettings): Metrics {
  if (settings.PROMETHEUS_URL === "none") return { query: async () => [], ruleGroups: async () => undefined };
  const base = `${settings.PROMETHEUS_URL.replace(/\/+$/, "")}/api/v1`;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (settings.PROMETHEUS_TOKEN !== undefined) headers["Authorization"] = `Bearer ${settings.PROMETHEUS_TOKEN}`;

  async function ask(path: string, signal: AbortSignal | undefined): Promise<{ status: number; text: string }> {
    let status: number;
    let text: string;
    try {
      ({ status, text } = await withinLimit(settings.PROMETHEUS_TIMEOUT_MS, signal, async (limited) => {
        const response = await fetch(`${base}${path}`, { headers, signal: limited });
        return { status: response.status, text: await response.text() };
      }));
    } catch (error) {
      signal?.throwIfAborted();
      throw new RetryLater(`Prometheus cannot be reached: ${reason(error)}`, 5_000, { cause: error });
    }
    if (status === 429 || status >= 500)
      throw new RetryLater(`Prometheus answers ${status}: ${errorText(text)}`, 5_000);
    return { status, text };
  }

  return {
    async query(promql, signal) {
      const { status, text } = await ask(`/query?${new URLSearchParams({ query: promql }).toString()}`, signal);
      if (status === 400 || status === 422) {
        throw new PermanentError(`Prometheus refuses the query ${promql}: ${errorText(text)}`);
      }
      if (status !== 200) throw new Error(`Prometheus answers ${status}: ${errorText(text)}`);
      return samplesOf(text);
    },
    async ruleGroups(signal) {
      const { status, text } = await ask("/rules", signal);
      // Servers that only answer queries, such as a store behind a proxy, know no rules.
      if (status === 404 || status === 405) return undefined;
      if (status !== 200) throw new Error(`Prometheus answers ${status}: ${errorText(text)}`);
      return groupsOf(text);
    },
  };
}

function groupsOf(text: string): readonly RuleGroup[] {
  const answer = Rules.safeParse(json(text));
  if (!answer.success) throw new RetryLater(`Prometheus answers something else: ${conceal(text).slice(0, 200)}`, 5_000);
  return answer.data.data.groups;
}

function samplesOf(text: string): readonly MetricSample[] {
  const answer = Answer.safeParse(json(text));
  if (!answer.success) throw new RetryLater(`Prometheus answers something else: ${conceal(text).slice(0, 200)}`, 5_000);
  const { data } = answer.data;
  if (data.resultType === "scalar") return [{ labels: {}, value: numberOf(data.result[1]) }];
  return data.result.map(({ metric, value }) => ({ labels: metric, value: numberOf(value[1]) }));
}

/** Prometheus writes `NaN`, `+Inf` and `-Inf` as text. */
function numberOf(value: string): number {
  if (value === "+Inf") return Number.POSITIVE_INFINITY;
  if (value === "-Inf") return Number.NEGATIVE_INFINITY;
  return Number(value);
}

function errorText(body: string): string {
  const error = z.object({ error: z.string() }).safeParse(json(body));
  // A proxy may repeat the header it did not like; what is cut first could not be recognised any more.
  return error.success ? conceal(error.data.error).slice(0, 500) : conceal(body).slice(0, 200);
}

/** Undefined when the text is not JSON; every caller checks the shape next. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
