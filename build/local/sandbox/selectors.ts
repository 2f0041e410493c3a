/** Label selectors in both spellings: structured in objects, as text in queries. */
import { at, listAt, textAt, textsAt } from "./json.ts";

type Labels = Readonly<Record<string, string>>;

/** A LabelSelector object. An empty one selects everything, an absent one nothing. */
export function selects(selector: unknown, labels: Labels): boolean {
  if (selector === undefined || selector === null) return false;
  const equal = Object.entries(textsAt(selector, "matchLabels")).every(([key, value]) => labels[key] === value);
  return equal && listAt(selector, "matchExpressions").every((expression) => expressionHolds(expression, labels));
}

function expressionHolds(expression: unknown, labels: Labels): boolean {
  const key = textAt(expression, "key") ?? "";
  const values = listAt(expression, "values");
  const value = labels[key];
  switch (at(expression, "operator")) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/** A Service's plain map of labels. An empty or absent one selects nothing. */
export function selectedByMap(selector: Labels, labels: Labels): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value);
}

type Requirement = (labels: Labels) => boolean;

/** The text form: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Undefined when it cannot be parsed. */
export function parseLabelSelector(text: string): Requirement | undefined {
  const requirements: Requirement[] = [];
  for (const part of text.split(/,(?![^(]*\))/).map((piece) => piece.trim())) {
    if (part === "") continue;
    const requirement = parseRequirement(part);
    if (requirement === undefined) return undefined;
    requirements.push(requirement);
  }
  return (labels) => requirements.every((holds) => holds(labels));
}

function parseRequirement(part: string): Requirement | undefined {
  const set = /^([\w./-]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(part);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? "\0") === (operator === "in");
  }
  const pair = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(part);
  if (pair !== null) {
    const [, key = "", operator, value = ""] = pair;
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const exists = /^(!?)\s*([\w./-]+)$/.exec(part);
  if (exists === null) return undefined;
  const [, not, key = ""] = exists;
  return (labels) => Object.hasOwn(labels, key) === (not === "");
}

/** Field selectors are conjunctions of `path=value`, `path==value`, `path!=value`. */
export function parseFieldSelector(text: string): ((object: unknown) => boolean) | undefined {
  const tests: ((object: unknown) => boolean)[] = [];
  for (const part of text.split(",").filter((piece) => piece !== "")) {
    const match = /^([\w.]+)(==|=|!=)(.*)$/.exec(part);
    if (match === null) return undefined;
    const [, path = "", operator, value = ""] = match;
    tests.push((object) => {
      const found = at(object, ...path.split("."));
      return ((typeof found === "string" ? found : "") === value) === (operator !== "!=");
    });
  }
  return (object) => tests.every((test) => test(object));
}
