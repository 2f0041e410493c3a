/**
 * A real Prometheus scrapes a real service; baseline, rounds and verdict as `verify` makes them. The clock of a
 * verification goes on by a second with every scrape, so nothing here depends on how fast this machine is.
 */
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type VerifyPorts, verify } from "../../../functions/verify/handle.ts";
import { prometheus } from "../../../shared/adapters/prometheus.ts";
import { takeBaseline } from "../../../shared/checks/baseline.ts";
import type { MetricNames } from "../../../shared/checks/queries.ts";
import type { CheckSettings } from "../../../shared/domain/check-settings.ts";
import type { CheckRun } from "../../../shared/domain/health.ts";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { Metrics } from "../../../shared/ports.ts";
import { committedImprovement } from "../../support/improvement.ts";
import { type Behaviour, type MeasuredService, measuredService } from "../../support/measured-service.ts";
import { noPrometheus, prometheusRequired, startPrometheus, type TestPrometheus } from "../../support/prometheus.ts";
import { applied } from "../../support/rounds.ts";
import { commits } from "../argocd/application.ts";
import { api, argoCdOf, clusterOf, shop } from "./world.ts";

const metricNames: MetricNames = { workloadLabel: "service", statusLabel: "status", window: "5s" };
const schedule = { durationMs: 10_000, intervalMs: 1_000 };
const RATIO = 'sum(rate(http_requests_total{service="$workload",status="500"}[$window])) or vector(0)';
const ODD = 'od"d\\.name';

interface Scene {
  readonly before?: Partial<Behaviour>;
  readonly after?: Partial<Behaviour>;
  /** Seconds after which its process starts anew. */
  readonly restartAt?: number;
  readonly settings?: CheckSettings;
  readonly ends: "verified" | "rolling_back" | "held";
  readonly because: RegExp;
  /** What one of the checks has to have said. */
  readonly says?: readonly [check: string, said: RegExp];
}

const own = (over: Partial<CheckSettings["queries"][number]>): CheckSettings => ({
  checks: {},
  queries: [{ name: "failures", query: RATIO, below: 1, ...over }],
});

const scenes: Readonly<Record<string, Scene>> = {
  "goes on as before": { ends: "verified", because: /error-ratio, latency/, says: ["error-ratio", /^0.00 % /] },
  "fails a fifth of its requests": {
    after: { failsEvery: 5 },
    ends: "rolling_back",
    because: /error-ratio: .*limit 1.00/,
  },
  "failed as much before": {
    // One failure more or less in the window has to weigh less than what is allowed over the baseline.
    before: { failsEvery: 20, traffic: 100 },
    ends: "verified",
    because: /error-ratio/,
    says: ["error-ratio", /^[3-7]\.\d\d % .*limit [3-8]\.\d\d %/],
  },
  "fails more than it did before": {
    before: { failsEvery: 20 },
    after: { failsEvery: 5 },
    ends: "rolling_back",
    because: /error-ratio: .*limit (4|5|6)\.\d\d %/,
  },
  "takes more than twice as long": {
    after: { delayMs: 400 },
    ends: "rolling_back",
    because: /latency: 95 % .*before: \d+ ms/,
  },
  "gets no more requests": { after: { traffic: 0 }, ends: "held", because: /has no traffic/ },
  "lost its metrics": { after: { instrumented: false }, ends: "held", because: /metrics of .* are gone/ },
  "never had metrics": {
    before: { instrumented: false },
    ends: "verified",
    because: /healthy: pods/,
    says: ["error-ratio", /has no request metrics/],
  },
  "begins to have metrics": {
    before: { instrumented: false },
    after: { instrumented: true },
    ends: "verified",
    because: /error-ratio/,
    says: ["latency", /no latency .* is known from before/],
  },
  "had no requests before": {
    before: { traffic: 0 },
    after: { traffic: 25 },
    ends: "verified",
    because: /error-ratio/,
    says: ["latency", /no latency .* is known from before/],
  },
  "never gets a request": { before: { traffic: 0 }, ends: "held", because: /has no traffic/ },
  "starts anew, its counters at zero": { restartAt: 4, ends: "verified", because: /error-ratio, latency/ },
  "is measured by a query of the repository": {
    after: { failsEvery: 5 },
    settings: { checks: { "error-ratio": { off: true } }, queries: own({}).queries },
    ends: "rolling_back",
    because: /failures shop\/is measured .* is [2-9].*wanted: below 1/,
  },
  "is measured by a query with a say in nothing": {
    settings: own({ query: 'sum(rate(http_requests_total{service="$workload"}[$window]))', below: 1, dryRun: true }),
    ends: "verified",
    because: /dry run, without a say: failures: .*wanted: below 1/,
  },
  "is asked for what Prometheus refuses": {
    settings: own({ query: 'rate(sum(http_requests_total{service="$workload"})[$window])' }),
    ends: "held",
    because: /failures: Prometheus refuses the query/,
  },
  [ODD]: {
    after: { failsEvery: 5 },
    settings: {
      checks: {
        "error-ratio": {
          query: `sum(rate(http_requests_total{service='$workload',status=~"5.."}[$window])) / sum(rate(http_requests_total{service=~"$workload"}[$window]))`,
        },
      },
      queries: [],
    },
    ends: "rolling_back",
    because: /error-ratio: (1[5-9]|2\d)\.\d\d % of the requests to shop\/od"d/,
  },
};

test.runIf(prometheusRequired)("a Prometheus is there where one must be", () => {
  expect(noPrometheus, "SCHOOL_REQUIRE_PROMETHEUS=1, but no prometheus is on PATH").toBe(false);
});

describe.skipIf(noPrometheus)("a workload (skipped where no prometheus is on PATH)", () => {
  let service: MeasuredService;
  let server: TestPrometheus;
  let metrics: Metrics;
  const ended = new Map<string, Improvement>();

  beforeAll(async () => {
    service = await measuredService("shop", Object.keys(scenes));
    server = await startPrometheus(service.address);
    metrics = metricsOf(server.url);
    for (const [name, { before = {} }] of Object.entries(scenes)) service.behave(name, before);
    await service.scraped(8);
    const started = await Promise.all(Object.entries(scenes).map(async ([name, scene]) => begin(name, scene)));
    for (const [name, { after = {} }] of Object.entries(scenes)) service.behave(name, after);
    await Promise.all(started.map(async ([name, record]) => ended.set(name, await toTheEnd(name, record))));
  }, 60_000);
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function begin(name: string, { settings }: Scene): Promise<readonly [string, Improvement]> {
    const objects = [{ ...api, name }];
    const baseline = await takeBaseline({ objects, cluster: clusterAt(name), metrics, metricNames, settings, now: 0 });
    const given = settings === undefined ? {} : { check_settings: settings };
    return [name, committedImprovement(commits.ours, objects, { status: "deployed", baseline, ...given })];
  }

  async function toTheEnd(name: string, begun: Improvement): Promise<Improvement> {
    const ports = portsOf(name, metrics);
    let record = begun;
    for (let now = 1_000; ; ) {
      const outcome = await verify({ improvement: record }, ports, contextAt(now));
      record = applied(record, outcome.patch);
      if (outcome.kind === "move") return { ...record, status: outcome.to, review_reason: outcome.because };
      if (outcome.kind !== "again") throw new Error("nobody else holds the lock");
      const seconds = Math.ceil(outcome.afterMs / 1_000);
      await service.scraped(seconds);
      const restartAt = (scenes[name]?.restartAt ?? Number.NaN) * 1_000;
      if (now < restartAt && now + seconds * 1_000 >= restartAt) service.restart(name);
      now += seconds * 1_000;
    }
  }

  test.each(Object.entries(scenes))("that %s", (name, { ends, because, says }) => {
    const record = ended.get(name);
    expect([record?.status, record?.review_reason]).toEqual([ends, expect.stringMatching(because)]);
    if (says === undefined) return;
    const [check, said] = says;
    expect(lastWord(record?.verification?.checks[check])).toMatch(said);
  });

  test("that starts anew did so before the eyes of Prometheus", async () => {
    const [sample] = await metrics.query(
      'max(resets(http_requests_total{service="starts anew, its counters at zero"}[2m]))',
    );
    expect(sample?.value).toBe(1);
  });

  test("that nobody can measure, because Prometheus is gone, is a person's to judge", async () => {
    await server.kill();
    let current = ended.get("goes on as before");
    if (current === undefined) throw new Error("it was never measured");
    for (let now = 100_000; ; ) {
      const outcome = await verify({ improvement: current }, portsOf("goes on as before", metrics), contextAt(now));
      current = applied(current, outcome.patch);
      if (outcome.kind === "move") {
        expect(outcome).toMatchObject({ to: "held", because: expect.stringContaining("Prometheus cannot be reached") });
        return;
      }
      if (outcome.kind === "again") now += Math.max(1, outcome.afterMs);
    }
  });
});

function lastWord(run: CheckRun | undefined): string {
  return run?.measurements.at(-1)?.message ?? run?.because ?? "";
}

function metricsOf(url: string): Metrics {
  return prometheus({
    PROMETHEUS_URL: url,
    PROMETHEUS_TIMEOUT_MS: 5_000,
    METRICS_WORKLOAD_LABEL: metricNames.workloadLabel,
    METRICS_STATUS_LABEL: metricNames.statusLabel,
    METRICS_RATE_WINDOW: metricNames.window,
  });
}

/** Everything but the requests is well. */
function clusterAt(name: string) {
  const state = shop();
  if (state.workload !== undefined) state.workload = { ...state.workload, name };
  return clusterOf(state);
}

function portsOf(name: string, metrics: Metrics): VerifyPorts {
  const cluster = clusterAt(name);
  return { cluster, metrics, argoCd: argoCdOf(shop()), metricNames, schedule, rollbackEnabled: true };
}

function contextAt(now: number) {
  const log = pino({ level: "silent" });
  return { log, now: () => now, signal: new AbortController().signal, attempt: 1, save: async () => {} };
}
