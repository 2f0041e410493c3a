/** Reads PromQL with the grammar Prometheus' own editor uses: whether a text is a query, and which series it asks for. */
import { parser } from "@prometheus-io/lezer-promql";
import type { MetricUse } from "./alert-rules.ts";

/** One selector of a query; `from` and `to` are where it stands, without a range or an offset. */
export interface Selector extends MetricUse {
  readonly from: number;
  readonly to: number;
}

export interface ParsedQuery {
  readonly selectors: readonly Selector[];
  /** The query without the comparison with a number it ends in, and that comparison: `a / b` and `>`, 0.9. */
  readonly measured: string;
  readonly threshold: { readonly operator: string; readonly value: number } | undefined;
}

const MAX_CHARACTERS = 10_000;
const COMPARISONS: ReadonlySet<string> = new Set(["Gtr", "Gte", "Lss", "Lte", "Eql", "Neq", "EqlSingle"]);
/** How Grafana writes what it fills in itself (grafana.com/docs: global variables): a duration where one belongs, else a word. */
const DURATION = /\$\{?__(?:rate_interval|interval|range)(?:_m?s)?\}?/g;
const VARIABLE = /\$\{[\w:.]{1,80}\}|\[\[\w{1,80}\]\]|\$\w{1,80}/g;

/** Undefined when `expr` is no PromQL, or a selector does not say which metric it asks for. */
export function parseQuery(expr: string): ParsedQuery | undefined {
  if (expr.trim() === "" || expr.length > MAX_CHARACTERS) return undefined;
  const tree = parser.parse(expr);
  const selectors: Selector[] = [];
  let isQuery = true;
  let open: { metric: string; matchers: MetricUse["matchers"][number][]; from: number; to: number } | undefined;
  let matcher = { label: "", operator: "" };
  tree.iterate({
    enter({ type, name, from, to }) {
      const text = expr.slice(from, to);
      if (type.isError) isQuery = false;
      else if (name === "VectorSelector") open = { metric: "", matchers: [], from, to };
      else if (open === undefined) return;
      else if (name === "Identifier") open.metric = text;
      else if (name === "QuotedLabelName") open.metric = textOf(text);
      else if (name === "LabelName") matcher = { label: text, operator: "" };
      else if (name === "MatchOp") matcher = { ...matcher, operator: text };
      else if (name === "StringLiteral" && matcher.operator !== "") {
        open.matchers.push({ ...matcher, value: textOf(text) });
        matcher = { label: "", operator: "" };
      }
    },
    leave({ name }) {
      if (name !== "VectorSelector" || open === undefined) return;
      const named = open.matchers.find(({ label, operator }) => label === "__name__" && operator === "=");
      const metric = open.metric === "" ? (named?.value ?? "") : open.metric;
      if (metric === "") isQuery = false;
      selectors.push({ ...open, metric });
      open = undefined;
    },
  });
  return isQuery ? { selectors, ...comparisonOf(expr, tree.topNode.firstChild) } : undefined;
}

/** A query of a dashboard, with what Grafana would fill in replaced by something of that kind. */
export function withoutVariables(expr: string): string {
  return expr.replace(DURATION, "5m").replace(VARIABLE, "x");
}

type Node = ReturnType<typeof parser.parse>["topNode"];

function comparisonOf(expr: string, top: Node | null): Pick<ParsedQuery, "measured" | "threshold"> {
  const node = top === null ? null : inner(top);
  const operator = node?.name === "BinaryExpr" ? node.firstChild?.nextSibling : undefined;
  const [left, right] = [node?.firstChild, node?.lastChild];
  if (operator == null || left == null || right == null || !COMPARISONS.has(operator.name)) {
    return { measured: expr.trim(), threshold: undefined };
  }
  const limit = expr.slice(right.from, right.to).trim();
  const isPlain = /^-?\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?$/i.test(limit) && node?.getChild("BoolModifier") === null;
  if (!isPlain) return { measured: expr.trim(), threshold: undefined };
  const measured = expr.slice(left.from, left.to).trim();
  return { measured, threshold: { operator: expr.slice(operator.from, operator.to), value: Number(limit) } };
}

/** What parentheses around everything hold. */
function inner(node: Node): Node {
  const only = node.name === "ParenExpr" ? node.firstChild : null;
  return only === null ? node : inner(only);
}

function textOf(literal: string): string {
  const inside = literal.slice(1, -1);
  return literal.startsWith("`") ? inside : inside.replace(/\\(.)/g, "$1");
}
