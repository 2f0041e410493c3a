/** One condition of a filter against one payload. */
import { onlyOf } from "./collection-config.ts";
import { unsupported } from "./errors.ts";
import { valuesAt } from "./payload-index.ts";

export type Fields = Readonly<Record<string, unknown>>;
export type Test = (payload: Fields) => boolean;

/** `condition`: a valid FieldCondition. Throws QdrantError for what is not computed here. */
export function fieldTest(condition: Fields): Test {
  onlyOf(condition, ["key", "match", "range", "is_empty", "is_null"], "a filter");
  const key = String(condition["key"]);
  const tests: Test[] = [];
  if (condition["match"] != null) tests.push(matchTest(key, condition["match"] as Fields));
  if (condition["range"] != null) tests.push(rangeTest(key, condition["range"] as Fields));
  const [empty, none] = [condition["is_empty"], condition["is_null"]];
  if (typeof empty === "boolean") tests.push((payload) => isEmpty(payload, key) === empty);
  if (typeof none === "boolean") tests.push((payload) => isNull(payload, key) === none);
  return (payload) => tests.every((test) => test(payload));
}

/** Values a match asks for by equality; undefined when it asks otherwise. */
export function wanted(match: Fields): readonly unknown[] | undefined {
  if ("value" in match) return [match["value"]];
  return Array.isArray(match["any"]) ? match["any"] : undefined;
}

function matchTest(key: string, match: Fields): Test {
  const values = wanted(match);
  if (values !== undefined) {
    const set = new Set(values);
    return (payload) => valuesAt(payload, key).some((value) => set.has(value));
  }
  if (!Array.isArray(match["except"])) throw unsupported(`match by ${Object.keys(match).join(", ")}`);
  const except = new Set(match["except"]);
  return (payload) => valuesAt(payload, key).some((value) => value !== null && !except.has(value));
}

function rangeTest(key: string, range: Fields): Test {
  onlyOf(range, ["lt", "lte", "gt", "gte"], "a range");
  const bounds = Object.entries(range).flatMap(([name, bound]) => (bound == null ? [] : [[name, bound] as const]));
  const times = bounds.some(([, bound]) => typeof bound === "string");
  const order = (value: unknown) => (times ? timeOf(value) : typeof value === "number" ? value : Number.NaN);
  const limits = bounds.map(([name, bound]) => [name, order(bound)] as const);
  return (payload) =>
    valuesAt(payload, key).some((value) => {
      const at = order(value);
      // Comparing with what is no number is never true.
      return limits.every(([name, limit]) => {
        if (name === "lt") return at < limit;
        if (name === "lte") return at <= limit;
        return name === "gt" ? at > limit : at >= limit;
      });
    });
}

function timeOf(value: unknown): number {
  return typeof value === "string" ? Date.parse(value) : Number.NaN;
}

/** Missing, null, or a list of nothing. */
export function isEmpty(payload: Fields, key: string): boolean {
  return valuesAt(payload, key).every((value) => value === null);
}

export function isNull(payload: Fields, key: string): boolean {
  return valuesAt(payload, key).some((value) => value === null);
}
