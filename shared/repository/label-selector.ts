/** Label selectors as objects hold them (meta/v1 LabelSelector). */
import { at, type Fields, itemsAt, listAt, stringsAt, textAt } from "./values.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * True when `selector` picks these labels. An empty selector picks everything, an absent one nothing; an operator
 * Kubernetes does not know picks nothing.
 */
export function matchesLabels(selector: unknown, labels: Labels): boolean {
  if (typeof selector !== "object" || selector === null) return false;
  const pairs = Object.entries(stringsAt(selector, "matchLabels"));
  return (
    pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
    itemsAt(selector, "matchExpressions").every((expression) => holds(expression, labels))
  );
}

/** True for `{}` and for a selector whose lists are empty: it picks everything. */
export function isEmptySelector(selector: unknown): boolean {
  return (
    typeof selector === "object" &&
    selector !== null &&
    Object.keys(stringsAt(selector, "matchLabels")).length === 0 &&
    listAt(selector, "matchExpressions").length === 0
  );
}

function holds(expression: Fields, labels: Labels): boolean {
  const key = textAt(expression, "key") ?? "";
  const values = listAt(expression, "values").map(String);
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
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
