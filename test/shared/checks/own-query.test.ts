/** Queries of the repository: what they ask before and after a change, and what their answers mean. */
import { describe, expect, test } from "vitest";
import { takeBaseline } from "../../../shared/checks/baseline.ts";
import { checksFor } from "../../../shared/checks/configured.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { checkSettingsIn } from "../../../shared/policy/check-settings.ts";
import type { MetricSample, Metrics } from "../../../shared/ports.ts";
import { platformOf } from "../../support/platform.ts";
import { api, clusterOf, look, metricsOf, phaseOf, policy, shop, textOf, worldOf } from "./world.ts";

const FILE = ".cortex-school.yaml";
const settingsOf = (section: string, rest = "") => {
  const settings = checkSettingsIn(platformOf({ [FILE]: `version: 1\n${rest}checks:\n  ${section}\n` }).files);
  if (settings === undefined) throw new Error("there is no section");
  return settings;
};
const QUERY = `query: 'sum(rate(lost_total{app="$workload"}[$window]))'`;

describe("queries of the repository", () => {
  const QUERIES: Record<string, string> = {
    workload: `queries: [{name: lost, ${QUERY}, below: 0.5}]`,
    namespace: "queries: [{name: lag, query: 'max(kafka_lag{namespace=\"$namespace\"})', atMost: 100, atLeast: 0}]",
    everything: "queries: [{name: nodes, query: 'sum(kube_node_info)', above: 2}]",
  };
  const sent: Record<string, string> = {
    workload: 'sum(rate(lost_total{app="api"}[2m]))',
    namespace: 'max(kafka_lag{namespace="shop"})',
    everything: "sum(kube_node_info)",
  };
  /** What they ask is answered by `samples`, everything else by the shop. */
  const answering = (samples: readonly number[], asked: string[] = []): Metrics => ({
    async query(promql) {
      if (!Object.values(sent).includes(promql)) return metricsOf(shop()).query(promql);
      asked.push(promql);
      return samples.map((value): MetricSample => ({ labels: {}, value }));
    },
  });
  async function lookedAt(kind: string, before: readonly number[], now: readonly number[], objects = [api]) {
    const settings = settingsOf(QUERIES[kind] ?? "");
    const baseline = await takeBaseline({
      objects,
      settings,
      cluster: clusterOf(shop()),
      metrics: answering(before),
      now: 900_000,
    });
    const check = checksFor(settings).at(-1);
    if (check === undefined) throw new Error("no check");
    return check.look(worldOf(shop(), { objects, settings, baseline, metrics: answering(now) }));
  }

  test.each<[string, string, readonly number[], readonly number[], Phase | "n/a", RegExp]>([
    [
      "a condition that is met",
      "workload",
      [0.1],
      [0.2],
      "Successful",
      /lost shop\/api is 0\.2 \(wanted: below 0\.5\)/,
    ],
    ["one that is not", "workload", [0.1], [0.9], "Failed", /lost shop\/api is 0\.9/],
    ["exactly the limit of below", "workload", [0.1], [0.5], "Failed", /0\.5/],
    [
      "exactly the limit of atMost",
      "namespace",
      [5],
      [100],
      "Successful",
      /lag shop is 100 \(wanted: at least 0, at most 100\)/,
    ],
    ["less than the least", "namespace", [5], [-1], "Failed", /lag shop is -1/],
    ["exactly the limit of above", "everything", [3], [2], "Failed", /nodes is 2 \(wanted: above 2\)/],
    ["one of many samples is not well", "namespace", [5], [1, 2, 500, 3], "Failed", /500/],
    ["one is not well and another is no number", "namespace", [5], [Number.NaN, 500], "Failed", /500/],
    ["one is no number", "namespace", [5], [1, Number.NaN], "Inconclusive", /no number/],
    ["more than any number", "namespace", [5], [Number.POSITIVE_INFINITY], "Failed", /Infinity/],
    ["not met before either", "workload", [0.8], [0.9], "Inconclusive", /and was 0\.8 before the change/],
    ["no number before, and not met now", "workload", [Number.NaN], [0.9], "Failed", /0\.9/],
    ["no series before and none now", "workload", [], [], "n/a", /lost shop\/api has no series/],
    ["no series before, and met now", "workload", [], [0.1], "Successful", /0\.1/],
    ["series that went", "workload", [0.1], [], "Inconclusive", /gone/],
  ])("%s", async (_name, kind, before, now, phase, text) => {
    const result = await lookedAt(kind, before, now);
    expect([phaseOf(result), textOf(result)]).toEqual([phase, expect.stringMatching(text)]);
  });

  test("one about workloads does not apply where none is changed", async () => {
    expect(phaseOf(await lookedAt("workload", [0.1], [0.9], [policy]))).toBe("n/a");
    expect(phaseOf(await lookedAt("namespace", [5], [500], [policy]))).toBe("Failed");
  });

  test.each(Object.keys(QUERIES))("the baseline asks exactly what is asked afterwards: %s", async (kind) => {
    const asked: string[] = [];
    const settings = settingsOf(QUERIES[kind] ?? "");
    const metrics = answering([1], asked);
    const baseline = await takeBaseline({ objects: [api], settings, cluster: clusterOf(shop()), metrics, now: 1 });
    expect(Object.values(baseline.queries ?? {})).toEqual([1]);
    await checksFor(settings).at(-1)?.look(worldOf(shop(), { settings, baseline, metrics }));
    expect(asked).toEqual([sent[kind], sent[kind]]);
  });

  test("instead of the usual one for errors: before and after, and what is usual is not asked about this workload", async () => {
    const settings = settingsOf("error-ratio: {query: 'lost_share{app=\"$workload\"}'}");
    const metrics = (value: number | undefined): Metrics => ({
      query: async (promql) =>
        promql === 'lost_share{app="api"}'
          ? value === undefined
            ? []
            : [{ labels: {}, value }]
          : metricsOf(shop({ errorRatio: { api: 0.9 } })).query(promql),
    });
    const baseline = await takeBaseline({
      objects: [api],
      settings,
      cluster: clusterOf(shop()),
      metrics: metrics(0.02),
      now: 1,
    });
    expect(baseline.queries).toEqual({ "error-ratio shop/api": 0.02 });
    const at = async (value: number | undefined) =>
      look("error-ratio", shop(), { settings, baseline, metrics: metrics(value) });
    expect(textOf(await at(0.024))).toBe("2.40 % of the requests to shop/api fail (limit 2.50 %)");
    expect(phaseOf(await at(0.03))).toBe("Failed");
    expect(phaseOf(await at(undefined))).toBe("Inconclusive");
    expect(phaseOf(await look("error-ratio", shop(), { settings, metrics: metrics(undefined) }))).toBe("n/a");
  });
});
