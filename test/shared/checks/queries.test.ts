import fc from "fast-check";
import { expect, test } from "vitest";
import {
  errorRatioQuery,
  defaultMetricNames as names,
  namespaceErrorRatioQuery,
  p95Query,
  parseQuery,
  seriesQuery,
} from "../../../shared/checks/queries.ts";

const target = { namespace: "shop", workload: "api" };

test("the error ratio is a share of requests, and a workload that never failed still has one", () => {
  expect(errorRatioQuery(target, names)).toBe(
    '(sum(rate(http_requests_total{namespace="shop",service="api",status=~"5.."}[2m])) or vector(0)) / ' +
      'sum(rate(http_requests_total{namespace="shop",service="api"}[2m]))',
  );
});

test("the 95th percentile is taken over the rate of the buckets", () => {
  expect(p95Query(target, { workloadLabel: "job", statusLabel: "code", window: "5m" })).toBe(
    'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{namespace="shop",job="api"}[5m])))',
  );
});

test("every query is recognised again, whatever the names", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (namespace, workload) => {
      const any = { namespace, workload };
      expect(parseQuery(seriesQuery(any, names), names)).toEqual({ kind: "series", ...any });
      expect(parseQuery(errorRatioQuery(any, names), names)).toEqual({ kind: "error-ratio", ...any });
      expect(parseQuery(p95Query(any, names), names)).toEqual({ kind: "p95", ...any });
      expect(parseQuery(namespaceErrorRatioQuery(namespace, names), names)).toEqual({
        kind: "namespace-error-ratio",
        namespace,
      });
    }),
  );
});

test.each(["up", 'rate(http_requests_total{namespace="shop",service="api"}[2m]) > 0.01', "", '{namespace="'])(
  "another query is not taken for one of ours: %s",
  (promql) => {
    expect(parseQuery(promql, names)).toBeUndefined();
  },
);
