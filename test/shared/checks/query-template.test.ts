import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillTemplate, templateProblem } from "../../../shared/checks/query-template.ts";
import { parseQuery } from "../../../shared/repository/promql.ts";

const at = { namespace: "shop", workload: "api", window: "2m" };

describe("a query of the repository's", () => {
  test.each<[string, string, RegExp | undefined]>([
    ["for a workload", 'sum(rate(errors_total{namespace="$namespace",app="$workload"}[$window]))', undefined],
    ["for everything", "max(kafka_lag)", undefined],
    ["with a name inside a longer one", 'up{job="$namespace/$workload"}', undefined],
    ["with a pattern", 'up{pod=~"$workload-.*"}', undefined],
    ["with a pattern that ends in a dollar", 'up{pod=~"$workload-[a-z]+$"}', undefined],
    ["in single quotes", "up{app='$workload'}", undefined],
    ["with a sum of windows", "rate(a_total[$window]) / rate(a_total[1h])", undefined],
    ["with a placeholder nobody knows", 'up{app="$app"}', /\$app is not known/],
    ["with a name outside of quotes", "up{app=$workload}", /not PromQL/],
    ["with a name for a metric", "$workload_total", /not known/],
    ["with the window in quotes", 'up{app="$workload $window"}', /\$window stands in quotes/],
    ["with a name in a raw string", "up{app=`$workload`}", /raw string/],
    ["that is none", "sum(rate(errors_total[5m])", /not PromQL/],
    ["that is empty", " ", /not PromQL/],
    ["that asks for nothing", "vector(1)", /no metric/],
    ["that is a number", "0", /no metric/],
  ])("%s", (_name, template, problem) => {
    const said = templateProblem(template);
    if (problem === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(problem);
  });

  test.each([
    ['up{app="$workload"}', 'a"b\\c', 'up{app="a\\"b\\\\c"}'],
    ["up{app='$workload'}", "a\"b'c", "up{app='a\"b\\'c'}"],
    ['up{app=~"$workload-.*"}', "a.b|c", 'up{app=~"a\\\\.b\\\\|c-.*"}'],
    ['up{app!~"x$workload"}', "a.b", 'up{app!~"xa\\\\.b"}'],
    ["rate(a_total[$window])", "api", "rate(a_total[2m])"],
    [
      'up{a="$namespace",b="$workload"} and rate(c_total{d="$workload"}[$window])',
      "api",
      'up{a="shop",b="api"} and rate(c_total{d="api"}[2m])',
    ],
  ])("%s for %s", (template, workload, query) => {
    expect(fillTemplate(template, { ...at, workload })).toBe(query);
  });

  test("no name ends its string: the query asks for the same series, with exactly that value", () => {
    const templates = ['up{app="$workload",x="1"}', "up{app='$workload',x=\"1\"}", 'up{app=~"$workload",x="1"}'];
    fc.assert(
      fc.property(
        fc.string({ maxLength: 30, unit: "grapheme" }),
        fc.constantFrom(...templates),
        (workload, template) => {
          const parsed = parseQuery(fillTemplate(template, { ...at, workload }));
          expect(parsed?.selectors.length).toBe(1);
          expect(parsed?.selectors[0]?.matchers.map(({ label }) => label)).toEqual(["app", "x"]);
        },
      ),
    );
  });
});
