import { describe, expect, test } from "vitest";
import { parseQuery, withoutVariables } from "../../../shared/repository/promql.ts";

describe("what a query asks for", () => {
  test.each<[string, readonly string[]]>([
    ["up", ["up"]],
    [
      'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / on (job) group_left () foo',
      ["http_requests_total", "foo"],
    ],
    ['{__name__="a:b", x="y"}', ["a:b"]],
    ['rate({"with.dots", a="b"}[5m])', ["with.dots"]],
    ['label_replace(a, "x", "$1", "y", "(.*)")', ["a"]],
    ["max_over_time(rate(x[5m])[1h:5m]) offset 1d", ["x"]],
    ["1 + 1", []],
  ])("%s", (expr, metrics) => {
    expect(parseQuery(expr)?.selectors.map(({ metric }) => metric)).toEqual(metrics);
  });

  test("matchers are read with their quotes taken off", () => {
    const [selector] = parseQuery(`up{a='x"y', b!~"\\\\d+", c=\`z\`}`)?.selectors ?? [];
    expect(selector?.matchers).toEqual([
      { label: "a", operator: "=", value: 'x"y' },
      { label: "b", operator: "!~", value: "\\d+" },
      { label: "c", operator: "=", value: "z" },
    ]);
  });

  test.each([
    "",
    "   ",
    "rate(x[5m",
    "sum by",
    '{a="b"}',
    "up up",
    "x[$__rate_interval]",
    `up{a="${"x".repeat(10_000)}"}`,
  ])("no query: %s", (expr) => {
    expect(parseQuery(expr)).toBeUndefined();
  });
});

test.each<[string, string, object | undefined]>([
  ["a / b > 0.1", "a / b", { operator: ">", value: 0.1 }],
  ["(a < 4e3)", "a", { operator: "<", value: 4_000 }],
  ["a > -1", "a", { operator: ">", value: -1 }],
  ["a > bool 1", "a > bool 1", undefined],
  ["a > b", "a > b", undefined],
  ["a and b > 3", "a and b > 3", undefined],
  ["a", "a", undefined],
])("the line of %s", (expr, measured, threshold) => {
  expect(parseQuery(expr)).toMatchObject({ measured, threshold });
});

test.each([
  ['rate(x{ns="$ns", a=~"${b:regex}", c="[[d]]"}[$__rate_interval])', 'rate(x{ns="x", a=~"x", c="x"}[5m])'],
  ["increase(x[${__range_s}])", "increase(x[5m])"],
])("Grafana's variables in %s", (expr, plain) => {
  expect(withoutVariables(expr)).toBe(plain);
  expect(parseQuery(plain)).toBeDefined();
});
