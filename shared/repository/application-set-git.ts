/** The git generator of ApplicationSets: one row per folder, or per entry of a file (argo-cd: applicationset/generators/git.go). */
import { fill, type Row } from "./application-set-template.ts";
import { matchesGlob } from "./glob.ts";
import { parseValues } from "./parse.ts";
import type { RepositoryFile } from "./platform.ts";
import { sanitised } from "./templates/functions.ts";
import { NotUnderstood } from "./templates/syntax.ts";
import { certainText, plainText } from "./templates/values.ts";
import { type Fields, isFields, itemsAt, textAt } from "./values.ts";

export interface GeneratorSources {
  readonly folders: ReadonlySet<string>;
  readonly files: ReadonlyMap<string, RepositoryFile>;
}

/** Rows of one git generator. Throws NotUnderstood. */
export function gitRows(git: Fields, sources: GeneratorSources, goTemplate: boolean): readonly Row[] {
  const prefix = textAt(git, "pathParamPrefix");
  const rows =
    itemsAt(git, "directories").length > 0
      ? foldersOf(git, sources.folders).map((folder) => place({}, folder, undefined, prefix, goTemplate))
      : filesOf(git, sources.files).flatMap((file) => fileRows(file, prefix, goTemplate));
  return rows.map((row) => withValues(row, git["values"], goTemplate));
}

/** Go's path.Match, folder by folder; hidden folders are no candidates (argo-cd: reposerver, GetGitDirectories). */
function foldersOf(git: Fields, folders: ReadonlySet<string>): string[] {
  const chosen = chooser(itemsAt(git, "directories"), (pattern, folder) =>
    matchesGlob(pattern, folder, { folders: true, plain: true }),
  );
  return [...folders].filter((folder) => folder !== "" && !/(^|\/)\./.test(folder) && chosen(folder)).sort();
}

/** `git ls-files`: a star crosses folders, and a folder stands for all that is in it. */
function filesOf(git: Fields, files: GeneratorSources["files"]): RepositoryFile[] {
  const chosen = chooser(itemsAt(git, "files"), (pattern, path) => {
    return matchesGlob(pattern, path, { plain: true }) || path.startsWith(`${pattern.replace(/\/$/, "")}/`);
  });
  return [...files.values()].filter(({ path }) => chosen(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function chooser(entries: readonly Fields[], matches: (pattern: string, path: string) => boolean) {
  const some = (path: string, excluded: boolean) =>
    entries
      .filter((entry) => (entry["exclude"] === true) === excluded)
      .some((entry) => matches(textAt(entry, "path") ?? "", path));
  return (path: string) => some(path, false) && !some(path, true);
}

/** A file holds one set of values, or a list of them. */
function fileRows(file: RepositoryFile, prefix: string | undefined, goTemplate: boolean): Row[] {
  const value = parseValues(file);
  if (value === undefined) throw new NotUnderstood(`${file.path} cannot be read`);
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value ?? {}];
  const slash = file.path.lastIndexOf("/");
  const folder = slash === -1 ? "." : file.path.slice(0, slash);
  return entries.map((entry) => {
    if (!isFields(entry)) throw new NotUnderstood(`${file.path} holds no values`);
    return place(goTemplate ? entry : flat(entry), folder, file.path.slice(slash + 1), prefix, goTemplate);
  });
}

/** The row with what is known of the place it comes from. */
function place(
  row: Row,
  folder: string,
  filename: string | undefined,
  prefix: string | undefined,
  goTemplate: boolean,
): Row {
  const segments = folder.split("/");
  const basename = segments.at(-1) ?? "";
  const known = {
    basename,
    basenameNormalized: sanitised(basename),
    ...(filename === undefined ? {} : { filename, filenameNormalized: sanitised(filename) }),
  };
  if (goTemplate) {
    const path = { path: folder, ...known, segments };
    return { ...row, ...(prefix === undefined ? { path } : { [prefix]: { path } }) };
  }
  const name = prefix === undefined ? "path" : `${prefix}.path`;
  return {
    ...row,
    [name]: folder,
    ...Object.fromEntries(Object.entries(known).map(([key, value]) => [`${name}.${key}`, value])),
    ...Object.fromEntries(segments.map((segment, index) => [`${name}[${index}]`, segment])),
  };
}

/** `values` of a generator, which may name what the row has. */
function withValues(row: Row, values: unknown, goTemplate: boolean): Row {
  if (!isFields(values) || Object.keys(values).length === 0) return row;
  const filled = fill(values, row, goTemplate) as Fields;
  if (goTemplate) return { ...row, values: filled };
  return {
    ...row,
    ...Object.fromEntries(Object.entries(filled).map(([key, value]) => [`values.${key}`, plainText(value)])),
  };
}

/** Nested values under dotted names, list entries by their number, as texts; what has no certain text is left out. */
export function flat(value: unknown, prefix = ""): Readonly<Record<string, string>> {
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((entry: unknown, index) => [String(index), entry] as const)
    : Object.entries(isFields(value) ? value : {});
  return Object.fromEntries(
    entries.flatMap(([key, entry]): readonly (readonly [string, string])[] => {
      if (isFields(entry) || Array.isArray(entry)) return Object.entries(flat(entry, `${prefix}${key}.`));
      const text = certainText(entry);
      return text === undefined ? [] : [[prefix + key, text]];
    }),
  );
}
