/**
 * The rows of values an ApplicationSet's generators make: lists, folders and files of Git, and matrices and merges of
 * them (argo-cd: applicationset/generators). Everything else depends on what a repository does not show.
 */
import { isDeepStrictEqual } from "node:util";
import { flat, type GeneratorSources, gitRows } from "./application-set-git.ts";
import { fill, type Row } from "./application-set-template.ts";
import { matchesLabels } from "./label-selector.ts";
import { NotUnderstood } from "./templates/syntax.ts";
import { at, type Fields, fieldsAt, isFields, itemsAt, listAt, stringsAt, textAt } from "./values.ts";

/** A repository a git generator reads: the rows are ours to tell only when it is ours. */
export interface ReadRepository {
  readonly repoURL: string;
  readonly revision: string | undefined;
}

export interface GeneratorContext {
  readonly sources: GeneratorSources;
  readonly goTemplate: boolean;
  /** `spec.applyNestedSelectors`: versions before 3.0 leave selectors deeper down out without it. */
  readonly nestedSelectors: boolean;
  /** Filled while rows are made. */
  readonly reads: ReadRepository[];
}

/** More Applications than any repository has: beyond it somebody wrote a matrix by mistake. */
const MOST_ROWS = 5_000;

/** Throws NotUnderstood. */
export function rowsOf(generator: Fields, context: GeneratorContext, depth = 0): readonly Row[] {
  const kinds = Object.keys(generator).filter((key) => key !== "selector" && generator[key] !== null);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw new NotUnderstood("a generator is of no single kind");
  const rows = generated(kind, fieldsAt(generator, kind), context, depth);
  if (rows.length > MOST_ROWS) throw new NotUnderstood(`its generators make more than ${MOST_ROWS} Applications`);
  const selector = generator["selector"];
  if (selector === undefined || selector === null) return rows;
  if (depth > 1 && !context.nestedSelectors) throw new NotUnderstood("a selector inside nested generators");
  return rows.filter((row) => matchesLabels(selector, flat(row)));
}

function generated(kind: string, generator: Fields, context: GeneratorContext, depth: number): readonly Row[] {
  if (depth > 2) throw new NotUnderstood("generators are nested deeper than Argo CD takes them");
  switch (kind) {
    case "list":
      return listRows(generator, context);
    case "git":
      remember(generator, context.reads);
      return gitRows(generator, context.sources, context.goTemplate);
    case "matrix":
      return matrixRows(generator, context, depth);
    case "merge":
      return mergeRows(generator, context, depth);
    default:
      throw new NotUnderstood(`generator ${kind} is not expanded`);
  }
}

function remember(git: Fields, reads: ReadRepository[]): void {
  const repoURL = textAt(git, "repoURL");
  if (repoURL !== undefined) reads.push({ repoURL, revision: textAt(git, "revision") });
}

function listRows(list: Fields, { goTemplate }: GeneratorContext): readonly Row[] {
  if (list["elementsYaml"] !== undefined) throw new NotUnderstood("a list of elements written as a text");
  return listAt(list, "elements").map((element) => {
    if (!isFields(element)) throw new NotUnderstood("an element of a list is no mapping");
    return goTemplate ? element : { ...flat({ ...element, values: undefined }), ...valuesOf(element) };
  });
}

function valuesOf(element: Fields): Row {
  return Object.fromEntries(Object.entries(stringsAt(element, "values")).map(([key, text]) => [`values.${key}`, text]));
}

/** Every row of the first with every row of the second, which may name what the first has. */
function matrixRows(matrix: Fields, context: GeneratorContext, depth: number): readonly Row[] {
  const [first, second, ...more] = itemsAt(matrix, "generators");
  if (first === undefined || second === undefined || more.length > 0) {
    throw new NotUnderstood("a matrix of other than two generators");
  }
  return rowsOf(first, context, depth + 1).flatMap((row) => {
    const { selector, ...generator } = second;
    const filled = fill(withoutTemplates(generator), row, context.goTemplate) as Fields;
    const inner = selector === undefined ? filled : { ...filled, selector };
    return rowsOf(inner, context, depth + 1).map((other) => joined(row, other, context.goTemplate));
  });
}

/** Templates of inner generators are not used by Argo CD. */
function withoutTemplates(generator: Fields): Fields {
  return Object.fromEntries(
    Object.entries(generator).map(([kind, value]) => {
      if (!isFields(value)) return [kind, value];
      const { template: _, ...rest } = value;
      return [kind, rest];
    }),
  );
}

/** Go templates: what the first says wins. Without them the same name with two values is an error. */
function joined(row: Row, other: Row, goTemplate: boolean): Row {
  if (goTemplate) return deepMerged(other, row);
  for (const [key, value] of Object.entries(other)) {
    if (Object.hasOwn(row, key) && row[key] !== value) throw new NotUnderstood(`two generators give ${key} two values`);
  }
  return { ...row, ...other };
}

function mergeRows(merge: Fields, context: GeneratorContext, depth: number): readonly Row[] {
  const keys = listAt(merge, "mergeKeys").map(String);
  const [base, ...others] = itemsAt(merge, "generators");
  if (base === undefined || others.length === 0 || keys.length === 0)
    throw new NotUnderstood("a merge without keys or partners");
  if (context.goTemplate && keys.some((key) => key.includes("."))) throw new NotUnderstood("a merge by a nested value");
  let rows = rowsOf(base, context, depth + 1);
  keyed(rows, keys);
  for (const generator of others) {
    const overrides = keyed(rowsOf(generator, context, depth + 1), keys);
    rows = rows.map((row) => {
      const override = overrides.get(keyOf(row, keys));
      if (override === undefined) return row;
      return context.goTemplate ? deepMerged(row, override) : { ...row, ...override };
    });
  }
  return rows;
}

function keyed(rows: readonly Row[], keys: readonly string[]): ReadonlyMap<string, Row> {
  const found = new Map(rows.map((row) => [keyOf(row, keys), row]));
  if (found.size !== rows.length) throw new NotUnderstood("a merge of rows that its keys do not tell apart");
  return found;
}

function keyOf(row: Row, keys: readonly string[]): string {
  return JSON.stringify([...keys].sort().map((key) => at(row, key) ?? null));
}

/** What `over` says wins, except where it says nothing (mergo.Merge with override). */
export function deepMerged(under: Fields, over: Fields): Fields {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (isFields(value) && isFields(below)) merged[key] = deepMerged(below, value);
    else if (!isEmpty(value) || below === undefined) merged[key] = value;
  }
  return merged;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    value === 0 ||
    value === false ||
    isDeepStrictEqual(value, [])
  );
}
