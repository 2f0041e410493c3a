/**
 * Expands ApplicationSets whose generators need nothing but the repository: lists, and folders of Git. Anything else
 * (clusters, matrices, template functions) depends on what we cannot see and is reported instead of guessed.
 */
import { matchesGlob } from "./glob.ts";
import { at, type Fields, fieldsAt, isFields, itemsAt, listAt, textAt } from "./values.ts";

export type Expanded = { readonly applications: readonly Fields[] } | { readonly because: string };

type Values = Readonly<Record<string, string>>;

/** The Applications an ApplicationSet makes, or why that cannot be said. */
export function expandApplicationSet(set: Fields, folders: ReadonlySet<string>): Expanded {
  const name = textAt(set, "metadata", "name") ?? "without a name";
  const template = at(set, "spec", "template");
  if (!isFields(template)) return { because: `ApplicationSet ${name} has no template` };
  if (at(set, "spec", "templatePatch") !== undefined) return { because: `ApplicationSet ${name} patches its template` };
  const applications: Fields[] = [];
  for (const generator of itemsAt(set, "spec", "generators")) {
    const rows = generated(generator, folders);
    if (typeof rows === "string") return { because: `ApplicationSet ${name}: ${rows}` };
    for (const row of rows) {
      const filled = fill(template, row);
      if (filled === undefined) return { because: `ApplicationSet ${name}: its template needs more than plain values` };
      applications.push({ ...(filled as Fields), kind: "Application" });
    }
  }
  return { applications };
}

function generated(generator: Fields, folders: ReadonlySet<string>): readonly Values[] | string {
  const kinds = Object.keys(generator).filter((key) => key !== "selector");
  if (generator["selector"] !== undefined) return "a generator with a selector is not expanded";
  if (kinds.length === 1 && kinds[0] === "list" && at(generator, "list", "elementsYaml") === undefined) {
    return listAt(generator, "list", "elements").map((element) => flatten(element));
  }
  if (kinds.length === 1 && kinds[0] === "git" && at(generator, "git", "directories") !== undefined) {
    return gitFolders(fieldsAt(generator, "git"), folders);
  }
  return `generator ${kinds.join(", ") || "of no kind"} is not expanded`;
}

function gitFolders(git: Fields, folders: ReadonlySet<string>): Values[] {
  const patterns = itemsAt(git, "directories");
  const matches = (folder: string, excluded: boolean) =>
    patterns
      .filter((entry) => (entry["exclude"] === true) === excluded)
      .some((entry) => matchesGlob(textAt(entry, "path") ?? "", folder, { folders: true }));
  return [...folders]
    .filter((folder) => folder !== "" && matches(folder, false) && !matches(folder, true))
    .sort()
    .map((folder) => folderValues(folder, flatten(git["values"])));
}

/** What the git generator offers (argo-cd: docs/operator-manual/applicationset/Generators-Git.md). */
function folderValues(folder: string, values: Values): Values {
  const segments = folder.split("/");
  const basename = segments.at(-1) ?? "";
  const normalised = basename.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
  return {
    path: folder,
    "path.path": folder,
    "path.basename": basename,
    "path.basenameNormalized": normalised,
    ...Object.fromEntries(segments.map((segment, index) => [`path[${index}]`, segment])),
    ...Object.fromEntries(segments.map((segment, index) => [`index .path.segments ${index}`, segment])),
    ...Object.fromEntries(Object.entries(values).map(([key, value]) => [`values.${key}`, value])),
  };
}

function flatten(value: unknown, prefix = ""): Values {
  if (!isFields(value)) return {};
  const entries = Object.entries(value).flatMap(([key, entry]): [string, string][] => {
    if (isFields(entry)) return Object.entries(flatten(entry, `${prefix}${key}.`));
    const isPlain = typeof entry === "string" || typeof entry === "number" || typeof entry === "boolean";
    return isPlain ? [[`${prefix}${key}`, String(entry)]] : [];
  });
  return Object.fromEntries(entries);
}

/** The template with its values; undefined when one of them is not plain. */
function fill(node: unknown, values: Values): unknown {
  if (typeof node === "string") return fillText(node, values);
  if (Array.isArray(node)) {
    const items = node.map((item) => fill(item, values));
    return items.includes(undefined) ? undefined : items;
  }
  if (!isFields(node)) return node;
  const entries = Object.entries(node).map(([key, entry]) => [key, fill(entry, values)] as const);
  return entries.some(([, entry]) => entry === undefined) ? undefined : Object.fromEntries(entries);
}

function fillText(text: string, values: Values): string | undefined {
  let known = true;
  const filled = text.replace(/\{\{-?\s*(.*?)\s*-?\}\}/g, (_, expression: string) => {
    const name = expression.replace(/^\./, "");
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) known = false;
    return value ?? "";
  });
  return known ? filled : undefined;
}
