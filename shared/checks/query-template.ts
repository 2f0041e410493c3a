/**
 * A PromQL query somebody wrote for every workload at once: `$namespace` and `$workload` stand inside label values,
 * `$window` for the range of a rate. Names are filled in escaped for the place they stand in, so that none can end its
 * string or widen its pattern.
 */
import { parser } from "@prometheus-io/lezer-promql";
import { parseQuery } from "../repository/promql.ts";

export interface Filling {
  readonly namespace: string;
  readonly workload: string;
  /** A PromQL duration. */
  readonly window: string;
}

/** A string literal of the query, and whether it is a pattern. */
interface Text {
  readonly from: number;
  readonly to: number;
  readonly isPattern: boolean;
}

const PLACEHOLDER = /\$(\w+)/g;
/** A duration as long as `$window` itself, so that every position stays what it is. */
const SOME_WINDOW = "111111m";

/** Why this text is no query that can be filled in; undefined when it is one. */
export function templateProblem(template: string): string | undefined {
  const unknown = names(template).find((name) => !["namespace", "workload", "window"].includes(name));
  if (unknown !== undefined) return `$${unknown} is not known; there are $namespace, $workload and $window`;
  const parsed = parseQuery(readable(template));
  if (parsed === undefined) return "it is not PromQL (names stand in quotes, $window in brackets)";
  if (parsed.selectors.length === 0) return "it asks for no metric";
  const texts = textsIn(template);
  for (const { index, 1: name = "" } of template.matchAll(PLACEHOLDER)) {
    const text = texts.find(({ from, to }) => from < index && index < to);
    if (name === "window") {
      if (text !== undefined) return "$window stands in quotes; it belongs in brackets";
    } else if (text === undefined) return `$${name} stands outside of quotes`;
    else if (template[text.from] === "`") return `$${name} stands in a raw string; use quotes`;
  }
  return undefined;
}

/** True when the query is about one workload, so one answer per workload is wanted. */
export function mentions(template: string, placeholder: "namespace" | "workload"): boolean {
  return names(template).includes(placeholder);
}

/** The query for one workload. `template` has no `templateProblem`. */
export function fillTemplate(template: string, filling: Filling): string {
  const texts = textsIn(template);
  return template.replace(PLACEHOLDER, (_whole, name: string, index: number) => {
    if (name === "window") return filling.window;
    const text = texts.find(({ from, to }) => from < index && index < to);
    const value = name === "namespace" ? filling.namespace : filling.workload;
    if (text === undefined) throw new Error(`$${name} stands outside of quotes`);
    return escaped(text.isPattern ? literally(value) : value, template[text.from] ?? '"');
  });
}

function names(template: string): readonly string[] {
  return [...template.matchAll(PLACEHOLDER)].map(({ 1: name = "" }) => name);
}

function readable(template: string): string {
  return template.replaceAll("$window", SOME_WINDOW);
}

function textsIn(template: string): readonly Text[] {
  const text = readable(template);
  const found: Text[] = [];
  let operator = "";
  parser.parse(text).iterate({
    enter({ name, from, to }) {
      if (name === "MatchOp") operator = text.slice(from, to);
      if (name !== "StringLiteral") return;
      found.push({ from, to, isPattern: operator.endsWith("~") });
      operator = "";
    },
  });
  return found;
}

/** RE2's own way to take a text as it is (Go: regexp.QuoteMeta). */
function literally(value: string): string {
  return value.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

/** For the inside of a string literal of PromQL, whose escapes are Go's; in single quotes `\"` is none of them. */
function escaped(value: string, quote: string): string {
  const json = JSON.stringify(value).slice(1, -1);
  return quote === "'" ? json.replaceAll('\\"', '"').replaceAll("'", "\\'") : json;
}
