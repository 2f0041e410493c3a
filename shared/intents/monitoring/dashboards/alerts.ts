/** What the repository's alerts about a namespace watch, with the line each of them fires at. */
import { parseQuery } from "../../../repository/promql.ts";
import { type RuleExpression, ruleExpressions } from "../../../repository/rule-expressions.ts";
import { type Family, graph, type Panel, type Unit } from "./panel.ts";

const SHOWN = 8;
const NAME = /^[\w][\w .:%/-]{0,79}$/;

export const alerts: Family = ({ platform, namespace }) => {
  const panels = ruleExpressions(platform)
    .map((rule) => panelFor(rule, namespace))
    .filter((panel) => panel !== undefined);
  const unique = panels.filter(({ title }, index) => panels.findIndex((one) => one.title === title) === index);
  return unique.length === 0
    ? undefined
    : { title: "What alerts watch", isGeneral: false, panels: unique.slice(0, SHOWN) };
};

/** An alert that compares with a number; `absent` and conditions joined by `and` have no line to be drawn. */
function panelFor({ alert, expr, resource }: RuleExpression, namespace: string): Panel | undefined {
  const parsed = alert === undefined || !NAME.test(alert) ? undefined : parseQuery(expr);
  if (alert === undefined || parsed?.threshold === undefined || parsed.measured.startsWith("absent")) return undefined;
  const places = parsed.selectors.flatMap(({ matchers }) =>
    matchers.filter(({ label }) => label.endsWith("namespace")),
  );
  const isHere =
    places.length === 0
      ? resource.namespace === namespace
      : places.some(
          ({ operator, value }) => (operator === "=" || operator === "=~") && value.split("|").includes(namespace),
        );
  const { operator, value } = parsed.threshold;
  if (!isHere || /^[!=]=$/.test(operator)) return undefined;
  const metric = parsed.selectors[0]?.metric ?? "";
  return {
    ...graph(alert, unitOf(metric, parsed.measured, value), { expr: parsed.measured, legend: "" }),
    limit: { value, bad: operator.startsWith("<") ? "below" : "above" },
  };
}

function unitOf(metric: string, measured: string, limit: number): Unit {
  if (measured.includes("/")) return Math.abs(limit) <= 1 ? "percentunit" : "short";
  if (/_seconds(?:_bucket)?$/.test(metric) && !/\b(?:i?rate|increase|count)\b(?!.*histogram_quantile)/.test(measured))
    return "s";
  if (measured.includes("histogram_quantile") && metric.endsWith("_seconds_bucket")) return "s";
  return metric.endsWith("_bytes") ? "bytes" : "short";
}
